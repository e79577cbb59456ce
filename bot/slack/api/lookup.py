"""Finds the messages that earlier attempts posted. Each message has its delivery's id in its
metadata.

The messages that were read in a conversation or a thread are cached for a minute. The cache is
dropped earlier if the outcome of a post in the conversation is unknown. A rate limit of
`conversations.history` or `conversations.replies` delays only look-ups. Posts continue.
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
"""The event type of our metadata. It differs from those of other apps."""

_PAGE = 200
_MOST_PAGES = 20
_SKEW_S = 3600
"""The search begins this many seconds before the earliest time at which the delivery can have been
posted, because our clock may be ahead of Slack's."""
_LOOK_BACK = timedelta(days=7)
_READ_FOR_S = 60.0
"""Seconds for which the messages are cached. Afterward they are read again, because a delayed post
may have arrived."""
_MOST_HISTORIES = 200
# After these errors, the conversation cannot be searched at all. After any other error, a retry may
# succeed.
_MAY_NOT_LOOK = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"}
)


class CannotLook(Exception):
    """The conversation or its older messages cannot be read."""


def marked(delivery: Delivery) -> Metadata:
    """The metadata by which a message of the delivery is found."""
    return Metadata(EVENT_TYPE, {"delivery_id": delivery.id})


class _History:
    """The ids of the deliveries that were posted in a conversation or a thread since `oldest`.
    Pages of messages are read only as needed."""

    def __init__(self, channel: str, thread_ts: str | None, oldest: float, read_at: float) -> None:
        self.oldest, self.read_at = oldest, read_at
        self.found: dict[str, str] = {}
        """The ts of each delivery's message, by the delivery's id."""
        self._channel, self._thread_ts = channel, thread_ts
        self._cursor: str | None = None
        self._pages = 0
        self._one_reader = asyncio.Lock()

    async def find(self, client: AsyncWebClient, delivery_id: str) -> str | None:
        """The ts of the delivery's message; None if there is none. Raises CannotLook if there are
        too many messages to read."""
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
    """Looks for messages of earlier attempts. After each post, call `posted` if it succeeded,
    otherwise `forget`."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._histories: OrderedDict[tuple[str, str | None], _History] = OrderedDict()
        self._paused_until: dict[str, float] = {}

    async def find(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> str | None:
        """The ts of the message that an earlier attempt posted; None if there is none.

        Raises CannotLook if the conversation can never be searched, SendLater if it cannot be
        searched now, and ConversationRefused or WorkspaceRefused if Slack refuses the search for
        this reason. A WorkspaceRefused may concern the search only and not posts.
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
            # Only the type of the error: the text of an aiohttp error may quote the request with
            # the token.
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
        """Records a message whose post succeeded."""
        history = self._histories.get((delivery.conversation, thread_ts))
        if history is not None:
            history.found[delivery.id] = ts

    def forget(self, conversation: str) -> None:
        """Drops the cached messages of a conversation, because the last post may have added a
        message."""
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
    """The earliest time at which the delivery can have been posted."""
    if stories:
        return min(story.seen_at for story in stories)
    # A delivery without stories has no better date. Its uncertain attempt was not long before this
    # attempt.
    return delivery.due_at - _LOOK_BACK


def _delivery_id(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found = (metadata.get("event_payload") or {}).get("delivery_id")
    return found if isinstance(found, str) else None
