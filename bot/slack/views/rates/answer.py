"""Answers about rates as messages: what is uncertain first, then the total, its parts and sources.

One or two answers are shown in full, as far as they fit into one message; more are a comparison and
shortened. Asked for a history, they are a chart and, for those who cannot see it, a list of its
steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.parties import WORLD, Parties
from bot.rates.model.answer import Answer
from bot.render.text import on_goods_words, sentence
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
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
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.chart import history_chart, without_chart
from bot.slack.views.rates.table import table_worth
from bot.slack.views.replies import RUN
from bot.text.single_line import single_line

SHARE = "rate_share"

_FULL = 2
# With more, the lists below the chart would hardly hold a step.
_TRACED = 4
_CAVEATS = 5
_LIST = limits.SECTION_CHARACTERS - 100
# Room for the notice, and for the line that counts what was left out.
_ROOM = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS - 300


def rates(answers: Sequence[Answer], parties: Parties, asked: str) -> Message:
    """The answers to one question; `asked` is the question, which the buttons ask again."""
    row = actions(*_buttons(answers, asked))
    notice = "\n".join(escape(sentence(answer), 400) for answer in answers)
    traced = _traced(answers, parties, size(row)) if len(answers) <= _TRACED else []
    shown = traced or _stated(answers, parties, size(row))
    message = assemble(notice or "No answer.", [], shown, row, left_out)
    return replace(message, instead=without_chart(message)) if traced else message


def _traced(answers: Sequence[Answer], parties: Parties, taken: int) -> list[Block]:
    """How the totals went, as a chart and in words; nothing where there is no history to draw."""
    chart = history_chart(answers)
    if chart is None:
        return []
    warned = dict.fromkeys(caveat for answer in answers for caveat in answer.caveats[:_CAVEATS])
    head = [*warnings(list(warned)[:_CAVEATS]), chart]
    room = (_ROOM - taken - size(head)) // len(answers)
    return [*head, *_joined(_steps(answer, parties, room) for answer in answers)]


def _steps(answer: Answer, parties: Parties, room: int) -> list[Block]:
    """The title, the definition, and as many steps as there is room for, in characters of JSON."""
    title, as_of = header(markup.title(answer, parties)), context(markup.as_of(answer))
    told = [markup.meaning(answer)]
    spare = room - size([title, section(told[0]), as_of])
    history = markup.history(answer, min(spare, limits.SECTION_CHARACTERS - len(told[0]) - 100))
    return [title, section("\n".join(filter(None, [*told, history]))), as_of]


def _stated(answers: Sequence[Answer], parties: Parties, taken: int) -> list[Block]:
    """What is charged on a day: in full if that fits, else the first in full, others short."""
    told = _full if len(answers) <= _FULL else _short
    shown = [told(answer, parties) for answer in answers]
    if size(_joined(shown)) + taken > _ROOM:
        shown[1:] = [_short(answer, parties) for answer in answers[1:]]
    return _joined(shown)


def warnings(caveats: Sequence[str]) -> list[Block]:
    """A paragraph of warnings, if there are any."""
    warned = [f"⚠️ {escape(caveat, 500)}" for caveat in caveats]
    return [section("\n".join(warned))] if warned else []


def _joined(shown: Iterable[Sequence[Block]]) -> list[Block]:
    return [block for blocks in shown for block in blocks]


def _full(answer: Answer, parties: Parties) -> list[Block]:
    blocks = warnings(answer.caveats[:_CAVEATS])
    blocks += [header(markup.title(answer, parties)), section(markup.meaning(answer))]
    blocks += [section(choices) for choices in [markup.choices(answer)] if choices]
    blocks += [section(markup.layer(part)) for part in answer.parts]
    paragraphs = (
        markup.base_rates(answer),
        markup.beside(answer),
        markup.coming(answer),
        markup.history(answer, _LIST),
    )
    blocks += [section(paragraph) for paragraph in paragraphs if paragraph]
    blocks.append(context(markup.as_of(answer), markup.last_change(answer)))
    return blocks


def _short(answer: Answer, parties: Parties) -> list[Block]:
    """The title, the first warning and the parts, in one paragraph."""
    warned = "\n".join(f"⚠️ {escape(one, 300)}" for one in answer.caveats[: answer.leading])
    parts = [f"• {markup.part_rate(part)} {markup.named(part)}" for part in answer.parts[:8]]
    title = bold(escape(markup.title(answer, parties), 200))
    beside = f"• beside it {on_goods_words(answer.on_goods)}" if answer.on_goods else ""
    # A number that misleads by itself comes after what must be known first.
    first = [warned, title] if answer.leading > 1 else [title, warned]
    lines = [*first, markup.choices(answer), *parts, beside, markup.as_of(answer)]
    return [section("\n".join(filter(None, lines)))]


def _buttons(answers: Sequence[Answer], asked: str) -> list[Element | None]:
    """Share, the other way round, and goods that may have been meant."""
    if not answers:
        return []
    first = answers[0]
    questions = [f"{_pair(first)} {goods}" for goods in first.suggestions[:3]]
    if len(answers) == 1 and WORLD not in (first.imposer, first.partner):
        questions.append(f"{first.partner_name} on {first.imposer_name}")
    buttons = [button(single_line(each), f"{RUN}_{n}", each) for n, each in enumerate(questions)]
    if table_worth(answers):
        buttons.append(button("As a table", f"{RUN}_{len(buttons)}", f"table {asked}"))
    return [button("Share in channel", SHARE, asked), *buttons]


def _pair(answer: Answer) -> str:
    return f"{answer.imposer_name} on {answer.partner_name}"


def left_out(count: int) -> Block:
    """Says how many paragraphs had no room."""
    return context(f"… and {count} more paragraphs than Slack takes: ask about one direction.")
