"""The vocabulary of goods: everyday names, Harmonized System codes, wider and narrower goods.

`bot.rates.scope_matching` decides how surely goods or codes are in the scope of a measure.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Annotated

from pydantic import Field

from bot.values import Frozen


class Good(Frozen):
    """One kind of goods under its everyday name."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    names: tuple[str, ...] = ()
    """Synonyms. Plurals and US spelling (aluminum, tires) need no entry."""
    hs: tuple[Annotated[str, Field(pattern=r"^\d{2,10}$")], ...] = ()
    """HS codes (digits) that together cover the goods; empty if only a law defines the goods."""
    part_of: tuple[str, ...] = ()
    """The ids of wider goods. Duties on the wider goods apply to these goods as well."""
    divided: bool = False
    """Whether the narrower goods together make up all of these goods."""


class GoodsFile(Frozen):
    """The content of `goods.yaml`."""

    goods: tuple[Good, ...]


class Fit(IntEnum):
    """How surely the scope of a measure includes the goods of a question."""

    NONE = 0
    PARTIAL = 1
    """Some tariff lines of the goods are in the scope, or the scope names narrower goods."""
    HEADING = 2
    """All codes of the goods are in the scope, or the scope names wider goods."""
    NAMED = 3
    """The scope names exactly these goods."""


class Goods:
    """All goods by id, with their wider and narrower goods."""

    def __init__(self, goods: Iterable[Good]) -> None:
        self.by_id: Mapping[str, Good] = {good.id: good for good in goods}
        self._with_wider = {one: self._find_with_wider(one) for one in self.by_id}
        narrower: dict[str, list[str]] = {}
        for narrow, chain in self._with_wider.items():
            for wide in chain - {narrow}:
                narrower.setdefault(wide, []).append(narrow)
        self._narrower = {wide: tuple(found) for wide, found in narrower.items()}

    def list_with_wider(self, good_id: str) -> frozenset[str]:
        """The ids of the goods and of all wider goods; empty for an unknown id."""
        return self._with_wider.get(good_id, frozenset())

    def list_narrower(self, good_id: str) -> tuple[str, ...]:
        """The ids of all narrower goods, in the order of the vocabulary."""
        return self._narrower.get(good_id, ())

    def _find_with_wider(self, good_id: str) -> frozenset[str]:
        found: set[str] = set()
        open_ids = [good_id]
        while open_ids:
            here = open_ids.pop()
            if here not in found and here in self.by_id:
                found.add(here)
                open_ids.extend(self.by_id[here].part_of)
        return frozenset(found)

    def find_by_code(self, code: str) -> tuple[Good, ...]:
        """Goods with an HS code that is a prefix of `code` or begins with it.

        The goods whose code shares the most digits come first.
        """
        near = [
            (good, max((_count_shared_digits(code, other) for other in good.hs), default=0))
            for good in self.by_id.values()
        ]
        return tuple(good for good, depth in sorted(near, key=lambda pair: -pair[1]) if depth)


def format_code(code: str) -> str:
    """A code as tariffs print it: `8507.60`."""
    pairs = [code[at : at + 2] for at in range(4, len(code), 2)]
    return ".".join([code[:4], *pairs])


def _count_shared_digits(code: str, other: str) -> int:
    """The length of the shorter code if it is a prefix of the other, else 0."""
    is_prefix = code.startswith(other) or other.startswith(code)
    return min(len(code), len(other)) if is_prefix else 0
