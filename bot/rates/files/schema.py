"""A rates file as people write it (`config/rates/us.yaml`).

One file holds one imposer. Sources are named once and referred to by key. A schedule is an action
that set rates for many partners: its columns are periods, its rows are partners.
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
    """How far the ledger follows an imposer's duties on some partners (`WORLD`: all others)."""

    partners: tuple[str, ...]
    since: Day
    checked: Day
    """The newest day up to which its sources were read."""
    general: bool = True
    """Whether duties on goods in general are followed; otherwise only the measures listed are."""
    note: str = ""


class PeriodSpec(PeriodTerms):
    """A rate period with its sources as keys."""

    calc: Calc | None = None
    """None for that of the measure."""
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
    """What measures and schedules have in common."""

    id: Slug
    general: bool = False
    perhaps: Scope = Scope()
    adds_to: tuple[str, ...] = ()
    """Measures it is known to come on top of; a contradiction with `excluded_by` is refused."""
    aside: str = ""


class MeasureSpec(DutySpec):
    partners: tuple[str, ...] = Field(min_length=1)
    calc: Calc = Calc.ADDS
    periods: tuple[PeriodSpec, ...] = ()
    rate_unknown: bool = False
    source: SourceKeys | None = None
    """Needed by a measure without periods."""
    announcements: tuple[AnnouncementSpec, ...] = ()
    milestones: tuple[MilestoneSpec, ...] = ()


class ScheduleRow(Frozen):
    """One partner of a schedule: its percent by column, where that differs from the column's."""

    partner: str
    rates: Mapping[str, Percent] = Field(default_factory=dict)
    calc: Calc = Calc.ADDS
    exempt: tuple[Exemption, ...] = ()
    confidence: Confidence | None = None
    """None for that of the schedule."""
    note: str = ""
    caveat: str = ""
    periods: tuple[PeriodSpec, ...] = ()
    """Rates of this partner alone, in order of time. From the first of them on, the schedule's
    columns no longer hold for it."""


class Schedule(DutySpec):
    """One action with a rate for each partner; `id` is the family, `row_id` names its measures."""

    row_id: str = Field(pattern=r"^[a-z0-9-]*\{partner\}[a-z0-9-]*$")
    columns: Mapping[str, PeriodSpec] = Field(min_length=1)
    rows: tuple[ScheduleRow, ...] = Field(min_length=1)


class Remark(Frozen):
    """What an answer about a pair must say besides: a figure said in public that counts something
    else, a rule that no measure holds."""

    model_config = ConfigDict(populate_by_name=True)

    partner: str
    from_: Day = Field(alias="from")
    to: Day | None = None
    text: str = Field(min_length=1)
    source: SourceKeys
    leads: bool = False
    """Whether it is shown before the number for all goods, because a rate alone would mislead."""


class BaseDuty(Frozen):
    """The MFN duty on one tariff line; `goods` that lie in it, `example_for` goods that hold it."""

    line: str = Field(pattern=r"^\d{4}(\.\d{2}){0,3}$")
    what: str = Field(min_length=1)
    percent: Percent
    goods: tuple[str, ...] = ()
    example_for: tuple[str, ...] = ()
    year: int = Field(ge=1990, le=2100)
    source: SourceKeys


class DutyClock(Frozen):
    """When a duty's day begins: US rates change at 00:01 in America/New_York."""

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
                f"'{zone}' is no time zone; write one such as Europe/Brussels"
            ) from None
        return zone

    def find_day(self, now: datetime) -> date:
        """The day whose rates customs charges at this moment (aware)."""
        here = now.astimezone(ZoneInfo(self.zone))
        begun = here.timetz().replace(tzinfo=None) >= self.starts_at
        return here.date() if begun else here.date() - timedelta(days=1)


class ImposerFile(Frozen):
    """One imposer's file."""

    imposer: str
    clock: DutyClock = DutyClock()
    """When a day begins for this imposer's customs."""
    coverage: tuple[Coverage, ...] = Field(min_length=1)
    main_partners: tuple[str, ...] = ()
    not_followed: str = Field(default="antidumping and countervailing duties", min_length=1)
    """Kinds of duty that the imposer charges and this file leaves out, in words."""
    sources: Mapping[str, Source]
    bases: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Legal bases as they stand in `legal_basis`, with what people call them."""
    groups: Mapping[Slug, tuple[str, ...]] = Field(default_factory=dict)
    """Names for sets of measures and schedules, to be used where one of them may be named."""
    one_of: Mapping[Slug, tuple[str, ...]] = Field(default_factory=dict)
    """Sets of which at most one falls on a tariff line."""
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
    """`mfn.yaml`."""

    sources: Mapping[str, Source]
    baselines: tuple[MfnBaseline, ...]
