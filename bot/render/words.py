"""Describes facts about rates in words, for Slack, the terminal and calendar files."""

import string
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.parties import WORLD, Parties
from bot.rates.calendar.entries import Doubt, DoubtKind
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import (
    BASE_ID,
    Answer,
    BaseRange,
    BaseRate,
    Change,
    ChangeKind,
    ClaimTotal,
    Component,
    EntryValue,
    LinesTotal,
    OnGoods,
    Step,
    TotalBasis,
    format_percent,
)
from bot.rates.model.goods import format_code
from bot.rates.model.law import Effect, Ruling
from bot.rates.model.lookup import MissingFigure
from bot.rates.model.measure import DutyRate, Status
from bot.rates.model.warnings import Choice, Exclusion, RateWarning, Reason
from bot.rates.question.query import RateQuery
from bot.text.dates import format_day

NO_GENERAL_DUTY = "no additional duty on goods in general in our data"
"""Follows a total of 0% without components."""

_MAX_LISTED = 6
_LINES_SHOWN = 6
_DUTIES_SHOWN = 4


def describe_party(code: str, parties: Parties) -> str:
    """The name of an economy, or `all countries` for `WORLD`. Unknown codes are not changed."""
    if code == WORLD:
        return "all countries"
    return parties.get(code).name if code in parties else code


def describe_rate(duty: DutyRate, unknown: str = "rate not known") -> str:
    """`12.5%`, a specific duty in words, or `may not be imported`; `unknown` if it has no rate."""
    if duty.banned:
        return "may not be imported"
    if duty.percent is None:
        return duty.specific or unknown
    return f"{format_percent(duty.percent)}%"


def format_total(answer: Answer) -> str | None:
    """The total in percent, as `12.5` or `12.5 to 37.5`; None if the answer has none."""
    if answer.total_range is not None:
        ends = dict.fromkeys(str(format_percent(end)) for end in answer.total_range)
        return " to ".join(ends)
    return format_percent(answer.total_percent)


def describe_range(answer: Answer) -> str:
    """What decides which total of the range applies; empty if there is only one total."""
    if answer.total_range is None:
        return ""
    same_lines = len({(group.low, group.high, group.banned) for group in answer.lines}) < 2
    by_goods = answer.rows or answer.choices or (answer.questions and same_lines)
    return "the goods decide" if by_goods else "the tariff line decides"


def describe_lines(group: LinesTotal) -> str:
    """How many lines pay a total: `31 lines: 12.5% to 37.5%`, and which duties make it up."""
    noun = "line" if group.lines == 1 else "lines"
    duties = "" if not group.duties else f" ({', '.join(group.duties[:_DUTIES_SHOWN])})"
    rate = "may not be imported" if group.banned else format_span(group.low, group.high)
    return f"{group.lines:,} {noun}: {rate}{duties}"


def format_span(low: Decimal, high: Decimal) -> str:
    """`10%`, or `12.5% to 37.5%`."""
    ends = dict.fromkeys((f"{format_percent(low)}%", f"{format_percent(high)}%"))
    return " to ".join(ends)


def list_lines(answer: Answer) -> list[str]:
    """How many lines pay which total. For goods in general, rare totals are one entry."""
    if answer.basis is not TotalBasis.GENERAL:
        return [describe_lines(group) for group in answer.lines]
    shown, rest = answer.lines[:_LINES_SHOWN], answer.lines[_LINES_SHOWN:]
    texts = [describe_lines(group) for group in shown]
    if rest:
        count = sum(group.lines for group in rest)
        low, high = min(group.low for group in rest), max(group.high for group in rest)
        texts.append(f"{count:,} other lines: {format_span(low, high)}")
    return texts


def count_lines(answer: Answer) -> int:
    """The number of tariff lines that the counts of an answer are about."""
    return sum(group.lines for group in answer.lines)


def describe_checked(answer: Answer) -> str:
    """When the sources were last checked and, if an operator confirmed it, by whom."""
    if answer.checked is None:
        return ""
    by = f" by {answer.checked_by}" if answer.checked_by else ""
    return f"last checked {format_day(answer.checked)}{by}"


