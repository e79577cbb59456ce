"""Finds the permanent addresses of messages."""

import asyncio
import logging
from collections.abc import Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.channels import channel_of

log = logging.getLogger(__name__)

_WITHIN_S = 1.5
"""Seconds after which a list of stories is shown without the addresses."""


async def find_permalinks(
    client: AsyncWebClient, conversation: str, messages: Mapping[str, str]
) -> dict[str, str]:
    """The address of each message in a conversation. `messages` has the ts of each message, by any
    key; the result has the same keys. A message whose address is not found is left out."""
    try:
        async with asyncio.timeout(_WITHIN_S):
            channel = await channel_of(client, conversation)
            found = await asyncio.gather(
                *(_find_one(client, channel, ts) for ts in messages.values())
            )
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        log.info("the addresses of messages were not found: %s", type(error).__name__)
        return {}
    return {key: address for key, address in zip(messages, found, strict=True) if address}


async def _find_one(client: AsyncWebClient, channel: str, ts: str) -> str:
    """The address of a message; empty if the message was deleted."""
    try:
        answer = await client.chat_getPermalink(channel=channel, message_ts=ts)
    except SlackApiError as error:
        log.info("the address of a message was not found: %s", error.response.get("error"))
        return ""
    return str(answer.get("permalink") or "")
