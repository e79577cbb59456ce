"""What the pipeline asks of the store, and the one transaction that keeps what a feed brought."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.alerts.delivery import Audience
from bot.feeds.identity import Sighting, identities, sight
from bot.feeds.model import FeedState
from bot.news.story import Story
from bot.pipeline import Taken
from bot.store.engine import Database
from bot.store.entries import Entries
from bot.store.event_preferences import EventPreferences
from bot.store.feeds import Feeds
from bot.store.outbox import Outbox
from bot.store.proposals import Proposals
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
from bot.store.write_batcher import WriteBatcher

TAKEN_TOGETHER = 16
"""Polls whose new entries are written in one transaction at the most."""


class PipelineStore:
    """The pipeline's door to the tables.

    With a `team`, stories are owed to that team's subscriptions and followers only.
    """

    def __init__(
        self,
        database: Database,
        feeds: Feeds,
        stories: Stories,
        subscriptions: Subscriptions,
        events: EventPreferences,
        outbox: Outbox,
        team: str | None = None,
    ) -> None:
        self._database, self._team = database, team
        self._proposals = Proposals(database, outbox)
        self._entries = Entries(database)
        self._feeds, self._stories, self._outbox = feeds, stories, outbox
        self._subscriptions, self._events = subscriptions, events
        self._taken = WriteBatcher(database, self._write, TAKEN_TOGETHER)

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
        followers = await self._events.followers(event_ids)
        return Audience(
            subscriptions=await self._subscriptions.every(self._team),
            followers=tuple(each for each in followers if self._team in (None, each.team)),
            muted=await self._events.muted(event_ids),
            alerted=await self._outbox.alerted(event_ids),
        )

    async def keep(self, taken: Taken) -> None:
        """Keeps all that one poll brought, or nothing of it; raises StoreError.

        What several polls brought at the same time shares a transaction.
        """
        if not taken.entries and not taken.revised:
            await self._feeds.save_state(taken.round.state)
            return
        await self._feeds.hold_after(self._taken.add(taken), taken.round.state)

    def _write(self, connection: Connection, every: Sequence[Taken]) -> None:
        every = [self._not_known_since(connection, taken) for taken in every]
        self._feeds.put_states(connection, [taken.round.state for taken in every])
        self._entries.put_all(
            connection,
            [(each.entries, each.round.finished_at, each.first_round) for each in every],
        )
        for taken in every:
            told = {story.entry_key for story in taken.stories}
            seen_at = taken.round.finished_at
            self._entries.put_revised(connection, taken.revised, seen_at, told)
            new = self._stories.put(connection, taken.stories)
            self._outbox.put(connection, _telling(taken, new).deliveries)
            self._proposals.put(connection, taken.proposals, seen_at)

    def _not_known_since(self, connection: Connection, taken: Taken) -> Taken:
        """What was taken, less the stories that another process has kept in the meantime.

        `tariffwire poll` may run on another machine than the bot, on the same PostgreSQL: whoever
        comes second owes nobody what the first one owes them already.
        """
        if not taken.stories:
            return taken
        keys = {story.entry_key for story in taken.stories}
        read = [each for each in (*taken.entries, *taken.revised) if each.key in keys]
        wanted = {identity for entry in read for identity in identities(entry)}
        known = self._entries.known_within(connection, taken.round.feed_id, wanted)
        seen = {entry.key for entry in read if sight(entry, known) is Sighting.KNOWN}
        return _telling(taken, {each.id for each in taken.stories if each.entry_key not in seen})


def _telling(taken: Taken, story_ids: Collection[str]) -> Taken:
    """The same with these stories only, and what is owed for them."""
    if len(story_ids) == len(taken.stories):
        return taken
    owed = [
        delivery.model_copy(update={"story_ids": told})
        for delivery in taken.deliveries
        if (told := tuple(each for each in delivery.story_ids if each in story_ids))
    ]
    stories = tuple(story for story in taken.stories if story.id in story_ids)
    return taken.model_copy(update={"stories": stories, "deliveries": tuple(owed)})
