"""Slack tables: their cells, and the components of answers as a table, if a person asks for it.

By default, components are paragraphs, because a phone shows only three columns of a table. A table
is better on a wide screen and for comparing several directions.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.parties import Parties
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.component import Component
from bot.render import words
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    assemble,
    context,
    count_characters,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, check_url, cut, escape
from bot.slack.views.rates import markup
from bot.text.single_line import to_single_line

_TYPE = "table"
FEWEST_COMPONENTS = 3
"""The minimum number of components for a table. Fewer components are as clear in paragraphs."""
_CELL = 160
MESSAGE_ROOM = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS - 300
"""Characters of JSON for the blocks of a message, without its notice and the line that gives the
number of omitted rows."""

Row = list[Element]


class Column(NamedTuple):
    """A column of a table: its title, and how its cells are shown."""

    title: str
    align: str = "left"
    is_wrapped: bool = True


def build_table(columns: Sequence[Column], rows: Sequence[Row], room: int) -> tuple[Block, int]:
    """A table with the rows that fit into `room` characters of JSON, and the number of omitted
    rows."""
    titles = [text_cell(column.title) for column in columns]
    kept: list[Row] = [titles]
    room -= 300 + len(json.dumps(titles, ensure_ascii=False))
    for row in rows[: limits.TABLE_ROWS - 1]:
        room -= len(json.dumps(row, ensure_ascii=False)) + 2
        if room < 0:
            break
        kept.append(row)
    settings = [{"is_wrapped": one.is_wrapped, "align": one.align} for one in columns]
    table = {"type": _TYPE, "rows": kept, "column_settings": settings}
    return table, len(rows) + 1 - len(kept)


def render_left_out(count: int) -> Block:
    """A line that says how many paragraphs did not fit."""
    return context(
        f"… and {count} more paragraphs than fit into a Slack message. Ask about one direction."
    )


def text_cell(text: str, longest: int = _CELL) -> Element:
    """A cell with plain text, which is cut to `longest` characters."""
    # Slack refuses the whole message if a cell is empty.
    return {"text": cut(to_single_line(text), longest) or "–", "type": "raw_text"}


def link_cell(text: str, url: str | None, longest: int = _CELL) -> Element:
    """A cell whose text is a link; plain text if the address is missing or unsafe."""
    address = check_url(url or "")
    if address is None:
        return text_cell(text, longest)
    piece = {"text": cut(to_single_line(text), longest) or "–", "type": "link", "url": address}
    run = {"elements": [piece], "type": "rich_text_section"}
    return {"elements": [run], "type": "rich_text"}


def is_table_useful(answers: Sequence[Answer]) -> bool:
    """Whether the answers have enough components for a table."""
    return sum(len(answer.components) for answer in answers) >= FEWEST_COMPONENTS


def render_rates_table(answers: Sequence[Answer], parties: Parties, instead: Message) -> Message:
    """A table of the answers' components and totals.

    `instead` is the same answer in paragraphs, for workspaces that refuse tables. It is also the
    result if no answer has components.
    """
    rows = [row for answer in answers for row in _build_rows(answer, len(answers) > 1)]
    if not any(answer.components for answer in answers):
        return instead
    head = [section(_render_heading(answer, parties)) for answer in answers]
    tail = [
        context(*dict.fromkeys(_describe_check(answer, len(answers) > 1) for answer in answers))
    ]
    room = MESSAGE_ROOM - count_characters([*head, *tail])
    table, left = build_table(_build_columns(len(answers) > 1), rows, room)
    note = [context(f"… and {left} more rows than fit into a Slack message.")] if left else []
    message = assemble(instead.text, [*head, table, *note, *tail])
    # The answer in paragraphs may have a table of its own, which such a workspace refuses too.
    return Message(message.text, message.blocks, instead=instead.instead or instead)


def _render_heading(answer: Answer, parties: Parties) -> str:
    warned = markup.format_warnings(words.describe_first_warnings(answer), 300)
    title = bold(escape(markup.format_title(answer, parties), 200))
    return "\n".join(filter(None, [warned, title, markup.format_definition(answer)]))


def _describe_check(answer: Answer, several: bool) -> str:
    pair = f"{answer.imposer_name} on {answer.partner_name}"
    start = f"{escape(pair)}: " if several else ""
    return f"{start}{markup.format_checked(answer)}"


def _build_columns(several: bool) -> list[Column]:
    whose = [Column("Importing country, origin", is_wrapped=False)] if several else []
    rate = Column("Rate", "right", is_wrapped=False)
    return [*whose, rate, *map(Column, ("Duty", "Legal basis", "Status", "Source"))]


def _build_rows(answer: Answer, several: bool) -> Iterator[Row]:
    whose = [text_cell(f"{answer.imposer_name} on {answer.partner_name}")] if several else []
    for one in answer.components:
        yield [*whose, *_build_row(one)]
    if total_rate := _format_total(answer):
        total = (
            total_rate,
            _describe_total(answer),
            "",
            "",
            "",
        )
        yield [*whose, *map(text_cell, total)]


def _describe_total(answer: Answer) -> str:
    if answer.basis is TotalBasis.GENERAL:
        return "Duty on goods that are on no list"
    return f"Total on {words.describe_goods(answer)}"


def _format_total(answer: Answer) -> str:
    """The total: `12.5%`, or `50% to 75%` if the tariff line decides; empty if there is none."""
    if answer.total_percent is not None:
        return markup.format_rate(answer.total_percent)
    return " to ".join(map(markup.format_rate, answer.total_range or ()))


def _build_row(one: Component) -> Row:
    cells = (
        markup.format_component_rate(one),
        one.measure,
        one.legal_basis,
        words.describe_status(one),
    )
    return [*map(text_cell, cells), link_cell(one.source.text, one.source.url)]
