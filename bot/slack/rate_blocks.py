"""Answers about rates as messages: what is uncertain first, then the total, its parts and sources.

One or two answers are shown in full, as far as they fit into one message; more are a comparison and
shortened. Asked for a history, they are a chart and, for those who cannot see it, a list of its
steps.
"""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.parties import WORLD, Parties
from bot.rates.measure import Source
from bot.rates.reply import Answer, Part, Step, Upcoming, percent_text, total_text
from bot.rates.words import on_goods_words, sentence, status_words
from bot.slack import limits
from bot.slack.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    header,
    section,
    size,
)
from bot.slack.chart import history_chart
from bot.slack.mrkdwn import bold, escape, link, plain
from bot.slack.reply_blocks import RUN

SHARE = "rate_share"

_FULL = 2
# With more, the lists below the chart would hardly hold a step.
_TRACED = 4
_CAVEATS = 5
_BESIDE = 5
_NEXT = 3
_PASSED = "Was due; not checked since"
# Steps told by day and rate alone, 20 characters each.
_BRIEFLY = 12
_LIST = limits.SECTION_CHARACTERS - 100
# Room for the notice, and for the line that counts what was left out.
_ROOM = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS - 300


def rates(answers: Sequence[Answer], parties: Parties, asked: str) -> Message:
    """The answers to one question; `asked` is the question, which the buttons ask again."""
    row = actions(*_buttons(answers, asked))
    notice = "\n".join(escape(sentence(answer), 400) for answer in answers)
    traced = _traced(answers, parties, size(row)) if len(answers) <= _TRACED else []
    shown = traced or _stated(answers, parties, size(row))
    return assemble(notice or "No answer.", [], shown, row, _left_out)


def calendar(title: str, items: Sequence[Upcoming], parties: Parties, warning: str = "") -> Message:
    """What takes effect or has changed, day by day, then what was due and was not checked.

    `warning` says how far the sources were read, and stands first.
    """
    head = _warnings([warning] if warning else [])
    notice = escape(f"{title}. Mind: {warning}" if warning else title, 400)
    if not items:
        head.append(section(escape(f"{title}: nothing that the ledger knows of.")))
        return assemble(notice, head)
    lines = [section(_dated(item, parties)) for item in items if not item.passed]
    if lines:
        lines.insert(0, section(bold(escape(title))))
    passed = [section(_dated(item, parties)) for item in items if item.passed]
    if passed:
        lines += [section(bold(_PASSED)), *passed]
    return assemble(notice, head, lines, (), _left_out)


def _traced(answers: Sequence[Answer], parties: Parties, taken: int) -> list[Block]:
    """How the totals went, as a chart and in words; nothing where there is no history to draw."""
    chart = history_chart(answers)
    if chart is None:
        return []
    warned = dict.fromkeys(caveat for answer in answers for caveat in answer.caveats[:_CAVEATS])
    head = [*_warnings(list(warned)[:_CAVEATS]), chart]
    room = (_ROOM - taken - size(head)) // len(answers)
    return [*head, *_joined(_steps(answer, parties, room) for answer in answers)]


def _steps(answer: Answer, parties: Parties, room: int) -> list[Block]:
    """The title, the definition, and as many steps as there is room for, in characters of JSON."""
    title, as_of = header(_title(answer, parties)), context(_as_of(answer))
    told = [_meaning(answer)]
    spare = room - size([title, section(told[0]), as_of])
    history = _history(answer, min(spare, limits.SECTION_CHARACTERS - len(told[0]) - 100))
    return [title, section("\n".join(filter(None, [*told, history]))), as_of]


def _stated(answers: Sequence[Answer], parties: Parties, taken: int) -> list[Block]:
    """What is charged on a day: in full if that fits, else the first in full, others short."""
    told = _full if len(answers) <= _FULL else _short
    shown = [told(answer, parties) for answer in answers]
    if size(_joined(shown)) + taken > _ROOM:
        shown[1:] = [_short(answer, parties) for answer in answers[1:]]
    return _joined(shown)


def _warnings(caveats: Sequence[str]) -> list[Block]:
    warned = [f"⚠️ {escape(caveat, 500)}" for caveat in caveats]
    return [section("\n".join(warned))] if warned else []


