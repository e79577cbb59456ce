"""A duty as the ledger knows it: who charges whom, on what, how much, since when and why.

Percent are ad valorem: parts of a hundred of the customs value. Days are the imposer's own: a
period's `from_` and `to` are the first and the last day on which customs charged the rate.
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
    """Refuses what pydantic would also read as a day: a number of seconds, a time of day."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError(f"'{value}' is not a day written as 2025-05-14")
    if isinstance(value, int | float):
        raise ValueError(f"{value} is not a day written as 2025-05-14")
    return value


Day = Annotated[date, BeforeValidator(_check_day_text)]
Percent = Annotated[Decimal, Field(ge=0, le=1000)]


class Status(StrEnum):
    """What is known of a period: only what was charged counts in a total."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    """On the books, not charged."""
    STRUCK_DOWN = "struck_down"
    """Voided by a court; its past periods were charged nevertheless."""
    ANNOUNCED = "announced"
    EXPIRED = "expired"


class Calc(StrEnum):
    """How a rate meets the base rate (MFN)."""

    ADDS = "adds"
    ALL_IN_CEILING = "all_in_ceiling"
    """The number holds the base rate: max(0, number - base) is added."""
    ALL_IN_FLOOR = "all_in_floor"
    """The same sum; nothing is added where the base rate reaches the number by itself."""


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Source(Frozen):
    """The source of a fact: the document's name and, if known, its address."""

    text: str = Field(min_length=1)
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")


def merge_sources(sources: Sequence[Source]) -> Source:
    """The sources as one: all their texts, each once, and the first address."""
    url = next((source.url for source in sources if source.url), None)
    return Source(text="; ".join(dict.fromkeys(source.text for source in sources)), url=url)


class DutyRate(NamedTuple):
    """How much a duty is: a percent, a specific duty in words, or a ban; all empty if not known."""

    percent: Decimal | None = None
    specific: str = ""
    banned: bool = False


class MeasureRef(NamedTuple):
    """A measure as others refer to it."""

    name: str
    id: str

    def __str__(self) -> str:
        return self.name


class PeriodTerms(Frozen):
    """One rate from day to day, both inclusive; `to` is None where no end was seen.

    Three clocks: `announced` is when it was signed or published (later than `from_` where it was
    back-dated), `from_` to `to` is when customs charged it, and `void_on` is the day from which a
    ruling took away its legal basis though customs went on until `to`.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_: Day = Field(alias="from")
    to: Day | None = None
    percent: Percent | None = None
    """None where there is a duty whose rate is not known, a ban, or a specific duty."""
    status: Status
    banned: bool = False
    """Whether the goods may not be imported at all; such a period has no percent."""
    specific: str = ""
    """The duty in words where it is not a percent of the value: `USD 21 per kg less the price`."""
    excluded_by: tuple[str, ...] = ()
    """Further measures whose goods do not pay this rate: ids, in a file also other names."""
    announced: Day | None = None
    void_on: Day | None = None
    not_for: tuple[str, ...] = ()
    """Partners that had an exemption or a quota of their own in this period."""
    note: str = ""
    caveat: str = ""
    """What an answer that counts this rate must say."""
    checked: Day | None = None
    """When its own source was read, where the measure's others were read on another day."""

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


class RatePeriod(PeriodTerms):
    """A rate of a measure with its source."""

    calc: Calc = Calc.ADDS
    source: Source

    @property
    def is_charged(self) -> bool:
        """Whether customs collects it: suspended and announced rates count nothing."""
        return self.status not in (Status.SUSPENDED, Status.ANNOUNCED)

    @property
    def is_all_in(self) -> bool:
        return self.calc is not Calc.ADDS

    @property
    def rate(self) -> DutyRate:
        return DutyRate(self.percent, self.specific, self.banned)


class Scope(Frozen):
    """Goods by the ids of the vocabulary and by Harmonized System codes (digits, any length)."""

    goods: tuple[str, ...] = ()
    hs: tuple[Annotated[str, Field(pattern=r"^\d{2,10}$")], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.goods or self.hs)