def describe_left_out(answer: Answer) -> str:
    """The title above the duties that the figure of an answer does not include."""
    return "not included" if answer.basis is TotalBasis.GENERAL else "not in the total"


def format_step_total(step: Step) -> str:
    """The total after a step: `12.5%`, or `12.5% to 37.5%`."""
    return format_span(step.percent, step.percent if step.up_to is None else step.up_to)


def name_law_duties(answer: Answer) -> str:
    """The duties of a question about a law: `Section 232 duties`."""
    laws = dict.fromkeys(one.legal_basis for one in answer.rows)
    return f"{' and '.join(laws)} duties"


def list_counted(answer: Answer) -> tuple[Component, ...]:
    """The duties that an answer is about: those of its law, else those that it counts."""
    return answer.rows or answer.components


def list_left_out(answer: Answer) -> tuple[Component, ...]:
    """The duties that an answer is not about, or does not count."""
    return tuple(one for one in answer.not_counted if one not in answer.rows)


def describe_goods(answer: Answer) -> str:
    """The goods of the total: `goods in general`, `toys (HS 9503)`, or a duty."""
    if answer.rows:
        return name_law_duties(answer)
    codes = ", ".join(f"HS {format_code(code)}" for code in answer.codes)
    names = ", ".join(answer.goods)
    goods = f"{names} ({codes})" if names and codes else names or codes or "goods in general"
    named = answer.entry.claim and answer.codes
    return f"{goods} {answer.entry.claim}" if named else goods


def describe_definition(answer: Answer) -> str:
    """Which duties the total counts. Published figures often count other duties."""
    all_in = any(one.calc is not one.calc.ADDS for one in answer.components)
    mfn = "including the normal (MFN) duty" if all_in else "on top of the normal (MFN) duty"
    if answer.rows:
        return "each duty of the law by itself; the goods decide which one applies"
    if answer.basis is TotalBasis.LAYER:
        return f"this duty alone, {mfn}"
    if answer.basis is TotalBasis.GENERAL:
        goods = "goods that no product list names" if answer.on_goods else "goods in general"
        of = ""
        if answer.lines:
            unlisted = sum(group.unlisted for group in answer.lines)
            of = f" ({unlisted:,} of {count_lines(answer):,} tariff lines)"
        return (
            f"additional ad valorem duty on {goods}{of}, {mfn}; duties on particular goods "
            "are not in it"
        )
    if answer.base is not None and answer.includes_base:
        goods = describe_goods(answer)
        return f"all duties on {goods}, including the normal (MFN) duty of {answer.base.line}"
    if answer.any_origin:
        return (
            f"the duty on {describe_goods(answer)} whatever their origin, {mfn}; deals with single "
            "partners and duties on goods in general are not in it"
        )
    return f"all additional ad valorem duties on {describe_goods(answer)}, {mfn}"


def describe_base(answer: Answer) -> str:
    """The normal (MFN) rate, and the sum with it: `2.9%; with it 52.9%`. Empty if unknown."""
    base = answer.base
    if base is None:
        return ""
    rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
    if base.with_duties is None:
        return rate
    word = "with it" if base.exact else "for an example line, in total"
    return f"{rate}; {word} {format_percent(base.with_duties)}%"


def describe_base_range(answer: Answer) -> str:
    """The base duties of the goods' tariff lines; empty if unknown or the same for all.

    `normal (MFN) duty 0% to 48% by line (16 of 147 lines: not a percentage)`
    """
    found = answer.base_range
    if found is None or (answer.base is not None and answer.base.exact):
        return ""
    others = f" ({found.not_percent:,} of {found.lines:,} lines: not a percentage)"
    some = others * bool(found.not_percent)
    if found.low is None or found.high is None:
        return f"{name_base(found)} by line, never a percentage"
    by_line = " by line" if found.low != found.high else ""
    ends = dict.fromkeys(f"{format_percent(end)}%" for end in (found.low, found.high))
    return f"{name_base(found)} {' to '.join(ends)}{by_line}{some}"


def name_base(base: BaseRate | BaseRange) -> str:
    """The name of a base duty: `normal (MFN) duty`, `column 2 duty`."""
    if not base.column:
        return "normal (MFN) duty"
    return f"{base.column} duty" if base.column == "column 2" else f"duty under {base.column}"


