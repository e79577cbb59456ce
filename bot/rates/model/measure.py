"""Measures: who charges whom, on which goods, at which rate, since when, on which legal basis.

Percents are ad valorem: percentages of the customs value. Days are in the imposer's time zone. A
period's `from_` and `to` are the first and the last day on which customs charges the rate.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field

from bot.parties import WORLD
from bot.values import Frozen

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _check_day_text(value: object) -> object:
    """Raises ValueError for numbers and times, which pydantic would accept as days."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError(f"'{value}' is not a day written as 2025-05-14")
    if isinstance(value, int | float):
        raise ValueError(f"{value} is not a day written as 2025-05-14")
    return value


Day = Annotated[date, BeforeValidator(_check_day_text)]
Percent = Annotated[Decimal, Field(ge=0, le=1000)]


class Status(StrEnum):
    """The status of a rate period. Only charged rates count in a total."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    """The rate is still law, but customs does not charge it."""
    STRUCK_DOWN = "struck_down"
    """A court voided the rate. Customs charged it in its period nevertheless."""
    ANNOUNCED = "announced"
    EXPIRED = "expired"


class Calc(StrEnum):
    """How a rate combines with the base rate (MFN)."""

    ADDS = "adds"
    ALL_IN_CEILING = "all_in_ceiling"
    """The rate includes the base rate: max(0, rate - base) is added to the base rate."""
    ALL_IN_FLOOR = "all_in_floor"
    """The same calculation. The law states the rate as a minimum that the base rate may exceed."""


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Source(Frozen):
    """The source of a fact: the document's name and, if known, its address."""

    text: str = Field(min_length=1)
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")


def merge_sources(sources: Sequence[Source]) -> Source:
    """One source with all distinct texts and the first address."""
    url = next((source.url for source in sources if source.url), None)
    return Source(text="; ".join(dict.fromkeys(source.text for source in sources)), url=url)


class DutyRate(NamedTuple):
    """A percent, a specific duty in words, or an import ban. All are empty for an unknown rate."""

    percent: Decimal | None = None
    specific: str = ""
    banned: bool = False
    low: Decimal | None = None
    """The lowest percent of a list with several rates; `percent` is the highest. Else None."""


class PartnerRate(NamedTuple):
    """A rate of single partners in place of a duty on all countries."""

    partners: tuple[str, ...]
    """The names of the economies."""
    percent: Decimal
    includes_base: bool
    """Whether the rate includes the base rate."""


class MeasureRef(NamedTuple):
    """The name and id of a measure."""

    name: str
    id: str

    def __str__(self) -> str:
        return self.name


class PeriodTerms(Frozen):
    """A rate from its first to its last day.

    - `from_` and `to`: the first and the last day on which customs charges the rate. `to` is None
      if no end is known.
    - `announced`: the day on which the rate was signed or published. It is after `from_` if the
      rate was backdated.
    - `void_on`: the day from which a ruling voided the rate. Customs may have charged it longer.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_: Day = Field(alias="from")
    to: Day | None = None
    percent: Percent | None = None
    """None for an unknown rate, a ban or a specific duty."""
    low: Percent | None = None
    """The lowest rate, if the goods of the measure pay several rates; `percent` is the highest."""
    status: Status
    banned: bool = False
    """Whether imports of the goods are banned. A period with a ban has no percent."""
    specific: str = ""
    """A duty that is not a percentage of the value, in words: `USD 21 per kg less the price`."""
    excluded_by: tuple[str, ...] = ()
    """Ids of measures that replace this rate on their goods, as well as the measure's list.

    In a file, the list may also have schedules and groups.
    """
    revives: tuple[str, ...] = ()
    """Ids of measures that this rate replaces and that the law charges again when it ends.

    In a file, the list may also have schedules and groups.
    """
    announced: Day | None = None
    void_on: Day | None = None
    not_for: tuple[str, ...] = ()
    """Partners that do not pay this rate in this period, because of an exemption or a quota."""
    not_for_caveat: str = ""
    """What is unknown about the partners of `not_for`. If set, their goods have no total."""
    note: str = ""
    caveat: str = ""
    """The text of a warning that each answer with this rate in its total shows."""
    checked: Day | None = None
    """The day of the last check of the rate's source, if it differs from the measure's."""

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


class RatePeriod(PeriodTerms):
    """A rate of a measure with its source."""

    calc: Calc = Calc.ADDS
    source: Source

    @property
    def is_charged(self) -> bool:
        """Whether customs charges the rate: it is neither suspended nor only announced."""
        return self.status not in (Status.SUSPENDED, Status.ANNOUNCED)

    @property
    def is_all_in(self) -> bool:
        return self.calc is not Calc.ADDS

    @property
    def rate(self) -> DutyRate:
        return DutyRate(self.percent, self.specific, self.banned, self.low)


class Scope(Frozen):
    """Goods by their ids in the vocabulary and by HS codes (2 to 10 digits)."""

    goods: tuple[str, ...] = ()
    hs: tuple[Annotated[str, Field(pattern=r"^\d{2,10}$")], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.goods or self.hs)


class Exemption(Frozen):
    """Goods on which a measure is not charged, on the days from `from_` to `to`.

    If one of the two is None, the exemption has no limit on that side.
    """

    model_config = ConfigDict(populate_by_name=True)

    scope: Scope
    why: str = Field(min_length=1)
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    partners: tuple[str, ...] = ()
    """Economies or blocs whose goods are exempt; empty for all partners of the measure."""
    only_if: str = ""
    """A condition that the goods and codes of a question do not show, in words.

    If there is one, the total counts the duty, and the answer has a warning.
    """
    caveat: str = ""
    """What every answer that relies on the exemption must say."""

    def applies_to(self, day: date, charged: Collection[str]) -> bool:
        """Whether the exemption applies on `day`; `charged` has the partner's codes and blocs."""
        if self.partners and set(self.partners).isdisjoint(charged):
            return False
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class Milestone(Frozen):
    """A known date of a measure on which its rate does not change, such as a review."""

    on: Day
    what: str = Field(min_length=1)
    source: Source


