"""The vocabulary of goods: everyday names, their Harmonized System codes, what is part of what.

`bot.rates.scope_matching` decides how surely a code or a name falls within a scope.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Annotated

from pydantic import Field

from bot.values import Frozen


class Good(Frozen):
    """One kind of goods as people name it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    names: tuple[str, ...] = ()
    """Other ways of saying it; plurals and US spelling (aluminum, tires) need no entry."""
    hs: tuple[Annotated[str, Field(pattern=r"^\d{2,10}$")], ...] = ()
    """Codes that together hold it; empty for a set that only a law defines."""
    part_of: tuple[str, ...] = ()
    """Wider goods whose duties it pays too."""
    divided: bool = False
    """Whether the goods that are part of it are, together, all of it."""


class GoodsFile(Frozen):
    """`goods.yaml`."""

    goods: tuple[Good, ...]


class Fit(IntEnum):
    """How surely a scope holds what was asked for."""

    NONE = 0
    PARTIAL = 1
    """Some lines of it, or the other way round."""
    HEADING = 2
    """Its codes lie within the scope's."""
    NAMED = 3
    """The very goods that the scope names."""


class Goods:
    """All goods by id, with what each is part of."""

    def __init__(self, goods: Iterable[Good]) -> None:
        self.by_id: Mapping[str, Good] = {good.id: good for good in goods}
        self._with_wider = {one: self._find_with_wider(one) for one in self.by_id}
        self._narrower = {
            one: tuple(other for other, chain in self._with_wider.items() if one in chain - {other})
            for one in self.by_id
        }

    def list_with_wider(self, good_id: str) -> frozenset[str]:
        """The goods and all that they are part of."""
        return self._with_wider.get(good_id, frozenset())

    def list_narrower(self, good_id: str) -> tuple[str, ...]:
        """All goods that are part of these, in the vocabulary's order."""
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
        """Goods with a code that lies within this one or holds it, closest first."""
        near = [
            (good, max((_count_shared_digits(code, held) for held in good.hs), default=0))
            for good in self.by_id.values()
        ]
        return tuple(good for good, depth in sorted(near, key=lambda pair: -pair[1]) if depth)


def format_code(code: str) -> str:
    """A code as tariffs print it: 8507.60."""
    pairs = [code[at : at + 2] for at in range(4, len(code), 2)]
    return ".".join([code[:4], *pairs])


def _count_shared_digits(code: str, held: str) -> int:
    """How many digits two codes share, where one lies within the other; 0 otherwise."""
    return min(len(code), len(held)) if code.startswith(held) or held.startswith(code) else 0