def _joined(shown: Iterable[Sequence[Block]]) -> list[Block]:
    return [block for blocks in shown for block in blocks]


def _full(answer: Answer, parties: Parties) -> list[Block]:
    blocks = _warnings(answer.caveats[:_CAVEATS])
    blocks += [header(_title(answer, parties)), section(_meaning(answer))]
    blocks += [section(choices) for choices in [_choices(answer)] if choices]
    blocks += [section(_part(part)) for part in answer.parts]
    paragraphs = (_base_rates(answer), _beside(answer), _next(answer), _history(answer, _LIST))
    blocks += [section(paragraph) for paragraph in paragraphs if paragraph]
    blocks.append(context(_as_of(answer), _last_change(answer)))
    return blocks


def _short(answer: Answer, parties: Parties) -> list[Block]:
    """The title, the first warning and the parts, in one paragraph."""
    warned = "\n".join(f"⚠️ {escape(one, 300)}" for one in answer.caveats[: answer.leading])
    parts = [f"• {_rate(part.percent)} {_named(part)}" for part in answer.parts[:8]]
    title = bold(escape(_title(answer, parties), 200))
    beside = f"• beside it {on_goods_words(answer.on_goods)}" if answer.on_goods else ""
    # A number that misleads by itself comes after what must be known first.
    first = [warned, title] if answer.leading > 1 else [title, warned]
    lines = [*first, _choices(answer), *parts, beside, _as_of(answer)]
    return [section("\n".join(filter(None, lines)))]


def _title(answer: Answer, parties: Parties) -> str:
    total = total_text(answer)
    said = "no total can be given" if total is None else f"{total}%"
    if answer.total_range:
        said = f"{said}: the line decides"
    goods = f", {answer.read_as}" if answer.product else ""
    imposer, partner = (
        _flagged(answer.imposer, answer.imposer_name, parties),
        _flagged(answer.partner, answer.partner_name, parties),
    )
    return plain(f"{imposer} on {partner}{goods}: {said}")


def _flagged(code: str, name: str, parties: Parties) -> str:
    return f"{parties.get(code).flag} {name}" if code in parties else name


def _meaning(answer: Answer) -> str:
    return f"On {answer.on}: {escape(answer.meaning, 500)}."


def _choices(answer: Answer) -> str:
    """What the narrower goods pay in all, between which the line decides."""
    return "\n".join(
        f"• {escape(one.goods, 120)}: {bold(_rate(one.percent))}" for one in answer.choices[:10]
    )


def _part(part: Part) -> str:
    """A layer: how much, what it is, its legal basis, its state and days, and its source."""
    first = f"{bold(_rate(part.percent))}  {escape(part.measure, 200)}"
    standing = [escape(said, 300) for said in (part.standing, part.note) if said]
    lines = [
        first,
        f"{escape(part.legal_basis, 200)}; {escape(status_words(part), 100)}",
        *standing,
        f"Source: {_source(part.source)}",
    ]
    return "\n".join(lines)


def _beside(answer: Answer) -> str:
    if not answer.beside:
        return ""
    lines = [
        f"• {_rate(part.percent)} {_named(part)}: {escape(part.note, 160)}"
        for part in answer.beside[:_BESIDE]
    ]
    left = len(answer.beside) - _BESIDE
    more = [f"• … and {left} more: name a product to see what it pays"] if left > 0 else []
    return "\n".join([bold("Beside it, not in the total"), *lines, *more])


def _named(part: Part) -> str:
    """A layer in half a line, its name linked to its source."""
    name = link(part.source.url or "", part.measure, 200)
    return f"{name} ({escape(part.legal_basis, 100)}; {escape(status_words(part), 80)})"


def _base_rates(answer: Answer) -> str:
    """The most-favoured-nation rates that stand beside the duties."""
    lines = []
    if answer.base is not None and not any(p.measure_id == "mfn" for p in answer.parts):
        base = answer.base
        word = "with it" if base.exact else "a line of it, which pays in all"
        lines.append(
            f"Base rate of {escape(base.line, 60)}, {escape(base.what, 120)}: "
            f"{_rate(base.percent)}; {word} {_rate(base.with_duties)} ({_source(base.source)})"
        )
    if answer.mfn is not None:
        mfn = answer.mfn
        whose = escape(answer.imposer_name, 80)
        lines.append(
            f"MFN average of {whose}: {_rate(mfn.percent)} ({mfn.year}, {_source(mfn.source)})"
        )
    return "\n".join(lines)


