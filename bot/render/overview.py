"""Reduces an answer to what a reader needs in ten seconds, in short words.

    answer | title | headline | rows of goods | next changes | age of the data

Everything else of the answer is in the details (`bot.slack.views.rates.details`, the terminal's
`--long`, JSON). A range is never reduced to its lower end.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import NamedTuple

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import (
    BASE_ID,
    Answer,
    BaseRange,
    BaseRate,
    BaseShare,
    Change,
    ChangeKind,
    ClaimTotal,
    Component,
    LinesTotal,
    PeriodTotals,
    Step,
    TotalBasis,
    Upcoming,
    format_percent,
)
from bot.rates.model.law import Effect
from bot.rates.model.measure import Calc, Status
from bot.rates.model.warnings import RateWarning, Reason
from bot.rates.question.query import RateQuery
from bot.render import words
from bot.render.duty_names import (
    DutyName,
    drop_qualifiers,
    join_subjects,
    name_importer,
    name_origin,
    read_duty_name,
    shorten_clause,
    shorten_court,
)
from bot.render.freshness import Freshness, describe_check, find_freshness
from bot.text.dates import format_day, format_period, format_short_day

_NEXT = 3
_GOODS_CHARACTERS = 60
_LAW_OF_LISTS = re.compile(r"^(Section \d+) lists? ", re.IGNORECASE)
_PERCENTS = re.compile(r"(\d+(?:\.\d+)?)%")
_ON_NO_LIST = "on no list"
_BANNED = "import ban"
_ZERO = Decimal(0)
NOT_INCLUDED = "AD/CVD, quotas, fees"
"""The charges that no total includes, in short words."""


class Piece(NamedTuple):
    """A part of the headline; the figures are strong."""

    text: str
    strong: bool = False


class GoodsRow(NamedTuple):
    """Some of the goods: what they are, what is added to their normal duty, and why."""

    goods: str
    added: str
    why: str = ""
    lines: int = 0
    """The number of tariff lines; 0 if it is not known."""
    brief: str = ""
    """`why` without the law and the first day of the duty; empty if `why` has neither."""


class NextChange(NamedTuple):
    """What happens on a day, in a few words."""

    on: date
    text: str
    brief: str
    """The first of several changes, with the number of the others."""


class ChangeRow(NamedTuple):
    """A change of the total in the period of a question."""

    on: date
    total: str
    what: str


class AnswerOverview(NamedTuple):
    """An answer in short words."""

    title: str
    """Importing economy, goods and origin: `US additional duty on goods of China`."""
    headline: tuple[Piece, ...]
    """The number and what it depends on."""
    basis: str
    """How the number relates to the normal duty; may be empty."""
    remarks: tuple[str, ...]
    """Sentences without which the number would be misread."""
    rows_title: str
    """The title of the first column of the rows: `Goods`, or `Duty` if each row is a duty."""
    added_title: str
    """The title of the column of figures: `Added`, or `Rate` if they include the normal duty."""
    rows: tuple[GoodsRow, ...]
    """Groups of goods, the largest first. The lines of all rows are all lines of the schedule."""
    changes: tuple[ChangeRow, ...]
    """The last changes of the total in the period of the question, the newest first."""
    questions: tuple[str, ...]
    """The questions about the goods that decide within a range."""
    headings: str
    """The headings to declare; empty if they are not known."""
    next: tuple[NextChange, ...]
    """The next days on which something changes, up to three."""
    short_total: str
    """The number in one or two words: `10%`, `12.5% to 37.5%`, `banned`; empty for none.

    `10%+` says that particular goods pay more.
    """
    freshness: Freshness
    checked: date | None
    age_days: int
    """Days from the last check to today; 0 if there was no check."""
    is_projection: bool
    """Whether the answer is about a day after today, for which only scheduled changes are known."""
    dates_passed: int
    """Scheduled days that came after the last check and are not verified."""
    reports: int
    """Reports since the check, which are not in the data."""
    contested_in: str
    """The court that may still void a counted duty; empty for none."""
    assumed: str
    """Says that the importing country was assumed; empty if the question names it."""

    def format_headline(self) -> str:
        """The headline without emphasis."""
        return "".join(piece.text for piece in self.headline)

    def format_checked(self) -> str:
        """When the data was checked: `checked 7 Oct 2026, 54 days ago`.

        For a day after today: `scheduled as known on 7 Oct 2026, 54 days ago`.
        """
        verb = "scheduled as known on" if self.is_projection else "checked"
        return describe_check(self.checked, self.age_days, verb)

    def list_status(self) -> tuple[str, ...]:
        """What qualifies the data other than its age, each in a few words."""
        passed, reports = self.dates_passed, self.reports
        texts = (
            f"{passed} change{'s' * (passed > 1)} due since, not verified" if passed else "",
            f"{reports} report{'s' * (reports > 1)} since" if reports else "",
            f"challenged at the {self.contested_in}" if self.contested_in else "",
            f"not included: {NOT_INCLUDED}",
        )
        return tuple(text for text in texts if text)


def build_overview(
    answer: Answer, query: RateQuery, today: date, max_rows: int = 6
) -> AnswerOverview:
    """The answer in short words. `today` is the day on which the question was asked.

    At most `max_rows` rows are made. The last one has the goods that the others leave out. The
    answer to a question about a period has changes instead, and one about a percentage has neither.
    """
    is_period = answer.period is not None and not query.history
    now = (Piece("Now: "),) if query.percent is not None and answer.on == today else ()
    is_short = is_period or query.percent is not None
    if query.on is None and answer.period is None:
        # The importing country may have a later date than the reader.
        today = max(today, answer.on)
    is_past = answer.on < today and answer.checked is not None and answer.checked >= answer.on
    passed = {item.on for item in answer.next if item.passed and not is_past}
    contested = next((one.contested_in for one in answer.components if one.contested_in), "")
    return AnswerOverview(
        title=format_title(answer, today),
        headline=(*now, *(_build_period_headline if is_period else _build_headline)(answer)),
        basis=_describe_basis(answer),
        remarks=tuple(_list_remarks(answer)),
        rows_title="Goods" if _has_goods_rows(answer) else "Duty",
        added_title="Added" if answer.base_share is BaseShare.ADDED else "Rate",
        rows=() if is_short else _build_rows(answer, max_rows),
        changes=tuple(_list_changes(answer))[:max_rows] if is_period else (),
        questions=() if is_short else answer.questions,
        headings="" if is_short else _join_headings(answer),
        next=() if is_short else _list_next(answer),
        short_total=format_short_total(answer),
        freshness=_find_freshness(answer, today, bool(passed)),
        checked=answer.checked,
        age_days=max((today - answer.checked).days, 0) if answer.checked else 0,
        is_projection=answer.on > today + timedelta(days=1),
        dates_passed=len(passed),
        reports=len(answer.reports),
        contested_in=shorten_court(contested),
        assumed=_describe_assumed(answer, query),
    )


def format_title(answer: Answer, today: date | None = None) -> str:
    """Importing economy, goods, origin and the period or, if it is not today, the day."""
    importer = name_importer(answer.imposer, answer.imposer_name)
    origin = name_origin(answer.partner, answer.partner_name)
    day = f", {format_day(answer.on)}" if today is not None and answer.on != today else ""
    if answer.period is not None:
        day = f", {format_period(answer.period.since, answer.period.until)}"
    if answer.rows:
        return f"{importer} {words.name_law_duties(answer)} on goods of {origin}{day}"
    if answer.basis is TotalBasis.LAYER:
        names = [read_duty_name(name, answer.partner_name) for name in answer.goods]
        law = f"{names[0].law} " if names and names[0].law else ""
        is_law = len(names) > 1 and {one.law for one in names} == {law.strip()} != {""}
        duty = "duties" if is_law else join_subjects(names).removeprefix(law)
        return f"{importer} {law}{duty} on goods of {origin}{day}"
    if answer.basis is TotalBasis.GENERAL:
        claim = f" {answer.entry.claim}" if answer.entry.claim else ""
        return f"{importer} {words.name_kind(answer)} on goods of {origin}{claim}{day}"
    return (
        f"{importer} {words.name_kind(answer)} on {words.describe_goods(answer)} of {origin}{day}"
    )


def format_short_total(answer: Answer) -> str:
    """The number in one or two words, or an empty text if there is none."""
    if answer.banned:
        return "banned"
    span = answer.main_span
    if span is None:
        return ""
    if answer.on_goods is None or answer.lines:
        return words.format_span(*span)
    # Some goods pay more than the number, and how many is not known.
    return (
        f"{words.format_span(*span)}+"
        if any(span)
        else f"up to {format_percent(answer.on_goods.up_to)}%"
    )


def has_figure(answer: Answer) -> bool:
    """Whether the answer says what is charged, on some goods at least."""
    return bool(format_short_total(answer) or answer.on_goods or answer.lines)


def _build_period_headline(answer: Answer) -> Iterator[Piece]:
    """The lowest and the highest total of the period, then the number on its last day."""
    period, number = answer.period, answer.main_span
    if period is None:
        return
    yield Piece(words.format_span(period.low, period.high), strong=True)
    listed = answer.basis is TotalBasis.GENERAL and (answer.on_goods or answer.lines)
    yield Piece(f"{' on goods on no list' * bool(listed)} {_format_during(period)}")
    if number is None and not answer.banned:
        return
    if number == (period.low, period.high):
        if listed and answer.on_goods:
            up_to = f"{format_percent(answer.on_goods.up_to)}%"
            yield Piece(f"; up to {up_to} on particular goods on {format_day(answer.on)}")
        return
    yield Piece("; ")
    if number is None:
        yield Piece("may not be imported", strong=True)
    else:
        yield Piece(words.format_span(*number), strong=True)
        yield Piece(_name_general_goods(answer) if answer.basis is TotalBasis.GENERAL else "")
    yield Piece(f" on {format_day(answer.on)}")


def _format_during(period: PeriodTotals) -> str:
    """`during Q2 2025`, `from 1 Jun 2026 to 30 Nov 2026`."""
    text = format_period(period.since, period.until)
    return f"from {text}" if " to " in text else f"during {text}"


def _list_changes(answer: Answer) -> Iterator[ChangeRow]:
    """The changes of the total in the period, the newest first."""
    steps = [step for step in answer.history if step.ruling is None]
    for before, step in reversed(list(zip([None, *steps], steps, strict=False))):
        if step.changes and (before is None or _read_total(before) != _read_total(step)):
            yield ChangeRow(step.on, words.format_step_total(step), words.describe_step(step))


def _read_total(step: Step) -> tuple[Decimal, Decimal | None, bool, bool]:
    return step.percent, step.up_to, step.banned, step.is_open


def _build_law_headline(answer: Answer) -> Iterator[Piece]:
    """The duty on all goods under a law, then the number of its duties on particular goods."""
    general = [one.percent or _ZERO for one in answer.rows if one.is_counted]
    particular = [one for one in answer.rows if not one.is_counted]
    if general:
        total = sum(general, _ZERO)
        yield Piece(words.format_span(total, total), strong=True)
        yield Piece(" on all goods" + "; " * bool(particular))
    if not particular:
        return
    bans = sum(one.rate.banned for one in particular)
    count = len(particular) - bans
    if count:
        rates = [one.percent for one in particular if one.percent is not None]
        one_rate = len(set(rates)) == 1
        yield Piece(f"{count} {'duty' if count == 1 else 'duties'}{' of ' if one_rate else ', '}")
        yield Piece(
            words.format_span(min(rates), max(rates)) if rates else "by quantity", strong=True
        )
        yield Piece(" and " * bool(bans))
    if bans:
        yield Piece(f"{bans} import ban{'s' * (bans > 1)}", strong=not count)
    yield Piece(", on particular goods")


def _build_headline(answer: Answer) -> Iterator[Piece]:
    if answer.rows:
        yield from _build_law_headline(answer)
        return
    if answer.banned:
        since = next(
            (one.since for one in answer.warnings if isinstance(one, kinds.ImportBan)), None
        )
        yield Piece("May not be imported", strong=True)
        yield Piece(f" since {format_day(since)}" if since else "")
        return
    span = answer.main_span
    if span is None:
        yield from _describe_missing(answer)
        return
    scheduled = " (scheduled, not verified)" if answer.has_scheduled else ""
    which = f"{_describe_goods_of_number(answer, span)}{scheduled}"
    free = next((one for one in answer.entry.others if is_other_figure(one, span)), None)
    if free is None:
        yield Piece(_name_number(span), strong=True)
        yield Piece(which)
        return
    # A claim of the importer decides, so both figures are given.
    yield Piece(_name_claim_number(free), strong=True)
    yield Piece(f" if {free.program}-originating and claimed, ")
    yield Piece(_name_number(span), strong=True)
    yield Piece(f" otherwise{which}")


def _name_number(span: tuple[Decimal, Decimal]) -> str:
    return "No additional duty" if not any(span) else words.format_span(*span)


def _name_claim_number(one: ClaimTotal) -> str:
    if one.banned:
        return "Not importable"
    span = one.span or (one.percent or _ZERO, one.percent or _ZERO)
    return _name_number(span)


def is_other_figure(one: ClaimTotal, span: tuple[Decimal, Decimal] | None) -> bool:
    """Whether the claim leads to another figure than `span`."""
    if one.percent is None and one.span is None:
        return one.banned
    return (one.span or (one.percent, one.percent)) != span


def _describe_goods_of_number(answer: Answer, span: tuple[Decimal, Decimal]) -> str:
    """The goods that pay the number and what decides, after the number."""
    if answer.basis is TotalBasis.LAYER:
        named = len(answer.goods) == 1
        alone = ", this duty alone" if named else ", these duties alone"
        return alone + (_describe_end(answer) if not any(span) else "")
    if answer.basis is TotalBasis.GENERAL:
        return _describe_general(answer, span)
    if answer.total_range is not None:
        return f", {words.describe_range(answer)}"
    if answer.is_zero_in_data:
        return " found in our data" + _describe_maybe_more(answer)
    return _describe_maybe_more(answer)


def _describe_end(answer: Answer) -> str:
    """Since when the duties of the question are not collected, if they were once."""
    ends = [
        (one.charged_until or one.to, one)
        for one in answer.not_counted
        if one.exclusion is not None
        and one.exclusion.reason in (Reason.STRUCK_DOWN, Reason.NOTHING_CHARGED, Reason.ENDED)
        and (one.charged_until or one.exclusion.reason is Reason.ENDED)
    ]
    dated = [(day, one) for day, one in ends if day is not None and day < answer.on]
    if not dated:
        return ""
    day, last = max(dated, key=lambda each: each[0])
    if last.charged_until is None:
        return f"; ended {format_day(day)}"
    unlawful = next((one.on for one in last.rulings if one.effect is Effect.STRUCK_DOWN), None)
    why = f" (held unlawful {format_day(unlawful)})" if unlawful else ""
    return f"; not collected since {format_day(day + timedelta(days=1))}{why}"


def _name_general_goods(answer: Answer) -> str:
    """The goods that pay the number of an answer about goods in general."""
    if not answer.lines:
        return " on goods in general"
    return " on all goods" if len(answer.lines) == 1 else " on most goods"


def _describe_general(answer: Answer, span: tuple[Decimal, Decimal]) -> str:
    goods = _name_general_goods(answer)
    if answer.lines:
        return goods + (", depending on the tariff line" if span[0] != span[1] else "")
    if answer.on_goods is None:
        return goods
    # Some of these duties are added to the number, others replace it.
    up_to = f"up to {format_percent(answer.on_goods.up_to)}%"
    duties = f"duties of {up_to}" if answer.components else up_to
    return f"{goods}, {duties} on particular goods"


def _describe_maybe_more(answer: Answer) -> str:
    """Says that some lines pay more than the number, if they do."""
    rates = [
        one.rate.percent
        for one in answer.not_counted
        if one.exclusion is not None
        and one.exclusion.reason in (Reason.SOME_LINES, Reason.LINE_DECIDES, Reason.DEPENDS)
        and one.rate.percent
    ]
    return f", up to {format_percent(max(rates))}% more on some tariff lines" if rates else ""


def _describe_missing(answer: Answer) -> Iterator[Piece]:
    """Why there is no number."""
    if any(isinstance(one, kinds.NotCovered) for one in answer.warnings):
        yield Piece("Not in our data", strong=True)
        importer = name_origin(answer.imposer, answer.imposer_name)
        yield Piece(f": we don't track additional duties of {importer} on these goods")
        return
    runs_out = any(isinstance(one, kinds.RunsOut) for one in answer.warnings)
    if answer.on_goods is not None and not runs_out:
        yield Piece("Particular goods only", strong=True)
        yield Piece(
            f": up to {format_percent(answer.on_goods.up_to)}%; other goods are not tracked"
        )
        return
    if any(isinstance(one, kinds.SingleProductsOnly) for one in answer.warnings):
        yield Piece("Not in our data", strong=True)
        yield Piece(": we track duties on single products only")
        return
    yield Piece("No total can be given", strong=True)


def _describe_basis(answer: Answer) -> str:
    if answer.period is not None and (changed := _describe_basis_of_period(answer)):
        return changed
    if answer.rows:
        some = any(one.calc is not Calc.ADDS for one in answer.rows)
        return f"plus the normal duty{', which some of them include' * some}"
    if answer.banned or (answer.main_span is None and not answer.lines):
        # An average says nothing about named goods.
        average = None if answer.basis is TotalBasis.GOODS else answer.mfn
        return f"normal duty: {format_percent(average.percent)}% on average" if average else ""
    if answer.includes_base:
        return "normal duty included"
    if answer.base is not None and answer.base.exact:
        return _describe_exact_base(answer, answer.base)
    found = words.describe_base_range(answer).replace(" (MFN)", "")
    if answer.base_share is BaseShare.MIXED:
        return f"plus the {found or 'normal duty'}, which some of the rates include"
    if answer.base_share is BaseShare.INCLUDED:
        together = _describe_sum_with_range(answer)
        more = "" if _is_below(answer.base_range, answer.main_span) else f" ({_ALONE})"
        return f"{found or 'normal duty'} included{together or more}"
    misled = any(isinstance(one, kinds.LeadingPairRemark) for one in answer.warnings)
    if answer.basis is not TotalBasis.GOODS and answer.mfn is not None and not misled:
        # Most goods that a trade program covers pay less than the average duty.
        mean = "" if answer.entry.claim else f" (average {format_percent(answer.mfn.percent)}%)"
        return f"plus the normal duty{mean}"
    if found:
        return f"plus the {found}"
    on_goods = answer.basis is TotalBasis.GOODS
    return "plus the normal duty" + (", which depends on the tariff line" * on_goods)


def _describe_basis_of_period(answer: Answer) -> str:
    """Says it if the totals of only a part of the period include the normal duty."""
    steps = [step for step in answer.history if step.ruling is None and not step.is_open]
    changes = [
        (step.on, step.includes_base)
        for before, step in pairwise(steps)
        if before.includes_base != step.includes_base and (before.percent or before.up_to)
    ]
    if not changes:
        return ""
    texts = [f"{_INCLUDED[included]} from {format_day(day)}" for day, included in changes]
    return f"normal duty {_INCLUDED[not changes[0][1]]} at first, {', '.join(texts)}"


_INCLUDED = {True: "included", False: "on top"}


def _describe_exact_base(answer: Answer, base: BaseRate) -> str:
    """The base duty of the line, and the sum with it if there is one."""
    rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
    kind = words.name_base(base).replace(" (MFN)", "")
    share, span = answer.base_share, answer.main_span
    if share is BaseShare.MIXED:
        return f"plus the {kind} {rate}, which some of the rates include"
    if share is BaseShare.INCLUDED:
        if base.with_duties is not None and base.with_duties != answer.total_percent:
            return f"{kind} {rate}, together {format_percent(base.with_duties)}%"
        within = base.percent is not None and span is not None and base.percent <= span[0]
        return f"{kind} {rate} included{'' if within else f' ({_ALONE})'}"
    if base.with_duties is not None:
        return f"{kind} {rate}, together {format_percent(base.with_duties)}%"
    return f"plus the {kind} {rate}"


def _is_below(base: BaseRange | None, span: tuple[Decimal, Decimal] | None) -> bool:
    """Whether no line has a higher base duty than the lowest total."""
    if base is None or base.high is None or base.not_percent or span is None:
        return False
    return base.high <= span[0]


def _describe_sum_with_range(answer: Answer) -> str:
    """The lowest and the highest total of one all-in rate, where the base duty may be higher."""
    base, [*counted] = answer.base_range, answer.components
    if base is None or base.low is None or base.high is None or answer.total_percent is None:
        return ""
    if len(counted) != 1 or base.high <= answer.total_percent:
        return ""
    low, high = (max(end, answer.total_percent) for end in (base.low, base.high))
    return f", in total {words.format_span(low, high)}"


_ALONE = "alone where it is higher"
_IN_HEADLINE = (kinds.ImportBan, kinds.ZeroInData)
_SHOWN = (
    kinds.BeforeData,
    kinds.UnknownProduct,
    kinds.NoMeasureOnGoods,
    kinds.SpellingRead,
    kinds.UnknownWords,
    kinds.NoSuchLayer,
    kinds.ClaimRefused,
    kinds.ClaimNotCovered,
    kinds.AskedNotCovered,
    kinds.VoidButCharged,
    kinds.LookupFailed,
)
"""Warnings that do not lead, without which the number would be taken for that of other goods."""


def _join_headings(answer: Answer) -> str:
    """The headings to declare. It says so if a counted duty has another one, which is not known."""
    entry = answer.entry
    more = " and headings that our data lacks" if entry.unnamed and entry.headings else ""
    return ", ".join(entry.headings) + more


def _list_remarks(answer: Answer) -> Iterator[str]:
    leading = " ".join(
        one.text for one in answer.warnings if isinstance(one, kinds.LeadingPairRemark)
    )
    for one, text in zip(answer.warnings, words.describe_warnings(answer), strict=True):
        # The rows of a law have its import bans.
        is_row = bool(answer.rows) and isinstance(one, kinds.SomeLinesBanned)
        if (is_shown(one) and not is_row) or _changes_number(one, answer, leading):
            yield text


def _changes_number(one: RateWarning, answer: Answer, leading: str) -> bool:
    """Whether the number needs the note: it names other goods, rates, doubts, or a specific duty.

    The headline has the figure with a claim, and `leading` has the leading remarks on the pair.
    """
    if isinstance(one, kinds.NotInTotal):
        return one.exclusion.reason is Reason.SPECIFIC
    if answer.rows or answer.banned or answer.period is not None:
        return False
    if isinstance(one, kinds.PartlyExempt):
        # The questions of a range have the conditions already.
        in_words = bool(one.condition) and not _is_in_headline(one.condition, answer)
        return in_words and answer.total_range is None
    if not isinstance(one, kinds.RateCaveat) or one.text in leading:
        return False
    # A duty that only some goods of a range pay is within the range anyway.
    within = any(
        each.measure_id == one.measure.id
        and each.exclusion is not None
        and each.exclusion.reason is Reason.DEPENDS
        for each in answer.not_counted
    )
    return not within and not _is_in_headline(one.text, answer)


def _is_in_headline(text: str, answer: Answer) -> bool:
    """Whether the text is about a claim, such as USMCA, whose figure the headline has."""
    return any(claim.program in text for claim in answer.entry.others)


def is_shown(one: RateWarning) -> bool:
    """Whether an overview shows the warning as a sentence."""
    return (one.leads and not isinstance(one, _IN_HEADLINE)) or isinstance(one, _SHOWN)


def _build_rows(answer: Answer, most: int) -> tuple[GoodsRow, ...]:
    if answer.rows:
        return _build_law_rows(answer, most)
    if answer.banned:
        return ()
    if answer.lines and (answer.basis is TotalBasis.GENERAL or len(answer.lines) > 1):
        return _build_line_rows(answer, most)
    if answer.choices:
        chosen = [
            GoodsRow(one.goods, words.format_span(one.percent, one.percent))
            for one in answer.choices
        ]
        rest = next((one for one in answer.warnings if isinstance(one, kinds.NoOneTotal)), None)
        if rest is not None and rest.rest_percent is not None:
            others = GoodsRow(
                "on none of these lists", words.format_span(rest.rest_percent, rest.rest_percent)
            )
            return (*_cut_rows(chosen, most - 1), others)
        return _cut_rows(chosen, most)
    if answer.basis is TotalBasis.GENERAL:
        return _cut_rows(_list_general_rows(answer), most)
    return _cut_rows([_build_component_row(one, answer) for one in _list_deciding(answer)], most)


def _has_goods_rows(answer: Answer) -> bool:
    """Whether the rows are groups of goods, and not the duties on the goods of the question."""
    by_goods = answer.rows or answer.choices or len(answer.lines) > 1
    return bool(by_goods) or answer.basis is TotalBasis.GENERAL


def _build_law_rows(answer: Answer, most: int) -> tuple[GoodsRow, ...]:
    """A row for each duty of a law; if there are too many, a row for each rate."""
    # The sort keeps the order of duties on particular goods.
    duties = sorted(answer.rows, key=lambda one: not one.is_counted)
    if len(duties) <= most:
        return tuple(_build_law_row(one, answer) for one in duties)
    rows, counts = [], []
    for (rate, is_general), group in groupby(
        duties, key=lambda one: (_format_law_rate(one), one.is_counted)
    ):
        same = list(group)
        row = _build_law_row(same[0], answer)
        if len(same) > 1 and not is_general:
            names = [read_duty_name(one.measure, answer.partner_name) for one in same]
            law = f"{names[0].law} " if names[0].law else ""
            goods = join_subjects(names).removeprefix(law)
            row = GoodsRow(goods, rate, f"{len(same)} duties")
        rows.append(row)
        counts.append(len(same))
    if len(rows) <= most:
        return tuple(rows)
    added = f"{rows[-1].added} to {rows[most - 1].added}"
    left = GoodsRow("others", added, f"{sum(counts[most - 1 :])} duties")
    return (*rows[: most - 1], left)


def _build_law_row(one: Component, answer: Answer) -> GoodsRow:
    name = read_duty_name(one.measure, answer.partner_name)
    goods = "all goods" if one.is_counted else name.subject or name.short
    if one.rate.banned:
        goods = shorten_clause(one.covers, _GOODS_CHARACTERS) or goods
    since = one.rate_since or one.from_
    why = (
        f"since {format_day(since)}" if since else "",
        "normal duty included" if one.calc is not Calc.ADDS else "",
    )
    return GoodsRow(goods, _format_law_rate(one), ", ".join(filter(None, why)))


def _format_law_rate(one: Component) -> str:
    return "banned" if one.rate.banned else words.describe_rate(one.rate)


def _cut_rows(rows: Sequence[GoodsRow], most: int) -> tuple[GoodsRow, ...]:
    if len(rows) <= most:
        return tuple(rows)
    left = rows[most - 1 :]
    return (*rows[: most - 1], GoodsRow(f"{len(left)} more", _join_figures(left)))


def _join_figures(rows: Sequence[GoodsRow]) -> str:
    """The lowest and the highest figure of the rows: `+5% to 25%`."""
    percents = [Decimal(one) for row in rows for one in _PERCENTS.findall(row.added)]
    others = [row.added for row in rows if not _PERCENTS.search(row.added)]
    plus = "+" if percents and all(row.added.startswith("+") for row in rows) else ""
    span = [f"{plus}{words.format_span(min(percents), max(percents))}"] if percents else []
    return " or ".join(dict.fromkeys([*span, *others]))


class _LineGroup(NamedTuple):
    """Lines with the same label in a table."""

    label: str
    groups: tuple[LinesTotal, ...]

    @property
    def lines(self) -> int:
        return sum(group.lines for group in self.groups)

    @property
    def is_banned(self) -> bool:
        return self.groups[0].banned


def _build_line_rows(answer: Answer, most: int) -> tuple[GoodsRow, ...]:
    """Rows with counts of tariff lines. Lines that may not be imported have their own row."""
    labeled: dict[tuple[str, object], list[LinesTotal]] = {}
    for group in answer.lines:
        label = _label_lines(group, answer)
        # Lines without a list are one row; lines on lists have a row for each total.
        is_one_row = group.banned or group.unlisted == group.lines
        key = (label, None if is_one_row else (group.low, group.high))
        labeled.setdefault(key, []).append(group)
    found = [_LineGroup(label, tuple(groups)) for (label, _), groups in labeled.items()]
    found.sort(key=lambda each: (-each.lines, each.label))
    shown, rest = _choose_groups(found, most)
    rows = _name_law_once([_build_line_row(each, answer) for each in shown if not each.is_banned])
    rows += [
        GoodsRow(each.label, "banned", _join_laws(each.groups, answer), each.lines)
        for each in shown
        if each.is_banned
    ]
    return (*rows, *([_build_rest_row(rest, answer)] if rest else []))


def _choose_groups(
    found: Sequence[_LineGroup], most: int
) -> tuple[Sequence[_LineGroup], Sequence[_LineGroup]]:
    """The groups that have a row of their own, and those that share the last of `most` rows.

    The goods on no list are kept first, because the headline is about them, then import bans, then
    the largest groups.
    """
    if len(found) <= most:
        return found, ()
    by_weight = sorted(found, key=lambda each: (each.label != _ON_NO_LIST, not each.is_banned))
    kept = by_weight[: most - 1]
    return [one for one in found if one in kept], [one for one in found if one not in kept]


def _build_rest_row(rest: Sequence[_LineGroup], answer: Answer) -> GoodsRow:
    groups = [one for each in rest for one in each.groups]
    charged = [one for one in groups if not one.banned]
    added = [words.format_span(min(one.low for one in charged), max(one.high for one in charged))]
    added += ["banned"] * (len(charged) < len(groups))
    lines = sum(one.lines for one in groups)
    return GoodsRow("other goods", " or ".join(added), _join_laws(groups, answer, 1), lines)


def _name_law_once(rows: Sequence[GoodsRow]) -> list[GoodsRow]:
    """The rows, with the law of lists only in the first: `Section 301 Lists 1-3`, `List 4A`."""
    named: list[GoodsRow] = []
    known: set[str] = set()
    for row in rows:
        found = _LAW_OF_LISTS.match(row.goods)
        law = found[1] if found else ""
        goods = row.goods.removeprefix(law).strip() if law in known else row.goods
        named.append(row._replace(goods=goods))
        known.add(law)
    return named


def _join_laws(groups: Iterable[LinesTotal], answer: Answer, most: int = 2) -> str:
    """The laws of the duties on lists, that of the most lines first: `Section 232 and others`."""
    lines: Counter[str] = Counter()
    for group in groups:
        names = [read_duty_name(name, answer.partner_name) for name in group.duties]
        listed = [one.name for one in _list_selective(group, answer)]
        lines.update(
            dict.fromkeys((one.law or one.subject for one in listed or names), group.lines)
        )
    laws = [law for law, _ in lines.most_common()]
    return ", ".join(laws[:most]) + " and others" * (len(laws) > most)


def _label_lines(group: LinesTotal, answer: Answer) -> str:
    """What the lines of a group are, by the duties on particular goods that they pay."""
    if group.banned:
        return _BANNED
    selective = _list_selective(group, answer)
    if selective:
        main = max(selective, key=lambda one: one.percent)
        names = [one.name for one in selective if one.name.law == main.name.law]
        return join_subjects(names)
    if answer.basis is not TotalBasis.GENERAL:
        return "tariff lines" if group.duties else "other tariff lines"
    general = answer.total_percent or _ZERO
    if (group.low, group.high) == (general, general):
        return _ON_NO_LIST if answer.on_goods else "all goods"
    if group.unlisted < group.lines and not group.high:
        return "exempt"
    return "exempt, some in part"


class _ListedDuty(NamedTuple):
    name: DutyName
    percent: Decimal


def _list_selective(group: LinesTotal, answer: Answer) -> list[_ListedDuty]:
    """The duties of a group that are not on goods in general."""
    rates = {one.measure: one.rate.percent for one in answer.not_counted}
    general = {one.measure for one in answer.components} if _is_general(answer) else set()
    return [
        _ListedDuty(read_duty_name(name, answer.partner_name), rates.get(name) or _ZERO)
        for name in group.duties
        if name not in general
    ]


def _is_general(answer: Answer) -> bool:
    return answer.basis is TotalBasis.GENERAL


def _build_line_row(one: _LineGroup, answer: Answer) -> GoodsRow:
    low = min(group.low for group in one.groups)
    high = max(group.high for group in one.groups)
    why = _explain_sum(one.groups[0], answer) if low == high else "the goods decide"
    if not (low or high or one.groups[0].duties):
        why = "no additional duty"
    if not _list_selective(one.groups[0], answer) and _is_general(answer) and not (low == high > 0):
        why = "the goods decide" if high else "exempt" * bool(answer.total_percent)
    alone = _find_alone(one.groups[0], answer) if low == high > 0 else None
    if alone is not None and len(one.groups) == 1:
        return GoodsRow(
            one.label,
            words.format_span(low, high),
            _explain_alone(alone, answer),
            one.lines,
            brief=why,
        )
    return GoodsRow(one.label, words.format_span(low, high), why, one.lines)


def _explain_sum(group: LinesTotal, answer: Answer) -> str:
    """The duties that make up a total: `forced labor 12.5% + 301 25%`.

    If they do not add up to the total, for example because one includes the normal duty, only
    their names are given.
    """
    general = [
        _ListedDuty(read_duty_name(one.measure, answer.partner_name), one.rate.percent or _ZERO)
        for one in answer.components
        if _is_general(answer) and one.measure in group.duties
    ]
    selective = {(one.name.law, one.percent): one for one in _list_selective(group, answer)}
    parts = [*general, *selective.values()]
    if not parts:
        return ""
    added = sum((one.percent for one in parts), _ZERO) == group.low
    texts = [_name_part(one, general) for one in parts]
    if not added:
        return ", ".join(dict.fromkeys(texts))
    if len(parts) == 1:
        return texts[0]
    return " + ".join(
        f"{text} {format_percent(one.percent)}%" for text, one in zip(texts, parts, strict=True)
    )


def _find_alone(group: LinesTotal, answer: Answer) -> Component | None:
    """The duty on goods in general, if it is the only duty of the lines."""
    if not _is_general(answer) or len(group.duties) != 1:
        return None
    return next((one for one in answer.components if one.measure == group.duties[0]), None)


def _explain_alone(one: Component, answer: Answer) -> str:
    """The law, the subject and the first day of a duty."""
    name = read_duty_name(one.measure, answer.partner_name)
    law = f"{name.law} " if name.law and name.law not in name.short else ""
    return f"{law}{name.short}{_format_start(one)}"


def _name_part(one: _ListedDuty, general: Sequence[_ListedDuty]) -> str:
    """A duty on all goods by its subject, a duty on a list by its law."""
    return one.name.short if one in general else one.name.law_number or one.name.short


def _list_general_rows(answer: Answer) -> list[GoodsRow]:
    """The duties on goods in general, then those on particular goods that are charged."""
    rows = []
    general = [one for one in answer.components if one.measure_id != BASE_ID]
    if general:
        names = [read_duty_name(one.measure, answer.partner_name) for one in general]
        rows.append(GoodsRow("goods on no list", _format_total(answer), join_subjects(names)))
    particular = sorted(filter(_is_charged_on_goods, answer.not_counted), key=_sort_by_percent)
    plus = "+" if general else ""
    on_goods = []
    for one in particular:
        name = read_duty_name(one.measure, answer.partner_name)
        goods = shorten_clause(one.covers, _GOODS_CHARACTERS) or name.short
        rate = words.describe_rate(one.rate)
        on_goods.append(GoodsRow(goods, f"{plus}{rate}", _explain(one, name)))
    return rows + _merge_same_goods(on_goods, [one.rate.percent for one in particular])


def _merge_same_goods(rows: Sequence[GoodsRow], rates: Sequence[Decimal | None]) -> list[GoodsRow]:
    """Rows about the same goods become one, with the span of their rates."""
    found: dict[str, list[tuple[GoodsRow, Decimal | None]]] = {}
    for row, rate in zip(rows, rates, strict=True):
        found.setdefault(row.goods, []).append((row, rate))
    merged = []
    for same in found.values():
        first = same[0][0]
        known = [rate for _, rate in same if rate is not None]
        if len(same) > 1 and len(known) == len(same):
            plus = "+" if first.added.startswith("+") else ""
            added = f"{plus}{words.format_span(min(known), max(known))}"
            first = first._replace(added=added, why=f"{len(same)} duties")
        merged.append(first)
    return merged


def _explain(one: Component, name: DutyName) -> str:
    if one.exclusion is not None and one.exclusion.reason is Reason.NEVER_SUMMED:
        return "not verified" if one.exclusion.text else name.short
    included = ", normal duty included" if one.calc is not Calc.ADDS else ""
    return f"{name.law or name.short}{included}"


def _is_charged_on_goods(one: Component) -> bool:
    reasons = (Reason.PARTICULAR_GOODS, Reason.NEVER_SUMMED, Reason.IMPORT_BAN)
    charged = one.status is Status.IN_FORCE and bool(one.rate.percent or one.rate.banned)
    return charged and one.exclusion is not None and one.exclusion.reason in reasons


def _sort_by_percent(one: Component) -> Decimal:
    return -(one.rate.percent or Decimal(1_000))


def _format_total(answer: Answer) -> str:
    span = answer.main_span
    return "" if span is None else words.format_span(*span)


def _format_start(one: Component) -> str:
    first = one.rate_since or one.from_
    return f", since {format_day(first)}" if first else ""


def _list_deciding(answer: Answer) -> Iterator[Component]:
    """The counted duties, then those that apply to some of the goods."""
    yield from answer.components
    reasons = (Reason.SOME_LINES, Reason.LINE_DECIDES, Reason.DEPENDS, Reason.BAN_ON_SOME_LINES)
    for one in answer.not_counted:
        if one.exclusion is not None and one.exclusion.reason in reasons:
            yield one


def _build_component_row(one: Component, answer: Answer) -> GoodsRow:
    name = read_duty_name(one.measure, answer.partner_name)
    law = name.law if name.law not in name.short else ""
    rate = words.describe_rate(one.rate)
    if one.exclusion is not None:
        return GoodsRow(name.short, f"+{rate}", ", ".join(filter(None, (law, "some lines"))))
    return GoodsRow(name.short, rate, f"{law}{_format_start(one)}".removeprefix(", "))


def _list_next(answer: Answer) -> tuple[NextChange, ...]:
    """The next days after the day of the answer, with what changes on each."""
    coming = sorted(
        (item for item in answer.next if not item.passed and item.on > answer.on),
        key=lambda item: item.on,
    )
    found = []
    for day, items in groupby(coming, key=lambda item: item.on):
        texts = list(dict.fromkeys(_describe_next(item, answer) for item in items))
        found.append(NextChange(day, _join_some(texts, 2), _count_others(texts)))
    return tuple(found[:_NEXT])


def _join_some(texts: Sequence[str], most: int) -> str:
    more = f", {len(texts) - most} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def _count_others(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{texts[0]} and {len(texts) - 1} more"


def _describe_next(item: Upcoming, answer: Answer) -> str:
    subject = drop_qualifiers(read_duty_name(item.measure, answer.partner_name).short)
    if item.change.kind is ChangeKind.MILESTONE:
        return shorten_clause(item.change.text)
    # A rate that ends after the last check may be extended or replaced.
    unknown = item.change.kind is ChangeKind.ENDS and (
        answer.checked is None or item.on > answer.checked
    )
    more = " (what follows is not known)" if unknown else ""
    return f"{subject} {_describe_short_change(item.change)}{more}"


def _describe_short_change(what: Change) -> str:
    rate = _describe_short_rate(what)
    match what.kind:
        case ChangeKind.ENDS:
            return f"{rate} ends" if what.rate.percent else "ends"
        case ChangeKind.SUSPENSION_ENDS:
            return "suspension ends"
        case ChangeKind.ANNOUNCED:
            return f"{rate} announced" if what.rate.percent else rate
        case ChangeKind.SUSPENDED:
            return "suspended"
        case ChangeKind.STRUCK_DOWN:
            return "not collected"
        case ChangeKind.BY_PARTNER if what.up_to is not None and what.rate.percent is not None:
            return words.format_span(what.rate.percent, what.up_to)
    return rate


def _describe_short_rate(what: Change) -> str:
    if what.rate.specific:
        return "begin"
    return words.describe_rate(what.rate, "rate to be announced")


def _find_freshness(answer: Answer, today: date, passed: bool) -> Freshness:
    if answer.checked is not None and answer.on < today and answer.checked >= answer.on:
        return Freshness.GREEN
    return find_freshness(answer.checked, today, passed=passed)


def _describe_assumed(answer: Answer, query: RateQuery) -> str:
    if not query.imposer_assumed:
        return ""
    return f"assuming imports into {name_origin(answer.imposer, answer.imposer_name)}"


def format_next(change: NextChange, today: date, *, brief: bool = False) -> str:
    """`4 Dec polysilicon 15%`; with the year if the day is not near."""
    return f"{format_short_day(change.on, today)} {change.brief if brief else change.text}"
