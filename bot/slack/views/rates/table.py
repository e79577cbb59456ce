"""The components of answers as one of Slack's tables, on request.

A phone shows three columns of a table and hides the others behind a swipe, so an answer comes in
paragraphs. On a wide screen, and to compare several directions, a table reads better.
"""

import json
from collections.abc import Iterator, Sequence

from bot.parties import Parties
from bot.rates.model.answer import Answer, Component
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
"""With fewer, a table says no more than a sentence."""
_CELL = 160
# Room for the notice, the titles and the line that counts what was left out.
_ROOM = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS - 300

Row = list[Element]


def is_table_useful(answers: Sequence[Answer]) -> bool:
    """Whether a table of these answers says more than their paragraphs."""
    return sum(len(answer.components) for answer in answers) >= FEWEST_COMPONENTS


def render_rates_table(answers: Sequence[Answer], parties: Parties, instead: Message) -> Message:
    """The answers' components and totals in a table; `instead` says the same in paragraphs.

    Returns `instead` if no answer has components, which would be the rows.
    """
    rows = [row for answer in answers for row in _build_rows(answer, len(answers) > 1)]
    if not any(answer.components for answer in answers):
        return instead
    head = [section(_render_heading(answer, parties)) for answer in answers]
    tail = [
        context(*dict.fromkeys(_describe_check(answer, len(answers) > 1) for answer in answers))
    ]
    room = _ROOM - count_characters([*head, *tail])
    table, left = _build_table(_build_titles(len(answers) > 1), rows, room)
    note = [context(f"… and {left} more rows than Slack takes.")] if left else []
    message = assemble(instead.text, [*head, table, *note, *tail])
    return Message(message.text, message.blocks, instead=instead)


def _render_heading(answer: Answer, parties: Parties) -> str:
    warned = markup.format_warnings(words.describe_first_warnings(answer), 300)
    title = bold(escape(markup.format_title(answer, parties), 200))
    return "\n".join(filter(None, [warned, title, markup.format_definition(answer)]))


def _describe_check(answer: Answer, several: bool) -> str:
    whose = f"{escape(f'{answer.imposer} on {answer.partner}')}: " if several else ""
    return f"{whose}{markup.format_checked(answer)}"


def _build_titles(several: bool) -> Row:
    whose = ["Who on whom"] if several else []
    return [
        _text_cell(title) for title in (*whose, "Rate", "Duty", "Legal basis", "State", "Source")
    ]


def _build_rows(answer: Answer, several: bool) -> Iterator[Row]:
    whose = [_text_cell(f"{answer.imposer} on {answer.partner}")] if several else []
    for one in answer.components:
        yield [*whose, *_build_row(one)]
    if answer.total_percent is not None:
        total = (
            markup.format_rate(answer.total_percent),
            f"Total on {words.describe_goods(answer)}",
            "",
            "",
            "",
        )
        yield [*whose, *map(_text_cell, total)]


def _build_row(one: Component) -> Row:
    cells = (
        markup.format_component_rate(one),
        one.measure,
        one.legal_basis,
        words.describe_status(one),
    )
    return [*map(_text_cell, cells), _link_cell(one.source.text, one.source.url or "")]


def _build_table(titles: Row, rows: Sequence[Row], room: int) -> tuple[Block, int]:
    """A table of the first rows that fit into so many characters, and how many do not."""
    kept: list[Row] = [titles]
    room -= 300 + len(json.dumps(titles, ensure_ascii=False))
    for row in rows[: limits.TABLE_ROWS - 1]:
        room -= len(json.dumps(row, ensure_ascii=False)) + 2
        if room < 0:
            break
        kept.append(row)
    narrow: list[Element] = [{"is_wrapped": False, "align": "left"}] * (len(titles) - 5)
    columns = [
        *narrow,
        {"is_wrapped": False, "align": "right"},
        *[{"is_wrapped": True, "align": "left"}] * 4,
    ]
    table = {"type": _TYPE, "rows": kept, "column_settings": columns}
    return table, len(rows) + 1 - len(kept)


def _text_cell(said: str) -> Element:
    # Slack refuses a whole message for one empty cell.
    return {"text": cut(to_single_line(said), _CELL) or "–", "type": "raw_text"}


def _link_cell(said: str, url: str) -> Element:
    address = check_url(url)
    if address is None:
        return _text_cell(said)
    piece = {"text": cut(to_single_line(said), _CELL) or "–", "type": "link", "url": address}
    run = {"elements": [piece], "type": "rich_text_section"}
    return {"elements": [run], "type": "rich_text"}
