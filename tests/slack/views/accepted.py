"""Checks that Slack would accept a message."""

import json

from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.local_slack.state.modals import check_view
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message
from bot.slack.views.entry.results import render_result


def as_text(message: Message) -> str:
    """The whole message as JSON text."""
    return json.dumps(message.payload(), ensure_ascii=False)


def check_accepted(message: Message) -> None:
    """Raises an error unless Slack would accept the message, also as the content of a modal."""
    payload = message.payload()
    check_blocks(payload["blocks"])
    check_budget(payload["blocks"])
    size = len(json.dumps(payload["blocks"], ensure_ascii=False)) + len(payload["text"])
    assert size <= limits.MESSAGE_CHARACTERS
    assert payload["text"].strip()
    check_view(render_result(message))
