"""Posts what is owed, and looks before it posts again.

Slack has no idempotency key: when a connection breaks after a message was handed over, only the
conversation itself knows whether it arrived. So each message carries its delivery's id in its
metadata, and a delivery marked `uncertain` is looked for before anything is posted. Where the app
may not read the conversation, the operator has chosen: post it again, marked, or leave it.

What is too long for one message goes on in its thread; each reply carries an id of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import FOLLOWS, Delivery, DeliveryKind
from bot.alerts.dispatch import Receipt
from bot.alerts.reminders import Reminder
from bot.errors import SendLater, SendRefused
from bot.news.story import Story
from bot.parties import Parties
from bot.rates.decision import Filed
from bot.slack.alert_blocks import alert, digest, follow_up
from bot.slack.blocks import Message
from bot.slack.channel import channel_of
from bot.slack.limits import NOTICE_CHARACTERS
from bot.slack.mrkdwn import escape
from bot.slack.proposal_blocks import proposal
from bot.slack.reminder_blocks import reminder
from bot.slack.reply_blocks import notice
from bot.slack.verdict import code, refuses_blocks, verdict

EVENT_TYPE = "tariffwire_delivery"
"""Names our metadata among that of other apps."""

OnUnknown = Literal["may_repeat", "may_miss"]

_OF_NO_STORY = (DeliveryKind.NOTICE, DeliveryKind.REMINDER)
_PAGE = 200
_MOST_PAGES = 20
_SKEW_S = 3600
"""How far before the moment at which it came to be owed a message is looked for, in seconds: our
clock gave that moment and may be ahead of Slack's, which gives the messages theirs."""
_LOOK_BACK = timedelta(days=7)
# Without these, nobody can look; everything else is a fault that passes.
_MAY_NOT_LOOK = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"}
)


class Proposals(Protocol):
    """Gives a proposal as it is to be shown."""

    async def get(self, proposal_id: str) -> Filed | None: ...


class _CannotLook(Exception):
    """The conversation cannot be read far enough to know."""