def describe_claim_total(one: ClaimTotal) -> str:
    """The figures of goods with a claim: `under USMCA: 0% additional, base duty 0%`."""
    if one.banned:
        return f"under {one.program}: may not be imported"
    ends = [one.percent] if one.span is None else list(dict.fromkeys(one.span))
    if ends[0] is None:
        return f"under {one.program}: no total"
    total = f"{' to '.join(str(format_percent(end)) for end in ends)}% additional"
    if one.base is None:
        return f"under {one.program}: {total}"
    percent = one.base.percent
    base = one.base.words if percent is None else f"{format_percent(percent)}%"
    return f"under {one.program}: {total}, base duty {base}"


def describe_headings(answer: Answer) -> str:
    """The headings to declare, in filing order; empty if they are unknown."""
    entry = answer.entry
    if not entry.headings:
        return ""
    text = "declare " + ", ".join(entry.headings)
    if answer.total_range is not None:
        text += "; more headings, depending on the goods"
    if entry.unnamed:
        text += f"; the heading of {', '.join(map(str, entry.unnamed))} is not in our data"
    return text


def describe_value(one: EntryValue) -> list[str]:
    """The duties and fees on an entered value, one line for each, then the total."""
    lines = [
        f"{duty.measure}: {_format_dollars(duty.dollars)}"
        for duty in one.duties
        if duty.dollars is not None
    ]
    if one.base is not None:
        lines.append(f"base duty: {_format_dollars(one.base)}")
    if one.merchandise_fee is not None:
        some = " (some trade agreements exempt goods from it)" if one.fee_unsure else ""
        lines.append(f"merchandise processing fee: {_format_dollars(one.merchandise_fee)}{some}")
    else:
        lines.append("customs fees of this day are not in our data")
    ends = dict.fromkeys(map(_format_dollars, one.total))
    plus = "".join(f", plus {each}" for each in one.not_summed)
    lines.append(f"total on {_format_dollars(one.value)}: {' to '.join(ends)}{plus}")
    if one.harbor_fee is not None:
        fee = _format_dollars(one.harbor_fee)
        lines.append(f"by sea only: harbor maintenance fee {fee}, not in the total")
    return lines


def _format_dollars(amount: Decimal | None) -> str:
    return f"${amount:,.2f}"


def describe_goods_duties(left_out: OnGoods) -> str:
    """The duties that a general total leaves out: `3 duties on particular goods (up to 100%)`."""
    duties = "duty" if left_out.how_many == 1 else "duties"
    up_to = format_percent(left_out.up_to)
    return f"{left_out.how_many} {duties} on particular goods (up to {up_to}%)"


_STATUS = {
    Status.IN_FORCE: "in force",
    Status.SUSPENDED: "suspended",
    Status.STRUCK_DOWN: "struck down",
    Status.ANNOUNCED: "announced",
    Status.EXPIRED: "charged",
}


def describe_status(component: Component) -> str:
    """A component's status and dates: `in force since 24 Jul 2026`.

    If the terms changed at an unchanged rate, the text has two dates: the first day of the rate,
    then the first day of the terms.
    """
    if component.from_ is None:
        return _STATUS[component.status]
    if component.status is Status.ANNOUNCED and component.to is None:
        return f"announced, from {format_day(component.from_)} at the earliest"
    state, span = _STATUS[component.status], _format_days(component.from_, component.to)
    if _is_struck_down(component):
        struck = [one for one in component.rulings if _ends_collection(one)]
        why = "; ".join(map(_describe_ruling, struck)) or "struck down"
        return f"not collected {span} ({why})"
    if component.status is Status.STRUCK_DOWN and component.percent:
        void = f", void since {format_day(component.void_on)}" if component.void_on else ""
        return f"charged {span}{void}"
    if component.is_foreseen:
        first = span if component.to else f"from {format_day(component.from_)}"
        span = f"scheduled {first}, not verified"
    if component.rate_since is not None:
        since = format_day(component.rate_since)
        return f"{state} at this rate since {since}; on these terms {span}"
    return span if component.is_foreseen else f"{state} {span}"


