"""Shows a reply in a modal instead of a conversation."""

import re

from bot.slack.blockkit.blocks import Block, Element, Message, section
from bot.slack.blockkit.forms import View, make_modal
from bot.slack.views.replies import CHECK_PRODUCT, DETAILS, RUN, WORKING

_TITLE = "Tariffwire"
_FOR_CONVERSATIONS = ("table", "data_visualization")
"""Blocks that Slack allows only in messages."""
_WORKS_IN_VIEWS = re.compile(rf"(?:{RUN}_\d+|{CHECK_PRODUCT}|{DETAILS})")


def render_result(message: Message, title: str = _TITLE) -> View:
    """A modal with the content of a message."""
    return make_modal(title, select_for_view(message))


def render_loading(title: str = _TITLE) -> View:
    """A modal that is shown until a slow answer arrives."""
    return render_text(WORKING, title)


def render_text(markup: str, title: str = _TITLE) -> View:
    """A modal with only a text."""
    return make_modal(title, [section(markup)])


def select_for_view(message: Message, hidden: str = "") -> list[Block]:
    """The blocks of a message that work in a modal. Buttons that change the message or share it
    are left out, and those with the action `hidden`."""
    kept = (_keep(block, hidden) for block in (message.instead or message).blocks)
    return [block for block in kept if block is not None] or [section(message.text)]


def _keep(block: Block, hidden: str) -> Block | None:
    if block["type"] in _FOR_CONVERSATIONS:
        return None
    if block["type"] == "actions":
        elements = [each for each in block["elements"] if _works(each, hidden)]
        return {**block, "elements": elements} if elements else None
    if "accessory" in block and not _works(block["accessory"], hidden):
        return {name: value for name, value in block.items() if name != "accessory"}
    return block


def _works(element: Element, hidden: str) -> bool:
    action = element.get("action_id", "")
    return "url" in element or (action != hidden and bool(_WORKS_IN_VIEWS.fullmatch(action)))
