"""Where proposals go: kept first, then told to the operators, by way of the outbox.

    offer | keep what is new, add who else says it | owe the operators one message each
                                                    | have the message say so that they have

What is kept is told sooner or later: whoever dies between the two is followed by a `look` that owes
what was not told. A message's id follows from the proposal and the conversation.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.rates.proposal import Proposal


class Files(Protocol):
    """Where proposals are kept."""

    async def keep(self, proposals: Collection[Proposal], now: datetime) -> None:
        """Keeps those that are new; one that is known gains the witnesses it did not have."""
        ...

    async def tell(
        self, message: Callable[[Proposal], Collection[Delivery]]
    ) -> Collection[Proposal]:
        """Owes the messages of those pending that are new or have new witnesses; returns these.

        A message that was owed before stays the one it is.
        """
        ...


class Docket:
    """Takes proposals in and tells the operators' conversations of each once."""

    def __init__(
        self,
        files: Files,
        team: str,
        conversations: Collection[str],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._files, self._team, self._conversations = files, team, tuple(conversations)
        self._clock, self._on_deliveries = clock, on_deliveries
        self._redraw: Callable[[str], None] = lambda _: None

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
        told = await self._files.tell(self._messages)
        if told:
            self._on_deliveries()
        for proposal in told:
            self._redraw(proposal.id)

    def _messages(self, proposal: Proposal) -> tuple[Delivery, ...]:
        kind, now = DeliveryKind.PROPOSAL, self._clock()
        return tuple(
            Delivery(
                id=delivery_id(kind, self._team, conversation, proposal.id),
                kind=kind,
                team=self._team,
                conversation=conversation,
                story_ids=(),
                event_id=proposal.id,
                reason=proposal.why,
                due_at=now,
            )
            for conversation in self._conversations
        )