def _next(answer: Answer) -> str:
    if not answer.next:
        return ""
    past = answer.as_of is not None and answer.on < answer.as_of
    title = "What came after" if past else "What comes next"
    ahead = [_due(item) for item in answer.next if not item.passed][:_NEXT]
    passed = [_due(item) for item in answer.next if item.passed][:_NEXT]
    lines = [bold(title), *ahead] if ahead else []
    return "\n".join([*lines, bold(_PASSED), *passed] if passed else lines)


def _due(item: Upcoming) -> str:
    said = f"{escape(item.measure, 120)}: {escape(item.what, 200)}"
    return f"• {item.on}: {said} ({_source(item.source)})"


def _history(answer: Answer, room: int) -> str:
    """The steps that fit into so many characters of JSON, the rates before the rulings.

    Rates that have no line of their own are in the last line, without what made them so.
    """
    if not answer.history:
        return ""
    newest_first = tuple(reversed(answer.history))
    lines: dict[Step, str] = {}
    room -= _BRIEFLY * 20
    for step in sorted(newest_first, key=lambda step: step.legal):
        line = _step(step)
        room -= len(json.dumps(line, ensure_ascii=False))
        if room < 0:
            break
        lines[step] = line
    shown = [lines[step] for step in newest_first if step in lines]
    left = _briefly([step for step in newest_first if step not in lines])
    return "\n".join([bold("History, newest first"), *shown, *left])


def _briefly(steps: Sequence[Step]) -> list[str]:
    rates = [f"{step.on} {_rate(step.percent)}" for step in steps if not step.legal][:_BRIEFLY]
    left = [f"{len(steps) - len(rates)} more"] if len(steps) > len(rates) else []
    return [f"• … {'; '.join([*rates, *left])}"] if steps else []


def _step(step: Step) -> str:
    rate = "" if step.legal else f"{bold(_rate(step.percent))} "
    said = link(step.source.url or "", step.what, 120)
    source = "" if said.startswith("<") else f" ({escape(step.source.text, 100)})"
    return f"• {step.on}: {rate}{said}{source}"


def _dated(item: Upcoming, parties: Parties) -> str:
    pays = ", ".join(_flagged(code, code, parties) for code in item.partners[:6])
    whom = f"{_flagged(item.imposer, item.imposer, parties)} on {pays}" if pays else ""
    said = f"{escape(item.measure, 160)}: {escape(item.what, 300)}"
    return f"{bold(item.on.isoformat())}  {said}\n{escape(whom, 200)} ({_source(item.source)})"


def _as_of(answer: Answer) -> str:
    if answer.as_of is None:
        return "No sources of these duties were read."
    return f"As of {answer.as_of}, the day up to which the sources were read."


def _last_change(answer: Answer) -> str:
    step = answer.last_change
    return f"Last change: {step.on}, {escape(step.what, 200)}" if step is not None else ""


def _rate(percent: Decimal | None) -> str:
    shown = percent_text(percent)
    return "rate not set" if shown is None else f"{shown}%"


def _source(source: Source) -> str:
    return link(source.url or "", source.text, 300)


def _buttons(answers: Sequence[Answer], asked: str) -> list[Element | None]:
    """Share, the other way round, and goods that may have been meant."""
    if not answers:
        return []
    first = answers[0]
    questions = [f"{_pair(first)} {goods}" for goods in first.suggestions[:3]]
    if len(answers) == 1 and WORLD not in (first.imposer, first.partner):
        questions.append(f"{first.partner_name} on {first.imposer_name}")
    buttons = [button(plain(each), f"{RUN}_{n}", each) for n, each in enumerate(questions)]
    return [button("Share in channel", SHARE, asked), *buttons]


def _pair(answer: Answer) -> str:
    return f"{answer.imposer_name} on {answer.partner_name}"


def _left_out(count: int) -> Block:
    return context(f"… and {count} more paragraphs than Slack takes: ask about one direction.")
