"""A message as plain text, for a terminal."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_LINK = re.compile(r"<(?P<url>[^<>|]+)\|(?P<label>[^<>]*)>|<(?P<bare>https?://[^<>|]+)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def format_plain(message: Mapping[str, Any]) -> str:
    """The message as lines: one or more for each block, or its `text` if it has no blocks.

    Buttons become labels in brackets, links keep their address, and entities and dates become
    readable text.
    """
    shown = [line for block in message.get("blocks") or () for line in _format_block(block)]
    return "\n".join(shown) or _read(str(message.get("text", "")))


def _format_block(block: Mapping[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind == "divider":
        yield ""
    elif kind in ("header", "section"):
        for part in (block.get("text"), *(block.get("fields") or ())):
            if part:
                yield _read(part["text"])
    elif kind == "actions":
        labels = (part["text"]["text"] for part in block["elements"] if part["type"] == "button")
        yield " ".join(f"[{label}]" for label in labels)
    elif kind == "context":
        texts = (_read(part["text"]) for part in block["elements"] if "text" in part)
        yield " · ".join(texts)
    elif kind == "table":
        for row in block["rows"]:
            yield " | ".join(_format_cell(cell) for cell in row)
    elif kind == "data_visualization":
        yield f"[chart: {_read(str(block.get('title', '')))}]"


def _format_cell(cell: Mapping[str, Any]) -> str:
    """The text of the cell. For rich text, the nested texts and links."""
    if nested := cell.get("elements"):
        return "".join(_format_cell(each) for each in nested)
    text = str(cell.get("text", cell.get("value", "")))
    return f"{text} ({cell['url']})" if "url" in cell else text


def _read(markup: str) -> str:
    text = _LINK.sub(_format_link, markup)
    for entity, letter in _ENTITIES:
        text = text.replace(entity, letter)
    return text


def _format_link(found: re.Match[str]) -> str:
    url, label, bare = found["url"], found["label"], found["bare"]
    return bare or (f"{label} ({url})" if url.startswith(("http://", "https://")) else label)
