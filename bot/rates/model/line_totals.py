"""The totals of tariff lines. A total is a percent, or a range of percents."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple


class LinesTotal(NamedTuple):
    """A number of tariff lines with the same total or range, in percent."""

    lines: int
    low: Decimal
    high: Decimal
    duties: tuple[str, ...] = ()
    """The names of the duties that most of these lines pay or, if they have a range, may pay."""
    banned: bool = False
    """Whether the goods may not be imported."""
    unlisted: int = 0
    """How many of these lines are on no list of products."""


def find_importable_span(lines: Sequence[LinesTotal]) -> tuple[Decimal, Decimal] | None:
    """The range of the totals of the lines that may be imported, if some lines are banned."""
    charged = [one for one in lines if not one.banned]
    if not charged or len(charged) == len(lines):
        return None
    return min(one.low for one in charged), max(one.high for one in charged)


class CaseTotal(NamedTuple):
    """The total of one tariff line or number for one set of answers to its questions."""

    code: str
    yes: frozenset[str]
    """The questions that are answered with yes."""
    no: frozenset[str]
    total: Decimal | None
    """In percent; None if the goods may not be imported."""

    def may_be(self, other: "CaseTotal") -> bool:
        """Whether the same goods may be in both cases: no question has two answers."""
        same = self.code == other.code
        return same and self.yes.isdisjoint(other.no) and self.no.isdisjoint(other.yes)
