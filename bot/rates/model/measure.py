"""Measures: who charges whom, on which goods, at which rate, since when, on which legal basis.

Percents are ad valorem: parts of a hundred of the customs value. Days are in the imposer's time
zone. A period's `from_` and `to` are the first and the last day on which customs charges the rate.
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
    """Still law, but not charged."""
    STRUCK_DOWN = "struck_down"
    """Voided by a court. Its past periods were charged nevertheless."""
    ANNOUNCED = "announced"
    EXPIRED = "expired"


class Calc(StrEnum):
    """How a rate combines with the base rate (MFN)."""

    ADDS = "adds"
    ALL_IN_CEILING = "all_in_ceiling"
    """The rate includes the base rate: max(0, rate - base) is added to it."""
    ALL_IN_FLOOR = "all_in_floor"
    """The same sum. If the base rate is as high as this rate, nothing is added."""


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
    """A percent, a specific duty in words, or an import ban; all empty if the rate is unknown."""

    percent: Decimal | None = None
    specific: str = ""
    banned: bool = False


class MeasureRef(NamedTuple):
    """The name and id of a measure."""

    name: str
    id: str

    def __str__(self) -> str:
        return self.name


class PeriodTerms(Frozen):
    """A rate from its first to its last day; `to` is None if no end is known.

    It has three kinds of dates: it was signed or published on `announced` (after `from_` if it was
    backdated), customs charges it from `from_` to `to`, and a ruling voided it on `void_on`, even
    if customs charged it longer.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_: Day = Field(alias="from")
    to: Day | None = None
    percent: Percent | None = None
    """None for an unknown rate, a ban or a specific duty."""
    status: Status
    banned: bool = False
    """Whether the goods may not be imported; such a period has no percent."""
    specific: str = ""
    """A duty that is no percent of the value, in words: `USD 21 per kg less the price`."""
    excluded_by: tuple[str, ...] = ()
    """More measures whose goods do not pay this rate, by id; a file may also name groups."""
    announced: Day | None = None
    void_on: Day | None = None
    not_for: tuple[str, ...] = ()
    """Partners with an exemption or a quota of their own in this period."""
    note: str = ""
    caveat: str = ""
    """A warning for each answer that counts this rate."""
    checked: Day | None = None
    """The day of the last check of its own source, if it differs from the measure's."""

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


class RatePeriod(PeriodTerms):
    """A rate of a measure with its source."""

    calc: Calc = Calc.ADDS
    source: Source

    @property
    def is_charged(self) -> bool:
        """Whether customs charges it: it is neither suspended nor only announced."""
        return self.status not in (Status.SUSPENDED, Status.ANNOUNCED)

    @property
    def is_all_in(self) -> bool:
        return self.calc is not Calc.ADDS

    @property
    def rate(self) -> DutyRate:
        return DutyRate(self.percent, self.specific, self.banned)


class Scope(Frozen):
    """Goods by their ids in the vocabulary and by HS codes (2 to 10 digits)."""

    goods: tuple[str, ...] = ()
    hs: tuple[Annotated[str, Field(pattern=r"^\d{2,10}$")], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.goods or self.hs)


class Exemption(Frozen):
    """Goods that a measure does not charge; without `from_` and `to`, for as long as it exists."""

    model_config = ConfigDict(populate_by_name=True)

    scope: Scope
    why: str = Field(min_length=1)
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    partners: tuple[str, ...] = ()
    """Economies or blocs whose goods are exempt; empty for all partners of the measure."""
    only_if: str = ""
    """A condition that goods and codes do not show. The duty counts, with a warning."""

    def applies_to(self, day: date, charged: Collection[str]) -> bool:
        """Whether it applies on the day to a partner with these codes, its own and its blocs'."""
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
    """Its scope in words."""
    scope: Scope = Scope()
    """Goods that certainly pay it; empty for a measure on all goods."""
    exempt: tuple[Exemption, ...] = ()
    names: tuple[str, ...] = ()
    """Names of this measure in questions about it alone."""
    exceptions: tuple[str, ...] = ()
    """Partners that it does not charge, although its partner is `WORLD`."""
    excluded_by: tuple[str, ...] = ()
    """Measures whose goods do not pay this one, by id; a file may also name groups."""
    charged_since: Day | None = None
    """The first day, if it was charged before its first period at unknown rates."""
    confidence: Confidence = Confidence.HIGH
    verified_as_of: Day | None = None
    """The day of the last check of its sources; None if no source was opened."""
    note: str = ""


class Measure(DutyTerms):
    """A duty of an imposer on partners, with its scope and its rates over time."""

    imposer: str
    partners: tuple[str, ...]
    """Codes of economies or blocs, or `WORLD` alone for all partners."""
    family: str = ""
    """The id of its schedule, if one action set rates for many partners; else empty."""
    applies_to_all_goods: bool
    """Whether it applies to goods in general, so that a total on all goods counts it."""
    partial_scope: Scope = Scope()
    """Goods of which only some tariff lines pay it, so that a total cannot count it."""
    excluded_reason: str = ""
    """Why it never counts in a total with other measures; empty for most."""
    periods: tuple[RatePeriod, ...] = ()
    """In order of time; empty if no rate was ever set."""
    rate_unknown: bool = False
    """Without periods: whether a duty is charged at a rate that the ledger lacks."""
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
        """Whether it was charged on the day at a rate that the ledger lacks."""
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
    """The measures on a partner's goods; `codes` are its own code and those of its blocs."""
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
