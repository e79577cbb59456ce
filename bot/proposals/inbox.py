"""Sends new proposals to the operators' conversations, once each, through the outbox.

    offer | save new proposals, add new sources to saved proposals | look
    look  | unsent proposals | quota per feed | outbox: a message each, a notice for the held back
                                              | redraw messages that lack a source

After a crash between saving and queuing, the next `look` queues the missing messages. No message is
sent twice, because its id is computed from the proposal and the conversation.

The quota protects operators from a feed that invents rates: each feed may have `FEED_QUOTA`
proposals that are pending or were sent within a day. A proposal from several feeds counts toward
the first feed whose quota is not used up. Official documents do not come from a feed and are always
sent. Proposals that are held back stay pending, and lists of proposals include them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.proposals.model import Proposal

FEED_QUOTA = 10
"""Maximum open proposals per feed. If the ledger lacks more rates, change the rates files."""
QUOTA_PERIOD = timedelta(days=1)
"""How long a sent proposal counts toward the quota, even if an operator has decided on it."""


class QueuedMessages(NamedTuple):
    """Messages to queue, and the proposals that they are about."""

    deliveries: tuple[Delivery, ...] = ()
    proposals: tuple[Proposal, ...] = ()


class QuotaResult(NamedTuple):
    """The proposals to send. `held_back` maps names of publications to the other proposals."""

    send: tuple[Proposal, ...]
    held_back: Mapping[str, tuple[Proposal, ...]]


def apply_quota(unsent: Iterable[Proposal], sent: Iterable[Proposal]) -> QuotaResult:
    """Decides which of the `unsent` proposals to send. The `sent` ones have used part of the quota.

    `sent` is in order of time. A proposal that was sent before and has a new source is in both
    lists and counts once.
    """
    used: Counter[str] = Counter()
    known = set()
    for proposal in sent:
        known.add(proposal.id)
        _charge_quota(proposal, used)
    send, held = [], dict[str, tuple[Proposal, ...]]()
    for proposal in unsent:
        if proposal.id in known or _charge_quota(proposal, used):
            send.append(proposal)
        else:
            name = proposal.said_by[0].source
            held[name] = (*held.get(name, ()), proposal)
    return QuotaResult(tuple(send), held)


def _charge_quota(proposal: Proposal, used: Counter[str]) -> bool:
    """Counts the proposal toward the first of its feeds whose quota is not used up.

    Returns False if the quotas of all its feeds are used up.
    """
    for source in proposal.said_by:
        if not source.feed:
            return True
        if used[source.feed] < FEED_QUOTA:
            used[source.feed] += 1
            return True
    return False


class InboxStore(Protocol):
    """The table of proposals, with the outbox."""

    async def keep(self, proposals: Collection[Proposal], now: datetime) -> None:
        """Saves new proposals, and adds new sources to proposals that are already saved."""

    async def queue_messages(
        self,
        plan_messages: Callable[[Sequence[Proposal], Sequence[Proposal]], QueuedMessages],
        since: datetime,
    ) -> QueuedMessages:
        """Queues the messages that `plan_messages(unsent, sent)` returns, in one transaction.

        `unsent` has pending proposals that are new or have a new source. `sent` has, in order of
        time, the proposals sent before that are still pending or were sent after `since`. Returns
        the result of `plan_messages`, which may be called twice. A message that is already queued
        is not changed.
        """


class ProposalInbox:
    """Saves proposals and sends each to the operators' conversations once."""

    def __init__(
        self,
        store: InboxStore,
        team: str,
        conversations: Collection[str],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._store, self._team, self._conversations = store, team, tuple(conversations)
        self._clock, self._on_deliveries = clock, on_deliveries
        self._redraw: Callable[[str], None] = lambda _: None
        self._noticed: frozenset[str] = frozenset()

    def watch(self, redraw: Callable[[str], None]) -> None:
        """Calls `redraw` with the id of each proposal whose messages may lack a source."""
        self._redraw = redraw

    async def offer(self, proposals: Collection[Proposal]) -> None:
        """Saves proposals and queues messages about the new ones. May raise StoreError."""
        if proposals:
            await self._store.keep(proposals, self._clock())
            await self.look()

    async def look(self) -> None:
        """Queues messages about proposals that were not sent yet. Must be called regularly."""
        if not self._conversations:
            return
        queued = await self._store.queue_messages(self._plan, self._clock() - QUOTA_PERIOD)
        if queued.deliveries:
            self._on_deliveries()
        notices = (one.id for one in queued.deliveries if one.kind is DeliveryKind.NOTICE)
        self._noticed = self._noticed.union(notices)
        for proposal in queued.proposals:
            self._redraw(proposal.id)

    def _plan(self, unsent: Sequence[Proposal], sent: Sequence[Proposal]) -> QueuedMessages:
        chosen = apply_quota(unsent, sent)
        messages = [
            message
            for one in chosen.send
            for message in self._make_deliveries(DeliveryKind.PROPOSAL, one.id, one.why, one.id)
        ]
        notices = [
            notice
            for name, held in chosen.held_back.items()
            for notice in self._make_notices(name, held)
            if notice.id not in self._noticed
        ]
        return QueuedMessages((*messages, *notices), chosen.send)

    def _make_notices(self, name: str, held: Sequence[Proposal]) -> Iterator[Delivery]:
        """A notice about the proposals of a publication that are held back.

        There is at most one notice for each day on which the first held-back proposal was seen.
        """
        many = "1 more is" if len(held) == 1 else f"{len(held)} more are"
        text = (
            f"{name} reports more new rates than one feed may propose: {FEED_QUOTA} are pending or "
            f"were posted within a day, and {many} held back. {COMMAND} proposals and "
            "tariffwire rates proposals list all of them. Decide on some, or remove the feed if it "
            "invents rates."
        )
        about = f"{name} held back on {held[0].seen_at.date().isoformat()}"
        return self._make_deliveries(DeliveryKind.NOTICE, about, text)

    def _make_deliveries(
        self, kind: DeliveryKind, about: str, reason: str, event_id: str = ""
    ) -> Iterator[Delivery]:
        now = self._clock()
        for conversation in self._conversations:
            place = self._team, conversation
            yield make_delivery(kind, place, about, reason, now, event_id=event_id)
