"""One measure in an answer."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.model.law import Ruling
from bot.rates.model.measure import Calc, Confidence, DutyRate, Source, Status
from bot.rates.model.warnings import Exclusion

BASE_ID = "mfn"
"""The `measure_id` of the component that is the base rate."""


class Component(NamedTuple):
    """One measure on the day of the answer, counted in the total or not."""

    measure: str
    measure_id: str
    legal_basis: str
    status: Status
    """The status as known today, not on the day of the answer.

    A past rate is expired or struck down, even if it was in force on the day of the answer.
    """
    source: Source
    rate: DutyRate = DutyRate()
    exclusion: Exclusion | None = None
    """Why the total does not count the measure; None if the total counts it."""
    from_: date | None = None
    to: date | None = None
    rate_since: date | None = None
    """The first day of this percent, if the preceding periods had the same one; else None."""
    note: str = ""
    covers: str = ""
    calc: Calc = Calc.ADDS
    rulings: tuple[Ruling, ...] = ()
    charged_until: date | None = None
    """The last day on which customs charged a duty that a court struck down."""
    announced: date | None = None
    void_on: date | None = None
    checked: date | None = None
    """The day on which the sources of the rate were last checked."""
    confidence: Confidence = Confidence.HIGH
    heading: str = ""
    """The heading of the tariff schedule to declare; empty if it is not known."""
    contested_in: str = ""
    """The court that has not decided yet whether the duty is lawful; empty if there is none."""
    lines: int = 0
    """In the answer to a question about a law, the number of tariff lines on the duty's lists."""

    @property
    def percent(self) -> Decimal | None:
        return self.rate.percent

    @property
    def is_counted(self) -> bool:
        return self.exclusion is None

    @property
    def is_foreseen(self) -> bool:
        """Whether the rate began after the last check of its sources, so it is unverified."""
        if self.status is not Status.IN_FORCE or self.from_ is None or self.checked is None:
            return False
        return self.from_ > self.checked
