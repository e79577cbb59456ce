"""Finds messages of earlier attempts: each message has its delivery's id in its metadata."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery
from bot.news.story import Story
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import code, still_uncertain, unanswered, verdict

EVENT_TYPE = "tariffwire_delivery"
"""Tells our metadata from that of other apps."""

_PAGE = 200
_MOST_PAGES = 20
_SKEW_S = 3600
"""Seconds before the delivery was queued from which messages are searched, because our clock may
be ahead of Slack's."""
_LOOK_BACK = timedelta(days=7)
# With these, looking is impossible; any other error may pass.
_MAY_NOT_LOOK = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"}
)


class CannotLook(Exception):
    """The conversation cannot be read, or not far enough back."""


def marked(delivery: Delivery) -> Metadata:
    """The metadata that identifies a message of the delivery."""
    return Metadata(EVENT_TYPE, {"delivery_id": delivery.id})


async def find(
    client: AsyncWebClient,
    delivery: Delivery,
    stories: Sequence[Story],
    thread_ts: str | None,
) -> str | None:
    """The ts of the message that an earlier attempt posted; None if there is none.

    Raises CannotLook where that cannot be known, and SendLater where it cannot be known now.
    """
    oldest = _earliest(delivery, stories).timestamp() - _SKEW_S
    try:
        async for message in _messages(client, delivery.conversation, oldest, thread_ts):
            if _delivery_id(message) == delivery.id:
                return str(message["ts"])
    except SlackApiError as error:
        if code(error) in _MAY_NOT_LOOK:
            raise CannotLook from error
        if code(error) == "thread_not_found":
            return None
        met = verdict(error, 0, delivery.conversation)
        raise still_uncertain(met, f"looking for it: {met.cause}") from error
    except (aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError) as error:
        # Only its name: the text of an aiohttp error may quote the request with the token.
        raise unanswered(f"looking for it: {type(error).__name__}") from error
    return None


async def _messages(
    client: AsyncWebClient, conversation: str, oldest: float, thread_ts: str | None
) -> AsyncIterator[dict[str, Any]]:
    """The messages since `oldest`, newest first. Raises CannotLook if there are too many."""
    channel = await channel_of(client, conversation)
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        given: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
            "cursor": cursor,
        }
        if thread_ts is None:
            page = await client.conversations_history(**given)
        else:
            page = await client.conversations_replies(ts=thread_ts, **given)
        for message in page.get("messages") or ():
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
    raise CannotLook


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
