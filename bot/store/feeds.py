"""Feeds that operators added, what is remembered of each between polls, and how late each is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.frozen import Frozen
from bot.news.entry import Feed, FeedState
from bot.store import tables
from bot.store.engine import Database
from bot.store.together import Together

_feed = tables.feeds.c
_state = tables.feed_states.c


class Lag(Frozen):
    """From published to seen, in seconds, over `entries` entries."""

    median_s: float
    p95_s: float
    entries: int


class Feeds:
    """The feeds table and what belongs to it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._states = Together(database, self._write_states)

    async def added(self) -> tuple[Feed, ...]:
        """The feeds that operators added, by id."""
        found = await self._database.column(select(_feed.data).order_by(_feed.id))
        return tuple(Feed.model_validate_json(data) for data in found)

    async def add(self, feed: Feed) -> bool:
        """Keeps a feed; False when one with its id was added before."""
        row = {"id": feed.id, "data": feed.model_dump_json()}
        statement = self._database.insert(tables.feeds).values(row).on_conflict_do_nothing()

        async def write(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount > 0

        return await self._database.write(write)

    async def remove(self, feed_id: str) -> bool:
        """Forgets an added feed and its state; False when there was none."""

        async def write(connection: AsyncConnection) -> bool:
            await connection.execute(delete(tables.feed_states).where(_state.feed_id == feed_id))
            result = await connection.execute(delete(tables.feeds).where(_feed.id == feed_id))
            return result.rowcount > 0

        return await self._database.write(write)

    async def state(self, feed_id: str) -> FeedState | None:
        """What is remembered of one feed; None when it was never polled."""
        query = select(_state.data).where(_state.feed_id == feed_id)
        found = [FeedState.model_validate_json(data) for data in await self._database.column(query)]
        return found[0] if found else None

    async def states(self) -> dict[str, FeedState]:
        """What is remembered of every feed ever polled, by feed id."""
        found = await self._database.column(select(_state.data))
        states = (FeedState.model_validate_json(data) for data in found)
        return {state.feed_id: state for state in states}

    async def save_state(self, state: FeedState) -> None:
        """Remembers a feed's state; many that come at once share a transaction."""
        await self._states.add(state)

    async def put_state(self, connection: AsyncConnection, state: FeedState) -> None:
        """Remembers a feed's state as part of the caller's transaction."""
        await self._write_states(connection, [state])

    async def _write_states(self, connection: AsyncConnection, states: Sequence[FeedState]) -> None:
        statement = self._database.insert(tables.feed_states)
        upsert = statement.on_conflict_do_update(
            index_elements=["feed_id"], set_={"data": statement.excluded.data}
        )
        rows = [{"feed_id": state.feed_id, "data": state.model_dump_json()} for state in states]
        await connection.execute(upsert, rows)

    async def lags(self, since: datetime) -> dict[str, Lag]:
        """How late the entries seen since then were, by feed id; a feed without dates is left out.

        A feed's first round counts for nothing: it is the past, not lateness.
        """
        return {
            row.feed_id: Lag(median_s=row.median_s, p95_s=row.p95_s, entries=row.entries)
            for row in await self._database.rows(_lags(since))
        }


def _lags(since: datetime) -> Select[Any]:
    entry = tables.entries.c
    rank = func.row_number().over(partition_by=entry.feed_id, order_by=entry.lag_s)
    count = func.count().over(partition_by=entry.feed_id)
    ranked = (
        select(entry.feed_id, entry.lag_s, rank.label("rank"), count.label("entries"))
        .where(entry.seen_at >= since, entry.lag_s.is_not(None))
        .subquery()
    )
    row = ranked.c
    median = case((row.rank == (row.entries + 1) // 2, row.lag_s))
    p95 = case((row.rank == (row.entries * 95 + 99) // 100, row.lag_s))
    return select(
        row.feed_id,
        func.max(median).label("median_s"),
        func.max(p95).label("p95_s"),
        func.max(row.entries).label("entries"),
    ).group_by(row.feed_id)
