"""The paragraphs of an answer about rates, as Slack's markup."""

import json
from collections.abc import Sequence
from decimal import Decimal

from bot.parties import Parties
from bot.rates.model.answer import Answer, Component, Step, Upcoming, format_percent
from bot.rates.model.measure import Source
from bot.render import words
from bot.slack.blockkit.mrkdwn import bold, escape, link
from bot.text.single_line import to_single_line

OVERDUE_TITLE = "Was due; not checked since"
"""The title of what was due since the sources were read."""

_MAX_NOT_COUNTED = 5
_MAX_NEXT = 3
_MAX_OVERDUE = 8
# Steps shown as day and rate only, 20 characters each.
_MAX_SHORT_STEPS = 12


def format_title(answer: Answer, parties: Parties) -> str:
    """Who on whom, on what goods, how much; plain text."""
    total = words.format_total(answer)
    figure = "no total can be given" if total is None else f"{total}%"
    if answer.total_range:
        figure = f"{figure}: the line decides"
    if answer.is_zero_in_data:
        figure = f"{figure} in our data"
    if answer.banned:
        figure = "may not be imported"
    goods = f", {words.describe_goods(answer)}" if answer.product else ""
    imposer = add_flag(answer.imposer, answer.imposer_name, parties)
    partner = add_flag(answer.partner, answer.partner_name, parties)
    return to_single_line(f"{imposer} on {partner}{goods}: {figure}")


def add_flag(code: str, name: str, parties: Parties) -> str:
    """The name behind its flag; plain text."""
    return f"{parties.get(code).flag} {name}" if code in parties else name


def format_warnings(texts: Sequence[str], longest: int) -> str:
    """A line for each warning, cut to so many characters."""
    return "\n".join(f"⚠️ {escape(text, longest)}" for text in texts)


def format_definition(answer: Answer) -> str:
    """The day, and what the total counts."""
    return f"On {answer.on}: {escape(words.describe_definition(answer), 500)}."


def format_choices(answer: Answer) -> str:
    """What the narrower goods pay in all, between which the line decides."""
    return "\n".join(
        f"• {escape(one.goods, 120)}: {bold(format_rate(one.percent))}"
        for one in answer.choices[:10]
    )


def format_component(one: Component) -> str:
    """A counted duty: how much, what it is, its legal basis, its state and days, its source."""
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


def format_not_counted(answer: Answer) -> str:
    """The first duties that are not in the total, and how many more there are."""
    if not answer.not_counted:
        return ""
    lines = []
    for one in answer.not_counted[:_MAX_NOT_COUNTED]:
        why = escape(words.describe_note(one), 160)
        lines.append(f"• {format_component_rate(one)} {format_duty(one)}: {why}")
    left = len(answer.not_counted) - _MAX_NOT_COUNTED
    more = [f"• … and {left} more: name a product to see what it pays"] if left > 0 else []
    return "\n".join([bold("Not in the total"), *lines, *more])


def format_duty(one: Component) -> str:
    """A duty in half a line, its name linked to its source."""
    name = link(one.source.url or "", one.measure, 200)
    return f"{name} ({escape(one.legal_basis, 100)}; {escape(words.describe_status(one), 130)})"


def format_base_rates(answer: Answer) -> str:
    """The normal (MFN) rates shown with the duties."""
    lines = []
    if answer.base is not None and not answer.includes_base:
        base = answer.base
        line = f"{escape(base.line, 60)}, {escape(base.what, 120)}"
        rates = escape(words.describe_base(answer), 250)
        lines.append(f"Base rate of {line}: {rates} ({format_source(base.source)})")
    if answer.mfn is not None:
        mfn = answer.mfn
        whose = escape(answer.imposer_name, 80)
        source = format_source(mfn.source)
        lines.append(f"MFN average of {whose}: {format_rate(mfn.percent)} ({mfn.year}, {source})")
    return "\n".join(lines)


