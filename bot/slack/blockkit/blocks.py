"""Blocks and messages within Slack's limits.

Each function for a block keeps the block within Slack's limits; `assemble` keeps the whole message
within them. Markup comes from `mrkdwn`. `bot.slack.views` decides what a message says.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.slack.blockkit import limits
from bot.slack.blockkit.mrkdwn import check_url, cut, cut_markup
from bot.text.single_line import to_single_line

Block = dict[str, Any]
Element = dict[str, Any]
"""A block, or an element of a block, as JSON values."""


@dataclass(frozen=True)
class Message:
    """A message: its blocks, and a text for notifications, screen readers and old clients."""

    text: str
    blocks: tuple[Block, ...] = ()
    instead: "Message | None" = None
    """A version of the message without charts and tables, which some workspaces refuse; None if it
    has none of them."""
    in_channel: bool = False
    """Whether the whole conversation sees the reply. If False, only the person who asked sees
    it."""

    def for_all(self) -> "Message":
        """The message as a reply that the whole conversation sees."""
        return replace(self, in_channel=True)

    def payload(self) -> dict[str, Any]:
        """The arguments `text` and `blocks` for a call of the Web API."""
        return {"text": self.text, "blocks": list(self.blocks)}

    def response(self) -> dict[str, Any]:
        """The fields of a reply to a command or a click: text, blocks, and who sees it."""
        response_type = "in_channel" if self.in_channel else "ephemeral"
        return {**self.payload(), "response_type": response_type}


def section(markup: str, accessory: Element | None = None) -> Block:
    """A paragraph, with an element at its right. If the markup is empty, it shows a dash, because
    Slack refuses a section without text."""
    block = {"type": "section", "text": _make_markup(markup or "–", limits.SECTION_CHARACTERS)}
    return {**block, "accessory": accessory} if accessory is not None else block


def fields(*markups: str) -> tuple[Block, ...]:
    """Up to ten short texts in two columns; no block if all are empty."""
    shown = [markup for markup in markups if markup][: limits.SECTION_FIELDS]
    texts = [_make_markup(markup, limits.FIELD_CHARACTERS) for markup in shown]
    return ({"type": "section", "fields": texts},) if texts else ()


def context(*markups: str) -> Block:
    """A line of small print with up to ten texts."""
    shown = [m for m in markups if m][: limits.CONTEXT_ELEMENTS] or ["–"]
    elements = [_make_markup(m, limits.CONTEXT_CHARACTERS) for m in shown]
    return {"type": "context", "elements": elements}


def header(text: str) -> Block:
    """A headline in large letters. `text` is plain text without markup."""
    shown = cut(to_single_line(text) or "–", limits.HEADER_CHARACTERS)
    return {"type": "header", "text": _make_plain(shown)}


def divider() -> Block:
    """A thin horizontal line."""
    return {"type": "divider"}


def button(
    label: str,
    action_id: str,
    value: str = "",
    *,
    url: str = "",
    style: str | None = None,
    confirm: str = "",
) -> Element | None:
    """A button; None if its value or its address exceeds Slack's limits.

    If `confirm` is set, Slack shows it as plain text and asks for a second click.
    """
    address, carried = check_url(url) if url else None, to_single_line(value)
    if len(carried) > limits.BUTTON_VALUE_CHARACTERS or (url and address is None):
        return None
    shown = cut(to_single_line(label) or "–", limits.BUTTON_CHARACTERS)
    values = {
        "type": "button",
        "action_id": action_id,
        "text": _make_plain(shown),
        "style": style,
        "url": address,
        "value": carried or None,
        "confirm": _make_confirmation(shown, confirm) if confirm else None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _make_confirmation(label: str, question: str) -> Element:
    """Slack's dialog that asks for a second click on a button with this label."""
    return {
        "title": _make_plain(cut(f"{label}?", limits.CONFIRM_TITLE_CHARACTERS)),
        "text": _make_plain(cut(to_single_line(question), limits.CONFIRM_CHARACTERS)),
        "confirm": _make_plain(cut(label, limits.CONFIRM_BUTTON_CHARACTERS)),
        "deny": _make_plain("Cancel"),
    }


def option(label: str, value: str) -> Element | None:
    """A choice of a menu; None if its value exceeds Slack's limit."""
    carried = to_single_line(value)
    if not 0 < len(carried) <= limits.OPTION_VALUE_CHARACTERS:
        return None
    shown = cut(to_single_line(label) or "–", limits.OPTION_CHARACTERS)
    return {"text": _make_plain(shown), "value": carried}


def overflow(action_id: str, *options: Element | None) -> Element | None:
    """A menu behind three dots with the options that are not None; None if there are none."""
    shown = [each for each in options if each is not None][: limits.OVERFLOW_OPTIONS]
    return {"type": "overflow", "action_id": action_id, "options": shown} if shown else None


def actions(*buttons: Element | None) -> tuple[Block, ...]:
    """A row of the buttons that are not None; empty if there are none."""
    shown = [b for b in buttons if b is not None][: limits.ACTIONS_ELEMENTS]
    return ({"type": "actions", "elements": shown},) if shown else ()


def assemble(
    text: str,
    head: Sequence[Block],
    items: Sequence[Block] = (),
    tail: Sequence[Block] = (),
    more: Callable[[int], Block] | None = None,
) -> Message:
    """A message of `head`, as many of `items` as Slack allows, and `tail`.

    If items are left out, `more` makes a block that takes their place; its argument is their
    number.
    """
    notice = cut_markup(text, limits.NOTICE_CHARACTERS)
    room = limits.MESSAGE_CHARACTERS - len(notice)
    kept, left = fit_items([*head, *tail], items, more, limits.MESSAGE_BLOCKS, room)
    rest = [more(left)] if more is not None and left else []
    return Message(notice, (*head, *kept, *rest, *tail))


def fit_items(
    fixed: Sequence[Block],
    items: Sequence[Block],
    more: Callable[[int], Block] | None,
    blocks: int,
    characters: int,
) -> tuple[tuple[Block, ...], int]:
    """The first items that fit into a message together with the fixed blocks, and the number of
    items that do not fit."""
    spare_blocks = blocks - len(fixed)
    spare = characters - count_characters(fixed)
    if len(items) <= spare_blocks and count_characters(items) <= spare:
        return tuple(items), 0
    if more is not None:
        spare_blocks, spare = spare_blocks - 1, spare - count_characters([more(len(items))])
    kept: list[Block] = []
    for item in items[: max(spare_blocks, 0)]:
        spare -= count_characters([item])
        if spare < 0:
            break
        kept.append(item)
    return tuple(kept), len(items) - len(kept)


def count_characters(blocks: Sequence[Block]) -> int:
    """The length of the blocks as JSON in characters. Slack's limit for a message counts these."""
    return sum(len(json.dumps(block, ensure_ascii=False)) + 2 for block in blocks)


def _make_markup(markup: str, limit: int) -> Element:
    # `verbatim` stops Slack from making links and mentions of text that only looks like them.
    return {"type": "mrkdwn", "text": cut_markup(markup, limit), "verbatim": True}


def _make_plain(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}
