"""Posts deliveries. Before it posts one again, it looks for a copy that an earlier attempt posted.

Slack has no idempotency key. If a connection breaks after a request was sent, only the conversation
shows whether the message arrived. So each message has its delivery's id in its metadata, and the
sender looks for this id before it posts an `uncertain` delivery. If the app lacks the permission to
read the conversation, TARIFFWIRE_UNKNOWN_OUTCOME decides: either the sender posts the delivery
again, marked as a possible repetition, or gives it up.

An update edits a message with chat.update and keeps its metadata. It needs no look-up, because
editing twice has the effect of editing once.

A delivery that is too long for one message continues in the thread of this message. Each reply has
its own id.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.sending.ports import Receipt
from bot.commands.lines.replies import TouchedLines
from bot.errors import (
    ConversationRefused,
    SendLater,
    SendRefused,
    StoreUnavailable,
    WorkspaceRefused,
)
from bot.news.story import Story
from bot.parties import Parties
from bot.proposals.approval.audit import ProposalRecord
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import (
    MOST_ATTEMPTS,
    code,
    refuses_blocks,
    still_uncertain,
    unanswered,
    verdict,
)
from bot.slack.api.lookup import CannotLook, Lookups, marked
from bot.slack.blockkit.blocks import Message
from bot.slack.views.alerts import AlertOptions
from bot.slack.views.delivery import compose_messages
from bot.slack.views.events.touched import OF_PROPOSAL, add_touched
from bot.slack.views.proposals import render_proposal
from bot.values import digest

log = logging.getLogger(__name__)

OnUnknown = Literal["may_repeat", "may_miss"]

_MOST_RENDERED = 5_000
_WITHOUT_STORY = (DeliveryKind.NOTICE, DeliveryKind.REMINDER)


class ProposalLookup(Protocol):
    """Looks up proposals."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...


class TouchSource(Protocol):
    """Finds the lines that deliveries touch."""

    async def find(self, delivery: Delivery, stories: Sequence[Story]) -> TouchedLines | None: ...


