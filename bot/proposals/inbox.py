"""Where proposals go: kept first, then told to the operators, by way of the outbox.

    offer | keep what is new, add who else says it | owe the operators one message each
                                                    | have the message say so that they have

What is kept is told sooner or later: whoever dies between the two is followed by a `look` that owes
what was not told. A message's id follows from the proposal and the conversation. A feed that says
more than `allowance` lets through makes one notice of it, and the rest stays pending.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.proposals.model import Proposal
from bot.proposals.quota import AT_ONCE, LATELY, choose


class Owed(NamedTuple):
    """Messages to be owed, and the proposals that they tell of."""

    deliveries: tuple[Delivery, ...] = ()
    told: tuple[Proposal, ...] = ()


class InboxStore(Protocol):
    """Where proposals are kept."""

    async def keep(self, proposals: Collection[Proposal], now: datetime) -> None:
        """Keeps those that are new; one that is known gains the witnesses it did not have."""
        ...

    async def tell(
        self, owing: Callable[[Sequence[Proposal], Sequence[Proposal]], Owed], since: datetime
    ) -> Owed:
        """Owes what `owing` says of those pending that are new or have new witnesses; returns it.

        It gets these, and those told before that are pending or were told after `since`, in order
        of time, and may be asked twice. A message that was owed before stays the one it is.
        """
        ...


class ProposalInbox:
    """Takes proposals in and tells the operators' conversations of each once."""

    def __init__(
        self,
        files: InboxStore,
        team: str,
        conversations: Collection[str],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._files, self._team, self._conversations = files, team, tuple(conversations)
        self._clock, self._on_deliveries = clock, on_deliveries
        self._redraw: Callable[[str], None] = lambda _: None
        self._noticed: frozenset[str] = frozenset()

    def watch(self, redraw: Callable[[str], None]) -> None:
        """Has `redraw` called with the id of each proposal whose messages may lack something."""
        self._redraw = redraw

    async def offer(self, proposals: Collection[Proposal]) -> None:
        """Puts proposals to the operators; what was offered before changes nothing.

        Raises StoreError, and then nothing of it is kept.
        """
        if proposals:
            await self._files.keep(proposals, self._clock())
            await self.look()

    async def look(self) -> None:
        """Owes the operators what they were not told of; to be called now and then."""
        if not self._conversations:
            return
        owed = await self._files.tell(self._owing, self._clock() - LATELY)
        if owed.deliveries:
            self._on_deliveries()
        notices = (one.id for one in owed.deliveries if one.kind is DeliveryKind.NOTICE)
        self._noticed = self._noticed.union(notices)
        for proposal in owed.told:
            self._redraw(proposal.id)

    def _owing(self, untold: Sequence[Proposal], told: Sequence[Proposal]) -> Owed:
        chosen = choose(untold, told)
        messages = [one for proposal in chosen.ask for one in self._messages(proposal)]
        notices = [
            one
            for feed, held in chosen.held.items()
            for one in self._notices(feed, held)
            if one.id not in self._noticed
        ]
        return Owed((*messages, *notices), chosen.ask)

    def _messages(self, proposal: Proposal) -> Iterator[Delivery]:
        return self._to_all(DeliveryKind.PROPOSAL, proposal.id, proposal.why, proposal.id)

    def _notices(self, feed: str, held: Sequence[Proposal]) -> Iterator[Delivery]:
        """One a day at most, however many are held back: the first of them gives its id."""
        many = "1 more is" if len(held) == 1 else f"{len(held)} more are"
        told = (
            f"{feed} reports more new rates than you are asked about: {AT_ONCE} of them wait for a "
            f"decision or were posted within a day, and {many} held back. The command's word "
            "proposals lists all, and so does: tariffwire rates proposals. Decide on some, or take "
            "out a feed that makes them up."
        )
        about = f"{feed} held back on {held[0].seen_at.date().isoformat()}"
        return self._to_all(DeliveryKind.NOTICE, about, told)

    def _to_all(
        self, kind: DeliveryKind, about: str, reason: str, event_id: str = ""
    ) -> Iterator[Delivery]:
        now = self._clock()
        for conversation in self._conversations:
            yield Delivery(
                id=delivery_id(kind, self._team, conversation, about),
                kind=kind,
                team=self._team,
                conversation=conversation,
                story_ids=(),
                event_id=event_id,
                reason=reason,
                due_at=now,
            )
