"""Posts deliveries, and looks for an earlier copy before it posts one again.

Slack has no idempotency key: when a connection breaks after a request was sent, only the
conversation shows whether the message arrived. So each message has its delivery's id in its
metadata, and the sender looks for an `uncertain` delivery before it posts. Where the app may not
read the conversation, a setting chooses: post it again with a mark, or leave it.

A delivery that is too long for one message continues in its thread; each reply has its own id.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.dispatcher import Receipt
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.news.story import Story
from bot.parties import Parties
from bot.proposals.approval.audit import ProposalRecord
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
from bot.slack.views.delivery import compose_messages
from bot.slack.views.proposals import render_proposal

OnUnknown = Literal["may_repeat", "may_miss"]

_WITHOUT_STORY = (DeliveryKind.NOTICE, DeliveryKind.REMINDER)


class ProposalLookup(Protocol):
    """Looks up a proposal in its present state."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...


class SlackSender:
    """A Sender for the dispatcher: `send` posts one delivery, or raises the reason why not.

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
        """`proposals` are those that deliveries are about; `pace_s` is the time in seconds between
        the messages of one delivery.
        """
        self._client, self._parties, self._on_unknown = client, parties, on_unknown
        self._proposals, self._pace_s = proposals, pace_s
        self._lookups = Lookups(client)

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        """Posts the delivery, or finds it where an earlier attempt has posted it.

        Raises the errors that the dispatcher's port names.
        """
        message, *rest = await self._compose(delivery, stories, thread_ts)
        receipt, look_for = None, None
        if delivery.uncertain:
            try:
                if found := await self._look_up(delivery, stories, thread_ts):
                    receipt, look_for = Receipt(ts=found, found=True), stories
            except CannotLook:
                receipt = await self._post_unseen(delivery, stories, thread_ts)
        receipt = receipt or await self._post(delivery, message, thread_ts)
        if await self._post_rest(delivery, rest, receipt.ts, look_for):
            return Receipt(ts=receipt.ts)
        return receipt

    async def check_workspace(self, team: str) -> None:
        """Asks Slack whether the token is valid; raises WorkspaceRefused, or SendLater."""
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
        """The messages of a delivery. Raises SendRefused where its subject is gone."""
        if delivery.kind is DeliveryKind.PROPOSAL:
            record = await self._proposals.get(delivery.event_id) if self._proposals else None
            if record is None:
                raise SendRefused("the proposal it is about is no longer kept")
            return (render_proposal(record, self._parties, may_repeat=may_repeat),)
        if not stories and delivery.kind not in _WITHOUT_STORY:
            raise SendRefused("the stories it is about are no longer kept")
        return compose_messages(delivery, stories, self._parties, thread_ts, may_repeat=may_repeat)

    async def _post_rest(
        self,
        delivery: Delivery,
        rest: Sequence[Message],
        ts: str,
        look_for: Sequence[Story] | None,
    ) -> int:
        """Posts the rest of a delivery in the thread of its first message, without repetitions.

        Returns how many messages it posted.
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
                # The first message was posted: the next attempt finds it and continues.
                raise still_uncertain(error, error.cause) from error
        return posted

    async def _post_unseen(
        self, delivery: Delivery, stories: Sequence[Story], thread_ts: str | None
    ) -> Receipt:
        """Follows the operator's setting for a message that may have arrived already."""
        if self._on_unknown == "may_miss":
            raise SendRefused(
                "it may have arrived and the app cannot look: give it a history scope, "
                "or set TARIFFWIRE_UNKNOWN_OUTCOME=may_repeat"
            )
        message, *_ = await self._compose(delivery, stories, thread_ts, may_repeat=True)
        try:
            return await self._post(delivery, message, thread_ts)
        except SendLater as later:
            # The earlier attempt stays uncertain, whatever happened to this one.
            raise still_uncertain(later, later.cause) from later

    async def _post(self, delivery: Delivery, message: Message, thread_ts: str | None) -> Receipt:
        try:
            receipt = await self._post_or_join(delivery, message, thread_ts)
        except BaseException:
            # It may have arrived, also if this call was cancelled.
            self._lookups.forget(delivery.conversation)
            raise
        self._lookups.posted(delivery, thread_ts, receipt.ts)
        return receipt

    async def _post_or_join(
        self, delivery: Delivery, message: Message, thread_ts: str | None
    ) -> Receipt:
        """Posts the message; as text if its blocks are refused, and after joining if need be."""
        try:
            return await self._post_once(delivery, message, thread_ts)
        except SlackApiError as error:
            if refuses_blocks(error):
                message = Message(message.text)
            elif code(error) != "not_in_channel" or not await self._join(delivery.conversation):
                raise verdict(error, delivery.attempts, delivery.conversation) from error
        try:
            return await self._post_once(delivery, message, thread_ts)
        except SlackApiError as error:
            raise verdict(error, delivery.attempts, delivery.conversation) from error

    async def _post_once(
        self, delivery: Delivery, message: Message, thread_ts: str | None
    ) -> Receipt:
        """One call of chat.postMessage. Raises SlackApiError for errors that Slack reports."""
        try:
            answer = await self._client.chat_postMessage(
                channel=delivery.conversation,
                text=message.text,
                blocks=list(message.blocks) or None,
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
            # slack_sdk raises these for a text/plain answer, as proxies send it.
            raise unanswered("an answer that is not Slack's") from error
        return Receipt(ts=str(answer["ts"]))

    async def _join(self, conversation: str) -> bool:
        try:
            await self._client.conversations_join(channel=conversation)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return False
        return True
