"""What the pipeline asks of the store, and the one transaction that keeps what a feed brought."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.delivery import Audience
from bot.news.entry import FeedState
from bot.news.story import Story
from bot.pipeline import Taken
from bot.store.engine import Database
from bot.store.entries import Entries
from bot.store.events import Events
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions


class Shelf:
    """The pipeline's door to the tables."""

    def __init__(
        self,
        database: Database,
        feeds: Feeds,
        stories: Stories,
        subscriptions: Subscriptions,
        events: Events,
        outbox: Outbox,
    ) -> None:
        self._database = database
        self._entries = Entries(database)
        self._feeds, self._stories, self._outbox = feeds, stories, outbox
        self._subscriptions, self._events = subscriptions, events

    async def state(self, feed_id: str) -> FeedState | None:
        """What is remembered of a feed; None when it was never polled."""
        return await self._feeds.state(feed_id)

    async def known(self, feed_id: str, identities: Collection[str]) -> frozenset[str]:
        """Those of the identities that are remembered for the feed."""
        return await self._entries.known(feed_id, identities)

    async def earlier(self, feed_id: str, places: Collection[str]) -> Mapping[str, Story]:
        """The newest story told of each place, by place."""
        return await self._entries.earlier(feed_id, places)

    async def recent(self, since: datetime) -> tuple[Story, ...]:
        """Every story seen since then, in order of publication."""
        return await self._stories.recent(since)

    async def audience(self, event_ids: Collection[str]) -> Audience:
        """Whoever may have to hear of these events."""
        return Audience(
            subscriptions=await self._subscriptions.every(),
            followers=await self._events.followers(event_ids),
            muted=await self._events.muted(event_ids),
            alerted=await self._outbox.alerted(event_ids),
        )

    async def keep(self, taken: Taken) -> None:
        """Keeps all that one poll brought, or nothing of it; raises StoreError."""
        state, seen_at = taken.round.state, taken.round.finished_at
        if not taken.entries and not taken.revised:
            await self._feeds.save_state(state)
            return

        async def write(connection: AsyncConnection) -> None:
            await self._feeds.put_state(connection, state)
            await self._entries.put(connection, taken.entries, seen_at, taken.first_round)
            told = {story.entry_key for story in taken.stories}
            await self._entries.put_revised(connection, taken.revised, seen_at, told)
            await self._stories.put(connection, taken.stories)
            await self._outbox.put(connection, taken.deliveries)

        await self._database.write(write)
        self._feeds.hold(state)
