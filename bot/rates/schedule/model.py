"""The values of a tariff schedule: lines, and the lists of measures that name lines.

A code has 4 to 10 digits and means all lines under it. All groups of codes that match a line
count; a longer code does not override a shorter one.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pydantic import ConfigDict, Field, field_validator

from bot.rates.model.measure import Confidence, Day, Source
from bot.values import Frozen

_TEXTS = 2_000
"""Maximum parsed texts of duties, and of special columns, in the cache. The schedule has about
1,500 texts of duties and 250 special columns."""
LINE_DIGITS = 8
"""The digits of a tariff line. Codes with ten digits are statistical numbers of a line."""

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_CHARGED = re.compile(r"(\d+(?:\.\d+)?)%")
_SPECIAL = re.compile(r"([^()]+)\(([^()]*)\)")
_CODES = re.compile(r"\s*(?:\d{4}(?:\d{2}){0,3}\s+)*(?:\d{4}(?:\d{2}){0,3})?\s*")


class TariffLine(NamedTuple):
    """An 8-digit line with its duties, in the words of the schedule."""

    code: str
    general: str
    """The base duty: `6.8%`, `Free` or `13.2¢/kg + 14.9%`."""
    column2: str
    special: str
    headings: str
    """The headings of chapter 99 that the footnotes name."""
    description: str

    @property
    def percent(self) -> Decimal | None:
        """The base duty, if it is a single percentage of the value; else None."""
        return parse_percent(self.general)

    def find_special(self, symbols: Collection[str]) -> str | None:
        """The special rate of a program with one of these symbols; None if there is none.

        `Free (A,AU,KR) 2.8% (JP)` has the rate `2.8%` for `JP`.
        """
        for rate, named in _read_special(self.special):
            if not named.isdisjoint(symbols):
                return rate
        return None


class FormerLine(NamedTuple):
    """A line as it was up to a day, before an import changed its duties or ended it."""

    to: date
    line: TariffLine


@lru_cache(_TEXTS)
def parse_percent(text: str) -> Decimal | None:
    """The percent of a duty that is purely ad valorem, 0 for `Free`; None for other duties."""
    if text.strip().casefold() == "free":
        return Decimal(0)
    match = _PERCENT.fullmatch(text.strip())
    return Decimal(match[1]) if match else None


@lru_cache(_TEXTS)
def _read_special(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The rates of a special column, each with its symbols."""
    return tuple(
        (match[1].strip(), frozenset(each.strip() for each in match[2].split(",")))
        for match in _SPECIAL.finditer(text)
    )


class AdditionalHeading(NamedTuple):
    """A heading of chapter 99, under which an additional duty or an exemption is declared."""

    heading: str
    measures: tuple[str, ...]
    """The ids of the measures that charge this heading; empty for exemptions."""
    from_: date
    to: date | None
    general: str
    """The rate in the words of the schedule; empty if it was not read yet."""
    description: str

    @property
    def percent(self) -> Decimal | None:
        """The percent that the heading charges; None if its text was not read or has none."""
        match = _CHARGED.search(self.general)
        return Decimal(match[1]) if match else None

    @property
    def is_all_in(self) -> bool:
        """Whether the rate replaces the base duty: `15%`, and not `the duty + 15%`."""
        return parse_percent(self.general) is not None

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


class MembershipKind(StrEnum):
    """What a list says about the lines of a group."""

    IN = "in"
    CONDITIONAL = "conditional"
    """Only some goods of the line are on the list; the group's question decides."""
    EXEMPT = "exempt"
    EXEMPT_IF = "exempt-if"
    EXCLUSION = "exclusion"
    """Goods that a product exclusion describes are not charged."""
    OUT = "out"
    """The line was taken off the list, which has no effect on a total."""
    BAN = "ban"
    SUSPENDED = "suspended"

    @property
    def depends(self) -> bool:
        """Whether a question decides if the group applies to goods of the line."""
        return self in (self.CONDITIONAL, self.EXEMPT_IF, self.EXCLUSION)


class MembershipGroup(Frozen):
    """Codes with the same membership in a list."""

    model_config = ConfigDict(populate_by_name=True)

    list: str
    """The id of a measure, or a list of the schedule."""
    kind: MembershipKind
    from_: Day = Field(alias="from")
    to: Day | None = None
    question: str = ""
    answer: bool = True
    """The group applies if this is the answer to its question."""
    claim: bool = False
    """Whether importers must claim the exemption. If so, totals count the duty."""
    heading: str = Field(default="", pattern=r"^(9903\.\d\d\.\d\d)?$")
    note: str = ""
    source: str
    codes: tuple[str, ...] = Field(repr=False)

    @field_validator("codes", mode="before")
    @classmethod
    def _split(cls, codes: object) -> object:
        if not isinstance(codes, str):
            return codes
        if not _CODES.fullmatch(codes):
            raise ValueError("has a word that is not a code of 4, 6, 8 or 10 digits")
        return tuple(codes.split())

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


