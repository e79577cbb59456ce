"""How a total developed."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.model.changes import RateChange
from bot.rates.model.law import LegalEvent
from bot.rates.model.line_totals import LinesTotal
from bot.rates.model.measure import Source


class Step(NamedTuple):
    """One day of a history: the total from this day on, and what changed.

    The first step of a period has no changes if the total is older than the period.
    If the total depends on the tariff line, `percent` is the lowest total and `up_to` the highest.
    """

    on: date
    percent: Decimal
    source: Source
    changes: tuple[RateChange, ...] = ()
    ruling: LegalEvent | None = None
    """The ruling, if the step is about a ruling and not about a change of the total."""
    up_to: Decimal | None = None
    banned: bool = False
    """Whether an import ban begins. If so, `percent` is the last total before the ban."""
    is_open: bool = False
    """Whether the total is not known, because a rate ends and no successor is announced.

    If so, `percent` is the sum of the other duties.
    """
    includes_base: bool = False
    """Whether the total includes the base duty, because one of its rates is all-in."""
    lines: tuple[LinesTotal, ...] = ()
    """The totals of the tariff lines, if the total depends on the line."""

    @property
    def moves_total(self) -> bool:
        """Whether the total or its components changed, and the total is known."""
        return self.ruling is None and not self.banned and not self.is_open


class PeriodTotals(NamedTuple):
    """The lowest and the highest total in percent from the day `since` to the day `until`."""

    since: date
    until: date
    low: Decimal
    high: Decimal


def compute_difference(history: Iterable[Step], first: date, last: date) -> Decimal | None:
    """How many points the total on `last` is above the one on `first`; negative if it is below.

    None if one of the totals is unknown or a range, or if only one includes the base duty.
    """
    totals = [step for step in history if step.ruling is None]
    ends = [[step for step in totals if step.on <= day][-1:] for day in (first, last)]
    if not all(ends):
        return None
    (before,), (after,) = ends
    if (
        not (before.moves_total and after.moves_total)
        or before.includes_base != after.includes_base
    ):
        return None
    if before.up_to is not None or after.up_to is not None:
        return None
    return after.percent - before.percent
