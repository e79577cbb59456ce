"""Renders several answers as a message: one sentence, and a table with a row for each answer.

The answers are about several origins, several kinds of goods, or all pairs of one economy. The
message has at most 120 visible words apart from its notes, which say what the rows hide. If
it has more, the reasons are left out, then the ranges, then the last rows; the details have them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.rates.cards.model import Card
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.question.query import QueryKind, RateQuery, format_query
from bot.render.comparison.build import build_comparison
from bot.render.comparison.coming import format_compared_changes
from bot.render.comparison.model import RateComparison, RateComparisonRow
from bot.render.freshness import describe_freshness
from bot.render.overview.model import NOT_INCLUDED
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
from bot.slack.views.rates.screen import MAX_WORDS, count_words
from bot.slack.views.rates.short import SHARE
from bot.slack.views.rates.table import (
    MESSAGE_ROOM,
    Column,
    build_table,
    is_table_useful,
    render_left_out,
    text_cell,
)
from bot.slack.views.replies import DETAILS, RUN
from bot.text.dates import format_day

_MOST_WORDS = MAX_WORDS + 2
"""The buttons of a comparison include no menu, whose sign counts as a word."""
_MOST_CHARACTERS = MESSAGE_ROOM - 1_000
"""The most characters apart from the table, which needs some for its first row."""
_BUTTONS, _CARDS = 3, 2
_NOTES = 5
_NOTE = 220
_COMING = 400


def render_comparison(
    answers: Sequence[Answer], query: RateQuery, today: date, cards: Sequence[Card] = ()
) -> Message:
    """The answers to a question that compares origins, the lowest total first.

    `cards` are those that the question names.
    """
    comparison = build_comparison(answers)
    sentence = comparison.sentence or "No total can be given."
    head: list[Block] = [
        header(comparison.title),
        section(f"{bold(escape(sentence, 800))}\n{escape(comparison.base, 200)}".rstrip()),
    ]
    buttons = _build_buttons(comparison, query, with_table=is_table_useful(answers))
    buttons += [
        button(f"About {one.title}", f"{RUN}_{_BUTTONS + n}", f"card {one.id}")
        for n, one in enumerate(cards[:_CARDS], 1)
    ]
    notes = _render_notes(comparison, format_compared_changes(answers, query, today))
    if count_characters([*head, *actions(*buttons)]) > _MOST_CHARACTERS:
        # Each button has the question, which is too long to be repeated.
        buttons = buttons[:1]
    tail = [*_render_status(answers, query, today), *actions(*buttons)]
    notice = escape(f"{comparison.title}. {comparison.sentence} {comparison.base}", 1_000)
    plain = [section(_format_row(row)) for row in comparison.rows]
    instead = assemble(notice, head, plain, [*notes, *tail], render_left_out)
    if count_characters([*head, *notes, *tail]) > _MOST_CHARACTERS:
        # The details have the notes.
        notes = []
    room = MESSAGE_ROOM - count_characters([*head, *notes, *tail])
    shown = _fit_table(comparison, room, _MOST_WORDS - count_words([*head, *tail]))
    return replace(assemble(notice, [*head, *shown, *notes], (), tail), instead=instead)


def _render_notes(comparison: RateComparison, coming: str) -> list[Block]:
    """The facts below the rows: doubts, programs, duties that are not covered, next changes."""
    notes = [escape(text, _NOTE) for text in comparison.notes]
    left = len(notes) - _NOTES
    more = [f"{left} more notes in the details."] if left > 0 else []
    following = [f"{bold('Next')} {escape(coming, _COMING)}"] if coming else []
    lines = [*notes[:_NOTES], *more, *following]
    return [section("\n".join(lines))] if lines else []


def _fit_table(comparison: RateComparison, room: int, most: int) -> list[Block]:
    """The table with at most `most` words, and how many rows it leaves out."""
    count = len(comparison.rows)
    columns = _list_columns(comparison)
    full = len(columns)
    sizes = [(count, full, False), *((count, width, True) for width in range(full, 1, -1))]
    sizes += [(rows, 2, True) for rows in range(count - 1, 0, -1)]
    found: list[Block] = []
    for rows, width, brief in sizes:
        built = _build_rows(comparison, brief=brief)[:rows]
        cells = [[text_cell(one) for one in row[:width]] for row in built]
        table, left = build_table(columns[:width], cells, room)
        left += count - rows
        more = [context(f"{left} more in the details")] if left else []
        found = [table, *more]
        if count_words(found) <= most:
            break
    return found


def _list_columns(comparison: RateComparison) -> list[Column]:
    general = any(
        row.answer.lines and row.answer.basis is TotalBasis.GENERAL for row in comparison.rows
    )
    return [
        Column(comparison.rows_title),
        Column("On most goods" if general else "Duty"),
        *([Column("Range")] if _has_range(comparison) else []),
        Column("Why"),
    ]


def _has_range(comparison: RateComparison) -> bool:
    return any(row.extent for row in comparison.rows)


def _build_rows(comparison: RateComparison, *, brief: bool) -> list[list[str]]:
    with_range = _has_range(comparison)
    return [
        [
            row.pair,
            row.format_duty(),
            *([row.extent or row.typical] if with_range else []),
            row.brief if brief else row.why,
        ]
        for row in comparison.rows
    ]


def _format_row(row: RateComparisonRow) -> str:
    extent = f" ({escape(row.extent, 100)})" if row.extent else ""
    why = f"\n{escape(row.why, 300)}" if row.why else ""
    return f"{escape(row.pair, 150)}: {bold(escape(row.format_duty(), 120))}{extent}{why}"


def _render_status(answers: Sequence[Answer], query: RateQuery, today: date) -> list[Block]:
    """Small print: the assumed importing country, the day, the age of the data, and what is not
    included."""
    days = {one.on for one in answers}
    day = _describe_day(min(days), today) if query.on is not None and days else ""
    checked = min((one.checked for one in answers if one.checked), default=None)
    several = query.kind is QueryKind.PARTY
    passed = any(item.passed for one in answers for item in one.next)
    notes = [
        markup.format_assumed(answers, query),
        day,
        escape(describe_freshness(checked, today, passed=passed)) if checked else "",
        "Not included: normal duty." if several else f"Not included: {NOT_INCLUDED}.",
    ]
    return [context(*filter(None, notes))]


def _describe_day(day: date, today: date) -> str:
    planned = ", as scheduled, if nothing changes" if day > today else ""
    return f"On {format_day(day)}{planned}."


def _build_buttons(
    comparison: RateComparison, query: RateQuery, *, with_table: bool
) -> list[Element | None]:
    """Details, each of the first answers alone, their histories or a table, and *Share*."""
    buttons = []
    for n, row in enumerate(comparison.rows[:_BUTTONS]):
        single = query.model_copy(
            update={
                "kind": QueryKind.PAIR,
                "imposer": row.answer.imposer,
                "partner": row.answer.partner,
                "product": row.answer.product,
                "versus": (),
                "both_ways": False,
            }
        )
        buttons.append(button(row.pair, f"{RUN}_{n}", format_query(single)))
    asked = format_query(query)
    more = button("History", f"{RUN}_{_BUTTONS}", format_query(_ask_history(query)))
    if query.kind is QueryKind.PARTY:
        # A chart has no room for all pairs of an economy.
        more = button("As a table", f"{RUN}_{_BUTTONS}", f"table {asked}") if with_table else None
    return [
        button("Details and sources", DETAILS, asked),
        *buttons,
        more,
        button("Share in channel", SHARE, asked),
    ]


def _ask_history(query: RateQuery) -> RateQuery:
    return query.model_copy(update={"history": True})