def _format_days(start: date, end: date | None) -> str:
    first = format_day(start)
    return f"{first} to {format_day(end)}" if end else f"since {first}"


_RULINGS = {
    Effect.HELD_UNLAWFUL: "held unlawful by the {body} on {on}",
    Effect.STAYED: "that ruling stayed by the {body} on {on}, so it went on being charged",
    Effect.UPHELD: "upheld by the {body} on {on}",
    Effect.STRUCK_DOWN: "struck down by the {body} on {on}",
}


def describe_rulings(component: Component) -> str:
    """The court rulings on a component, in order of time, without those in its status."""
    named = _is_struck_down(component)
    parts = [
        _describe_ruling(one) for one in component.rulings if not (named and _ends_collection(one))
    ]
    if component.charged_until is not None and not named:
        parts.append(f"charged at the border until {format_day(component.charged_until)}")
    return "; ".join(parts)


def _is_struck_down(component: Component) -> bool:
    """Whether its status names the ruling that ended it."""
    is_named = component.status is Status.STRUCK_DOWN and component.from_ is not None
    return is_named and not component.percent


def _ends_collection(ruling: Ruling) -> bool:
    return ruling.effect is Effect.STRUCK_DOWN and not ruling.later


def _describe_ruling(ruling: Ruling) -> str:
    later = "later " if ruling.later else ""
    text = _RULINGS[ruling.effect].format(body=ruling.body, on=format_day(ruling.on))
    return f"{later}{text}"


def describe_note(component: Component) -> str:
    """The note on a counted component, or the reason why the total does not count it.

    Empty if its status says it.
    """
    if component.exclusion is None:
        return component.note
    why = component.exclusion
    if why.reason is Reason.STRUCK_DOWN and _is_struck_down(component):
        return ""
    if why.reason is Reason.PARTICULAR_GOODS:
        marked = (Status.SUSPENDED, Status.ANNOUNCED)
        state = f"{_STATUS[component.status]}; " if component.status in marked else ""
        return f"{state}only on: {component.covers}"
    if why.reason is Reason.ENDED:
        return f"ended on {format_day(component.to)}" if component.to else "ended"
    if why.reason is Reason.NOT_YET:
        start = f"not before {format_day(component.from_)}" if component.from_ else ""
        return "; ".join(filter(None, (start, why.text)))
    covers = f" ({component.covers})" if why.on_some_lines else ""
    return f"{describe_exclusion(why)}{covers}"


_EXCLUSIONS = {
    Reason.SUSPENDED: "suspended, not charged",
    Reason.ANNOUNCED: "announced, not in force",
    Reason.STRUCK_DOWN: "struck down, no longer charged",
    Reason.NOTHING_CHARGED: "nothing charged",
    Reason.PARTNER_EXEMPT: "this partner had an exemption, a quota or a rate of its own",
    Reason.GOODS_EXEMPT: "these goods are exempt: {text}",
    Reason.SPECIFIC: "not a percent of the value",
    Reason.IMPORT_BAN: "these goods may not be imported",
    Reason.BAN_ON_SOME_LINES: "some tariff lines of these goods may not be imported",
    Reason.SOME_LINES: "applies to some tariff lines of these goods only",
    Reason.LINE_DECIDES: "one of several rates for this heading; the tariff line decides",
    Reason.DEPENDS: "charged on some of these goods only: {text}",
    Reason.OTHER_COUNTED: "only one of these applies to a tariff line; counted: {by}",
    Reason.GIVES_WAY: "not charged on goods with {by}",
    Reason.MAY_RETURN: "not charged while {by} was charged; we do not know if it is charged again",
    Reason.RATE_UNKNOWN: "charged at a rate that is not in our data",
}


def describe_exclusion(why: Exclusion) -> str:
    """Why a total does not count a duty. `describe_note` adds its dates and scope."""
    if why.reason is Reason.DEPENDS and why.by is not None:
        return f"charged only on goods that do not pay {why.by}"
    return _EXCLUSIONS.get(why.reason, "{text}").format(text=why.text, by=why.by)


