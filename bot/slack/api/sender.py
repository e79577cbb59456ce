"""Posts what is owed, and looks before it posts again.

Slack has no idempotency key: when a connection breaks after a message was handed over, only the
conversation itself knows whether it arrived. So each message carries its delivery's id in its
metadata, and a delivery marked `uncertain` is looked for before anything is posted. Where the app
may not read the conversation, the operator has chosen: post it again, marked, or leave it.

What is too long for one message goes on in its thread; each reply carries an id of its own.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.dispatcher import Receipt
from bot.errors import SendLater, SendRefused
from bot.news.story import Story
from bot.parties import Parties
from bot.proposals.approval.audit import ProposalRecord
from bot.slack.api.errors import code, refuses_blocks, still_uncertain, unanswered, verdict
from bot.slack.api.lookup import EVENT_TYPE, CannotLook, find, marked
from bot.slack.blockkit.blocks import Message
from bot.slack.views.delivery import compose
from bot.slack.views.proposals import proposal

__all__ = ["EVENT_TYPE", "OnUnknown", "ProposalLookup", "SlackSender"]

OnUnknown = Literal["may_repeat", "may_miss"]

_OF_NO_STORY = (DeliveryKind.NOTICE, DeliveryKind.REMINDER)


class ProposalLookup(Protocol):
    """Gives a proposal as it is to be shown."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...


class SlackSender:
    """A Sender for the dispatcher: `send` posts one delivery, or says why not.

    The client must not retry by itself: a retry after a broken connection posts twice.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        parties: Parties,
        on_unknown: OnUnknown = "may_repeat",
        proposals: ProposalLookup | None = None,
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
                found = await find(self._client, delivery, stories, thread_ts)
            except CannotLook:
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
                if (
                    look_for is not None
                    and await find(self._client, reply, look_for, ts) is not None
                ):
                    continue
                await asyncio.sleep(self._pace_s)
                await self._post(reply, message, ts)
            except CannotLook as blind:
                raise SendLater(None, "its thread cannot be read", uncertain=True) from blind
            except SendLater as later:
                # The first message stands: the next attempt looks for it and goes on from there.
                raise still_uncertain(later, later.cause) from later

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
            raise still_uncertain(later, later.cause) from later

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
                metadata=marked(delivery),
                unfurl_links=False,
                unfurl_media=False,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
            raise SendLater(None, "Slack cannot be reached", unanswered=True) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unanswered(type(error).__name__) from error
        except (AttributeError, ValueError) as error:
            # What slack_sdk makes of a text/plain answer, as a proxy on the way sends it.
            raise unanswered("an answer that is not Slack's") from error
        return Receipt(ts=str(answer["ts"]))

    async def _join(self, conversation: str) -> bool:
        try:
            await self._client.conversations_join(channel=conversation)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return False
        return True
