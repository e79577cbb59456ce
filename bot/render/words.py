"""The words for facts about rates: what every medium says alike."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from bot.parties import Parties
from bot.rates.calendar.entries import Doubt, DoubtKind
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import (
    BASE_ID,
    Answer,
    Change,
    ChangeKind,
    Component,
    OnGoods,
    Step,
    TotalBasis,
    format_percent,
)
from bot.rates.model.goods import format_code
from bot.rates.model.law import Effect
from bot.rates.model.lookup import MissingFigure
from bot.rates.model.measure import DutyRate, Status
from bot.rates.model.warnings import Choice, Exclusion, RateWarning, Reason
from bot.rates.question.parse import RateQuery

_MAX_LISTED = 6


def describe_rate(duty: DutyRate, unknown: str = "rate not known") -> str:
    """A rate: `12.5%`, a specific duty, or that the goods may not be imported."""
    if duty.banned:
        return "may not be imported"
    if duty.percent is None:
        return duty.specific or unknown
    return f"{format_percent(duty.percent)}%"


def format_total(answer: Answer) -> str | None:
    """The total's number, `12.5` or `12.5 to 37.5`; None where none can be given."""
    if answer.total_range is not None:
        return " to ".join(str(format_percent(end)) for end in answer.total_range)
    return format_percent(answer.total_percent)


def format_step_total(step: Step) -> str:
    """The total of a step: `12.5`, or `12.5 to 37.5`."""
    ends = [step.percent] if step.up_to is None else [step.percent, step.up_to]
    return " to ".join(str(format_percent(end)) for end in ends)


def describe_goods(answer: Answer) -> str:
    """What the total is on: `goods in general`, `steel, HS 8507.60`, the name of a layer."""
    codes = (f"HS {format_code(code)}" for code in answer.codes)
    return ", ".join([*answer.goods, *codes]) or "goods in general"


def describe_definition(answer: Answer) -> str:
    """What the total counts, because public figures often count differently."""
    all_in = any(one.calc is not one.calc.ADDS for one in answer.components)
    mfn = "the base rate (MFN) is in it" if all_in else "on top of the base rate (MFN)"
    if answer.basis is TotalBasis.LAYER:
        return f"this layer by itself, {mfn}"
    if answer.basis is TotalBasis.GENERAL:
        return (
            f"additional ad valorem duty on goods in general, {mfn}; duties on particular goods "
            "are not in it"
        )
    if answer.base is not None and answer.includes_base:
        return (
            f"all duties on {describe_goods(answer)}, the base rate of {answer.base.line} included"
        )
    if answer.any_origin:
        return (
            f"the duty on {describe_goods(answer)} whatever their origin, {mfn}; deals with single "
            "partners and duties on goods in general are not in it"
        )
    return f"all additional ad valorem duties on {describe_goods(answer)}, {mfn}"


def describe_base(answer: Answer) -> str:
    """The base rate, and what the line pays with it: `2.9%; with it 52.9%`."""
    base = answer.base
    if base is None:
        return ""
    rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
    if base.with_duties is None:
        return rate
    word = "with it" if base.exact else "a line of it, which pays in all"
    return f"{rate}; {word} {format_percent(base.with_duties)}%"


def describe_goods_duties(left_out: OnGoods) -> str:
    """`3 duties on particular goods (up to 100%)`."""
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
    """A component's state and days: `in force since 2026-07-24`.

    A rate that goes on under new terms has two days: first that of the rate, then of the terms.
    """
    if component.from_ is None:
        return _STATUS[component.status]
    state, span = _STATUS[component.status], _format_span(component.from_, component.to)
    if component.status is Status.STRUCK_DOWN and component.percent:
        void = f", void since {component.void_on}" if component.void_on else ""
        return f"charged {span}{void}"
    if component.is_foreseen:
        first = span if component.to else f"from {component.from_}"
        span = f"scheduled {first}, not verified"
    if component.rate_since is not None:
        return f"{state} at this rate since {component.rate_since}; on these terms {span}"
    return span if component.is_foreseen else f"{state} {span}"


def _format_span(start: date, end: date | None) -> str:
    return f"{start} to {end}" if end else f"since {start}"


_RULINGS = {
    Effect.HELD_UNLAWFUL: "held unlawful by the {body} on {on}",
    Effect.STAYED: "that ruling stayed by the {body} on {on}, so it went on being charged",
    Effect.UPHELD: "upheld by the {body} on {on}",
    Effect.STRUCK_DOWN: "struck down by the {body} on {on}",
}


