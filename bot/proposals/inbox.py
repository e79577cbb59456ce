"""Sends new proposals to the operators' conversations, once each, through the outbox.

    offer | save the new ones, add new sources to the known ones | look
    look  | proposals not yet sent | quota per feed | outbox: a message each, a notice for the rest
                                                    | redraw messages that lack a source

After a crash between saving and queuing, the next `look` queues the rest. It repeats no message:
the id is computed from the proposal and the conversation.

The quota protects operators from a feed that makes rates up: each feed may have `FEED_QUOTA`
proposals that are pending or were sent within a day. A proposal of several feeds counts for the
first of them whose quota is not used up. Official documents come from no feed and are always sent.
Held-back proposals stay pending, and lists include them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.proposals.model import Proposal

FEED_QUOTA = 10
"""Maximum open proposals per feed. If the ledger really lacks more, change the rates files."""
QUOTA_PERIOD = timedelta(days=1)
"""A sent proposal counts for this long, even if it has been decided."""


class QueuedMessages(NamedTuple):
    """Messages to queue, and the proposals that they are about."""

    deliveries: tuple[Delivery, ...] = ()
    proposals: tuple[Proposal, ...] = ()


class QuotaResult(NamedTuple):
    """The proposals to send, and those held back by the name of the publication."""

    send: tuple[Proposal, ...]
    held_back: Mapping[str, tuple[Proposal, ...]]


def apply_quota(unsent: Iterable[Proposal], sent: Iterable[Proposal]) -> QuotaResult:
    """Which of the `unsent` proposals to send now; `sent` use up the quota, in order of time.

    A proposal that was sent before and has a new source is in both, and counts once.
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
    """Counts it for the first of its feeds whose quota is not used up; False if all are."""
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
        """Saves the new ones; a known one gains the sources that it lacks."""

    async def queue_messages(
        self,
        plan_messages: Callable[[Sequence[Proposal], Sequence[Proposal]], QueuedMessages],
        since: datetime,
    ) -> QueuedMessages:
        """Queues what `plan_messages(unsent, sent)` returns, in one transaction, and returns it.

        `unsent` are pending proposals that are new or have a new source; `sent` those sent before
        that are pending or were sent after `since`, in order of time. `plan_messages` may be called
        twice. A message that is already queued stays as it is.
        """


class ProposalInbox:
    """Takes proposals in and sends each to the operators' conversations once."""

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
        """Saves proposals and sends the new ones. Raises StoreError, and then none is saved."""
        if proposals:
            await self._store.keep(proposals, self._clock())
            await self.look()

    async def look(self) -> None:
        """Queues messages about proposals that were not sent yet; call it regularly."""
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
        """A notice about held-back proposals; at most one per feed and day of the first of them."""
        many = "1 more is" if len(held) == 1 else f"{len(held)} more are"
        text = (
            f"{name} reports more new rates than one feed may propose: {FEED_QUOTA} are pending or "
            f"were posted within a day, and {many} held back. {COMMAND} proposals and "
            "tariffwire rates proposals list all of them. Decide on some, or remove the feed if it "
            "makes rates up."
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
