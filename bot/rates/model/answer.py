"""The answer to a question about rates, as facts. Renderers turn it into words or JSON.

Percents are ad valorem: percentages of the customs value. The classes are named tuples without
validation, because the content of the ledger has already been validated.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bot.rates.model.law import LegalEvent, Ruling, Talk
from bot.rates.model.measure import (
    Calc,
    Confidence,
    DutyRate,
    MeasureRef,
    PartnerRate,
    Source,
    Status,
)
from bot.rates.model.warnings import Choice, Exclusion, RateWarning, Reason

BASE_ID = "mfn"
"""The `measure_id` of the component that is the base rate."""


_SOME_GOODS = (Reason.DEPENDS, Reason.LINE_DECIDES)
"""Why a total does not count a duty that only some goods of a range pay."""


class TotalBasis(StrEnum):
    """Which duties the total of an answer counts."""

    GENERAL = "general"
    """The duties on all goods."""
    GOODS = "goods"
    """All duties on particular goods."""
    LAYER = "layer"
    """Only the duties that the question names."""


class BaseShare(StrEnum):
    """Whether a total includes the base duty."""

    ADDED = "added"
    """The base duty comes on top of the total."""
    INCLUDED = "included"
    MIXED = "mixed"
    """Some totals of a range include it, and it comes on top of the others."""


_SHARES = {
    (False,): BaseShare.ADDED,
    (True,): BaseShare.INCLUDED,
    (False, True): BaseShare.MIXED,
}
"""By whether rates include the base duty."""


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


class MfnAverage(NamedTuple):
    """The simple average of the imposer's applied MFN duties, in percent."""

    percent: Decimal
    year: int
    source: Source


class BaseRate(NamedTuple):
    """The MFN duty of a tariff line."""

    line: str
    what: str
    percent: Decimal | None
    """None if the duty is not a single percentage of the value. Then `words` describes it."""
    with_duties: Decimal | None
    """The sum of the base rate and the counted duties, in percent."""
    exact: bool
    """True for the line or the goods of the question; False for an example of the goods."""
    year: int
    source: Source
    words: str = ""
    """The duty in the words of its source, if it is not a percentage: `4.4¢/kg`."""
    column: str = ""
    """The trade program whose special rate this is, or `column 2`; empty for the MFN rate."""


class BaseRange(NamedTuple):
    """The base duties of several tariff lines."""

    low: Decimal | None
    """The lowest duty that is a percentage of the value; None if no line has one."""
    high: Decimal | None
    lines: int
    not_percent: int
    """How many of the lines have a specific or compound duty."""
    year: int
    source: Source
    column: str = ""
    """The trade program whose special rates these are, or `column 2`; empty for MFN rates."""
    words: tuple[str, ...] = ()
    """The duties that are not a percentage, in the words of the source, each once."""


class ClaimTotal(NamedTuple):
    """The duty with a claim that the question does not make, such as USMCA."""

    program: str
    percent: Decimal | None
    span: tuple[Decimal, Decimal] | None
    """The lowest and highest total in percent, if the goods decide."""
    banned: bool
    base: BaseRate | None
    """The base duty under the claim; None if the question names no line."""


class ProgramBase(NamedTuple):
    """A trade program that the question does not claim, and that may lower the base duty."""

    program: str
    covered: bool
    """Whether the data has the rates of the program."""
    base: BaseRange | None
    """The base duties of the lines under the program; None if they are not known."""


class ClaimedBase(NamedTuple):
    """The base duty of all lines of the schedule under one claim."""

    lines: int
    free: int
    """How many of them pay no base duty."""
    median: Decimal | None
    """At least half of the lines with a percentage pay this or more."""


class ValuedDuty(NamedTuple):
    """A counted duty in dollars."""

    measure: MeasureRef
    percent: Decimal | None
    dollars: Decimal | None
    """None if the duty includes a base duty that is unknown."""


class EntryValue(NamedTuple):
    """The duties and fees on an entered value, in dollars."""

    value: Decimal
    duties: tuple[ValuedDuty, ...]
    base: Decimal | None
    """The base duty; None if it is unknown or not a percentage."""
    merchandise_fee: Decimal | None
    """None if the fee of the day is not in the data."""
    fee_unsure: bool
    """Whether a claimed trade agreement may exempt the goods from the merchandise fee."""
    harbor_fee: Decimal | None
    """Only for goods that arrive by sea, so the total does not include it."""
    total: tuple[Decimal, Decimal]
    """The lowest and the highest sum of the duties, the base duty and the merchandise fee."""
    not_summed: tuple[str, ...]
    """Duties that the total lacks: specific and compound ones, and an unknown base duty."""
    fees_source: Source | None
    informal_up_to: Decimal | None = None
    """The highest value of an informal entry, if this is one. It has no merchandise fee."""
    low_value_until: date | None = None
    """The last day on which shipments of so low a value were exempt; None for higher values."""