def describe_rulings(component: Component) -> str:
    """What courts decided on it; empty if it was never in court."""
    said = [
        f"{'later ' if one.later else ''}{_RULINGS[one.effect].format(body=one.body, on=one.on)}"
        for one in component.rulings
    ]
    if component.charged_until is not None:
        said.append(f"charged at the border until {component.charged_until}")
    return "; ".join(said)


def describe_note(component: Component) -> str:
    """Why the total leaves it out, or what else is to be known of a counted one."""
    if component.exclusion is None:
        return component.note
    why = component.exclusion
    if why.reason is Reason.PARTICULAR_GOODS:
        marked = (Status.SUSPENDED, Status.ANNOUNCED)
        state = f"{_STATUS[component.status]}; " if component.status in marked else ""
        return f"{state}only on: {component.covers}"
    if why.reason is Reason.ENDED:
        return f"ended on {component.to}"
    if why.reason is Reason.NOT_YET:
        return "; ".join(filter(None, (f"not before {component.from_}", why.text)))
    covers = f" ({component.covers})" if why.on_some_lines else ""
    return f"{describe_exclusion(why)}{covers}"


_EXCLUSIONS = {
    Reason.SUSPENDED: "suspended, not charged",
    Reason.ANNOUNCED: "announced, not in force",
    Reason.STRUCK_DOWN: "struck down, no longer charged",
    Reason.NOTHING_CHARGED: "nothing charged",
    Reason.PARTNER_EXEMPT: "this partner had an exemption, a quota or a rate of its own",
    Reason.GOODS_EXEMPT: "these goods are free of it: {text}",
    Reason.SPECIFIC: "not a percent of the value",
    Reason.IMPORT_BAN: "these goods may not be imported",
    Reason.BAN_ON_SOME_LINES: "some lines of these goods may not be imported; the line decides",
    Reason.SOME_LINES: "falls on some lines of these goods only; the line decides",
    Reason.LINE_DECIDES: "one of several rates for this heading; the line decides",
    Reason.OTHER_COUNTED: "a line pays one of these; counted: {by}",
    Reason.GIVES_WAY: "not on goods that pay {by}",
    Reason.RATE_UNKNOWN: "it was charged, at a rate that is not in our data",
}


def describe_exclusion(why: Exclusion) -> str:
    """Why a total leaves a duty out, without what only its component knows."""
    return _EXCLUSIONS.get(why.reason, "{text}").format(text=why.text, by=why.by)


def describe_change(what: Change) -> str:
    """What happens to a duty on a day: `12.5% begins`."""
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
    """Why a total changed, or the ruling: `Fentanyl duty 10% begins; Baseline 20% to 10%`."""
    if one.ruling is not None:
        return f"{one.ruling.body}: {one.ruling.what}"
    return "; ".join(_describe_rate_change(each.measure.name, each.change) for each in one.changes)


def _describe_rate_change(name: str, what: Change) -> str:
    if what.rate.banned:
        return f"{name}: {describe_rate(what.rate)}"
    percent = format_percent(what.rate.percent)
    if what.kind is ChangeKind.CHANGES:
        return f"{name} {format_percent(what.from_percent)}% to {percent}%"
    return f"{name} {percent}% {what.kind.value}"


def describe_last_change(answer: Answer) -> str:
    """The last change of the total until the day, `2026-07-24, duty 10% to 12.5%`; may be empty."""
    last = answer.last_change
    if last is None:
        return ""
    foreseen = any(one.is_foreseen and one.from_ == last.on for one in answer.components)
    return f"{last.on}, {'scheduled: ' if foreseen else ''}{describe_step(last)}"


def format_calendar_title(query: RateQuery, parties: Parties) -> str:
    """The title of what comes: `Tariffs ahead of China on steel`."""
    of = f" of {parties.get(query.partner).name}" if query.partner else ""
    on = f" on {query.product}" if query.product else ""
    return f"Tariffs ahead{of}{on}"


def describe_checked_period(read: CheckedPeriod | None) -> str:
    """A warning how far the sources behind a calendar were read; empty if up to today."""
    if read is None:
        return ""
    days = f"on {read.first}"
    if read.first != read.last:
        days = f"between {read.first} and {read.last}, depending on the economy"
    return (
        f"Sources last checked {days}; today is {read.today}. Changes due since then were not "
        "checked."
    )


_DOUBTS = {
    DoubtKind.MAY_BE_PROLONGED: "It may be extended or replaced; nothing is announced yet.",
    DoubtKind.ANNOUNCED: "Announced; it may still change.",
    DoubtKind.SUSPENDED: "Suspended: on the books, not charged.",
    DoubtKind.STRUCK_DOWN: "Struck down by a court.",
    DoubtKind.CAVEAT: "",
    DoubtKind.NO_SOURCE_OPENED: "No source was opened for it; treat it as unverified.",
    DoubtKind.LOW_CONFIDENCE: "Of low confidence.",
}


