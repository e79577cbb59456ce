"""Renders the paragraphs of an answer about rates in Slack's mrkdwn. All text is escaped."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.parties import Parties
from bot.rates.model.answer import Answer, Report, TotalBasis
from bot.rates.model.component import Component
from bot.rates.model.history import Step
from bot.rates.model.measure import Source
from bot.rates.question.query import RateQuery
from bot.render import words
from bot.render.duty_names import name_origin
from bot.slack.blockkit.mrkdwn import bold, escape, link
from bot.text.dates import format_day
from bot.text.percent import format_percent
from bot.text.single_line import to_single_line

OVERDUE_TITLE = "Scheduled since our last check, not verified"
"""The title above changes that were due after the last check of the sources."""

# Further steps that are shown only with date and rate. Each needs up to 24 characters.
_MAX_SHORT_STEPS = 12


def format_title(answer: Answer, parties: Parties) -> str:
    """The importing country, the origin, the goods and the total, as plain text for a header."""
    total = words.format_total(answer)
    figure = "no total can be given" if total is None else f"{total}%"
    if answer.total_range:
        figure = f"{figure}, {words.describe_range(answer)}"
    if answer.basis is TotalBasis.GENERAL and answer.typical is not None:
        figure = f"{words.format_span(*answer.typical)} on most goods"
    if answer.is_zero_in_data:
        figure = f"{figure} in our data"
    if answer.is_zero_in_general:
        figure = f"{figure}, {words.NO_GENERAL_DUTY}"
    if answer.banned:
        figure = "may not be imported"
    goods = f", {words.describe_goods(answer)}" if answer.product else ""
    imposer = add_flag(answer.imposer, answer.imposer_name, parties)
    partner = add_flag(answer.partner, answer.partner_name, parties)
    return to_single_line(f"{imposer} on {partner}{goods}: {figure}")


def add_flag(code: str, name: str, parties: Parties) -> str:
    """The flag and the name, as plain text."""
    return f"{parties.get(code).flag} {name}" if code in parties else name


def format_warnings(texts: Sequence[str], longest: int) -> str:
    """One line for each warning. Each warning is cut to `longest` characters."""
    return "\n".join(f"⚠️ {escape(text, longest)}" for text in texts)


def list_leading_warnings(answers: Iterable[Answer]) -> list[str]:
    """The warnings without which the totals would mislead, each once."""
    leading = (
        escape(text, 200)
        for answer in answers
        for one, text in zip(answer.warnings, words.describe_warnings(answer), strict=True)
        if one.leads
    )
    return list(dict.fromkeys(leading))


def format_assumed(answers: Sequence[Answer], query: RateQuery) -> str:
    """The importing country, if the question does not name it; otherwise empty."""
    if not (query.imposer_assumed and answers):
        return ""
    importer = name_origin(answers[0].imposer, answers[0].imposer_name)
    return escape(f"Assuming imports into {importer}.")


def format_definition(answer: Answer) -> str:
    """The date of the answer, and the duties that the total counts."""
    return f"On {format_day(answer.on)}: {escape(words.describe_definition(answer), 500)}."


def format_component(one: Component) -> str:
    """A duty that the total counts: rate, name, legal basis, status with dates, notes, source."""
    details = [
        escape(text, 300)
        for text in (words.describe_rulings(one), words.describe_note(one))
        if text
    ]
    lines = [
        f"{bold(format_component_rate(one))}  {escape(one.measure, 200)}",
        f"{escape(one.legal_basis, 200)}; {escape(words.describe_status(one), 130)}",
        *details,
        f"Source: {format_source(one.source)}",
    ]
    return "\n".join(lines)


def format_duty(one: Component) -> str:
    """A duty in short form: its name with a link to its source, its legal basis, its status."""
    name = link(one.source.url or "", one.measure, 200)
    return f"{name} ({escape(one.legal_basis, 100)}; {escape(words.describe_status(one), 130)})"


def format_base_rates(answer: Answer) -> str:
    """The normal (MFN) duty of the tariff line, and the importing country's MFN average, as far as
    they are known."""
    lines = []
    if answer.base is not None and not answer.includes_base:
        base = answer.base
        line = f"{escape(base.line, 60)}, {escape(base.what, 120)}"
        rates = escape(words.describe_base(answer), 250)
        kind = words.name_base(base)
        kind = escape(f"{kind[0].upper()}{kind[1:]}", 80)
        lines.append(f"{kind} of {line}: {rates} ({format_source(base.source)})")
    if found := words.describe_base_range(answer):
        lines.append(escape(f"{found[0].upper()}{found[1:]}", 200))
    if programs := words.describe_programs(answer):
        lines.append(f"Normal duty with a claim: {escape(programs, 300)}")
    if answer.mfn is not None:
        mfn = answer.mfn
        whose = escape(answer.imposer_name, 80)
        source = format_source(mfn.source)
        rate = f"{format_rate(mfn.percent)} ({mfn.year}, {source})"
        lines.append(f"Average normal (MFN) duty of {whose}: {rate}")
    return "\n".join(lines)


def format_history(answer: Answer, room: int) -> str:
    """The steps of the history, newest first, in at most `room` characters of JSON.

    If there is not enough room, changes of the total are shown before rulings. The last line lists
    further changes with only date and rate.
    """
    if not answer.history:
        return ""
    newest_first = tuple(reversed(answer.history))
    lines: dict[Step, str] = {}
    room -= _MAX_SHORT_STEPS * 24
    for step in sorted(newest_first, key=lambda step: not step.moves_total):
        line = _format_step(answer, step)
        room -= len(json.dumps(line, ensure_ascii=False))
        if room < 0:
            break
        lines[step] = line
    shown = [lines[step] for step in newest_first if step in lines]
    left = _format_short_steps([step for step in newest_first if step not in lines])
    return "\n".join([bold("History, newest first"), *shown, *left])


def list_steps(answer: Answer) -> list[str]:
    """One line for each step of the history, newest first."""
    return [_format_step(answer, step) for step in reversed(answer.history)]


def _format_short_steps(steps: Sequence[Step]) -> list[str]:
    moves = [step for step in steps if step.moves_total]
    rates = [
        f"{format_day(step.on)} {words.format_step_total(step)}"
        for step in moves[:_MAX_SHORT_STEPS]
    ]
    left = [f"{len(steps) - len(rates)} more"] if len(steps) > len(rates) else []
    return [f"• … {'; '.join([*rates, *left])}"] if steps else []


def _format_step(answer: Answer, step: Step) -> str:
    foreseen = step.on > max(answer.on, answer.checked or answer.on)
    has_total = step.ruling is None and not step.banned
    percent = f"{bold(words.format_step_total(step))} " if has_total else ""
    changed = step.changes or step.ruling
    # The total before a period has the source of an earlier or a later change.
    what = link(step.source.url or "" if changed else "", words.describe_step(step), 120)
    unnamed = changed and not what.startswith("<")
    source = f" ({escape(step.source.text, 100)})" if unnamed else ""
    day = f"{format_day(step.on)}, scheduled" if foreseen else format_day(step.on)
    return f"• {day}: {percent}{what}{source}"


def format_checked(answer: Answer) -> str:
    """The date when the sources were last checked."""
    if answer.checked is None:
        return "No sources of these duties were checked."
    return f"Sources {escape(words.describe_checked(answer), 200)}."


def format_report(one: Report) -> str:
    """A report as a link, with its publication and its day."""
    where = f"{escape(one.source, 60)}, {format_day(one.published)}"
    return f"{link(one.url, one.title, 120)} ({where})"


def format_last_change(answer: Answer) -> str:
    """The last change of the total up to the answer's date; empty if there is none."""
    change = words.describe_last_change(answer)
    return f"Last change: {escape(change, 230)}" if change else ""


def format_component_rate(one: Component) -> str:
    """The rate of a duty: a percentage, a specific duty in words, or an import ban."""
    if one.rate.banned or one.rate.specific:
        return escape(words.describe_rate(one.rate), 200)
    return format_rate(one.percent)


def format_rate(percent: Decimal | None) -> str:
    """The percentage as `12.5%`, or `rate not set` if it is None."""
    shown = format_percent(percent)
    return "rate not set" if shown is None else f"{shown}%"


def format_source(source: Source) -> str:
    """The name of the source. If the source has an address, the name is a link."""
    return link(source.url or "", source.text, 300)
