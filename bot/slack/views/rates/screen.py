"""Measures blocks: the words that a reader sees, and the height on a phone of 390 x 844 pixels."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.blockkit.blocks import Block, Element

MAX_WORDS = 118
"""Less than 120 words, because a client also shows the sign of the menu."""
_MAX_HEIGHT = 720
"""Pixels for the blocks. The rest of a phone's screen has the author, the channel and the field for
the next message."""
_HEADER_LINE, _TEXT_LINE, _SMALL_LINE, _CELL_LINE = 26, 22, 19, 21
_CELL_PADDING, _BUTTON_ROW, _GAP = 12, 40, 4
"""Heights in pixels, as in the local workspace's page."""
_HEADER_WIDTH, _LINE_WIDTH, _SMALL_WIDTH = 32, 38, 44
_CELL_WIDTHS = (12, 7, 14)
"""Characters that fit into a line, and into a line of a cell of the table's three columns."""


def fits_screen(blocks: Sequence[Block]) -> bool:
    """Whether the blocks of a message can be read at a glance, in words and in height."""
    return count_words(blocks) <= MAX_WORDS and estimate_height(blocks) <= _MAX_HEIGHT


def estimate_height(blocks: Sequence[Block]) -> int:
    """The approximate height of the blocks on a phone, in pixels of a screen of 390 x 844."""
    return sum(map(_estimate_block, blocks))


def _estimate_block(block: Block) -> int:
    match block["type"]:
        case "table":
            return sum(_estimate_row(row) for row in block["rows"])
        case "actions":
            widths = (_estimate_button(element) for element in block["elements"])
            return _BUTTON_ROW * _count_rows(widths, _LINE_WIDTH)
        case "context":
            text = " ".join(element["text"] for element in block["elements"])
            return _SMALL_LINE * _count_lines(text, _SMALL_WIDTH) + _GAP
        case "header":
            return _HEADER_LINE * _count_lines(block["text"]["text"], _HEADER_WIDTH) + _GAP
    return _TEXT_LINE * _count_lines(block["text"]["text"], _LINE_WIDTH) + _GAP


def _estimate_row(row: Sequence[Element]) -> int:
    even = (_LINE_WIDTH // len(row),) * len(row)
    widths = _CELL_WIDTHS if len(row) == len(_CELL_WIDTHS) else even
    texts = ("".join(_list_texts(cell)) for cell in row)
    lines = max(_count_lines(text, width) for text, width in zip(texts, widths, strict=True))
    return _CELL_LINE * lines + _CELL_PADDING


def _estimate_button(element: Element) -> int:
    """Its width in characters."""
    return len(element["text"]["text"]) + 4 if element["type"] == "button" else 6


def _count_rows(widths: Iterator[int], room: int) -> int:
    rows, left = 1, room
    for width in widths:
        if width > left:
            rows, left = rows + 1, room
        left -= width
    return rows


def _count_lines(text: str, width: int) -> int:
    """The lines of `width` characters that the text needs, broken between words."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, left = lines + 1, width
        for word in paragraph.split():
            if len(word) > left:
                lines, left = lines + 1, width
            left -= len(word) + 1
    return lines


def count_words(blocks: Sequence[Block]) -> int:
    """The words that a reader sees. The options of a menu are hidden until it is opened."""
    return sum(len(text.split()) for block in blocks for text in _list_texts(block))


def _list_texts(value: Any) -> Iterator[str]:
    """The visible texts of a block or of a part of it."""
    if isinstance(value, dict):
        if value.get("type") == "overflow":
            return
        text = value.get("text")
        if isinstance(text, str):
            yield text
        for key, part in value.items():
            if key not in ("text", "value") or isinstance(part, dict):
                yield from _list_texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _list_texts(part)