def describe_doubt(one: Doubt) -> str:
    """Why an upcoming change is uncertain."""
    return f"{_DOUBTS[one.kind]} {one.text}".strip()


def describe_warnings(answer: Answer) -> list[str]:
    """All warnings of an answer, the most important first."""
    return [_describe_warning(one, answer) for one in answer.warnings]


def describe_first_warnings(answer: Answer) -> list[str]:
    """Warnings shown before the number: all leading ones and the most important other one."""
    return describe_warnings(answer)[: 1 + sum(one.leads for one in answer.warnings)]


def _describe_warning(one: RateWarning, answer: Answer) -> str:
    if text := _TEXTS.get(type(one)):
        return text.format(one=one, answer=answer, pair=_format_pair(answer)).strip()
    return _WRITERS[type(one)](one, answer)


_TEXTS: dict[type[RateWarning], str] = {
    kinds.ReadAsOrigin: (
        "Read as {one.product} from {answer.partner_name}, because we have no such duties of "
        "{answer.partner_name} on all countries. For what {answer.partner_name} charges, name the "
        "other economy too."
    ),
    kinds.LeadingPairRemark: "{one.text}",
    kinds.ImportBan: "May not be imported since {one.since}: {one.measure}. {one.text}",
    kinds.SomeLinesBanned: (
        "Some tariff lines of these goods may not be imported since {one.since}: {one.measure}."
    ),
    kinds.UnknownEconomy: (
        "'{one.words}' is neither a product nor an economy I know, so this is for all countries. "
        "Name the other economy to see what its goods pay."
    ),
    kinds.RateUnknown: (
        "Not in the total: {one.measure}, charged since {one.since}. We have its rates only from "
        "{one.known_from}."
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
        "The base duty of {one.line} is not a single percent of the value ({one.text}), so no "
        "total includes it."
    ),
    kinds.SpellingRead: "Read '{one.text}' as {one.read_as}.",
    kinds.NoSuchLayer: "We know no duty called '{one.text}' between these two.",
    kinds.UnknownWords: "Not understood in the product: {one.words}.",
    kinds.VoidButCharged: (
        "The duties under {one.legal_basis} were already void on this day by the ruling of "
        "{one.void_on}; customs charged them until {one.until}."
    ),
    kinds.RateCaveat: "{one.measure}: {one.text}",
    kinds.LowConfidence: "{one.measure}: low confidence. {one.text}",
    kinds.PairRemark: "{one.text}",
    kinds.NotFollowed: "Not in our data, so in no total: {one.text}.",
}


def _announced_only(one: kinds.AnnouncedOnly, _: Answer) -> str:
    return (
        f"Not in the total: {one.measure}, {describe_rate(one.rate)} announced from {one.from_}. "
        "We do not know whether it began."
    )


def _runs_out(one: kinds.RunsOut, _: Answer) -> str:
    return (
        f"Not in the total: {one.measure}, {format_percent(one.percent)}% until {one.until}. We do "
        "not know what follows."
    )


def _zero_in_data(one: kinds.ZeroInData, answer: Answer) -> str:
    maybe = [
        f"{measure}, {describe_rate(duty)}" for measure, duty in one.on_some_lines[:_MAX_LISTED]
    ]
    some = f" Some lines pay {'; '.join(maybe)}." if maybe else ""
    return (
        f"We have no duty on all of these goods on {answer.on}; that does not mean that none is "
        f"due.{some} Not covered: {one.not_followed}."
    )


def _not_covered(_: kinds.NotCovered, answer: Answer) -> str:
    average = "only the MFN average is given" if answer.mfn else "its MFN average is missing too"
    return (
        f"Not in our data: we don't track additional duties of {_format_pair(answer)}. "
        f"There may be some; {average}."
    )


def _beyond_data(one: kinds.BeyondData, answer: Answer) -> str:
    later = _describe_later_checks(one) or "Changes since then are not included."
    return f"{answer.on} is after our last check. {_describe_last_check(one)} {later}"


def _stale(one: kinds.Stale, answer: Answer) -> str:
    known = f" This is the state of {answer.on} as known then." * (answer.on != answer.checked)
    later = _describe_later_checks(one) or "Later changes may be missing."
    return f"{_describe_last_check(one)}{known} {later}"


