"""Looks up people: the time zone of a person, and whether they are in a channel."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code

log = logging.getLogger(__name__)

T = TypeVar("T")

_ZONE_WITHIN_S = 0.7
"""Seconds to wait for a person's time zone, within the three seconds in which a form can open."""
_MEMBER_WITHIN_S = 1.5
"""Seconds to wait for the members of a channel, within the same three seconds."""
_PAGE = 999
_MOST_PAGES = 20


class SlackPeople:
    """Asks Slack about people. Its methods never raise."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def find_zone(self, user: str) -> str:
        """The IANA name of the time zone in the person's profile; empty if the app may not read
        it, or if Slack does not answer in time."""
        return await _ask("a time zone", self._read_zone(user), _ZONE_WITHIN_S) or ""

    async def is_member(self, conversation: str, user: str) -> bool | None:
        """Whether the person is in the channel; None if Slack does not say so in time."""
        return await _ask("a membership", self._find(conversation, user), _MEMBER_WITHIN_S)

    async def _read_zone(self, user: str) -> str:
        answer = await self._client.users_info(user=user)
        return str((answer.get("user") or {}).get("tz") or "")

    async def _find(self, conversation: str, user: str) -> bool | None:
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self._client.conversations_members(
                channel=conversation, limit=_PAGE, cursor=cursor
            )
            if user in (answer.get("members") or ()):
                return True
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return False
        return None


async def _ask(what: str, call: Awaitable[T], within_s: float) -> T | None:
    """The result of a call; None if it fails or takes longer."""
    try:
        return await asyncio.wait_for(call, within_s)
    except SlackApiError as error:
        log.info("%s was not read: %s", what, code(error))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.info("%s was not read: %s", what, type(error).__name__)
    return None
