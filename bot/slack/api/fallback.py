"""Messages that Slack may refuse for a block it does not know, sent so that they still arrive.

Charts are new (June 2026) and come to workspaces step by step; tables are a year older. What an
acknowledgement says is lost where Slack refuses it, and nobody is told; so a message with either
goes where Slack answers.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse

from bot.slack.api.errors import names_blocks, refuses_blocks
from bot.slack.blockkit.blocks import Message
from bot.slack.views.rates.chart import may_be_refused, plainer

log = logging.getLogger(__name__)


async def respond_with(respond: AsyncRespond, message: Message, **more: Any) -> bool:
    """Posts the message to the response_url; once more in plainer blocks where it is refused.

    `more` goes beside text and blocks: response_type, replace_original. Whether it came as it is.
    """
    answer = await respond({**message.payload(), **more})
    refused = may_be_refused(message) and names_blocks(_code(answer))
    if refused:
        answer = await respond({**plainer(message).payload(), **more})
    if answer.status_code != 200:
        log.warning("a response_url refused an answer: %s", _code(answer) or answer.status_code)
    return not refused


async def post_with(post: Callable[..., Awaitable[object]], message: Message, **more: Any) -> bool:
    """Posts the message by a method of the Web API; once more in plainer blocks where refused.

    Whether it came as it is. Raises SlackApiError for every other refusal.
    """
    try:
        await post(**message.payload(), **more)
    except SlackApiError as error:
        if not (may_be_refused(message) and refuses_blocks(error)):
            raise
        await post(**plainer(message).payload(), **more)
        return False
    return True


def _code(answer: WebhookResponse) -> str:
    """Slack's code: the body is `invalid_blocks`, or JSON with an `error`."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return answer.body.strip()[:100]
    return str(said.get("error") or "") if isinstance(said, dict) else ""
