"""Reads what the operators' page shows."""

from collections.abc import Awaitable, Callable, Sequence

from bot.feeds.health import Health
from bot.feeds.model import Feed
from bot.monitoring.backlog import DatabaseFacts
from bot.monitoring.overview import (
    ConversationOverview,
    EventDetails,
    EventOverview,
    Slice,
)
from bot.proposals.approval.audit import ProposalRecord, State
from bot.readiness import NotReady, Readiness
from bot.runtime.feed_registry import FeedRegistry
from bot.store.store import Store

_MOST_MESSAGES = 500


class OverviewReader:
    """Reads the lists of the page from the database and the list of feeds."""

    def __init__(
        self,
        store: Store,
        feeds: FeedRegistry,
        readiness: Readiness,
        read_facts: Callable[[], Awaitable[DatabaseFacts | None]],
    ) -> None:
        self._store, self._feeds, self._readiness = store, feeds, readiness
        self._read_facts = read_facts

    async def find_reasons(self) -> Sequence[NotReady]:
        """The reasons why the bot cannot work."""
        return await self._readiness.look()

    async def read_facts(self) -> DatabaseFacts | None:
        """The numbers of the database; None if it does not answer in time."""
        return await self._read_facts()

    async def list_feeds(self, part: Slice, search: str, *, unwell: bool) -> Sequence[Health]:
        """The feeds in the order of their ids whose id or title contains `search`."""
        feeds = sorted(await self._feeds.every(), key=lambda feed: feed.id)
        wanted = [feed for feed in feeds if _matches(feed, search.casefold())]
        if unwell:
            conditions = await self._store.monitoring.list_feed_conditions()
            ids = {each.feed_id for each in conditions if each.has_error or each.is_stopped}
            wanted = [feed for feed in wanted if feed.enabled and feed.id in ids]
        return await self._feeds.health(wanted[part.offset : part.offset + part.limit])

    async def list_events(self, part: Slice) -> Sequence[EventOverview]:
        """The newest events."""
        return await self._store.monitoring.list_events(part)

    async def find_event(self, event_id: str) -> EventDetails | None:
        """The event with its stories and messages; None if there is none with this id."""
        stories = await self._store.stories.of_event(event_id)
        if not stories:
            return None
        messages = await self._store.monitoring.list_messages(event_id, _MOST_MESSAGES)
        return EventDetails(stories=stories, messages=messages)

    async def list_proposals(self, part: Slice, state: State) -> Sequence[ProposalRecord]:
        """The newest proposals in this state."""
        return await self._store.proposals.list_part(state, part)

    async def list_conversations(self, part: Slice) -> Sequence[ConversationOverview]:
        """The conversations with unsent messages, the longest due first."""
        return await self._store.monitoring.list_conversations(part)


def _matches(feed: Feed, search: str) -> bool:
    return search in feed.id.casefold() or search in feed.title.casefold()
