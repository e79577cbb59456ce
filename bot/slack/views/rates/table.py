"""The parts of answers as one of Slack's tables, for whoever asks for one.

A telephone shows three columns of a table and hides the others behind a swipe, so paragraphs are
what is sent by itself; on a wide screen, and where several directions are compared, a table reads
better.
"""

import json
from collections.abc import Iterator, Sequence

from bot.parties import Parties
from bot.rates.model.answer import Answer, Part
from bot.render.text import status_words
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, Element, Message, assemble, context, section, size
from bot.slack.blockkit.mrkdwn import bold, cut, escape, safe_url
from bot.slack.views.rates import markup
from bot.text.single_line import single_line

_TYPE = "table"
FEWEST_PARTS = 3
"""With fewer parts, a table says no more than a sentence."""
_CELL = 160
# Room for the notice, the titles and the line that counts what was left out.
_ROOM = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS - 300

Row = list[Element]


def table_worth(answers: Sequence[Answer]) -> bool:
    """Whether a table of these answers says more than their paragraphs."""
    return sum(len(answer.parts) for answer in answers) >= FEWEST_PARTS


def rates_table(answers: Sequence[Answer], parties: Parties, instead: Message) -> Message:
    """The answers' parts and totals in a table; `instead` says the same in paragraphs.

    Those where no answer has parts, because there is nothing to be put into rows.
    """
    rows = [row for answer in answers for row in _rows(answer, len(answers) > 1)]
    if not any(answer.parts for answer in answers):
        return instead
    head = [section(_said(answer, parties)) for answer in answers]
    tail = [context(*dict.fromkeys(_read(answer, len(answers) > 1) for answer in answers))]
    room = _ROOM - size([*head, *tail])
    table, left = _table(_titles(len(answers) > 1), rows, room)
    note = [context(f"… and {left} more rows than Slack takes.")] if left else []
    message = assemble(instead.text, [*head, table, *note, *tail])
    return Message(message.text, message.blocks, instead=instead)


def _said(answer: Answer, parties: Parties) -> str:
    warned = [f"⚠️ {escape(caveat, 300)}" for caveat in answer.caveats[: answer.leading]]
    title = bold(escape(markup.title(answer, parties), 200))
    return "\n".join([*warned, title, markup.meaning(answer)])


def _read(answer: Answer, several: bool) -> str:
    whose = f"{escape(f'{answer.imposer} on {answer.partner}')}: " if several else ""
    return f"{whose}{markup.as_of(answer)}"


def _titles(several: bool) -> Row:
    whose = ["Who on whom"] if several else []
    return [_text(title) for title in (*whose, "Rate", "Duty", "Legal basis", "State", "Source")]


def _rows(answer: Answer, several: bool) -> Iterator[Row]:
    whose = [_text(f"{answer.imposer} on {answer.partner}")] if several else []
    for part in answer.parts:
        yield [*whose, *_part(part)]
    if answer.total_percent is not None:
        total = (markup.rate(answer.total_percent), f"Total on {answer.read_as}", "", "", "")
        yield [*whose, *map(_text, total)]


def _part(part: Part) -> Row:
    percent = _text(markup.part_rate(part))
    said = (part.measure, part.legal_basis, status_words(part))
    return [percent, *map(_text, said), _link(part.source.text, part.source.url or "")]


def _table(titles: Row, rows: Sequence[Row], room: int) -> tuple[Block, int]:
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


def _text(said: str) -> Element:
    # Slack refuses a whole message for one empty cell.
    return {"text": cut(single_line(said), _CELL) or "–", "type": "raw_text"}


def _link(said: str, url: str) -> Element:
    address = safe_url(url)
    if address is None:
        return _text(said)
    piece = {"text": cut(single_line(said), _CELL) or "–", "type": "link", "url": address}
    run = {"elements": [piece], "type": "rich_text_section"}
    return {"elements": [run], "type": "rich_text"}
