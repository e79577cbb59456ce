"""Renders answers as plain text: one sentence for a notification, or lines for a terminal."""

from collections.abc import Iterable, Iterator

from bot.parties import Parties
from bot.rates.model.answer import Answer, Report
from bot.rates.model.base_duty import MfnAverage
from bot.rates.model.changes import Upcoming
from bot.rates.model.component import Component
from bot.rates.model.history import Step
from bot.rates.model.law import Talk
from bot.rates.model.measure import Source
from bot.render import words
from bot.text.dates import format_day
from bot.text.percent import format_percent

_NOT_COUNTED_SHOWN = 12
_PARTNERS_SHOWN = 6
_REPORTS_SHOWN = 5


def render_sentence(answer: Answer) -> str:
    """The answer in one line: importing country, origin, goods, total, date, first warning.

    `United States on China, goods in general: 12.5% additional ad valorem on 2 Oct 2026.`
    """
    subject = f"{answer.imposer_name} on {answer.partner_name}, {words.describe_goods(answer)}"
    total, warnings = words.format_total(answer), words.describe_warnings(answer)
    day = format_day(answer.on)
    if answer.banned:
        return f"{subject}: may not be imported on {day}. {warnings[0]}"
    if total is None:
        average = f"The {_format_mfn(answer, answer.mfn)}" if answer.mfn else ""
        return f"{subject}: no total can be given for {day}. {average}".strip()
    warning = f" Note: {warnings[0]}" if warnings else ""
    kind = (
        "ad valorem, including the normal (MFN) duty,"
        if answer.includes_base
        else "additional ad valorem"
    )
    if not answer.total_percent and answer.on_goods:
        kind = f"{kind}, and {words.describe_goods_duties(answer.on_goods)},"
    decides = f", {words.describe_range(answer)}" if answer.total_range else ""
    decides = ", as far as our data shows" if answer.is_zero_in_data else decides
    unchecked = words.describe_unchecked(answer)
    decides += f"; {unchecked}" if unchecked else ""
    return f"{subject}: {total}% {kind} on {day}{decides}.{warning}"


def render_calendar_line(item: Upcoming, parties: Parties) -> str:
    """One entry of a calendar: date, importing country, origins, duty, what happens, source."""
    names = [words.describe_party(code, parties) for code in item.partners[:_PARTNERS_SHOWN]]
    left = len(item.partners) - _PARTNERS_SHOWN
    more = f" and {left} more" if left > 0 else ""
    pair = f"{words.describe_party(item.imposer, parties)} on {', '.join(names)}{more}"
    return _render_upcoming(item._replace(measure=f"{pair}: {item.measure}"))


def render_lines(answer: Answer) -> Iterator[str]:
    """The whole answer, line by line. Lines that begin with `!` are the first warnings."""
    first = words.describe_first_warnings(answer)
    yield from (f"! {warning}" for warning in first)
    pair = f"{answer.imposer_name} on {answer.partner_name}"
    subject = f"{pair}, {words.describe_goods(answer)}, {format_day(answer.on)}"
    yield f"{subject}: {_format_headline(answer)}"
    yield f"  {words.describe_definition(answer)}"
    choices = (f"{one.goods}: {words.format_span(*one.span)}" for one in answer.choices)
    yield from render_block("by line", choices)
    yield from render_block("lines", words.list_lines(answer))
    yield from render_block("open questions", answer.questions)
    counted = "breakdown" if not answer.choices else "counted on all"
    yield from render_block(counted, map(_render_component, words.list_counted(answer)))
    if answer.base is not None and not answer.includes_base:
        what = f"{answer.base.line}, {answer.base.what}"
        line = f"{words.name_base(answer.base)} of {what}: {words.describe_base(answer)}"
        yield f"  {line} ({format_source(answer.base.source)})"
    if base_range := words.describe_base_range(answer):
        yield f"  {base_range}"
    if answer.mfn is not None:
        yield f"  {_format_mfn(answer, answer.mfn)}"
    if programs := words.describe_programs(answer):
        yield f"  normal duty with a claim: {programs}"
    yield from (f"  {words.describe_claim_total(one)}" for one in answer.entry.others)
    if headings := words.describe_headings(answer):
        yield f"  {headings}"
    if answer.entry.value is not None:
        yield from render_block("in dollars", words.describe_value(answer.entry.value))
    left_out = words.list_left_out(answer)
    shown = left_out[:_NOT_COUNTED_SHOWN]
    yield from render_block(words.describe_left_out(answer), map(_render_component, shown))
    if more := len(left_out) - len(shown):
        yield f"  and {more} more on particular goods; name the goods to see their duties"
    if change := words.describe_last_change(answer):
        yield f"last change: {change}"
    yield from render_block("next", map(_render_upcoming, answer.next))
    yield from render_block("history", map(render_step, answer.history))
    talks = (
        f"{format_day(one.on)}  {_format_place(one)}{one.outcome} ({format_source(one.source)})"
        for one in answer.talks
    )
    yield from render_block("talks", talks)
    yield from render_block("notes", words.describe_warnings(answer)[len(first) :])
    if answer.checked is not None:
        yield f"sources {words.describe_checked(answer)}"
    reports = answer.reports[:_REPORTS_SHOWN]
    yield from render_block("reports since, not in our data", map(_render_report, reports))
    if more := len(answer.reports) - len(reports):
        yield f"  and {more} older ones"


