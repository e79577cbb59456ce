"""The schema of rates files, such as `config/rates/us.yaml`.

Each file is about one imposer. It defines its sources once and refers to them by key. A schedule is
a legal act that set rates for many partners; its columns are periods and its rows are partners.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, field_validator

from bot.rates.model.measure import (
    Calc,
    Confidence,
    Day,
    DutyTerms,
    Exemption,
    Percent,
    PeriodTerms,
    Scope,
    Source,
)
from bot.values import Frozen

SourceKeys = str | tuple[str, ...]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]


class Coverage(Frozen):
    """Which duties on some partners are tracked, and since when.

    `WORLD` stands for all partners that no other coverage of the file names.
    """

    partners: tuple[str, ...]
    since: Day
    checked: Day
    """The day on which the sources for these duties were last checked."""
    checked_by: str = ""
    """The operator who confirmed on that day that nothing changed; empty for other checks."""
    complete_since: Day | None = None
    """The day from which no duty in scope is missing. Duties that ended before may be missing. None
    if this is not known to be later than `since`."""
    general: bool = True
    """Whether the duties on goods in general are tracked; False if only some measures are."""
    note: str = ""


class PeriodSpec(PeriodTerms):
    """A rate period in a file, with the keys of its sources."""

    calc: Calc | None = None
    """How the rate combines with the base rate. None for the `calc` of the measure or row."""
    source: SourceKeys


class MilestoneSpec(Frozen):
    on: Day
    what: str = Field(min_length=1)
    source: SourceKeys


class AnnouncementSpec(Frozen):
    on: Day
    percent: Percent
    planned_from: Day | None = None
    outcome: str = Field(min_length=1)
    source: SourceKeys


class DutySpec(DutyTerms):
    """The common fields of measures and schedules in a file.

    `general`, `perhaps` and `aside` become `applies_to_all_goods`, `partial_scope` and
    `excluded_reason` of `Measure`.
    """

    id: Slug
    general: bool = False
    perhaps: Scope = Scope()
    adds_to: tuple[str, ...] = ()
    """Measures that are charged together with this one. They must not be in `excluded_by`."""
    aside: str = ""


class MeasureSpec(DutySpec):
    partners: tuple[str, ...] = Field(min_length=1)
    calc: Calc = Calc.ADDS
    periods: tuple[PeriodSpec, ...] = ()
    rate_unknown: bool = False
    source: SourceKeys | None = None
    """Required for a measure without periods."""
    announcements: tuple[AnnouncementSpec, ...] = ()
    milestones: tuple[MilestoneSpec, ...] = ()


class ScheduleRow(Frozen):
    """One partner of a schedule.

    `rates` maps a column to the partner's percent. A column that is missing from `rates` applies
    with its own percent.
    """

    partner: str
    rates: Mapping[str, Percent] = Field(default_factory=dict)
    calc: Calc = Calc.ADDS
    exempt: tuple[Exemption, ...] = ()
    confidence: Confidence | None = None
    """None means that the row has the confidence of its schedule."""
    note: str = ""
    caveat: str = ""
    periods: tuple[PeriodSpec, ...] = ()
    """Rates of this partner alone, in order of time. No column applies once the first begins."""


class Schedule(DutySpec):
    """A legal act with a rate for each partner. `row_id` is the pattern of its measures' ids."""

    row_id: str = Field(pattern=r"^[a-z0-9-]*\{partner\}[a-z0-9-]*$")
    columns: Mapping[str, PeriodSpec] = Field(min_length=1)
    rows: tuple[ScheduleRow, ...] = Field(min_length=1)


class Remark(Frozen):
    """A note for answers about a pair, such as how a published figure is calculated."""

    model_config = ConfigDict(populate_by_name=True)

    partner: str
    from_: Day = Field(alias="from")
    to: Day | None = None
    text: str = Field(min_length=1)
    source: SourceKeys
    leads: bool = False
    """Whether the note is shown before the total, because the total would mislead without it."""
    basis: str = ""
    """The legal basis of the duties that the note is about; empty if it is about all goods.

    Answers about goods or laws show the note only if such a duty is among their duties.
    """


class BaseDuty(Frozen):
    """The MFN duty of a tariff line.

    All goods in `goods` pay this duty. For the wider goods in `example_for` it is an example.
    """

    line: str = Field(pattern=r"^\d{4}(\.\d{2}){0,3}$")
    what: str = Field(min_length=1)
    percent: Percent
    goods: tuple[str, ...] = ()
    example_for: tuple[str, ...] = ()
    year: int = Field(ge=1990, le=2100)
    source: SourceKeys


class DutyClock(Frozen):
    """The time at which an imposer's rates change: for the US, 00:01 in America/New_York."""

    zone: str = "UTC"
    """A name of the IANA time zone database."""
    starts_at: time = time(0)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(
                f"'{zone}' is not a time zone; use a name such as Europe/Brussels"
            ) from None
        return zone

    def find_day(self, now: datetime) -> date:
        """The date whose rates customs charges at `now`, an aware time."""
        here = now.astimezone(ZoneInfo(self.zone))
        begun = here.timetz().replace(tzinfo=None) >= self.starts_at
        return here.date() if begun else here.date() - timedelta(days=1)


class ImposerFile(Frozen):
    """The content of an imposer's rates file."""

    imposer: str
    clock: DutyClock = DutyClock()
    """The time at which a new day begins for this imposer's customs."""
    coverage: tuple[Coverage, ...] = Field(min_length=1)
    main_partners: tuple[str, ...] = ()
    not_followed: str = Field(default="antidumping and countervailing duties", min_length=1)
    """Kinds of duty of the imposer that this file does not track, in words."""
    sources: Mapping[str, Source]
    bases: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Maps each legal basis, as written in `legal_basis`, to its names in questions."""
    groups: Mapping[Slug, tuple[str, ...]] = Field(default_factory=dict)
    """Maps names to sets of measures and schedules. Rules may use such a name for the set."""
    one_of: Mapping[Slug, tuple[str, ...]] = Field(default_factory=dict)
    """Sets of measures that exclude each other: a tariff line pays at most one of a set."""
    schedules: tuple[Schedule, ...] = ()
    measures: tuple[MeasureSpec, ...] = ()
    remarks: tuple[Remark, ...] = ()
    base_duties: tuple[BaseDuty, ...] = ()


class MfnBaseline(Frozen):
    """An economy's simple average of its applied MFN duties, in percent."""

    economy: str
    percent: Percent
    year: int = Field(ge=1990, le=2100)
    source: str


class MfnFile(Frozen):
    """The content of `mfn.yaml`."""

    sources: Mapping[str, Source]
    baselines: tuple[MfnBaseline, ...]