def format_next(answer: Answer) -> str:
    """What is due by the day, what comes after it, what was due since the sources were read."""
    if not answer.next:
        return ""
    past = answer.checked is not None and answer.on < answer.checked
    named = "What came after" if past else "What comes next"
    known = [item for item in answer.next if not item.passed]
    titled = (
        # Only answers about a future day have these; their total does not include them.
        (f"Scheduled by {answer.on}, not verified", [i for i in known if i.on <= answer.on]),
        (named, [item for item in known if item.on > answer.on]),
        (OVERDUE_TITLE, [item for item in answer.next if item.passed]),
    )
    return "\n".join(
        line
        for title, items in titled
        if items
        for line in (
            bold(title),
            *_format_items(items, _MAX_NEXT if title == named else _MAX_OVERDUE),
        )
    )


def _format_items(items: Sequence[Upcoming], most: int) -> list[str]:
    more = [f"• … and {len(items) - most} more"] if len(items) > most else []
    return [*(_format_item(item) for item in items[:most]), *more]


def _format_item(item: Upcoming) -> str:
    what = escape(words.describe_change(item.change), 200)
    return f"• {item.on}: {escape(item.measure, 120)}: {what} ({format_source(item.source)})"


def format_history(answer: Answer, room: int) -> str:
    """The steps that fit into so many characters of JSON, the rates before the rulings.

    Rates that have no line of their own are in the last line, without what made them so.
    """
    if not answer.history:
        return ""
    newest_first = tuple(reversed(answer.history))
    lines: dict[Step, str] = {}
    room -= _MAX_SHORT_STEPS * 20
    for step in sorted(newest_first, key=lambda step: not step.moves_total):
        line = _format_step(step, foreseen=step.on > max(answer.on, answer.checked or answer.on))
        room -= len(json.dumps(line, ensure_ascii=False))
        if room < 0:
            break
        lines[step] = line
    shown = [lines[step] for step in newest_first if step in lines]
    left = _format_short_steps([step for step in newest_first if step not in lines])
    return "\n".join([bold("History, newest first"), *shown, *left])


def _format_short_steps(steps: Sequence[Step]) -> list[str]:
    moves = [step for step in steps if step.moves_total]
    rates = [f"{step.on} {words.format_step_total(step)}%" for step in moves[:_MAX_SHORT_STEPS]]
    left = [f"{len(steps) - len(rates)} more"] if len(steps) > len(rates) else []
    return [f"• … {'; '.join([*rates, *left])}"] if steps else []


def _format_step(step: Step, *, foreseen: bool) -> str:
    percent = f"{bold(f'{words.format_step_total(step)}%')} " if step.moves_total else ""
    what = link(step.source.url or "", words.describe_step(step), 120)
    source = "" if what.startswith("<") else f" ({escape(step.source.text, 100)})"
    day = f"{step.on}, scheduled" if foreseen else f"{step.on}"
    return f"• {day}: {percent}{what}{source}"


def format_checked(answer: Answer) -> str:
    """How far the sources were read."""
    if answer.checked is None:
        return "No sources of these duties were checked."
    return f"Sources last checked {answer.checked}."


def format_last_change(answer: Answer) -> str:
    """The last change of the total until the day; may be empty."""
    change = words.describe_last_change(answer)
    return f"Last change: {escape(change, 230)}" if change else ""


def format_component_rate(one: Component) -> str:
    """The rate of a duty: its percent, or its words where it is none."""
    if one.rate.banned or one.rate.specific:
        return escape(words.describe_rate(one.rate), 200)
    return format_rate(one.percent)


def format_rate(percent: Decimal | None) -> str:
    """A percent with its sign."""
    shown = format_percent(percent)
    return "rate not set" if shown is None else f"{shown}%"


def format_source(source: Source) -> str:
    """The source, linked where it has an address."""
    return link(source.url or "", source.text, 300)
