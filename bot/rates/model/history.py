"""How a total developed."""

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