class Announcement(Frozen):
    """A rate that was announced but never charged."""

    on: Day
    percent: Percent
    planned_from: Day | None = None
    outcome: str = Field(min_length=1)
    source: Source


class DutyTerms(Frozen):
    """The fields that a measure has both in a rates file and in the ledger."""

    id: str
    name: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)
    covers: str = Field(min_length=1)
    """The scope of the measure in words."""
    scope: Scope = Scope()
    """The goods to which the measure certainly applies; empty for a measure on all goods."""
    exempt: tuple[Exemption, ...] = ()
    names: tuple[str, ...] = ()
    """Names by which a question may ask for this measure alone."""
    exceptions: tuple[str, ...] = ()
    """Partners on whose goods it is not charged, although the measure is on `WORLD`."""
    excluded_by: tuple[str, ...] = ()
    """Ids of measures that replace this one on their goods.

    In a file, the list may also have schedules and groups.
    """
    charged_since: Day | None = None
    """The first day of the duty, if its rates before the first period are unknown; else None."""
    confidence: Confidence = Confidence.HIGH
    verified_as_of: Day | None = None
    """The day on which its sources were last checked; None if no source was opened."""
    note: str = ""


class Measure(DutyTerms):
    """A duty of an imposer on partners, with its scope and its rates over time."""

    imposer: str
    partners: tuple[str, ...]
    """Codes of economies or blocs, or `WORLD` alone for all partners."""
    family: str = ""
    """The id of the schedule whose row the measure is; empty for other measures."""
    applies_to_all_goods: bool
    """Whether it applies to goods in general, so that a total for all goods counts it."""
    partial_scope: Scope = Scope()
    """Goods of which only some tariff lines pay this measure, so that no total counts it."""
    excluded_reason: str = ""
    """Why no total adds this measure to others; empty for most measures."""
    periods: tuple[RatePeriod, ...] = ()
    """In order of time; empty if no rate was ever set."""
    rate_unknown: bool = False
    """For a measure without periods: whether customs charges a rate that the ledger lacks."""
    announcements: tuple[Announcement, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    source: Source
    """The source of the newest period, or of the measure if it has no periods."""

    @property
    def ref(self) -> MeasureRef:
        return MeasureRef(self.name, self.id)

    def find_period(self, day: date) -> RatePeriod | None:
        """The period that includes the day, or None."""
        for period in self.periods:
            if period.from_ <= day and (period.to is None or day <= period.to):
                return period
        return None

    def is_rate_unknown(self, day: date) -> bool:
        """Whether customs charged the duty on the day at a rate that the ledger lacks."""
        if self.charged_since is None or not self.periods:
            return False
        return self.charged_since <= day < self.periods[0].from_

    def find_period_before(self, day: date) -> RatePeriod | None:
        """The last charged period that ended before the day, or None."""
        past = [
            period
            for period in self.periods
            if period.is_charged and period.percent and period.to is not None and period.to < day
        ]
        return past[-1] if past else None

    def find_period_after(self, day: date) -> RatePeriod | None:
        """The first period that begins after the day, or None."""
        return next((period for period in self.periods if period.from_ > day), None)


def filter_by_partner(measures: Iterable[Measure], codes: frozenset[str]) -> tuple[Measure, ...]:
    """The measures on a partner's goods; `codes` has the codes of the partner and its blocs."""
    return tuple(
        one
        for one in measures
        if not codes.isdisjoint(one.partners)
        or (WORLD in one.partners and codes.isdisjoint(one.exceptions))
    )


def has_basis(measure: Measure, bases: Sequence[str]) -> bool:
    """Whether the measure has one of these legal bases."""
    basis = measure.legal_basis.casefold()
    return any(base.casefold() in basis for base in bases)
