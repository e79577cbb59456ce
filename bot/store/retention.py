"""What is let go in time, and what never is.

1. Entries as feeds had them: `LONGEST_TEXT` after they were seen, or sooner where less is kept.
   Their identities stay: a feed may list an entry for years, and it must not come as news again.
2. Events whose last story is older than what is kept, and of which nothing is owed: their stories,
   messages, follows and mutes.
3. Digests that are as old and owed no more.

Notices, proposals and reminders stay: they are few, and are told once for good. Each step is a
short transaction, with a pause in which others write.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, text, tuple_

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.store import tables
from bot.store.engine import Database, chunks

LONGEST_TEXT = timedelta(days=180)
ROWS_A_STEP = 200
PAUSE_S = 0.05

_entry, _story, _delivery = tables.entries.c, tables.stories.c, tables.deliveries.c
_WITH_EVENTS = (tables.deliveries, tables.follows, tables.mutes, tables.stories)


class Retention:
    """Prunes rows past retention, `rows` in a transaction, with `pause_s` seconds between two."""

    def __init__(
        self, database: Database, rows: int = ROWS_A_STEP, pause_s: float = PAUSE_S
    ) -> None:
        self._database, self._rows, self._pause_s = database, rows, pause_s

    async def prune(self, now: datetime, keep: timedelta) -> int:
        """Deletes what `keep` has not kept at `now`; returns how many rows went."""
        gone = 0
        seen_before = now - min(keep, LONGEST_TEXT)
        for step in (
            lambda connection: _entries(connection, seen_before, self._rows),
            lambda connection: _events(connection, now - keep, self._rows),
            lambda connection: _digests(connection, now - keep, self._rows),
        ):
            gone += await self._to_its_end(step)
        return gone

    async def _to_its_end(self, step: Callable[[Connection], int]) -> int:
        gone = 0
        while rows := await self._database.write(step):
            gone += rows
            await asyncio.sleep(self._pause_s)
        return gone


def _entries(connection: Connection, before: datetime, limit: int) -> int:
    old = select(_entry.feed_id, _entry.key).where(_entry.seen_at < before).limit(limit)
    key = tuple_(_entry.feed_id, _entry.key)
    return connection.execute(delete(tables.entries).where(key.in_(old))).rowcount


def _events(connection: Connection, before: datetime, limit: int) -> int:
    owed = _events_owed(connection)
    last = func.max(_story.seen_at)
    old = select(_story.event_id).group_by(_story.event_id).having(last < before)
    found = connection.execute(old.limit(limit + len(owed)))
    gone = [event for event in found.scalars() if event not in owed][:limit]
    rows = 0
    for table in _WITH_EVENTS:
        rows += connection.execute(delete(table).where(table.c.event_id.in_(gone))).rowcount
    return rows


def _events_owed(connection: Connection) -> set[str]:
    """The events of which a message is owed or on its way."""
    query = select(_delivery.event_id, _delivery.story_ids).where(text(tables.UNSENT))
    unsent = connection.execute(query).all()
    events = {row.event_id for row in unsent}
    for chunk in chunks({story for row in unsent for story in json.loads(row.story_ids)}):
        told = connection.execute(select(_story.event_id).where(_story.id.in_(chunk)))
        events.update(told.scalars())
    return events


def _digests(connection: Connection, before: datetime, limit: int) -> int:
    old = select(_delivery.seq).where(
        _delivery.kind == DeliveryKind.DIGEST,
        _delivery.due_at < before,
        _delivery.state.in_((DeliveryState.SENT, DeliveryState.FAILED)),
    )
    given = delete(tables.deliveries).where(_delivery.seq.in_(old.limit(limit)))
    return connection.execute(given).rowcount