class SlackSender:
    """A Sender for the dispatcher: `send` posts one delivery, or says why not.

    The client must not retry by itself: a retry after a broken connection posts twice.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        parties: Parties,
        on_unknown: OnUnknown = "may_repeat",
        proposals: Proposals | None = None,
        pace_s: float = 1.0,
    ) -> None:
        """`proposals` are what operators are asked to decide on; `pace_s`: seconds between the
        messages of one delivery.
        """
        self._client, self._parties, self._on_unknown = client, parties, on_unknown
        self._proposals, self._pace_s = proposals, pace_s

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        """Posts the delivery, or finds it where an earlier attempt has posted it.

        Raises SendLater and SendRefused as the dispatcher's port says.
        """
        message, *rest = await self._compose(delivery, stories, thread_ts)
        found = None
        if delivery.uncertain:
            try:
                found = await self._find(delivery, stories, thread_ts)
            except _CannotLook:
                receipt = await self._post_unseen(delivery, stories, thread_ts)
                await self._go_on(delivery, rest, receipt.ts)
                return receipt
        if found is None:
            receipt = await self._post(delivery, message, thread_ts)
            await self._go_on(delivery, rest, receipt.ts)
        else:
            receipt = Receipt(ts=found)
            await self._go_on(delivery, rest, receipt.ts, look_for=stories)
        return receipt

    async def _compose(
        self,
        delivery: Delivery,
        stories: Sequence[Story],
        thread_ts: str | None,
        *,
        may_repeat: bool = False,
    ) -> tuple[Message, ...]:
        """As `compose`; a proposal is told as it stands. Raises SendRefused where it is gone."""
        if delivery.kind is DeliveryKind.PROPOSAL:
            filed = await self._proposals.get(delivery.event_id) if self._proposals else None
            if filed is None:
                raise SendRefused("the proposal it is about is no longer kept")
            return (proposal(filed, self._parties, may_repeat=may_repeat),)
        if not stories and delivery.kind not in _OF_NO_STORY:
            raise SendRefused("the stories it is about are no longer kept")
        return compose(delivery, stories, self._parties, thread_ts, may_repeat=may_repeat)

    async def _go_on(
        self,
        delivery: Delivery,
        rest: Sequence[Message],
        ts: str,
        look_for: Sequence[Story] | None = None,
    ) -> None:
        """Posts the rest of a delivery below its first message, less what stands there already."""
        for number, message in enumerate(rest, start=2):
            reply = delivery.model_copy(update={"id": f"{delivery.id}/{number}"})
            try:
                if look_for is not None and await self._find(reply, look_for, ts) is not None:
                    continue
                await asyncio.sleep(self._pace_s)
                await self._post(reply, message, ts)
            except _CannotLook as blind:
                raise SendLater(None, "its thread cannot be read", uncertain=True) from blind
            except SendLater as later:
                # The first message stands: the next attempt looks for it and goes on from there.
                raise _still_uncertain(later, later.cause) from later

    async def _post_unseen(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> Receipt:
        """What the operator chose for a message that may already stand there."""
        if self._on_unknown == "may_miss":
            raise SendRefused(
                "it may have arrived and the app cannot look: give it a history scope, "
                "or set TARIFFWIRE_UNKNOWN_OUTCOME=may_repeat"
            )
        message, *_ = await self._compose(delivery, stories, thread_ts, may_repeat=True)
        try:
            return await self._post(delivery, message, thread_ts)
        except SendLater as later:
            # Still as uncertain as before, whatever this attempt met with.
            raise _still_uncertain(later, later.cause) from later

    async def _post(self, delivery: Delivery, message: Message, thread_ts: str | None) -> Receipt:
        try:
            return await self._post_once(delivery, message, thread_ts)
        except SlackApiError as error:
            if refuses_blocks(error):
                message = Message(message.text)
            elif code(error) != "not_in_channel" or not await self._join(delivery.conversation):
                raise verdict(error, delivery.attempts) from error
        try:
            return await self._post_once(delivery, message, thread_ts)
        except SlackApiError as error:
            raise verdict(error, delivery.attempts) from error

    async def _post_once(
        self, delivery: Delivery, message: Message, thread_ts: str | None
    ) -> Receipt:
        """One call of chat.postMessage; only answers of Slack's are left as SlackApiError."""
        try:
            answer = await self._client.chat_postMessage(
                channel=delivery.conversation,
                text=message.text,
                blocks=[block.value for block in message.blocks] or None,
                thread_ts=thread_ts,
                metadata=Metadata(EVENT_TYPE, {"delivery_id": delivery.id}),
                unfurl_links=False,
                unfurl_media=False,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
            raise SendLater(None, "Slack cannot be reached", unanswered=True) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unanswered(type(error).__name__) from error
        except (AttributeError, ValueError) as error:
            # What slack_sdk makes of a text/plain answer, as a proxy on the way sends it.
            raise _unanswered("an answer that is not Slack's") from error
        return Receipt(ts=str(answer["ts"]))

    async def _join(self, conversation: str) -> bool:
        try:
            await self._client.conversations_join(channel=conversation)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return False
        return True

    async def _find(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> str | None:
        """The ts under which an earlier attempt posted the delivery; None if none did.

        Raises _CannotLook where that cannot be known, SendLater where it cannot be known now.
        """
        oldest = _earliest(delivery, stories).timestamp() - _SKEW_S
        try:
            async for message in self._messages(delivery.conversation, oldest, thread_ts):
                if _delivery_id(message) == delivery.id:
                    return str(message["ts"])
        except SlackApiError as error:
            if code(error) in _MAY_NOT_LOOK:
                raise _CannotLook from error
            if code(error) == "thread_not_found":
                return None
            later = verdict(error, 0)
            raise _still_uncertain(later, f"looking for it: {later.cause}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError) as error:
            # Its name alone: what aiohttp's errors say may quote the request, token included.
            raise _unanswered(f"looking for it: {type(error).__name__}") from error
        return None

    async def _messages(
        self, conversation: str, oldest: float, thread_ts: str | None
    ) -> AsyncIterator[dict[str, Any]]:
        """The messages since `oldest`, newest first; raises _CannotLook when there are too many."""
        channel = await channel_of(self._client, conversation)
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
                page = await self._client.conversations_history(**given)
            else:
                page = await self._client.conversations_replies(ts=thread_ts, **given)
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
        raise _CannotLook


def compose(
    delivery: Delivery,
    stories: Sequence[Story],
    parties: Parties,
    thread_ts: str | None = None,
    *,
    may_repeat: bool = False,
) -> tuple[Message, ...]:
    """The message that a delivery of stories or a notice owes, then the replies to it that hold
    what it has no room for.

    A follow-up without a thread is told to a follower as such, to others like an alert: theirs was
    given up.
    """
    match delivery.kind:
        case DeliveryKind.FOLLOW_UP if thread_ts is not None:
            return (follow_up(stories, parties, may_repeat=may_repeat),)
        case DeliveryKind.FOLLOW_UP if delivery.reason == FOLLOWS:
            followed = delivery.event_id
            return (follow_up(stories, parties, followed=followed, may_repeat=may_repeat),)
        case DeliveryKind.NOTICE:
            return (notice(escape(delivery.reason, NOTICE_CHARACTERS)),)
        case DeliveryKind.REMINDER:
            told = Reminder.model_validate_json(delivery.content)
            return (reminder(told, parties, delivery.reason, may_repeat=may_repeat),)
        case DeliveryKind.DIGEST:
            return digest(stories, parties, delivery.reason, may_repeat=may_repeat)
        case _:
            return (alert(stories[0], parties, delivery.reason, may_repeat=may_repeat),)


def _unanswered(cause: str) -> SendLater:
    return SendLater(None, cause, uncertain=True, unanswered=True)


def _still_uncertain(met: SendLater | SendRefused, cause: str) -> SendLater:
    if isinstance(met, SendRefused):
        return SendLater(None, cause, uncertain=True)
    return SendLater(met.after_s, cause, uncertain=True, unanswered=met.unanswered)


def _earliest(delivery: Delivery, stories: Sequence[Story]) -> datetime:
    """The moment before which the delivery cannot have been posted."""
    if stories:
        return min(story.seen_at for story in stories)
    # Without a story: an attempt whose end is unknown was made not long before this one.
    return delivery.due_at - _LOOK_BACK


def _delivery_id(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found = (metadata.get("event_payload") or {}).get("delivery_id")
    return found if isinstance(found, str) else None