def describe_change(what: Change) -> str:
    """What happens to a duty on a date: `12.5% begins`."""
    percent = format_percent(what.rate.percent)
    new = describe_rate(what.rate, "a rate to be announced")
    if what.rate.banned and what.kind not in (ChangeKind.ENDS, ChangeKind.SUSPENSION_ENDS):
        return "imports are banned"
    match what.kind:
        case ChangeKind.MILESTONE:
            return what.text
        case ChangeKind.ANNOUNCED:
            return f"announced to begin: {new}"
        case ChangeKind.SUSPENDED:
            return f"{new} suspended"
        case ChangeKind.STRUCK_DOWN:
            return "struck down, no longer charged"
        case ChangeKind.CONTINUES:
            return f"{new} continues on a new basis. {what.text}".removesuffix(". ")
        case ChangeKind.CHANGES:
            return f"{new}, from {format_percent(what.from_percent)}%"
        case ChangeKind.ENDS:
            old = f"{percent}%" if what.rate.percent else "this rate"
            return f"{old} expires; no successor known"
        case ChangeKind.SUSPENSION_ENDS:
            return "the suspension expires; no successor known"
        case ChangeKind.BY_PARTNER:
            span = percent if what.up_to is None else f"{percent} to {format_percent(what.up_to)}"
            return f"{span}% by partner"
    return f"{new} begins"


def describe_step(one: Step) -> str:
    """What changed a total, or a ruling: `Fentanyl duty 10% begins; Baseline 20% to 10%`."""
    if one.ruling is not None:
        return f"{one.ruling.body}: {one.ruling.what}"
    if not one.changes:
        return "before, unchanged on this day"
    return "; ".join(_describe_rate_change(each.measure.name, each.change) for each in one.changes)


def _describe_rate_change(name: str, what: Change) -> str:
    if what.rate.banned:
        return f"{name}: {describe_rate(what.rate)}"
    percent = format_percent(what.rate.percent)
    if what.kind is ChangeKind.CHANGES:
        return f"{name} {format_percent(what.from_percent)}% to {percent}%"
    return f"{name} {percent}% {what.kind.value}"


def describe_last_change(answer: Answer) -> str:
    """The last change of the total: `24 Jul 2026, duty 10% to 12.5%`; empty if there is none."""
    last = answer.last_change
    if last is None:
        return ""
    foreseen = any(one.is_foreseen and one.from_ == last.on for one in answer.components)
    scheduled = "scheduled: " if foreseen else ""
    return f"{format_day(last.on)}, {scheduled}{describe_step(last)}"


def format_calendar_title(query: RateQuery, parties: Parties) -> str:
    """The title of a calendar of upcoming changes: `Upcoming tariff dates: China, steel`."""
    about = [parties.get(query.partner).name] if query.partner else []
    about += [query.product] if query.product else []
    return f"Upcoming tariff dates: {', '.join(about)}" if about else "Upcoming tariff dates"


def describe_checked_period(period: CheckedPeriod | None) -> str:
    """A warning that a calendar's sources were last checked before today; empty for None."""
    if period is None:
        return ""
    first, last, today = map(format_day, period)
    days = f"on {first}"
    if first != last:
        days = f"between {first} and {last}, depending on the economy"
    return f"Sources last checked {days}; today is {today}. Later changes may be missing."


_DOUBTS = {
    DoubtKind.MAY_BE_PROLONGED: "It may be extended or replaced; nothing is announced yet.",
    DoubtKind.ANNOUNCED: "Announced; it may still change.",
    DoubtKind.SUSPENDED: "Suspended: on the books, not charged.",
    DoubtKind.STRUCK_DOWN: "Struck down by a court.",
    DoubtKind.CAVEAT: "",
    DoubtKind.NO_SOURCE_OPENED: "No source was opened for it; treat it as unverified.",
    DoubtKind.LOW_CONFIDENCE: "Low confidence.",
}


def describe_doubt(one: Doubt) -> str:
    """Why an upcoming change is uncertain."""
    return f"{_DOUBTS[one.kind]} {one.text}".strip()


def describe_warnings(answer: Answer) -> list[str]:
    """All warnings of an answer in words, the most important first."""
    return [_describe_warning(one, answer) for one in answer.warnings]


