"""What happens to duties on known days."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bot.rates.model.measure import DutyRate, MeasureRef, PartnerRate, Source


class ChangeKind(StrEnum):
    """What happens to a duty on a day."""

    BEGINS = "begins"
    CHANGES = "changes"
    CONTINUES = "continues"
    """The same percent continues on a new basis."""
    ENDS = "ends"
    """A rate ends, and no other rate of the measure begins on the next day."""
    ANNOUNCED = "announced"
    SUSPENDED = "suspended"
    SUSPENSION_ENDS = "suspension_ends"
    STRUCK_DOWN = "struck_down"
    BY_PARTNER = "by_partner"
    """Rates that differ by partner take effect."""
    MILESTONE = "milestone"


class Change(NamedTuple):
    """What happens to a duty, with its figures."""

    kind: ChangeKind
    rate: DutyRate = DutyRate()
    """The new rate. For `ENDS` and `SUSPENSION_ENDS` the old one; for `BY_PARTNER` the lowest."""
    from_percent: Decimal | None = None
    up_to: Decimal | None = None
    """For `BY_PARTNER`, the highest percent; None if all partners have the same percent."""
    text: str = ""
    """For `MILESTONE` its description, for `CONTINUES` the new basis, as in the rates files.

    For `ENDS` what exempts the goods of the question from then on; empty if the rate itself ends.
    """


class RateChange(NamedTuple):
    """A change of one measure."""

    measure: MeasureRef
    change: Change


class Upcoming(NamedTuple):
    """A change or a milestone of a measure on a known day."""

    on: date
    change: Change
    measure: str
    measure_id: str
    imposer: str
    partners: tuple[str, ...]
    source: Source
    not_for: tuple[str, ...] = ()
    """Partners that the measure does not charge, although `partners` includes them."""
    checked: date | None = None
    """The day of the last check of the rate's own source, which approved rates have; or None."""
    passed: bool = False
    """Whether the day has come (today or earlier) without a check of the sources since."""
    on_all_goods: bool = False
    """Whether the measure is on all goods, and not on particular ones."""
    moves_total: bool = False
    """Whether this changes the duty that an answer states. False in a calendar."""
    by_partner: tuple[PartnerRate, ...] = ()
    """The rates of partners that do not pay this rate on all countries."""
