"""Sends a reply again without the blocks that a workspace refuses.

Slack introduces new kinds of blocks in one workspace after another: charts since June 2026, tables
about a year earlier. If Slack refuses the blocks of an acknowledgement, it drops it without an
error. A message with a chart or a table is therefore sent by a separate call, whose response
reports the refusal.
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
    """Posts the message to the response_url. If Slack refuses its blocks, posts the version with
    simpler blocks.

    `options` are further fields of the reply, such as replace_original. A failure is logged and not
    raised.
    """
    try:
        answer = await respond({**message.response(), **options})
        if message.instead is not None and names_blocks(_error_code(answer)):
            instead = replace(message.instead, in_channel=message.in_channel)
            answer = await respond({**instead.response(), **options})
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Only the type of the error: its text may quote the address.
        log.warning("an answer could not be sent to its response_url: %s", type(error).__name__)
        return
    if answer.status_code != 200:
        log.warning(
            "a response_url refused an answer: %s", _error_code(answer) or answer.status_code
        )


async def post_with(post: Callable[..., Awaitable[object]], message: Message, **given: Any) -> None:
    """Posts the message with a method of the Web API. If Slack refuses its blocks, posts the
    version with simpler blocks.

    `given` are further arguments of the method. Raises SlackApiError if Slack refuses the message
    for another reason, or if there is no version with simpler blocks.
    """
    try:
        await post(**message.payload(), **given)
    except SlackApiError as error:
        if message.instead is None or not refuses_blocks(error):
            raise
        await post(**message.instead.payload(), **given)


def _error_code(answer: WebhookResponse) -> str:
    """Slack's error code. The response body is either the code itself or JSON with the code in
    `error`."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer.body.strip()[:100]
    return str(body.get("error") or "") if isinstance(body, dict) else ""