def describe_first_warnings(answer: Answer) -> list[str]:
    """The warnings shown before the total: all leading warnings and the next one."""
    return describe_warnings(answer)[: 1 + sum(one.leads for one in answer.warnings)]


def _describe_warning(one: RateWarning, answer: Answer) -> str:
    if text := _TEXTS.get(type(one)):
        return _FORMATTER.format(text, one=one, answer=answer, pair=_format_pair(answer)).strip()
    return _WRITERS[type(one)](one, answer)


class _Formatter(string.Formatter):
    """Formats like `str.format`, but writes dates as `24 Feb 2026`."""

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, date):
            return format_day(value)
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()
_TEXTS: dict[type[RateWarning], str] = {
    kinds.ReadAsOrigin: (
        "Read as {one.product} from {answer.partner_name}, because we have no such duties of "
        "{answer.partner_name} on all countries. To see the duties that {answer.partner_name} "
        "charges, name the other economy too."
    ),
    kinds.LeadingPairRemark: "{one.text}",
    kinds.OriginsDiffer: (
        "Counts only duties on all origins. Most origins pay more: name the origin to see its "
        "total."
    ),
    kinds.ImportBan: "May not be imported since {one.since}: {one.measure}. {one.text}",
    kinds.SomeLinesBanned: (
        "Some tariff lines of these goods may not be imported since {one.since}: {one.measure}."
    ),
    kinds.UnknownEconomy: (
        "'{one.words}' is neither a product nor an economy we know, so this is for all countries. "
        "Name the other economy to see the duties on its goods."
    ),
    kinds.RateUnknown: (
        "Not in the total: {one.measure}, charged since {one.since}. Our data has its rates only "
        "from {one.known_from}."
    ),
    kinds.SingleProductsOnly: (
        "We track {pair} for single products only. There may be a duty on all goods that is not "
        "covered."
    ),
    kinds.BeforeData: ("Our data for {pair} begins on {one.since}; {answer.on} is before that."),
    kinds.OlderSource: "{one.measure} was last checked on {one.checked}.",
    kinds.BlocDuties: "The duties of {answer.imposer_name} are those of the {one.bloc}.",
    kinds.NoSourceOpened: "{one.measure}: no source was opened; treat it as unverified.",
    kinds.BaseNotPercent: (
        "The normal (MFN) duty of {one.line} is not a single percent of the value ({one.text}), "
        "so no total includes it."
    ),
    kinds.ClaimRefused: (
        "{one.program} gives these goods of {answer.partner_name} no special rate, so this answer "
        "does not follow that claim."
    ),
    kinds.ClaimNotCovered: (
        "{one.program} is not covered: our data has neither its rates nor its rules. This answer "
        "does not include it."
    ),
    kinds.SpellingRead: "Read '{one.text}' as {one.read_as}.",
    kinds.NoSuchLayer: "We don't track a duty called '{one.text}' between these two.",
    kinds.UnknownWords: "Not understood in the product: {one.words}.",
    kinds.VoidButCharged: (
        "The duties under {one.legal_basis} were already void on this day by the ruling of "
        "{one.void_on}; customs charged them until {one.until}."
    ),
    kinds.RateCaveat: "{one.measure}: {one.text}",
    kinds.LowConfidence: "{one.measure}: low confidence. {one.text}",
    kinds.PairRemark: "{one.text}",
    kinds.NotFollowed: "Not covered: {one.text}.",
}


def _announced_only(one: kinds.AnnouncedOnly, _: Answer) -> str:
    return (
        f"Not in the total: {one.measure}, {describe_rate(one.rate)} announced from "
        f"{format_day(one.from_)}. We do not know whether it began."
    )


def _suspended_duty(one: kinds.SuspendedDuty, _: Answer) -> str:
    end = f"until {format_day(one.until)}" if one.until else "with no end date"
    rate = f"{format_percent(one.percent)}%"
    return f"Suspended {end}, not charged: {one.measure}, up to {rate}."


def _basis_changed(one: kinds.BasisChanged, _: Answer) -> str:
    first, last = format_day(one.first), format_day(one.last)
    on_top, included = "plus the normal duty", "the normal duty included"
    before, after = (on_top, included) if one.includes_base_at_end else (included, on_top)
    return f"On {first}: {before}. On {last}: {after}."


