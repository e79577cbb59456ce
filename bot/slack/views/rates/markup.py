"""The paragraphs of an answer about rates, as Slack's markup."""

import json
from collections.abc import Sequence
from decimal import Decimal

from bot.parties import Parties
from bot.rates.model.answer import Answer, Part, Step, Upcoming, percent_text, step_text, total_text
from bot.rates.model.measure import Source
from bot.render.text import last_change_words, status_words
from bot.slack.blockkit.mrkdwn import bold, escape, link
from bot.text.single_line import single_line

PASSED = "Was due; not checked since"
"""The title of what was due since the sources were read."""

_BESIDE = 5
_NEXT = 3
_PASSED_SHOWN = 8
# Steps told by day and rate alone, 20 characters each.
_BRIEFLY = 12


def title(answer: Answer, parties: Parties) -> str:
    """Who on whom, on what goods, how much; plain text."""
    total = total_text(answer)
    said = "no total can be given" if total is None else f"{total}%"
    if answer.total_range:
        said = f"{said}: the line decides"
    if answer.only_in_data:
        said = f"{said} in our data"
    if answer.banned:
        said = "may not be imported"
    goods = f", {answer.read_as}" if answer.product else ""
    imposer, partner = (
        flagged(answer.imposer, answer.imposer_name, parties),
        flagged(answer.partner, answer.partner_name, parties),
    )
    return single_line(f"{imposer} on {partner}{goods}: {said}")


def flagged(code: str, name: str, parties: Parties) -> str:
    """The name behind its flag; plain text."""
    return f"{parties.get(code).flag} {name}" if code in parties else name


def meaning(answer: Answer) -> str:
    """The day, and the definition that the total follows."""
    return f"On {answer.on}: {escape(answer.meaning, 500)}."


def choices(answer: Answer) -> str:
    """What the narrower goods pay in all, between which the line decides."""
    return "\n".join(
        f"• {escape(one.goods, 120)}: {bold(rate(one.percent))}" for one in answer.choices[:10]
    )


def layer(part: Part) -> str:
    """A layer: how much, what it is, its legal basis, its state and days, and its source."""
    first = f"{bold(part_rate(part))}  {escape(part.measure, 200)}"
    standing = [escape(said, 300) for said in (part.standing, part.note) if said]
    lines = [
        first,
        f"{escape(part.legal_basis, 200)}; {escape(status_words(part), 130)}",
        *standing,
        f"Source: {sourced(part.source)}",
    ]
    return "\n".join(lines)


def beside(answer: Answer) -> str:
    """The first layers that are not in the total, and how many more there are."""
    if not answer.beside:
        return ""
    lines = [
        f"• {part_rate(part)} {named(part)}: {escape(part.note, 160)}"
        for part in answer.beside[:_BESIDE]
    ]
    left = len(answer.beside) - _BESIDE
    more = [f"• … and {left} more: name a product to see what it pays"] if left > 0 else []
    return "\n".join([bold("Beside it, not in the total"), *lines, *more])


def named(part: Part) -> str:
    """A layer in half a line, its name linked to its source."""
    name = link(part.source.url or "", part.measure, 200)
    return f"{name} ({escape(part.legal_basis, 100)}; {escape(status_words(part), 130)})"


def base_rates(answer: Answer) -> str:
    """The most-favoured-nation rates that stand beside the duties."""
    lines = []
    if answer.base is not None and not any(p.measure_id == "mfn" for p in answer.parts):
        base = answer.base
        word = "with it" if base.exact else "a line of it, which pays in all"
        said = escape(base.words, 200) if base.percent is None else rate(base.percent)
        if base.with_duties is not None:
            said = f"{said}; {word} {rate(base.with_duties)}"
        lines.append(
            f"Base rate of {escape(base.line, 60)}, {escape(base.what, 120)}: "
            f"{said} ({sourced(base.source)})"
        )
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
    past = answer.as_of is not None and answer.on < answer.as_of
    named = "What came after" if past else "What comes next"
    known = [item for item in answer.next if not item.passed]
    titled = (
        # Only a day that lies ahead has such: its number knows nothing of them.
        (f"Due by {answer.on}, as the sources foresaw it", [i for i in known if i.on <= answer.on]),
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
    said = f"{escape(item.measure, 120)}: {escape(item.what, 200)}"
    return f"• {item.on}: {said} ({sourced(item.source)})"


def history(answer: Answer, room: int) -> str:
    """The steps that fit into so many characters of JSON, the rates before the rulings.

    Rates that have no line of their own are in the last line, without what made them so.
    """
    if not answer.history:
        return ""
    newest_first = tuple(reversed(answer.history))
    lines: dict[Step, str] = {}
    room -= _BRIEFLY * 20
    for step in sorted(newest_first, key=lambda step: step.legal):
        line = _step(step, foreseen=step.on > max(answer.on, answer.as_of or answer.on))
        room -= len(json.dumps(line, ensure_ascii=False))
        if room < 0:
            break
        lines[step] = line
    shown = [lines[step] for step in newest_first if step in lines]
    left = _briefly([step for step in newest_first if step not in lines])
    return "\n".join([bold("History, newest first"), *shown, *left])


def _briefly(steps: Sequence[Step]) -> list[str]:
    rates = [f"{step.on} {step_text(step)}%" for step in steps if not step.legal][:_BRIEFLY]
    left = [f"{len(steps) - len(rates)} more"] if len(steps) > len(rates) else []
    return [f"• … {'; '.join([*rates, *left])}"] if steps else []


def _step(step: Step, *, foreseen: bool) -> str:
    percent = "" if step.legal else f"{bold(f'{step_text(step)}%')} "
    said = link(step.source.url or "", step.what, 120)
    source = "" if said.startswith("<") else f" ({escape(step.source.text, 100)})"
    day = f"{step.on}, as foreseen" if foreseen else f"{step.on}"
    return f"• {day}: {percent}{said}{source}"


def as_of(answer: Answer) -> str:
    """How far the sources were read."""
    if answer.as_of is None:
        return "No sources of these duties were read."
    return f"As of {answer.as_of}, the day up to which the sources were read."


def last_change(answer: Answer) -> str:
    """The last change of the total until the day; may be empty."""
    change = last_change_words(answer)
    return f"Last change: {escape(change, 230)}" if change else ""


def part_rate(part: Part) -> str:
    """The rate of a layer: its percent, or its words where it is none."""
    return escape(part.in_words, 200) or rate(part.percent)


def rate(percent: Decimal | None) -> str:
    """A percent with its sign."""
    shown = percent_text(percent)
    return "rate not set" if shown is None else f"{shown}%"


def sourced(source: Source) -> str:
    """The source, linked where it has an address."""
    return link(source.url or "", source.text, 300)
