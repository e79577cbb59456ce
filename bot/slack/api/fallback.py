"""Replies that still arrive where a workspace refuses a kind of block.

Charts are new (June 2026) and come to workspaces step by step; tables are a year older. Slack drops
a refused acknowledgement silently, so a message with either is sent by a call that answers.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse

from bot.slack.api.errors import names_blocks, refuses_blocks
from bot.slack.blockkit.blocks import Message

log = logging.getLogger(__name__)


async def respond_with(respond: AsyncRespond, message: Message, **options: Any) -> None:
    """Posts the message to the response_url, and again in plainer blocks if Slack refuses it.

    `options` are further fields of the reply, such as replace_original. A failure is logged.
    """
    try:
        answer = await respond({**message.response(), **options})
        if message.instead is not None and names_blocks(_error_code(answer)):
            instead = replace(message.instead, in_channel=message.in_channel)
            answer = await respond({**instead.response(), **options})
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Only its name: the text of the error may quote the address.
        log.warning("an answer could not be sent to its response_url: %s", type(error).__name__)
        return
    if answer.status_code != 200:
        log.warning(
            "a response_url refused an answer: %s", _error_code(answer) or answer.status_code
        )


async def post_with(post: Callable[..., Awaitable[object]], message: Message, **given: Any) -> None:
    """Posts the message by a method of the Web API, and again in plainer blocks if refused.

    `given` are further arguments of the method. Raises SlackApiError for every other refusal.
    """
    try:
        await post(**message.payload(), **given)
    except SlackApiError as error:
        if message.instead is None or not refuses_blocks(error):
            raise
        await post(**message.instead.payload(), **given)


def _error_code(answer: WebhookResponse) -> str:
    """Slack's code: the body is `invalid_blocks`, or JSON with an `error`."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer.body.strip()[:100]
    return str(body.get("error") or "") if isinstance(body, dict) else ""