def _describe_last_check(one: kinds.Stale) -> str:
    """When the sources were read: of the pair, and of duties that are older than the rest."""
    first = one.older[0].checked if one.older else one.checked
    ago = f" ({(one.today - first).days} days ago)" if one.today > first else ""
    if not one.older:
        return f"Last checked {first}{ago}."
    younger = [f"{each.measure} {each.checked}" for each in one.older[1:]]
    rest = ", ".join([*younger, f"all else {one.checked}"])
    return f"{one.older[0].measure} last checked {first}{ago}, {rest}."


def _describe_later_checks(one: kinds.Stale) -> str:
    read = [f"{each.measure} (source read {each.checked})" for each in one.later]
    return f"Of later changes, only {', '.join(read)} is included." if read else ""


def _lookup_failed(one: kinds.LookupFailed, answer: Answer) -> str:
    average = f"the MFN average of {answer.imposer_name}"
    left_out = f"{average} is left out"
    if one.lookup.lack is MissingFigure.BASE_DUTY:
        left_out = f"the base duty of HS {format_code(one.lookup.code)} is left out"
    elif answer.mfn is not None:
        left_out = f"{average} is the ledger's, of {answer.mfn.year}"
    return f"{one.source} {one.why}; {left_out}."


def _no_one_total(one: kinds.NoOneTotal, answer: Answer) -> str:
    if one.rest_percent is None:
        return f"These goods pay different totals: {_list_choices(answer.choices)}."
    differ = [each for each in answer.choices if each.percent != one.rest_percent]
    more = f"; {len(differ) - _MAX_LISTED} more" if len(differ) > _MAX_LISTED else ""
    listed = f"{_list_choices(differ)}{more}"
    return (
        f"These goods pay different totals, depending on the tariff line: {listed}. "
        f"Lines on none of these lists pay {format_percent(one.rest_percent)}%."
    )


def _some_differ(one: kinds.SomeGoodsDiffer, _: Answer) -> str:
    return f"Some of these goods pay another total: {_list_choices(one.choices)}."


def _unknown_product(one: kinds.UnknownProduct, _: Answer) -> str:
    near = f" Did you mean {' or '.join(one.suggestions)}?" if one.suggestions else ""
    return (
        f"I don't know the product '{one.text}', so this is the rate on goods in general.{near} An "
        "HS heading, such as 8507.60, works too."
    )


def _not_in_total(one: kinds.NotInTotal, _: Answer) -> str:
    why = describe_exclusion(one.exclusion)
    return f"Not in the total: {one.measure}, {describe_rate(one.rate)}: {why}."


def _no_measure(one: kinds.NoMeasureOnGoods, answer: Answer) -> str:
    rest = "we do not know their additional duties"
    if any(each.measure_id != BASE_ID for each in answer.components):
        rest = "only duties on goods in general are counted"
    return f"We know no duty on {one.product} alone between these two: {rest}."


def _all_in(one: kinds.AllIn, _: Answer) -> str:
    return (
        f"{one.measure}: {format_percent(one.percent)}% is all-in. It includes the base rate, so "
        "MFN is not added."
    )


def _partly_exempt(one: kinds.PartlyExempt, _: Answer) -> str:
    return f"{one.measure} is not charged {one.condition or 'on some of these goods'}: {one.why}."


def _same_for_all(one: kinds.SameForAll, _: Answer) -> str:
    return f"All of these pay this total: {'; '.join(one.goods)}."


_WRITERS: dict[type[RateWarning], Callable[[Any, Answer], str]] = {
    kinds.AllIn: _all_in,
    kinds.AnnouncedOnly: _announced_only,
    kinds.BeyondData: _beyond_data,
    kinds.LookupFailed: _lookup_failed,
    kinds.NoMeasureOnGoods: _no_measure,
    kinds.NoOneTotal: _no_one_total,
    kinds.NotCovered: _not_covered,
    kinds.NotInTotal: _not_in_total,
    kinds.PartlyExempt: _partly_exempt,
    kinds.RunsOut: _runs_out,
    kinds.SameForAll: _same_for_all,
    kinds.SomeGoodsDiffer: _some_differ,
    kinds.Stale: _stale,
    kinds.UnknownProduct: _unknown_product,
    kinds.ZeroInData: _zero_in_data,
}


def _format_pair(answer: Answer) -> str:
    return f"{answer.imposer_name} on {answer.partner_name}"


def _list_choices(choices: Sequence[Choice]) -> str:
    shown = [f"{one.goods}, {format_percent(one.percent)}%" for one in choices[:_MAX_LISTED]]
    return "; ".join(shown)