class EntryFacts(NamedTuple):
    """What an importer declares and pays, as far as the tariff schedule says it."""

    claim: str = ""
    """The claim that the answer follows: `under USMCA`, `column 2`; empty for none."""
    claim_of: str = ""
    """The program that the question claims, or that it says the goods do not qualify for."""
    is_denied: bool = False
    """Whether the question says that the goods do not qualify for `claim_of`."""
    claim_words: tuple[str, ...] = ()
    """How people claim `claim_of` or write that goods do not qualify for it."""
    base: ClaimedBase | None = None
    """The base duty of goods in general under the claim; None for named goods, or no claim."""
    others: tuple[ClaimTotal, ...] = ()
    programs: tuple[ProgramBase, ...] = ()
    """Programs of the partner, where they change or may change the base duty of the goods."""
    headings: tuple[str, ...] = ()
    """The headings of the counted duties in filing order, then the line's number."""
    unnamed: tuple[MeasureRef, ...] = ()
    """Counted duties whose heading is not in the data."""
    value: EntryValue | None = None

    @property
    def has_column2(self) -> bool:
        """Whether goods in general pay the rates of column 2."""
        return self.base is not None and not self.claim_of


class OnGoods(NamedTuple):
    """The duties on particular goods, which a total on all goods does not count."""

    how_many: int
    up_to: Decimal
    """The highest of these duties, in percent."""


class LinesTotal(NamedTuple):
    """A number of tariff lines with the same total or range, in percent."""

    lines: int
    low: Decimal
    high: Decimal
    duties: tuple[str, ...] = ()
    """The names of the duties that most of these lines pay or, if they have a range, may pay."""
    banned: bool = False
    """Whether the goods may not be imported."""
    unlisted: int = 0
    """How many of these lines are on no list of products."""


def find_importable_span(lines: Sequence[LinesTotal]) -> tuple[Decimal, Decimal] | None:
    """The range of the totals of the lines that may be imported, if some lines are banned."""
    charged = [one for one in lines if not one.banned]
    if not charged or len(charged) == len(lines):
        return None
    return min(one.low for one in charged), max(one.high for one in charged)


class CaseTotal(NamedTuple):
    """The total of one tariff line or number for one set of answers to its questions."""

    code: str
    yes: frozenset[str]
    """The questions that are answered with yes."""
    no: frozenset[str]
    total: Decimal | None
    """In percent; None if the goods may not be imported."""

    def may_be(self, other: "CaseTotal") -> bool:
        """Whether the same goods may be in both cases: no question has two answers."""
        same = self.code == other.code
        return same and self.yes.isdisjoint(other.no) and self.no.isdisjoint(other.yes)


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
    """For `MILESTONE` its description, for `CONTINUES` the new basis, as in the rates files."""


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
    by_partner: tuple[PartnerRate, ...] = ()
    """The rates of partners that do not pay this rate on all countries."""


class RateChange(NamedTuple):
    """A change of one measure."""

    measure: MeasureRef
    change: Change


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
    """Whether the total is not known, because a rate ends and what follows is not announced.

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


class Report(NamedTuple):
    """A story about the duties of an answer that is newer than the check of its sources."""

    title: str
    url: str
    source: str
    """The publication's name."""
    published: datetime
    """In UTC."""
    status: str
    """The status that the story reports, as in `bot.news.state`; empty if it reports none."""