def _runs_out(one: kinds.RunsOut, _: Answer) -> str:
    rate = f"{format_percent(one.percent)}% until {format_day(one.until)}"
    return f"Not in the total: {one.measure}, {rate}. We do not know what follows."


def _depends_on_goods(one: kinds.DependsOnGoods, _: Answer) -> str:
    return f"The total depends on the goods: {' '.join(one.questions)}"


def _answered_for_number(one: kinds.AnsweredForNumber, _: Answer) -> str:
    others = ", ".join(map(format_code, one.others))
    return (
        f"This answer is for HTS {format_code(one.number)}. Lists also name other numbers of "
        f"{format_code(one.code)}: {others}. Ask for a number to see its duties."
    )


def _unknown_line(one: kinds.UnknownLine, _: Answer) -> str:
    code, parent = format_code(one.code), format_code(one.answered)
    if not parent:
        return f"HTS {one.revision} has no code {code}, so there is no total. Check the code."
    return (
        f"HTS {one.revision} has no line {code}. This answer is for all lines under {parent}; "
        "check the code."
    )


def _zero_in_data(one: kinds.ZeroInData, answer: Answer) -> str:
    maybe = [
        f"{measure}, {describe_rate(duty)}" for measure, duty in one.on_some_lines[:_MAX_LISTED]
    ]
    some = f" On some tariff lines: {'; '.join(maybe)}." if maybe else ""
    return (
        f"We have no duty on all of these goods on {format_day(answer.on)}; that does not mean "
        f"that none is due.{some} Not covered: {one.not_followed}."
    )


def _not_covered(_: kinds.NotCovered, answer: Answer) -> str:
    average = (
        "only its average normal (MFN) duty is given"
        if answer.mfn
        else "its average normal (MFN) duty is missing too"
    )
    return (
        f"Not in our data: we don't track additional duties of {_format_pair(answer)}. "
        f"There may be some; {average}."
    )


def _beyond_data(one: kinds.BeyondData, answer: Answer) -> str:
    later = _describe_later_checks(one) or "Changes since then are not included."
    return f"{format_day(answer.on)} is after our last check. {_describe_last_check(one)} {later}"


def _stale(one: kinds.Stale, answer: Answer) -> str:
    expected = " Includes changes scheduled since then, not verified." * answer.has_scheduled
    later = _describe_later_checks(one) or "Later changes may be missing."
    return f"{_describe_last_check(one)}{expected} {later}"


def _describe_last_check(one: kinds.Stale) -> str:
    """When the sources of the pair, and of each duty with an older check, were last checked."""
    first = one.older[0].checked if one.older else one.checked
    ago = f" ({(one.today - first).days} days ago)" if one.today > first else ""
    if not one.older:
        return f"Last checked {format_day(first)}{ago}."
    younger = [f"{each.measure} {format_day(each.checked)}" for each in one.older[1:]]
    rest = ", ".join([*younger, f"all else {format_day(one.checked)}"])
    return f"{one.older[0].measure} last checked {format_day(first)}{ago}, {rest}."


def _describe_later_checks(one: kinds.Stale) -> str:
    checked = [f"{each.measure} (checked {format_day(each.checked)})" for each in one.later]
    return f"Changes since then are included only for {', '.join(checked)}." if checked else ""


def _lookup_failed(one: kinds.LookupFailed, answer: Answer) -> str:
    average = f"the average normal (MFN) duty of {answer.imposer_name}"
    left_out = f"{average} is left out"
    if one.lookup.lack is MissingFigure.BASE_DUTY:
        left_out = f"the normal (MFN) duty of HS {format_code(one.lookup.code)} is left out"
    elif answer.mfn is not None:
        left_out = f"{average} is from our data, of {answer.mfn.year}"
    return f"{one.source} {one.why}; {left_out}."


def _asked_not_covered(one: kinds.AskedNotCovered, _: Answer) -> str:
    *others, last = one.names
    if others and last.endswith(" duties"):
        others = [name.removesuffix(" duties") for name in others]
    names = " and ".join([*others, last])
    verb = "are" if others or last.endswith("s") else "is"
    return f"{names[:1].upper()}{names[1:]} {verb} not covered, so no figure here includes them."


