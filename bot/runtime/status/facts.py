"""Reads the numbers of the database for metrics and for the operators' page."""

from collections import Counter
from datetime import datetime

from bot.monitoring.backlog import DatabaseFacts
from bot.runtime.feed_registry import FeedRegistry
from bot.store.monitoring import FeedCondition, MonitoringQueries


class DatabaseFactsReader:
    """Reads the numbers of all workspaces together."""

    def __init__(self, queries: MonitoringQueries, feeds: FeedRegistry) -> None:
        self._queries, self._feeds = queries, feeds

    async def read(self, now: datetime) -> DatabaseFacts:
        """The numbers at the moment `now`; raises StoreError."""
        saved = {each.feed_id: each for each in await self._queries.list_feed_conditions()}
        feeds = await self._feeds.every()
        due = [saved[feed.id].due_at for feed in feeds if feed.enabled and feed.id in saved]
        return DatabaseFacts(
            at=now,
            backlog=await self._queries.count_backlog(now),
            feeds=Counter(
                _choose_status(saved.get(feed.id)) if feed.enabled else "off" for feed in feeds
            ),
            oldest_poll_due_at=min(filter(None, due), default=None),
            proposals=await self._queries.count_proposals(),
        )


def _choose_status(condition: FeedCondition | None) -> str:
    """The status of an enabled feed; the same as `bot.feeds.health` finds in its whole state."""
    if condition is None or not condition.was_polled:
        return "new"
    if condition.is_stopped:
        return "stopped"
    return "failing" if condition.has_error else "ok"