class Answer(NamedTuple):
    """The duties of the imposer on the partner's goods on a day."""

    imposer: str
    partner: str
    imposer_name: str
    partner_name: str
    on: date
    product: str | None
    total_percent: Decimal | None
    """None if the total is unknown, imports are banned, or the goods have no single total."""
    components: tuple[Component, ...]
    not_counted: tuple[Component, ...]
    mfn: MfnAverage | None
    checked: date | None
    """The day on which the sources of the answer were last checked; None if not tracked."""
    warnings: tuple[RateWarning, ...]
    """The most important first. Leading warnings come before all others."""
    next: tuple[Upcoming, ...]
    basis: TotalBasis = TotalBasis.GENERAL
    goods: tuple[str, ...] = ()
    """The names of the goods or layers of the total; empty for goods in general."""
    codes: tuple[str, ...] = ()
    """The HS codes of the total, digits only."""
    codes_in_part: bool = False
    """Whether the total is for the listed lines under the codes only: not for all of HS 73."""
    any_origin: bool = False
    """Whether the total is for goods of all origins, and counts only duties on these goods."""
    total_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest total, if the total depends on the tariff line."""
    added_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest percent that the duties of a range add to the base duty.

    None if there is no range, or if an all-in rate has no known base duty.
    """
    questions: tuple[str, ...] = ()
    """The questions about the goods that decide within the range."""
    cases: tuple[CaseTotal, ...] = ()
    """The totals of the only tariff line by the answers to its questions; empty without them."""
    lines: tuple[LinesTotal, ...] = ()
    """How many tariff lines pay which total.

    For a heading, the lines under it. For goods in general, all lines, if the ledger has the
    schedule.
    """
    checked_by: str = ""
    """The operator who confirmed on the day `checked` that nothing changed; may be empty."""
    entry: EntryFacts = EntryFacts()
    by_line: bool = False
    """Whether the total follows the lists of a tariff schedule."""
    choices: tuple[Choice, ...] = ()
    banned: bool = False
    """Whether the goods may not be imported. Then there is no total."""
    base: BaseRate | None = None
    """The base rate of the line, or of all lines of the goods if they have the same."""
    base_range: BaseRange | None = None
    """The base rates of the lines, if the answer is about several lines."""
    typical: tuple[Decimal, Decimal] | None = None
    """The narrowest span of totals that covers two thirds of `lines`; None without `lines`.

    For goods in general it includes `total_percent`.
    """
    rows: tuple[Component, ...] = ()
    """The measures of a question about a law, such as `section 301`, the highest rate first.

    Then there is no total, and `total_range` has the lowest and the highest of their rates. Empty
    for other questions.
    """
    period: PeriodTotals | None = None
    """The totals over the period of the question, whose steps are in `history`; else None."""
    on_goods: OnGoods | None = None
    """The duties that a total on goods in general does not count; None if there are none."""
    last_change: Step | None = None
    history: tuple[Step, ...] = ()
    known_from: date | None = None
    """The day from which the data has the duties of the pair; None if the pair is not tracked."""
    talks: tuple[Talk, ...] = ()
    reports: tuple[Report, ...] = ()
    """Reports since `checked`, newest first."""
    suggestions: tuple[str, ...] = ()
    """Goods with names similar to an unknown product, and the goods of `choices`."""

    @property
    def includes_base(self) -> bool:
        """Whether the total includes the base rate."""
        return any(component.measure_id == BASE_ID for component in self.components)

    @property
    def base_share(self) -> BaseShare:
        """Whether the total, or each total of a range, includes the base duty.

        An all-in rate includes it. In a range, some goods may pay an all-in rate and others not.
        """
        if self.rows:
            all_in = {one.calc is not Calc.ADDS for one in self.rows}
            return _SHARES[tuple(sorted(all_in))]
        if self.includes_base or any(one.calc is not Calc.ADDS for one in self.components):
            return BaseShare.INCLUDED
        if self.total_range is None or self.basis is TotalBasis.GENERAL:
            return BaseShare.ADDED
        reasons = (*_SOME_GOODS, Reason.SOME_LINES) if self.choices else _SOME_GOODS
        some = {
            one.calc is not Calc.ADDS
            for one in self.not_counted
            if one.exclusion is not None and one.exclusion.reason in reasons and one.percent
        }
        if True not in some:
            return BaseShare.ADDED
        # If duties are counted, or the lowest total is 0%, some goods pay no all-in rate.
        is_mixed = False in some or self.components or not self.total_range[0]
        return BaseShare.MIXED if is_mixed else BaseShare.INCLUDED

    @property
    def main_span(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and the highest end of the figure that the answer gives first.

        It is the total or, if the goods decide, the range of totals. For goods in general it is the
        total on most goods, as far as tariff lines are counted. None if there is no figure.
        """
        if self.banned:
            return None
        if self.basis is TotalBasis.GENERAL and self.typical is not None:
            return self.typical
        if self.total_range is not None:
            return self.total_range
        return None if self.total_percent is None else (self.total_percent, self.total_percent)

    @property
    def is_uncharged_law(self) -> bool:
        """Whether the answer is about laws alone that charge nothing."""
        return self.basis is TotalBasis.LAYER and not self.rows and self.total_percent == 0

    @property
    def is_zero_in_data(self) -> bool:
        """Whether the total is 0 only because the ledger has no duty on the goods."""
        return self.basis is TotalBasis.GOODS and self.total_percent == 0 and not self.by_line

    @property
    def is_zero_in_general(self) -> bool:
        """Whether the ledger has no duty on goods in general, so that the total on them is 0."""
        return self.basis is TotalBasis.GENERAL and self.total_percent == 0 and not self.components

    @property
    def has_scheduled(self) -> bool:
        """Whether the total includes changes after the last check, which are not verified."""
        if self.checked is None:
            return False
        begun = (one for one in self.components if one.from_ is not None)
        ended = (
            one
            for one in self.not_counted
            if one.exclusion is not None and one.exclusion.reason is Reason.ENDED
        )
        return any(one.from_ and one.from_ > (one.checked or self.checked) for one in begun) or any(
            one.to and (one.checked or self.checked) <= one.to < self.on for one in ended
        )

    @property
    def has_content(self) -> bool:
        """Whether the answer has a total, a range, choices, a ban or a counted component."""
        has_total = self.total_percent is not None or self.total_range is not None
        return has_total or bool(self.components or self.choices or self.banned)


def format_percent(percent: Decimal | None) -> str | None:
    """The percent without trailing zeros: `12.5`, `145`, `0`; None for None."""
    if percent is None:
        return None
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
