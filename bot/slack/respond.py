"""Messages that Slack may refuse for a block it does not know, sent so that they still arrive.

Charts are new (June 2026) and come to workspaces step by step. What an acknowledgement says is
lost where Slack refuses it, and nobody is told; so a message with a chart goes where Slack answers.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse

from bot.slack.blocks import Message
from bot.slack.chart import has_chart, without_chart
from bot.slack.verdict import names_blocks, refuses_blocks

log = logging.getLogger(__name__)


async def respond_with(respond: AsyncRespond, message: Message, **more: Any) -> bool:
    """Posts the message to the response_url; once more without its charts where it is refused.

    `more` goes beside text and blocks: response_type, replace_original. Whether its charts came.
    """
    answer = await respond({**message.payload(), **more})
    refused = has_chart(message) and names_blocks(_code(answer))
    if refused:
        answer = await respond({**without_chart(message).payload(), **more})
    if answer.status_code != 200:
        log.warning("a response_url refused an answer: %s", _code(answer) or answer.status_code)
    return not refused


async def post_with(post: Callable[..., Awaitable[object]], message: Message, **more: Any) -> bool:
    """Posts the message by a method of the Web API; once more without its charts where refused.

    Whether its charts came. Raises SlackApiError for every other refusal.
    """
    try:
        await post(**message.payload(), **more)
    except SlackApiError as error:
        if not (has_chart(message) and refuses_blocks(error)):
            raise
        await post(**without_chart(message).payload(), **more)
        return False
    return True


def _code(answer: WebhookResponse) -> str:
    """Slack's code: the body is `invalid_blocks`, or JSON with an `error`."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return answer.body.strip()[:100]
    return str(said.get("error") or "") if isinstance(said, dict) else ""
