"""Blocks and messages that Slack takes, whatever they are built from.

Each builder keeps its block within Slack's limits and takes markup that `bot.slack.mrkdwn` made;
`assemble` keeps the whole message within them. What a message says is decided in `alert_blocks`,
`rate_blocks` and `reply_blocks`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.slack import limits
from bot.slack.mrkdwn import cut, cut_markup, plain, safe_url


@dataclass(frozen=True)
class Message:
    """What is sent: blocks, and a text for notifications, screen readers and old clients."""

    text: str
    blocks: tuple[Block, ...] = field(default=())

    def payload(self) -> dict[str, Any]:
        """The `text` and `blocks` of a Web API call or an answer, as JSON-ready values."""
        return {"text": self.text, "blocks": self._blocks}

    @cached_property
    def _blocks(self) -> list[dict[str, Any]]:
        return [block.to_dict() for block in self.blocks]


def section(markup: str) -> SectionBlock:
    """A paragraph; an empty one shows a dash, because Slack refuses a section without text."""
    return SectionBlock(text=_markup(markup or "–", limits.SECTION_CHARACTERS))


def context(*markups: str) -> ContextBlock:
    """A line of small print, of up to ten parts."""
    shown = [m for m in markups if m][: limits.CONTEXT_ELEMENTS] or ["–"]
    return ContextBlock(elements=[_markup(m, limits.CONTEXT_CHARACTERS) for m in shown])


def header(text: str) -> HeaderBlock:
    """A headline in large letters; takes plain text, no markup."""
    shown = cut(plain(text) or "–", limits.HEADER_CHARACTERS)
    return HeaderBlock(text=PlainTextObject(text=shown, emoji=False))


def divider() -> DividerBlock:
    """A thin line."""
    return DividerBlock()


def button(
    label: str, action_id: str, value: str = "", *, url: str = "", style: str | None = None
) -> ButtonElement | None:
    """A button, or None where its value or address would not survive Slack's limits whole."""
    address, carried = safe_url(url) if url else None, plain(value)
    if len(carried) > limits.BUTTON_VALUE_CHARACTERS or (url and address is None):
        return None
    shown = cut(plain(label) or "–", limits.BUTTON_CHARACTERS)
    return ButtonElement(
        text=PlainTextObject(text=shown, emoji=False),
        action_id=action_id,
        value=carried or None,
        url=address,
        style=style,
    )


def actions(*buttons: ButtonElement | None) -> tuple[ActionsBlock, ...]:
    """A row of the buttons there are; no row at all where there are none."""
    shown = [b for b in buttons if b is not None][: limits.ACTIONS_ELEMENTS]
    return (ActionsBlock(elements=shown),) if shown else ()


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
    return sum(len(json.dumps(b.to_dict(), ensure_ascii=False)) + 2 for b in blocks)


def _markup(markup: str, limit: int) -> MarkdownTextObject:
    # verbatim: Slack must not make links and mentions of what only looks like them.
    return MarkdownTextObject(text=cut_markup(markup, limit), verbatim=True)