class MembershipFile(Frozen):
    """The content of a file in `membership/`."""

    groups: tuple[MembershipGroup, ...]


class ListSource(Source):
    """The source of a list; of medium confidence if not compared with the official text."""

    confidence: Confidence = Confidence.HIGH


class TradeProgram(Frozen):
    """A trade agreement or preference program that importers may claim."""

    id: str
    name: str
    names: tuple[str, ...]
    """How people write the claim: `under usmca`."""
    denials: tuple[str, ...] = ()
    """How people write that the goods do not qualify: `not under usmca`."""
    symbols: tuple[str, ...] = ()
    """The symbols of the program in the special column."""
    partners: tuple[str, ...] = ()
    """Economies whose goods can qualify."""
    goods: str = ""
    """The goods of `goods.yaml` whose exemptions from duties the claim gives."""
    covered: bool = True
    """Whether the data has the rates of the program. If not, answers only say so."""
    both: bool = False
    """Whether answers without a claim also give the figure with it."""
    fee_exempt: bool = False
    """Whether goods under the program pay no merchandise processing fee."""


class EntryFees(Frozen):
    """The customs fees on an entry, in percent of its value and in dollars."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Day = Field(alias="from")
    to: Day | None = None
    merchandise_percent: Decimal
    merchandise_min: Decimal
    merchandise_max: Decimal
    informal_up_to: Decimal = Decimal(0)
    """Entries up to this value, in dollars, are informal. They pay a small fee of their own."""
    harbor_percent: Decimal
    source: Source

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


class LowValue(Frozen):
    """The former exemption of low-value shipments from duty."""

    up_to: Decimal
    """The highest value of an exempt shipment, in dollars."""
    exempt_until: Day
    """The last day of the exemption for goods of most origins."""
    earlier: Mapping[str, Day] = Field(default_factory=dict)
    """The last day for other origins."""


class TransitException(Frozen):
    """Goods that were under way by ship when a duty began, and that do not pay it."""

    measures: tuple[str, ...]
    """Ids of measures, or of schedules of `us.yaml` whose rows are meant."""
    loaded_before: Day
    """The goods were loaded onto the ship before this day, the first day of the duty."""
    entered_before: Day
    heading: str = ""
    """The heading to declare; empty if it is not known."""
    instead: str = ""
    """What the goods pay in place of the duty; empty if they pay nothing."""
    source: Source

    def covers(self, day: date) -> bool:
        return self.loaded_before <= day < self.entered_before


class FilingOrder(Frozen):
    """The order in which headings of chapter 99 are declared, by legal basis."""

    bases: tuple[str, ...]
    source: Source


class GoodsAnswer(Frozen):
    """How goods in words answer a question of the lists."""

    question: str = Field(min_length=1)
    yes: tuple[str, ...] = ()
    """Ids of goods that are what the question asks for."""
    no: tuple[str, ...] = ()
    """Ids of goods that are not."""


class ScheduleHeader(Frozen):
    """The content of `schedule.yaml`."""

    revision: str = Field(min_length=1)
    in_force: Day
    """The first day of the revision."""
    checked: Day
    """The day on which the lists were last checked."""
    since: Day
    """The first day for which the base duties are known."""
    url: str = ""
    """The address of a line in the official schedule, with `{line}` in place of its code."""
    sources: Mapping[str, ListSource]
    lists: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """The measures, schedules and groups that each list belongs to."""
    tiers: tuple[str, ...] = ()
    """Sets under `one_of` whose lists must not name one line at different rates on a day."""
    programs: tuple[TradeProgram, ...] = ()
    column2: Mapping[str, Day] = Field(default_factory=dict)
    """The economies whose goods pay the rates of column 2, with the first day."""
    fees: tuple[EntryFees, ...] = ()
    low_value: LowValue | None = None
    filing_order: FilingOrder | None = None
    in_transit: tuple[TransitException, ...] = ()
    by_line: tuple[str, ...] = ()
    """Measures whose lists were drawn up line by line, so that words name their goods roughly."""
    defined_by_law: tuple[str, ...] = ()
    """Goods whose duties depend on a law's own definition, and not on their lines."""
    goods_answers: tuple[GoodsAnswer, ...] = ()
    split_lines: frozenset[str] = frozenset()
    """Lines all of whose ten-digit numbers are on lists, so that no other goods are in the line."""
