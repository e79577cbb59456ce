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

PASSED = "Was due; not checked since"
"""The title of what was due since the sources were read."""

_NOT_COUNTED = 5
_NEXT = 3
_PASSED_SHOWN = 8
# Steps shown as day and rate only, 20 characters each.
_BRIEFLY = 12


def title(answer: Answer, parties: Parties) -> str:
    """Who on whom, on what goods, how much; plain text."""
    total = words.total(answer)
    figure = "no total can be given" if total is None else f"{total}%"
    if answer.total_range:
        figure = f"{figure}: the line decides"
    if answer.is_zero_in_data:
        figure = f"{figure} in our data"
    if answer.banned:
        figure = "may not be imported"
    goods = f", {words.goods(answer)}" if answer.product else ""
    imposer = flagged(answer.imposer, answer.imposer_name, parties)
    partner = flagged(answer.partner, answer.partner_name, parties)
    return to_single_line(f"{imposer} on {partner}{goods}: {figure}")


def flagged(code: str, name: str, parties: Parties) -> str:
    """The name behind its flag; plain text."""
    return f"{parties.get(code).flag} {name}" if code in parties else name


def warnings(texts: Sequence[str], longest: int) -> str:
    """A line for each warning, cut to so many characters."""
    return "\n".join(f"⚠️ {escape(text, longest)}" for text in texts)


def definition(answer: Answer) -> str:
    """The day, and what the total counts."""
    return f"On {answer.on}: {escape(words.definition(answer), 500)}."


def choices(answer: Answer) -> str:
    """What the narrower goods pay in all, between which the line decides."""
    return "\n".join(
        f"• {escape(one.goods, 120)}: {bold(rate(one.percent))}" for one in answer.choices[:10]
    )


def component(one: Component) -> str:
    """A counted duty: how much, what it is, its legal basis, its state and days, its source."""
    details = [escape(text, 300) for text in (words.rulings(one), words.note(one)) if text]
    lines = [
        f"{bold(component_rate(one))}  {escape(one.measure, 200)}",
        f"{escape(one.legal_basis, 200)}; {escape(words.status(one), 130)}",
        *details,
        f"Source: {sourced(one.source)}",
    ]
    return "\n".join(lines)


def not_counted(answer: Answer) -> str:
    """The first duties that are not in the total, and how many more there are."""
    if not answer.not_counted:
        return ""
    lines = [
        f"• {component_rate(one)} {named(one)}: {escape(words.note(one), 160)}"
        for one in answer.not_counted[:_NOT_COUNTED]
    ]
    left = len(answer.not_counted) - _NOT_COUNTED
    more = [f"• … and {left} more: name a product to see what it pays"] if left > 0 else []
    return "\n".join([bold("Not in the total"), *lines, *more])


def named(one: Component) -> str:
    """A duty in half a line, its name linked to its source."""
    name = link(one.source.url or "", one.measure, 200)
    return f"{name} ({escape(one.legal_basis, 100)}; {escape(words.status(one), 130)})"


def base_rates(answer: Answer) -> str:
    """The normal (MFN) rates shown with the duties."""
    lines = []
    if answer.base is not None and not answer.includes_base:
        base = answer.base
        line = f"{escape(base.line, 60)}, {escape(base.what, 120)}"
        rates = escape(words.base(answer), 250)
        lines.append(f"Base rate of {line}: {rates} ({sourced(base.source)})")
    if answer.mfn is not None:
        mfn = answer.mfn
        whose = escape(answer.imposer_name, 80)
        lines.append(
            f"MFN average of {whose}: {rate(mfn.percent)} ({mfn.year}, {sourced(mfn.source)})"
        )
    return "\n".join(lines)


def coming(answer: Answer) -> str:
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
        (PASSED, [item for item in answer.next if item.passed]),
    )
    return "\n".join(
        line
        for title, items in titled
        if items
        for line in (bold(title), *_listed(items, _NEXT if title == named else _PASSED_SHOWN))
    )


def _listed(items: Sequence[Upcoming], most: int) -> list[str]:
    more = [f"• … and {len(items) - most} more"] if len(items) > most else []
    return [*(_due(item) for item in items[:most]), *more]


def _due(item: Upcoming) -> str:
    what = escape(words.change(item.change), 200)
    return f"• {item.on}: {escape(item.measure, 120)}: {what} ({sourced(item.source)})"


def history(answer: Answer, room: int) -> str:
    """The steps that fit into so many characters of JSON, the rates before the rulings.

    Rates that have no line of their own are in the last line, without what made them so.
    """
    if not answer.history:
        return ""
    newest_first = tuple(reversed(answer.history))
    lines: dict[Step, str] = {}
    room -= _BRIEFLY * 20
    for step in sorted(newest_first, key=lambda step: not step.moves_total):
        line = _step(step, foreseen=step.on > max(answer.on, answer.checked or answer.on))
        room -= len(json.dumps(line, ensure_ascii=False))
        if room < 0:
            break
        lines[step] = line
    shown = [lines[step] for step in newest_first if step in lines]
    left = _briefly([step for step in newest_first if step not in lines])
    return "\n".join([bold("History, newest first"), *shown, *left])


def _briefly(steps: Sequence[Step]) -> list[str]:
    moves = [step for step in steps if step.moves_total]
    rates = [f"{step.on} {words.step_total(step)}%" for step in moves[:_BRIEFLY]]
    left = [f"{len(steps) - len(rates)} more"] if len(steps) > len(rates) else []
    return [f"• … {'; '.join([*rates, *left])}"] if steps else []


def _step(step: Step, *, foreseen: bool) -> str:
    percent = f"{bold(f'{words.step_total(step)}%')} " if step.moves_total else ""
    what = link(step.source.url or "", words.step(step), 120)
    source = "" if what.startswith("<") else f" ({escape(step.source.text, 100)})"
    day = f"{step.on}, scheduled" if foreseen else f"{step.on}"
    return f"• {day}: {percent}{what}{source}"


def checked(answer: Answer) -> str:
    """How far the sources were read."""
    if answer.checked is None:
        return "No sources of these duties were checked."
    return f"Sources last checked {answer.checked}."


def last_change(answer: Answer) -> str:
    """The last change of the total until the day; may be empty."""
    change = words.last_change(answer)
    return f"Last change: {escape(change, 230)}" if change else ""


def component_rate(one: Component) -> str:
    """The rate of a duty: its percent, or its words where it is none."""
    if one.rate.banned or one.rate.specific:
        return escape(words.rate(one.rate), 200)
    return rate(one.percent)


def rate(percent: Decimal | None) -> str:
    """A percent with its sign."""
    shown = format_percent(percent)
    return "rate not set" if shown is None else f"{shown}%"


def sourced(source: Source) -> str:
    """The source, linked where it has an address."""
    return link(source.url or "", source.text, 300)
