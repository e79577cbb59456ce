"""Looks up people: the time zone of a person, and in which channels they are."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.api.errors import code

log = logging.getLogger(__name__)

T = TypeVar("T")

_ZONE_WITHIN_S = 0.7
"""Seconds to wait for a person's time zone, within the three seconds in which a form can open."""
_CHANNELS_WITHIN_S = 1.5
"""Seconds to wait for the channels of a person, within the same three seconds."""
_REMEMBERED_S = 60
"""Seconds for which the channels of a person are remembered."""
_AT_A_TIME = 3
"""Maximum lookups of channels at a time."""
_KINDS = ("public_channel,private_channel", "public_channel")
"""Which channels to ask for. Without the scope for private channels, Slack refuses the first."""
_PAGE = 999
_MOST_PAGES = 20


class SlackPeople:
    """Asks Slack about people. Its methods never raise."""

    def __init__(self, client: AsyncWebClient, clock: Callable[[], float] | None = None) -> None:
        """`clock` returns seconds, by default those of the event loop."""
        self._client, self._clock = client, clock or _read_loop_time
        self._turns = asyncio.Semaphore(_AT_A_TIME)
        self._remembered: dict[str, tuple[float, frozenset[str]]] = {}

    async def find_zone(self, user: str) -> str:
        """The IANA name of the time zone in the person's profile; empty if the app may not read
        it, or if Slack does not answer in time."""
        return await _ask("a time zone", self._read_zone(user), _ZONE_WITHIN_S) or ""

    async def list_channels(self, user: str) -> frozenset[str] | None:
        """The channels of the person that the bot can see, as Slack has listed them within the
        last minute; None if Slack does not list them in time."""
        known = self._remembered.get(user)
        if known is not None and self._clock() < known[0]:
            return known[1]
        return await _ask("the channels of a person", self._list(user), _CHANNELS_WITHIN_S)

    async def is_member(self, conversation: str, user: str) -> bool | None:
        """Whether the person is in the channel now; None if Slack does not say so in time."""
        return await _ask("a membership", self._find(conversation, user), _CHANNELS_WITHIN_S)

    async def _read_zone(self, user: str) -> str:
        answer = await self._client.users_info(user=user)
        return str((answer.get("user") or {}).get("tz") or "")

    async def _list(self, user: str) -> frozenset[str]:
        """The channels of the person now. Remembers them."""
        async with self._turns:
            try:
                found = await self._read_channels(user, _KINDS[0])
            except SlackApiError as error:
                if code(error) != "missing_scope":
                    raise
                found = await self._read_channels(user, _KINDS[1])
        now = self._clock()
        self._remembered = {name: one for name, one in self._remembered.items() if now < one[0]}
        self._remembered[user] = (now + _REMEMBERED_S, found)
        return found

    async def _read_channels(self, user: str, kinds: str) -> frozenset[str]:
        pages = self._read_pages(self._client.users_conversations, user=user, types=kinds)
        return frozenset([str(one["id"]) async for page in pages for one in page["channels"]])

    async def _find(self, conversation: str, user: str) -> bool | None:
        """Looks first for the channel among those of the person, because a channel may have
        thousands of members. Only the members show that a person is not in a private channel."""
        if conversation in await self._list(user):
            return True
        pages = self._read_pages(self._client.conversations_members, channel=conversation)
        async for page in pages:
            if user in page["members"]:
                return True
            if not _read_cursor(page):
                return False
        return None

    async def _read_pages(
        self, call: Callable[..., Awaitable[AsyncSlackResponse]], **arguments: str
    ) -> AsyncIterator[AsyncSlackResponse]:
        """The pages of a list, up to a maximum."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await call(limit=_PAGE, cursor=cursor, **arguments)
            yield page
            cursor = _read_cursor(page)
            if not cursor:
                return


def _read_loop_time() -> float:
    return asyncio.get_running_loop().time()


def _read_cursor(page: AsyncSlackResponse) -> str:
    """Where the next page begins; empty after the last."""
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


async def _ask(what: str, call: Awaitable[T], within_s: float) -> T | None:
    """The result of a call; None if it fails or takes longer."""
    try:
        return await asyncio.wait_for(call, within_s)
    except SlackApiError as error:
        log.info("%s was not read: %s", what, code(error))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.info("%s was not read: %s", what, type(error).__name__)
    return None
