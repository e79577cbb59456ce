"""Blocks and messages that Slack takes, whatever they are built from.

Each builder keeps its block within Slack's limits and takes markup that `mrkdwn` made; `assemble`
keeps the whole message within them. What a message says is decided in `bot.slack.views`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.slack.blockkit import limits
from bot.slack.blockkit.mrkdwn import cut, cut_markup, safe_url
from bot.slack.blockkit.picture import Picture
from bot.text.single_line import single_line

Element = dict[str, Any]
"""A button as JSON values."""

_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Block:
    """One block as JSON, which is written once: it is counted against limits before it is sent."""

    type: str
    json: str

    @property
    def value(self) -> dict[str, Any]:
        """The block as JSON values."""
        values: dict[str, Any] = json.loads(self.json)
        return values


def block(values: dict[str, Any]) -> Block:
    """The block with these JSON values; its `type` is one of them."""
    return Block(values["type"], _encode(values))


@dataclass(frozen=True)
class Message:
    """What is sent: blocks, and a text for notifications, screen readers and old clients."""

    text: str
    blocks: tuple[Block, ...] = field(default=())
    picture: Picture | None = None
    """What shows the same as the message's chart, where a workspace refuses that."""
    instead: "Message | None" = None
    """The same in blocks that every workspace takes, where this has one that some refuse."""

    def payload(self) -> dict[str, Any]:
        """The `text` and `blocks` of a Web API call or an answer, as JSON-ready values."""
        return {"text": self.text, "blocks": [block.value for block in self.blocks]}

    def body(self, response_type: str) -> str:
        """The JSON of an answer to a command: text, blocks and who sees it."""
        return f'{self._body}, "response_type": {_encode(response_type)}}}'

    @cached_property
    def _body(self) -> str:
        blocks = ", ".join(block.json for block in self.blocks)
        return f'{{"text": {_encode(self.text)}, "blocks": [{blocks}]'


def section(markup: str) -> Block:
    """A paragraph; an empty one shows a dash, because Slack refuses a section without text."""
    text = _markup(markup or "–", limits.SECTION_CHARACTERS)
    return Block("section", f'{{"text": {text}, "type": "section"}}')


def context(*markups: str) -> Block:
    """A line of small print, of up to ten parts."""
    shown = [m for m in markups if m][: limits.CONTEXT_ELEMENTS] or ["–"]
    elements = ", ".join(_markup(m, limits.CONTEXT_CHARACTERS) for m in shown)
    return Block("context", f'{{"elements": [{elements}], "type": "context"}}')


def header(text: str) -> Block:
    """A headline in large letters; takes plain text, no markup."""
    shown = cut(single_line(text) or "–", limits.HEADER_CHARACTERS)
    return block({"text": _plain(shown), "type": "header"})


def divider() -> Block:
    """A thin line."""
    return block({"type": "divider"})


def button(
    label: str, action_id: str, value: str = "", *, url: str = "", style: str | None = None
) -> Element | None:
    """A button, or None where its value or address would not survive Slack's limits whole."""
    address, carried = safe_url(url) if url else None, single_line(value)
    if len(carried) > limits.BUTTON_VALUE_CHARACTERS or (url and address is None):
        return None
    shown = cut(single_line(label) or "–", limits.BUTTON_CHARACTERS)
    values = {
        "action_id": action_id,
        "style": style,
        "text": _plain(shown),
        "type": "button",
        "url": address,
        "value": carried or None,
    }
    return {key: given for key, given in values.items() if given is not None}


def actions(*buttons: Element | None) -> tuple[Block, ...]:
    """A row of the buttons there are; no row at all where there are none."""
    shown = [b for b in buttons if b is not None][: limits.ACTIONS_ELEMENTS]
    return (block({"elements": shown, "type": "actions"}),) if shown else ()


def assemble(
    text: str,
    head: Sequence[Block],
    items: Sequence[Block] = (),
    tail: Sequence[Block] = (),
    more: Callable[[int], Block] | None = None,
) -> Message:
    """A message of `head`, as many of `items` as Slack allows, and `tail`.

    `more` says how many items were left out, in a block that takes their place.
    """
    notice = cut_markup(text, limits.NOTICE_CHARACTERS)
    room = limits.MESSAGE_CHARACTERS - len(notice)
    kept, left = fitting([*head, *tail], items, more, limits.MESSAGE_BLOCKS, room)
    rest = [more(left)] if more is not None and left else []
    return Message(notice, (*head, *kept, *rest, *tail))


def fitting(
    fixed: Sequence[Block],
    items: Sequence[Block],
    more: Callable[[int], Block] | None,
    blocks: int,
    characters: int,
) -> tuple[tuple[Block, ...], int]:
    """The first of `items` that fit beside the fixed blocks, and how many do not."""
    spare_blocks = blocks - len(fixed)
    spare = characters - size(fixed)
    if len(items) <= spare_blocks and size(items) <= spare:
        return tuple(items), 0
    if more is not None:
        spare_blocks, spare = spare_blocks - 1, spare - size([more(len(items))])
    kept: list[Block] = []
    for item in items[: max(spare_blocks, 0)]:
        spare -= size([item])
        if spare < 0:
            break
        kept.append(item)
    return tuple(kept), len(items) - len(kept)


def size(blocks: Sequence[Block]) -> int:
    """Characters of the blocks as JSON, which is what the message's limit is counted in."""
    return sum(len(b.json) + 2 for b in blocks)


def _markup(markup: str, limit: int) -> str:
    """The text as JSON, which most of a message is made of."""
    # verbatim: Slack must not make links and mentions of what only looks like them.
    return f'{{"text": {_encode(cut_markup(markup, limit))}, "type": "mrkdwn", "verbatim": true}}'


def _plain(text: str) -> Element:
    return {"emoji": False, "text": text, "type": "plain_text"}
