"""Stores the feeds that operators added and the state of each feed; computes the lag of entries."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.feeds.health import Lag
from bot.feeds.model import STATE, Feed, FeedState
from bot.store import tables
from bot.store.engine import Database, execute_many

_feed = tables.feeds.c
_state = tables.feed_states.c


class Feeds:
    """The tables of the added feeds and of the feed states."""

    def __init__(
        self, database: Database, decode: Callable[[str], FeedState] = STATE.validate_json
    ) -> None:
        self._database, self._decode = database, decode
        insert = database.insert(tables.feed_states)
        self._put_state = insert.on_conflict_do_update(
            index_elements=["feed_id"],
            set_={"data": insert.excluded.data, "due_at": insert.excluded.due_at},
        )
        self._add_state = insert.on_conflict_do_nothing()
        self._parsed: dict[str, Feed] = {}

    async def added(self) -> tuple[Feed, ...]:
        """The feeds that operators added, in the order of their ids."""
        found = await self._database.column(sa.select(_feed.data).order_by(_feed.id))
        # The scheduler calls this every second and feeds seldom change, so the parsed feeds are
        # cached.
        known = self._parsed
        self._parsed = {data: known.get(data) or Feed.model_validate_json(data) for data in found}
        return tuple(self._parsed.values())

    async def add(self, feed: Feed) -> bool:
        """Saves a feed, which is due at once if it has no state yet; False if a feed with the same
        id is saved already."""
        row = {"id": feed.id, "data": feed.model_dump_json()}
        statement = self._database.insert(tables.feeds).values(row).on_conflict_do_nothing()
        state = _list_values(FeedState(feed_id=feed.id, configured_url=feed.url))

        def write(connection: sa.Connection) -> bool:
            if connection.execute(statement).rowcount == 0:
                return False
            # Workers find due feeds by their saved states.
            connection.execute(self._add_state, state)
            return True

        return await self._database.write(write)

    async def remove(self, feed_id: str) -> bool:
        """Deletes an added feed and its state; False if there was no such feed."""

        def write(connection: sa.Connection) -> bool:
            connection.execute(sa.delete(tables.feed_states).where(_state.feed_id == feed_id))
            result = connection.execute(sa.delete(tables.feeds).where(_feed.id == feed_id))
            return result.rowcount > 0

        return await self._database.write(write)

    async def state(self, feed_id: str) -> FeedState | None:
        """The saved state of one feed; None if it was never polled."""
        return (await self.states_of([feed_id])).get(feed_id)

    async def states(self) -> dict[str, FeedState]:
        """The saved states of all feeds that were ever polled, by feed id."""
        found = await self._database.column(sa.select(_state.data))
        # Parsing 10,000 states takes 0.1 s, so it runs in a thread.
        return await asyncio.to_thread(self._by_feed, found)

    async def states_of(self, feed_ids: Collection[str]) -> dict[str, FeedState]:
        """The saved states of these few feeds, by feed id. `states` reads all."""
        query = sa.select(_state.data).where(_state.feed_id.in_(feed_ids))
        return self._by_feed(await self._database.column(query))

    def _by_feed(self, states: Iterable[str]) -> dict[str, FeedState]:
        return {each.feed_id: each for each in map(self._decode, states)}

    async def save_state(self, state: FeedState) -> None:
        """Saves a feed's state; raises StoreError."""
        await self._database.write(lambda connection: self.put_state(connection, state))

    def put_state(self, connection: sa.Connection, state: FeedState) -> None:
        """Saves a feed's state within the caller's transaction."""
        connection.execute(self._put_state, _list_values(state))

    async def add_states(self, states: Iterable[FeedState]) -> None:
        """Saves the states of feeds that have none yet."""
        rows = [_list_values(state) for state in states]
        await self._database.write(
            lambda connection: execute_many(connection, self._add_state, rows)
        )

    async def due(self, now: datetime) -> frozenset[str]:
        """The ids of the feeds whose next poll is due, according to their saved states."""
        return frozenset(await self._database.column(_DUE, {"now": now}))

    async def lags(
        self, since: datetime, feed_ids: Collection[str] | None = None
    ) -> dict[str, Lag]:
        """The lag of each feed's entries seen since then, by feed id; of these feeds only if
        `feed_ids` are given.

        Entries without a date and those of a feed's first round do not count.
        """
        return await self._lags(since, tables.entries.c.feed_id, feed_ids)

    async def lag(self, since: datetime) -> Lag | None:
        """The lag over the entries of all feeds seen since then; None if there are none."""
        return (await self._lags(since, sa.literal("all"))).get("all")

    async def _lags(
        self,
        since: datetime,
        group: sa.ColumnElement[str],
        feed_ids: Collection[str] | None = None,
    ) -> dict[str, Lag]:
        return {
            row.of: Lag(median_s=row.median_s, p95_s=row.p95_s, entries=row.entries)
            for row in await self._database.rows(_lags(since, group, feed_ids))
        }


AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""The time at which a feed without a next poll is due, for example after it was resumed."""
_DUE = sa.select(_state.feed_id).where(_state.due_at <= sa.bindparam("now", type_=tables.Moment))


def _list_values(state: FeedState) -> dict[str, Any]:
    """The values of a feed's row. A feed without a next poll is due at once, or never if it is
    stopped."""
    due_at = None if state.stopped else state.next_poll_at or AT_ONCE
    return {
        "feed_id": state.feed_id,
        "due_at": due_at,
        "data": STATE.dump_json(state).decode(),
    }


def _lags(
    since: datetime, group: sa.ColumnElement[str], feed_ids: Collection[str] | None
) -> sa.Select[Any]:
    entry = tables.entries.c
    grouped = (
        sa.select(group.label("of"), entry.lag_s)
        .where(
            entry.seen_at >= since,
            entry.lag_s.is_not(None),
            sa.true() if feed_ids is None else entry.feed_id.in_(feed_ids),
        )
        .subquery()
    ).c
    rank = sa.func.row_number().over(partition_by=grouped.of, order_by=grouped.lag_s)
    count = sa.func.count().over(partition_by=grouped.of)
    ranked = sa.select(
        grouped.of, grouped.lag_s, rank.label("rank"), count.label("entries")
    ).subquery()
    row = ranked.c
    median = sa.case((row.rank == (row.entries + 1) // 2, row.lag_s))
    p95 = sa.case((row.rank == (row.entries * 95 + 99) // 100, row.lag_s))
    return sa.select(
        row.of,
        sa.func.max(median).label("median_s"),
        sa.func.max(p95).label("p95_s"),
        sa.func.max(row.entries).label("entries"),
    ).group_by(row.of)
