"""Finds the groups of codes that name a line, or a part of it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.rates.schedule.model import MembershipGroup


class Membership(NamedTuple):
    """A code of a list, with its group."""

    code: str
    group: MembershipGroup


class MembershipIndex:
    """All codes of a schedule's lists."""

    def __init__(self, groups: Iterable[MembershipGroup]) -> None:
        self.groups = tuple(groups)
        by_code: dict[str, list[MembershipGroup]] = {}
        for group in self.groups:
            for code in group.codes:
                by_code.setdefault(code, []).append(group)
        self._by_code = by_code
        self._codes = sorted(by_code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MembershipIndex) and self.groups == other.groups

    __hash__ = None  # type: ignore[assignment] # compared, but not hashed

    def __len__(self) -> int:
        return sum(len(group.codes) for group in self.groups)

    def has_line(self, line: str) -> bool:
        """Whether a code is this line or one of its numbers."""
        place = bisect_left(self._codes, line)
        return place < len(self._codes) and self._codes[place].startswith(line)

    def find_covering(self, code: str) -> Iterator[Membership]:
        """The groups with a code that includes the whole of `code`."""
        for size in range(2, len(code) + 1, 2):
            prefix = code[:size]
            for group in self._by_code.get(prefix, ()):
                yield Membership(prefix, group)

    def find_inside(self, code: str) -> Iterator[Membership]:
        """The groups with a longer code, which name only a part of `code`."""
        for place in range(bisect_left(self._codes, code), len(self._codes)):
            inner = self._codes[place]
            if not inner.startswith(code):
                break
            if inner != code:
                for group in self._by_code[inner]:
                    yield Membership(inner, group)
