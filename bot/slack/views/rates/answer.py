"""Renders several answers as a comparison, in which each has one paragraph."""

from collections.abc import Sequence

from bot.parties import WORLD, Parties
from bot.rates.model.answer import Answer
from bot.render import words
from bot.render.text import render_sentence
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.short import SHARE as SHARE
from bot.slack.views.rates.table import is_table_useful
from bot.slack.views.replies import RUN
from bot.text.single_line import to_single_line


def render_answers(answers: Sequence[Answer], parties: Parties, asked: str) -> Message:
    """A message with the answers to one question. `asked` is the text of the question; the buttons
    need it."""
    row = actions(*_build_buttons(answers, asked))
    notice = "\n".join(escape(render_sentence(answer), 400) for answer in answers)
    shown = [block for answer in answers for block in _render_short(answer, parties)]
    return assemble(notice or "No answer.", [], shown, row, render_left_out)


def _render_short(answer: Answer, parties: Parties) -> list[Block]:
    """The answer in one paragraph: title, first warnings, components, and the date of the last
    check."""
    warned = markup.format_warnings(words.describe_first_warnings(answer), 300)
    title = bold(escape(markup.format_title(answer, parties), 200))
    # If the total alone would mislead, the warnings come before it.
    misleads = any(one.leads for one in answer.warnings)
    counted = [
        f"• {markup.format_component_rate(one)} {markup.format_duty(one)}"
        for one in answer.components[:8]
    ]
    on_goods = (
        f"• {words.describe_left_out(answer)}: {words.describe_goods_duties(answer.on_goods)}"
        if answer.on_goods
        else ""
    )
    lines = [
        *([warned, title] if misleads else [title, warned]),
        markup.format_choices(answer),
        *counted,
        on_goods,
        markup.format_checked(answer),
    ]
    return [section("\n".join(filter(None, lines)))]


def _build_buttons(answers: Sequence[Answer], asked: str) -> list[Element | None]:
    """Buttons that share the answer, ask about suggested goods, ask about the other direction, and
    show the answer as a table."""
    if not answers:
        return []
    first = answers[0]
    questions = [f"{_format_pair(first)} {goods}" for goods in first.suggestions[:3]]
    if len(answers) == 1 and WORLD not in (first.imposer, first.partner):
        questions.append(f"{first.partner_name} on {first.imposer_name}")
    buttons = [button(to_single_line(each), f"{RUN}_{n}", each) for n, each in enumerate(questions)]
    if is_table_useful(answers):
        buttons.append(button("As a table", f"{RUN}_{len(buttons)}", f"table {asked}"))
    return [button("Share in channel", SHARE, asked), *buttons]


def _format_pair(answer: Answer) -> str:
    return f"{answer.imposer_name} on {answer.partner_name}"


def render_left_out(count: int) -> Block:
    """A line that says how many paragraphs did not fit."""
    return context(
        f"… and {count} more paragraphs than fit into a Slack message. Ask about one direction."
    )