def _no_one_total(one: kinds.NoOneTotal, answer: Answer) -> str:
    if one.rest_percent is None:
        return f"These goods have different totals: {_list_choices(answer.choices)}."
    differ = [each for each in answer.choices if each.percent != one.rest_percent]
    more = f"; {len(differ) - _MAX_LISTED} more" if len(differ) > _MAX_LISTED else ""
    listed = f"{_list_choices(differ)}{more}"
    return (
        f"These goods have different totals, depending on the tariff line: {listed}. "
        f"On none of these lists: {format_percent(one.rest_percent)}%."
    )


def _some_differ(one: kinds.SomeGoodsDiffer, _: Answer) -> str:
    return f"Other totals for some of these goods: {_list_choices(one.choices)}."


def _unknown_product(one: kinds.UnknownProduct, _: Answer) -> str:
    near = f" Did you mean {' or '.join(one.suggestions)}?" if one.suggestions else ""
    return (
        f"We don't know the product '{one.text}', so this is the rate on goods in general.{near} "
        "An HS heading, such as 8507.60, works too."
    )


def _not_in_total(one: kinds.NotInTotal, _: Answer) -> str:
    why = describe_exclusion(one.exclusion)
    return f"Not in the total: {one.measure}, {describe_rate(one.rate)}: {why}."


def _no_measure(one: kinds.NoMeasureOnGoods, answer: Answer) -> str:
    rest = "its additional duty is unknown"
    if any(each.measure_id != BASE_ID for each in answer.components):
        rest = "only duties on goods in general are counted"
    return f"We track no duty specific to {one.product} between these two economies: {rest}."


def _all_in(one: kinds.AllIn, _: Answer) -> str:
    return (
        f"{one.measure}: {format_percent(one.percent)}% is all-in. It includes the normal (MFN) "
        "duty, which is not added."
    )


def _partly_exempt(one: kinds.PartlyExempt, _: Answer) -> str:
    return f"{one.measure} is not charged {one.condition or 'on some of these goods'}: {one.why}."


def _in_transit(one: kinds.InTransit, _: Answer) -> str:
    pays = f"pay {one.instead} instead" if one.instead else "do not pay it"
    heading = f", HTS {one.heading}" if one.heading else ""
    return (
        f"{one.measure}: goods loaded onto their ship before {format_day(one.loaded_before)} and "
        f"entered before {format_day(one.entered_before)} {pays} ({one.source}{heading})."
    )


def _same_for_all(one: kinds.SameForAll, _: Answer) -> str:
    return f"All of these have this total: {'; '.join(one.goods)}."


_WRITERS: dict[type[RateWarning], Callable[[Any, Answer], str]] = {
    kinds.AllIn: _all_in,
    kinds.AnnouncedOnly: _announced_only,
    kinds.AskedNotCovered: _asked_not_covered,
    kinds.SuspendedDuty: _suspended_duty,
    kinds.BasisChanged: _basis_changed,
    kinds.BeyondData: _beyond_data,
    kinds.LookupFailed: _lookup_failed,
    kinds.NoMeasureOnGoods: _no_measure,
    kinds.NoOneTotal: _no_one_total,
    kinds.NotCovered: _not_covered,
    kinds.InTransit: _in_transit,
    kinds.NotInTotal: _not_in_total,
    kinds.PartlyExempt: _partly_exempt,
    kinds.RunsOut: _runs_out,
    kinds.SameForAll: _same_for_all,
    kinds.SomeGoodsDiffer: _some_differ,
    kinds.Stale: _stale,
    kinds.AnsweredForNumber: _answered_for_number,
    kinds.DependsOnGoods: _depends_on_goods,
    kinds.UnknownLine: _unknown_line,
    kinds.UnknownProduct: _unknown_product,
    kinds.ZeroInData: _zero_in_data,
}


def _format_pair(answer: Answer) -> str:
    return f"{answer.imposer_name} on {answer.partner_name}"


def _list_choices(choices: Sequence[Choice]) -> str:
    shown = [f"{one.goods}, {format_percent(one.percent)}%" for one in choices[:_MAX_LISTED]]
    return "; ".join(shown)
