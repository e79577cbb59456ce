"""Finds messages of earlier attempts: each message has its delivery's id in its metadata.

What was read of a conversation or a thread serves all look-ups in it for a minute, unless a post in
the conversation had an unknown outcome meanwhile. Look-ups have a pace of their own: a rate limit
of `conversations.history` delays look-ups, but no posts.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery
from bot.errors import ConversationRefused, SendLater, SendRefused
from bot.news.story import Story
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import (
    MOST_ATTEMPTS,
    code,
    retry_after_s,
    status,
    still_uncertain,
    unanswered,
    verdict,
)

EVENT_TYPE = "tariffwire_delivery"
"""Tells our metadata from that of other apps."""

_PAGE = 200
_MOST_PAGES = 20
_SKEW_S = 3600
"""Seconds before the delivery was queued from which messages are searched, because our clock may
be ahead of Slack's."""
_LOOK_BACK = timedelta(days=7)
_READ_FOR_S = 60.0
"""After this time, messages are read again: a delayed post may have arrived."""
_MOST_HISTORIES = 200
# With these, looking is impossible; any other error may pass.
_MAY_NOT_LOOK = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"}
)


class CannotLook(Exception):
    """The conversation cannot be read, or not far enough back."""


def marked(delivery: Delivery) -> Metadata:
    """The metadata that identifies a message of the delivery."""
    return Metadata(EVENT_TYPE, {"delivery_id": delivery.id})


class _History:
    """The ids of deliveries in a conversation or a thread since `oldest`, read as far as needed."""

    def __init__(self, channel: str, thread_ts: str | None, oldest: float, read_at: float) -> None:
        self.oldest, self.read_at = oldest, read_at
        self.found: dict[str, str] = {}
        """The ts of each delivery."""
        self._channel, self._thread_ts = channel, thread_ts
        self._cursor: str | None = None
        self._pages = 0
        self._one_reader = asyncio.Lock()

    async def find(self, client: AsyncWebClient, delivery_id: str) -> str | None:
        """The ts of a delivery's message. Raises CannotLook if there are too many messages."""
        async with self._one_reader:
            while delivery_id not in self.found and (self._cursor or not self._pages):
                if self._pages == _MOST_PAGES:
                    raise CannotLook
                await self._read_page(client)
        return self.found.get(delivery_id)

    async def _read_page(self, client: AsyncWebClient) -> None:
        given: dict[str, Any] = {
            "channel": self._channel,
            "oldest": f"{self.oldest:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
            "cursor": self._cursor,
        }
        if self._thread_ts is None:
            page = await client.conversations_history(**given)
        else:
            page = await client.conversations_replies(ts=self._thread_ts, **given)
        for message in page.get("messages") or ():
            if (found := _delivery_id(message)) is not None:
                self.found.setdefault(found, str(message["ts"]))
        self._cursor = (page.get("response_metadata") or {}).get("next_cursor")
        self._pages += 1


class Lookups:
    """Looks for messages of earlier attempts. Tell it of each post in `posted` or `forget`."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._histories: OrderedDict[tuple[str, str | None], _History] = OrderedDict()
        self._paused_until: dict[str, float] = {}

    async def find(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> str | None:
        """The ts of the message that an earlier attempt posted; None if there is none.

        Raises CannotLook where that cannot be known, SendLater where it cannot be known now, and
        ConversationRefused. A WorkspaceRefused may concern the look-up only.
        """
        method = "conversations.history" if thread_ts is None else "conversations.replies"
        wait_s = self._paused_until.get(method, 0.0) - asyncio.get_running_loop().time()
        if wait_s > 0:
            raise _paused(wait_s, method)
        oldest = _earliest(delivery, stories).timestamp() - _SKEW_S
        try:
            history = await self._history(delivery.conversation, thread_ts, oldest)
            return await history.find(self._client, delivery.id)
        except SlackApiError as error:
            self.forget(delivery.conversation)
            if code(error) in _MAY_NOT_LOOK:
                raise CannotLook from error
            if code(error) == "thread_not_found":
                return None
            if status(error) == 429 or code(error) == "ratelimited":
                wait_s = retry_after_s(error)
                self._paused_until[method] = asyncio.get_running_loop().time() + wait_s
                raise _paused(wait_s, method) from error
            raise _look_up_refusal(error, delivery) from error
        except (aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError) as error:
            # Only its name: the text of an aiohttp error may quote the request with the token.
            raise unanswered(f"looking for it: {type(error).__name__}") from error

    async def _history(self, conversation: str, thread_ts: str | None, oldest: float) -> _History:
        place, now = (conversation, thread_ts), asyncio.get_running_loop().time()
        known = self._histories.get(place)
        if known is not None and known.oldest <= oldest and now - known.read_at < _READ_FOR_S:
            return known
        channel = await channel_of(self._client, conversation)
        history = self._histories[place] = _History(channel, thread_ts, oldest, now)
        self._histories.move_to_end(place)
        if len(self._histories) > _MOST_HISTORIES:
            self._histories.popitem(last=False)
        return history

    def posted(self, delivery: Delivery, thread_ts: str | None, ts: str) -> None:
        """Records a message that was certainly posted."""
        history = self._histories.get((delivery.conversation, thread_ts))
        if history is not None:
            history.found[delivery.id] = ts

    def forget(self, conversation: str) -> None:
        """Drops what was read of a conversation, because a message may have been added to it."""
        for place in [each for each in self._histories if each[0] == conversation]:
            del self._histories[place]


def _look_up_refusal(error: SlackApiError, delivery: Delivery) -> Exception:
    """The exception for this answer to a look-up."""
    met = verdict(error, delivery.attempts, delivery.conversation)
    if isinstance(met, ConversationRefused):
        return ConversationRefused(met.thing, met.cause, met.cure, uncertain=True, by_look_up=True)
    if isinstance(met, SendRefused) and delivery.attempts >= MOST_ATTEMPTS:
        return CannotLook()
    return still_uncertain(met, f"looking for it: {met.cause}")


def _paused(wait_s: float, method: str) -> SendLater:
    return SendLater(wait_s, f"rate limit of {method}", uncertain=True, lookups_only=True)


def _earliest(delivery: Delivery, stories: Sequence[Story]) -> datetime:
    """The earliest moment at which the delivery can have been posted."""
    if stories:
        return min(story.seen_at for story in stories)
    # Without a story: the uncertain attempt was made not long before this one.
    return delivery.due_at - _LOOK_BACK


def _delivery_id(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found = (metadata.get("event_payload") or {}).get("delivery_id")
    return found if isinstance(found, str) else None