class Exemption(Frozen):
    """Goods that a measure does not charge, from `from_` to `to` or for as long as it runs."""

    model_config = ConfigDict(populate_by_name=True)

    scope: Scope
    why: str = Field(min_length=1)
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    partners: tuple[str, ...] = ()
    """Economies or blocs whose goods it exempts; empty for all that pay the measure."""
    only_if: str = ""
    """A condition that the goods' codes and names cannot show; the duty counts, with a warning."""

    def applies_to(self, day: date, charged: Collection[str]) -> bool:
        """Whether it applies on the day to a partner with these codes (its own and its blocs')."""
        if self.partners and set(self.partners).isdisjoint(charged):
            return False
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class Milestone(Frozen):
    """A known day on which something about a measure is due, other than a change of its rate."""

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
    """What a measure has in a rates file and in the ledger alike."""

    id: str
    name: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)
    covers: str = Field(min_length=1)
    """Its scope in words."""
    scope: Scope = Scope()
    """Goods that certainly pay it (a general measure needs none)."""
    exempt: tuple[Exemption, ...] = ()
    names: tuple[str, ...] = ()
    """What people call this layer when they ask for it alone."""
    exceptions: tuple[str, ...] = ()
    """Partners outside it though `WORLD` is named."""
    excluded_by: tuple[str, ...] = ()
    """Measures whose goods do not pay this one: ids, in a file also other names."""
    charged_since: Day | None = None
    """Where it was charged before its first period, at rates that the ledger does not hold."""
    confidence: Confidence = Confidence.HIGH
    verified_as_of: Day | None = None
    """The day up to which its sources were read; None where none was opened."""
    note: str = ""


class Measure(DutyTerms):
    """One duty by an imposer on some partners, with its scope and its rates over time."""

    imposer: str
    partners: tuple[str, ...]
    """Codes of economies or blocs, or `WORLD` alone for all partners."""
    family: str = ""
    """The schedule it is a row of, where one action set rates for many partners."""
    applies_to_all_goods: bool
    """Whether it falls on goods in general, so that the headline total counts it."""
    partial_scope: Scope = Scope()
    """Goods of which only some lines pay it, so that a sum must leave it out."""
    excluded_reason: str = ""
    """Why it is never part of a sum of several layers; empty for most."""
    periods: tuple[RatePeriod, ...] = ()
    """In order of time; empty for an action that has set no rate."""
    rate_unknown: bool = False
    """With no periods: whether a duty exists that the ledger has no rate for."""
    announcements: tuple[Announcement, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    source: Source
    """Where a measure without periods is described; the newest period's source otherwise."""

    @property
    def ref(self) -> MeasureRef:
        return MeasureRef(self.name, self.id)

    def find_period(self, day: date) -> RatePeriod | None:
        """The period that covers the day."""
        for period in self.periods:
            if period.from_ <= day and (period.to is None or day <= period.to):
                return period
        return None

    def is_rate_unknown(self, day: date) -> bool:
        """Whether it was charged on the day at a rate that the ledger does not hold."""
        if self.charged_since is None or not self.periods:
            return False
        return self.charged_since <= day < self.periods[0].from_

    def find_period_before(self, day: date) -> RatePeriod | None:
        """The last period that was over by this day and had charged anything."""
        past = [
            period
            for period in self.periods
            if period.is_charged and period.percent and period.to is not None and period.to < day
        ]
        return past[-1] if past else None

    def find_period_after(self, day: date) -> RatePeriod | None:
        """The first period that begins after this day."""
        return next((period for period in self.periods if period.from_ > day), None)


def filter_by_partner(measures: Iterable[Measure], codes: frozenset[str]) -> tuple[Measure, ...]:
    """Those that goods of a partner pay; its `codes` are its own and those of its blocs."""
    return tuple(
        one
        for one in measures
        if not codes.isdisjoint(one.partners)
        or (WORLD in one.partners and codes.isdisjoint(one.exceptions))
    )


def has_basis(measure: Measure, bases: Sequence[str]) -> bool:
    """Whether the measure rests on one of these legal bases."""
    basis = measure.legal_basis.casefold()
    return any(base.casefold() in basis for base in bases)
