"""Renders a comparison of origins as a message: one sentence, and a table with a row for each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery, format_query
from bot.render.comparison import RateComparison, RateComparisonRow, build_comparison
from bot.render.freshness import describe_freshness
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    count_characters,
    header,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.answer import render_left_out
from bot.slack.views.rates.short import SHARE
from bot.slack.views.rates.table import MESSAGE_ROOM, Column, build_table, text_cell
from bot.slack.views.replies import RUN
from bot.text.dates import format_day

_BUTTONS = 3
_NOTES = 2


def render_comparison(answers: Sequence[Answer], query: RateQuery, today: date) -> Message:
    """The answers to a question that compares origins, the lowest total first."""
    comparison = build_comparison(answers)
    head: list[Block] = [
        header(comparison.title),
        section(bold(escape(comparison.sentence or "No total can be given.", 800))),
    ]
    tail = [*_render_notes(answers, query, today), *actions(*_build_buttons(comparison, query))]
    notice = escape(f"{comparison.title}. {comparison.sentence}", 1_000)
    plain = [section(_format_row(row)) for row in comparison.rows]
    instead = assemble(notice, head, plain, tail, render_left_out)
    room = MESSAGE_ROOM - count_characters([*head, *tail])
    table, left = build_table(_list_columns(comparison), _build_rows(comparison), room)
    more = [context(f"{left} more than fit into a Slack message.")] if left else []
    return replace(assemble(notice, [*head, table, *more], (), tail), instead=instead)


def _list_columns(comparison: RateComparison) -> list[Column]:
    general = any(row.answer.lines for row in comparison.rows)
    return [
        Column("Origin"),
        Column("On most goods" if general else "Duty"),
        Column("Range"),
        Column("Why"),
    ]


def _build_rows(comparison: RateComparison) -> list[list[Element]]:
    return [
        [text_cell(text) for text in (row.pair, row.typical, row.extent or row.typical, row.why)]
        for row in comparison.rows
    ]


def _format_row(row: RateComparisonRow) -> str:
    extent = f" ({escape(row.extent, 100)})" if row.extent else ""
    why = f"\n{escape(row.why, 300)}" if row.why else ""
    return f"{escape(row.pair, 150)}: {bold(escape(row.typical, 60))}{extent}{why}"


def _render_notes(answers: Sequence[Answer], query: RateQuery, today: date) -> list[Block]:
    """Small print: the assumed importing country, the day, the age of the data, and leading
    warnings."""
    days = {one.on for one in answers}
    day = f"On {format_day(min(days))}." if query.on is not None and days else ""
    checked = min((one.checked for one in answers if one.checked), default=None)
    passed = any(item.passed for one in answers for item in one.next)
    notes = [
        markup.format_assumed(answers, query),
        day,
        escape(describe_freshness(checked, today, passed=passed)) if checked else "",
        *markup.list_leading_warnings(answers),
    ]
    return [context(*[note for note in notes if note][: 3 + _NOTES])]


def _build_buttons(comparison: RateComparison, query: RateQuery) -> list[Element | None]:
    """Each of the first answers alone, their histories, and a button that shares the message."""
    buttons = []
    for n, row in enumerate(comparison.rows[:_BUTTONS]):
        single = query.model_copy(
            update={
                "kind": QueryKind.PAIR,
                "imposer": row.answer.imposer,
                "partner": row.answer.partner,
                "versus": (),
                "both_ways": False,
            }
        )
        buttons.append(button(row.pair, f"{RUN}_{n}", format_query(single)))
    history = query.model_copy(update={"history": True})
    return [
        *buttons,
        button("History", f"{RUN}_{_BUTTONS}", format_query(history)),
        button("Share in channel", SHARE, format_query(query)),
    ]
