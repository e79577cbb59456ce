"""Reads what the pipeline needs, and saves the result of a poll in one transaction."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import Connection, text

from bot.alerts.delivery import Audience
from bot.feeds.identity import Sighting, list_identities, recognize
from bot.feeds.model import FeedState
from bot.news.story import Story
from bot.pipeline import IntakeResult, Save
from bot.store.store import Store

_JOINING = 7_283_002_515
"""The key of the PostgreSQL lock of `joining`; an arbitrary number."""


class PipelineStore:
    """The pipeline's access to the tables.

    If the store's outbox serves one team, only that team's subscriptions and followers are returned
    and get deliveries.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._team = store, store.outbox.team
        self.feeds, self.has_workers = store.feeds, store.database.has_workers

    async def state(self, feed_id: str) -> FeedState | None:
        """The saved state of a feed; None if it was never polled."""
        return await self._store.feeds.state(feed_id)

    async def known(self, feed_id: str, identities: Collection[str]) -> frozenset[str]:
        """The `identities` that are saved for the feed."""
        return await self._store.entries.known(feed_id, identities)

    async def earlier(self, feed_id: str, places: Collection[str]) -> Mapping[str, Story]:
        """The newest story at each place, by place; places without a story are left out."""
        return await self._store.entries.earlier(feed_id, places)

    async def recent(self, since: datetime) -> tuple[Story, ...]:
        """The stories seen since then, in order of publication."""
        return await self._store.stories.recent(since)

    async def audience(self, event_ids: Collection[str]) -> Audience:
        """The subscriptions, and the followers, mutes, alerts and quiet bundles of these events."""
        followers = await self._store.follows.followers(event_ids)
        alerted = await self._store.outbox.alerted(event_ids)
        bundled = await self._store.outbox.bundled(event_ids)
        return Audience(
            subscriptions=await self._store.subscriptions.every(self._team),
            followers=tuple(each for each in followers if self._team in (None, each.team)),
            mutes=await self._store.mutes.about(event_ids),
            alerted=frozenset(each for each in alerted if self._team in (None, each.team)),
            bundled={
                each: due_at for each, due_at in bundled.items() if self._team in (None, each.team)
            },
        )

    @asynccontextmanager
    async def joining(self) -> AsyncIterator[Save]:
        """A context that only one process at a time can enter; yields the function that saves its
        result.

        A story that another process saves meanwhile could be about the same event. On PostgreSQL,
        the transaction of the save holds the lock. So a process that is suspended in the context
        does not stop the others: the server ends its transaction after a while, and it cannot save.
        """
        database = self._store.database
        if database.is_sqlite:
            # One process polls; see `bot.runtime.wiring.basics.lock_data_folder`.
            yield self.keep
            return
        async with database.hold_connection() as run:
            await run(_lock_joining)
            yield lambda taken: run(lambda connection: self._write_and_commit(connection, taken))

    async def keep(self, taken: IntakeResult) -> None:
        """Saves the result of a poll in one transaction, or raises StoreError and saves nothing."""
        await self._store.database.write(lambda connection: self._write(connection, taken))

    def _write_and_commit(self, connection: Connection, taken: IntakeResult) -> None:
        # In one call, because all threads may be waiting for rows that this transaction has locked.
        self._write(connection, taken)
        connection.commit()

    def _write(self, connection: Connection, taken: IntakeResult) -> None:
        store, seen_at = self._store, taken.round.finished_at
        taken = self._without_known_stories(connection, taken)
        store.feeds.put_state(connection, taken.round.state)
        news = (taken.entries, taken.revised, taken.reposts, taken.stories)
        if not any((*news, taken.deliveries, taken.proposals)):
            # Most polls bring no news. The statements without rows would take 0.1 ms.
            return
        store.entries.put(connection, taken.entries, seen_at, taken.first_round)
        story_keys = {story.entry_key for story in taken.stories}
        again = (*taken.revised, *taken.reposts)
        store.entries.put_revised(connection, again, seen_at, story_keys)
        inserted = store.stories.put(connection, taken.stories)
        store.outbox.put(connection, _with_stories(taken, inserted).deliveries, seen_at)
        store.proposals.put(connection, taken.proposals, seen_at)

    def _without_known_stories(self, connection: Connection, taken: IntakeResult) -> IntakeResult:
        """`taken` without the stories that another process has saved in the meantime.

        `tariffwire poll` may run on another machine than the bot, on the same PostgreSQL. The
        process that saves second creates no duplicate deliveries.
        """
        if not taken.stories:
            return taken
        keys = {story.entry_key for story in taken.stories}
        read = [each for each in (*taken.entries, *taken.revised) if each.key in keys]
        wanted = {identity for entry in read for identity in list_identities(entry)}
        known = self._store.entries.known_within(connection, taken.round.feed_id, wanted)
        seen = {entry.key for entry in read if recognize(entry, known) is Sighting.KNOWN}
        return _with_stories(
            taken, {each.id for each in taken.stories if each.entry_key not in seen}
        )


def _lock_joining(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _JOINING})


def _with_stories(taken: IntakeResult, story_ids: Collection[str]) -> IntakeResult:
    """`taken` with only these stories and the deliveries about them."""
    if len(story_ids) == len(taken.stories):
        return taken
    deliveries = [
        delivery.model_copy(update={"story_ids": kept})
        for delivery in taken.deliveries
        if (kept := tuple(each for each in delivery.story_ids if each in story_ids))
    ]
    stories = tuple(story for story in taken.stories if story.id in story_ids)
    return taken.model_copy(update={"stories": stories, "deliveries": tuple(deliveries)})