def _render_report(report: Report) -> str:
    link = f" {report.url}" if report.url else ""
    return f"{format_day(report.published)}  {report.title} ({report.source}){link}"


def _format_place(talk: Talk) -> str:
    return "" if talk.place == "remote" else f"{talk.place}: "


def _format_headline(answer: Answer) -> str:
    total = words.format_total(answer)
    if answer.banned:
        return "may not be imported"
    if total is None:
        return "no total"
    if answer.is_zero_in_data:
        return f"{total}% in our data"
    if answer.is_zero_in_general:
        return f"{total}%, {words.NO_GENERAL_DUTY}"
    decides = "; ".join(
        filter(None, (words.describe_range(answer), words.describe_unchecked(answer)))
    )
    return f"{total}%, {decides}" if decides else f"{total}%"


def render_block(title: str, items: Iterable[str]) -> Iterator[str]:
    """A title and an indented line for each item; nothing if there are no items."""
    found = [f"  {item}" for item in items]
    return iter([f"{title}:", *found] if found else ())


def _render_component(one: Component) -> str:
    rate = words.describe_rate(one.rate, "rate not set")
    state = words.describe_status(one) if one.from_ else ""
    heading = f"HTS {one.heading}" if one.heading and one.is_counted else ""
    duty = (f"{one.measure}: {rate}", one.legal_basis, heading)
    pieces = (*duty, state, words.describe_rulings(one))
    return "; ".join(
        filter(None, (*pieces, words.describe_note(one).rstrip("."), format_source(one.source)))
    )


def _render_upcoming(item: Upcoming) -> str:
    day = format_day(item.on)
    day = f"scheduled for {day}, not verified:" if item.passed else f"{day} "
    rates = words.describe_partner_rates(item.by_partner)
    other = f"; other rates: {rates}" if rates else ""
    return f"{day} {item.measure}: {words.describe_change(item.change)}{other} ({item.source.text})"


def render_step(step: Step) -> str:
    """One line of a history: date, the total from this date on, what changed, source."""
    total = "" if step.ruling is not None or step.banned else words.format_step_total(step)
    rate = f"{total:>6}"
    # The total before a period has the source of an earlier or a later change.
    source = f" ({step.source.text})" if step.changes or step.ruling else ""
    return f"{format_day(step.on):>11}  {rate}  {words.describe_step(step)}{source}"


def format_source(source: Source) -> str:
    """The name of the source and, if it has one, its address."""
    return f"{source.text} {source.url}" if source.url else source.text


def _format_mfn(answer: Answer, mfn: MfnAverage) -> str:
    rate = f"{format_percent(mfn.percent)}% ({mfn.year}, {format_source(mfn.source)})"
    return f"average normal (MFN) duty of {answer.imposer_name}: {rate}"