class SlackSender:
    """The dispatcher's Sender for Slack: `send` posts one delivery, or raises the reason for the
    failure.

    The client must not retry by itself: if it retried after a broken connection, it could post a
    message twice.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        parties: Parties,
        on_unknown: OnUnknown = "may_repeat",
        proposals: ProposalLookup | None = None,
        pace_s: float = 1.0,
        options: AlertOptions | None = None,
        touches: TouchSource | None = None,
    ) -> None:
        """`proposals` finds the proposals that deliveries are about. `pace_s` is the time in
        seconds between the messages of one delivery. `on_unknown` is the setting
        TARIFFWIRE_UNKNOWN_OUTCOME. `options` says what else alerts show, and `touches` finds the
        lines of the conversation's list that a delivery touches."""
        self._client, self._parties, self._on_unknown = client, parties, on_unknown
        self._proposals, self._pace_s = proposals, pace_s
        self._options, self._touches = options, touches
        self._lookups = Lookups(client)
        self._rendered: OrderedDict[tuple[str, str], str] = OrderedDict()
        """Digests of the newest alerts as Slack shows them, by conversation and ts."""

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        """Posts the delivery, unless an earlier attempt has posted it, or edits its message;
        returns the receipt of the message.

        Raises the errors that the dispatcher's `Sender` documents.
        """
        message, *rest = await self._compose(delivery, stories, thread_ts)
        if delivery.kind is DeliveryKind.UPDATE:
            return await self._edit(delivery, message, thread_ts or "")
        own = _own(delivery, stories)
        receipt, look_for = None, None
        if delivery.uncertain:
            try:
                if found := await self._look_up(delivery, own, thread_ts):
                    receipt, look_for = Receipt(ts=found, found=True), own
            except CannotLook:
                receipt = await self._post_unseen(delivery, stories, thread_ts)
        receipt = receipt or await self._post(delivery, message, thread_ts)
        if await self._post_rest(delivery, rest, receipt.ts, look_for):
            return Receipt(ts=receipt.ts)
        return receipt

    async def _edit(self, delivery: Delivery, message: Message, ts: str) -> Receipt:
        """Edits the message `ts`, unless it is up to date."""
        place, rendered = (delivery.conversation, ts), _digest(message)
        if self._rendered.get(place) == rendered:
            return Receipt(ts=ts, found=True)
        self._rendered.pop(place, None)
        try:
            await self._edit_once(delivery, message, ts)
        except SlackApiError as error:
            if not refuses_blocks(error):
                raise verdict(error, delivery.attempts, delivery.conversation) from error
            try:
                await self._edit_once(delivery, Message(message.text), ts)
            except SlackApiError as again:
                raise verdict(again, delivery.attempts, delivery.conversation) from again
        self._remember(place, rendered)
        return Receipt(ts=ts)

    async def _edit_once(self, delivery: Delivery, message: Message, ts: str) -> None:
        """Calls chat.update once, with the errors of `_post_once`."""
        with _connection_errors():
            channel = await channel_of(self._client, delivery.conversation)
            await self._client.chat_update(
                channel=channel,
                ts=ts,
                text=message.text,
                blocks=list(message.blocks) or None,
                metadata=marked(delivery),
            )

    def _remember(self, place: tuple[str, str], rendered: str) -> None:
        self._rendered[place] = rendered
        if len(self._rendered) > _MOST_RENDERED:
            self._rendered.popitem(last=False)

    async def check_workspace(self, team: str) -> None:
        """Checks whether Slack accepts the token; raises WorkspaceRefused or another error of
        `Refusal` if not."""
        try:
            await self._client.auth_test()
        except SlackApiError as error:
            raise verdict(error, 0) from error
        except (aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError) as error:
            raise unanswered(f"auth.test of {team}: {type(error).__name__}") from error

    async def _look_up(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> str | None:
        """The message of an earlier attempt. Raises WorkspaceRefused only for a refused token.

        Slack may refuse look-ups to an app whose posts it accepts.
        """
        try:
            return await self._lookups.find(delivery, stories, thread_ts)
        except WorkspaceRefused as refused:
            await self.check_workspace(delivery.team)
            if delivery.attempts >= MOST_ATTEMPTS:
                raise CannotLook from refused
            raise SendLater(None, refused.cause, uncertain=True) from refused

    async def _compose(
        self,
        delivery: Delivery,
        stories: Sequence[Story],
        thread_ts: str | None,
        *,
        may_repeat: bool = False,
    ) -> tuple[Message, ...]:
        """The messages of a delivery, with the lines that it touches. Raises SendRefused if the
        proposal or the stories that it is about were deleted."""
        messages = await self._render(delivery, stories, thread_ts, may_repeat=may_repeat)
        if delivery.kind is DeliveryKind.FOLLOW_UP and (thread_ts or delivery.for_follower):
            return messages
        touched = await self._find_touched(delivery, stories)
        is_proposal = delivery.kind is DeliveryKind.PROPOSAL
        about = f"{OF_PROPOSAL} {delivery.event_id}" if is_proposal else delivery.id
        return add_touched(messages, touched, about)

    async def _find_touched(
        self, delivery: Delivery, stories: Sequence[Story]
    ) -> TouchedLines | None:
        """The lines that the delivery touches. The message must be sent even if this fails."""
        if self._touches is None:
            return None
        try:
            return await self._touches.find(delivery, stories)
        except StoreUnavailable:
            return None
        except Exception:
            log.exception("the lines that delivery %s touches were not found", delivery.id)
            return None

    async def _render(
        self,
        delivery: Delivery,
        stories: Sequence[Story],
        thread_ts: str | None,
        *,
        may_repeat: bool = False,
    ) -> tuple[Message, ...]:
        """The messages of a delivery. Raises SendRefused as `_compose`."""
        if delivery.kind is DeliveryKind.PROPOSAL:
            record = await self._proposals.get(delivery.event_id) if self._proposals else None
            if record is None:
                raise SendRefused("the proposal it is about is no longer kept")
            return (render_proposal(record, self._parties, may_repeat=may_repeat),)
        about = stories if delivery.kind is DeliveryKind.UPDATE else _own(delivery, stories)
        if not about and delivery.kind not in _WITHOUT_STORY:
            raise SendRefused("the stories it is about are no longer kept")
        return compose_messages(
            delivery,
            stories,
            self._parties,
            thread_ts,
            options=self._options,
            may_repeat=may_repeat,
        )

    async def _post_rest(
        self,
        delivery: Delivery,
        rest: Sequence[Message],
        ts: str,
        look_for: Sequence[Story] | None,
    ) -> int:
        """Posts the further messages of a delivery in the thread of the first; returns how many.

        If `look_for` is set, skips those that an earlier attempt posted.
        """
        posted = 0
        for number, message in enumerate(rest, start=2):
            reply = delivery.model_copy(update={"id": f"{delivery.id}/{number}"})
            try:
                if look_for is not None and await self._look_up(reply, look_for, ts) is not None:
                    continue
                await asyncio.sleep(self._pace_s)
                await self._post(reply, message, ts)
                posted += 1
            except CannotLook as error:
                raise SendLater(None, "its thread cannot be read", uncertain=True) from error
            except (SendLater, ConversationRefused, WorkspaceRefused) as error:
                # The first message is posted. The next attempt must find it and continue in its
                # thread.
                raise still_uncertain(error, error.cause) from error
        return posted

    async def _post_unseen(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> Receipt:
        """Handles a delivery that may have been posted, in a conversation that cannot be searched.

        TARIFFWIRE_UNKNOWN_OUTCOME decides: the delivery is either given up or posted again.
        """
        if self._on_unknown == "may_miss":
            raise SendRefused(
                "it may have arrived, and the app cannot check: add a history scope, "
                "or set TARIFFWIRE_UNKNOWN_OUTCOME=may_repeat"
            )
        message, *_ = await self._compose(delivery, stories, thread_ts, may_repeat=True)
        try:
            return await self._post(delivery, message, thread_ts)
        except SendLater as later:
            # Whatever this error is, the earlier attempt may have posted the message.
            raise still_uncertain(later, later.cause) from later

    async def _post(self, delivery: Delivery, message: Message, thread_ts: str | None) -> Receipt:
        try:
            receipt = await self._post_or_join(delivery, message, thread_ts)
        except BaseException:
            # The message may have been posted, even if this call was cancelled.
            self._lookups.forget(delivery.conversation)
            raise
        self._lookups.posted(delivery, thread_ts, receipt.ts)
        if delivery.kind is DeliveryKind.ALERT:
            self._remember((delivery.conversation, receipt.ts), _digest(message))
        return receipt

    async def _post_or_join(
        self, delivery: Delivery, message: Message, thread_ts: str | None
    ) -> Receipt:
        """Posts the message. If Slack refuses its blocks, posts it as text; if the bot is not in
        the channel, joins the channel first."""
        try:
            return await self._post_once(delivery, message, thread_ts)
        except SlackApiError as error:
            if refuses_blocks(error):
                message = _without_blocks(delivery, message)
            elif code(error) != "not_in_channel" or not await self._join(delivery.conversation):
                raise verdict(error, delivery.attempts, delivery.conversation) from error
        try:
            return await self._post_once(delivery, message, thread_ts)
        except SlackApiError as error:
            raise verdict(error, delivery.attempts, delivery.conversation) from error

    async def _post_once(
        self, delivery: Delivery, message: Message, thread_ts: str | None
    ) -> Receipt:
        """Calls chat.postMessage once. Raises SlackApiError for errors that Slack reports, and
        SendLater for all other errors."""
        with _connection_errors():
            answer = await self._client.chat_postMessage(
                channel=delivery.conversation,
                text=message.text,
                blocks=list(message.blocks) or None,
                thread_ts=thread_ts,
                reply_broadcast=_is_shown_in_channel(delivery, thread_ts) or None,
                metadata=marked(delivery),
                unfurl_links=False,
                unfurl_media=False,
            )
        return Receipt(ts=str(answer["ts"]))

    async def _join(self, conversation: str) -> bool:
        try:
            await self._client.conversations_join(channel=conversation)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return False
        return True


def _own(delivery: Delivery, stories: Sequence[Story]) -> tuple[Story, ...]:
    """The stories that the delivery itself is about, without the others of the event."""
    return tuple(story for story in stories if story.id in delivery.story_ids)


def _without_blocks(delivery: Delivery, message: Message) -> Message:
    """The message as text. That of a digest names one story, so its sections take its place."""
    if delivery.kind is not DeliveryKind.DIGEST:
        return Message(message.text)
    sections = [each["text"]["text"] for each in message.blocks if each["type"] == "section"]
    return Message("\n\n".join(sections) or message.text)


def _is_shown_in_channel(delivery: Delivery, thread_ts: str | None) -> bool:
    """Whether a reply is also shown in the conversation. Developments are; further parts of a
    digest are not."""
    return delivery.kind is DeliveryKind.FOLLOW_UP and thread_ts is not None


def _digest(message: Message) -> str:
    return digest(json.dumps(message.payload(), sort_keys=True))


@contextmanager
def _connection_errors() -> Iterator[None]:
    """Raises SendLater for the errors of a call that Slack did not answer."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
        raise SendLater(None, "Slack cannot be reached", unanswered=True) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise unanswered(type(error).__name__) from error
    except (AttributeError, ValueError) as error:
        # slack_sdk raises these errors if the response is text/plain, as it is from some proxies.
        raise unanswered("an answer that is not Slack's") from error
