"""Feeds that operators added, what is remembered of each between polls, and how late each is."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    func,
    literal,
    select,
    text,
)

from bot.feeds.health import Lag
from bot.feeds.model import STATE, Feed, FeedState
from bot.store import tables
from bot.store.engine import Database
from bot.store.write_batcher import WriteBatcher

_feed = tables.feeds.c
_state = tables.feed_states.c
_STATES = TypeAdapter(dict[str, FeedState])
_TEXTS = TypeAdapter(dict[str, str])
# One parameter: a thread that hands in rows waits for the event loop at each of them.
_PUT_SQLITE = (
    "INSERT INTO feed_states (feed_id, data)"
    " SELECT key, CAST(value AS text) FROM json_each(:states) WHERE true"
    " ON CONFLICT (feed_id) DO UPDATE SET data = excluded.data"
)
# PostgreSQL refuses JSON with an escaped NUL anywhere in it, so it is given each state as a text.
_PUT_POSTGRESQL = (
    "INSERT INTO feed_states (feed_id, data)"
    " SELECT key, value FROM json_each_text(CAST(:states AS json))"
    " ON CONFLICT (feed_id) DO UPDATE SET data = excluded.data"
)
_DECODED_AT_ONCE = 500
"""More states than these are decoded in a thread; each takes about 0.01 ms."""


class Feeds:
    """The feeds table and what belongs to it.

    States are held in memory once they were read or written, because every poll asks for one;
    `states` reads them all anew, and `anew` some, so that what another process wrote is seen.
    """

    def __init__(
        self, database: Database, decode: Callable[[str], FeedState] = STATE.validate_json
    ) -> None:
        self._database, self._decode = database, decode
        self._states = WriteBatcher(database, self.put_states)
        self._put = text(_PUT_SQLITE if database.is_sqlite else _PUT_POSTGRESQL)
        self._decoded: dict[str, Feed] = {}
        self._held: dict[str, FeedState] = {}
        self._holds_all = False
        self._in_doubt: set[str] = set()
        """Feeds of which a write is under way or has failed."""
        self._changes = 0

    async def added(self) -> tuple[Feed, ...]:
        """The feeds that operators added, by id."""
        found = await self._database.column(select(_feed.data).order_by(_feed.id))
        # They are asked for every second, and seldom change.
        had = self._decoded
        self._decoded = {data: had.get(data) or Feed.model_validate_json(data) for data in found}
        return tuple(self._decoded.values())

    async def add(self, feed: Feed) -> bool:
        """Keeps a feed; False when one with its id was added before."""
        row = {"id": feed.id, "data": feed.model_dump_json()}
        statement = self._database.insert(tables.feeds).values(row).on_conflict_do_nothing()
        return await self._database.change(statement) > 0

    async def remove(self, feed_id: str) -> bool:
        """Forgets an added feed and its state; False when there was none."""

        def write(connection: Connection) -> bool:
            connection.execute(delete(tables.feed_states).where(_state.feed_id == feed_id))
            result = connection.execute(delete(tables.feeds).where(_feed.id == feed_id))
            return result.rowcount > 0

        self._let_go(feed_id)
        removed = await self._database.write(write)
        self._let_go(feed_id)
        return removed

    async def state(self, feed_id: str) -> FeedState | None:
        """What is remembered of one feed; None when it was never polled."""
        if feed_id in self._held or (self._holds_all and feed_id not in self._in_doubt):
            return self._held.get(feed_id)
        query = select(_state.data).where(_state.feed_id == feed_id)
        found = [self._decode(data) for data in await self._database.column(query)]
        return found[0] if found else None

    async def states(self) -> dict[str, FeedState]:
        """What is remembered of every feed ever polled, by feed id."""
        changes = self._changes
        found = await self._database.column(select(_state.data))
        off_the_loop = len(found) > _DECODED_AT_ONCE
        by_feed = partial(_by_feed, self._decode, found)
        states = await asyncio.to_thread(by_feed) if off_the_loop else by_feed()
        if changes == self._changes:
            self._held, self._holds_all = dict(states), True
            self._in_doubt.clear()
        return states

    async def anew(self, feed_ids: Collection[str]) -> dict[str, FeedState]:
        """What is remembered of these few feeds, with what another process wrote meanwhile."""
        changes = self._changes
        query = select(_state.data).where(_state.feed_id.in_(feed_ids))
        states = _by_feed(self._decode, await self._database.column(query))
        if changes == self._changes:
            known = states.items()
            self._held.update((key, each) for key, each in known if key not in self._in_doubt)
        return states

    async def save_state(self, state: FeedState) -> None:
        """Remembers a feed's state; many that come at once share a transaction."""
        await self.hold_after(self._states.add(state), state)

    async def hold_after(self, written: Awaitable[None], state: FeedState) -> None:
        """Holds the state, so that it need not be read, once the transaction with it is committed.

        Until then, and where that is not sure, the state is read.
        """
        self._let_go(state.feed_id)
        try:
            await written
        except BaseException:
            # Meanwhile all may have been read, and the state of before be held.
            self._let_go(state.feed_id)
            raise
        self._changes += 1
        self._held[state.feed_id] = state
        self._in_doubt.discard(state.feed_id)

    def _let_go(self, feed_id: str) -> None:
        self._changes += 1
        self._held.pop(feed_id, None)
        self._in_doubt.add(feed_id)

    def put_states(self, connection: Connection, states: Sequence[FeedState]) -> None:
        """Remembers feeds' states as part of the caller's transaction.

        `hold_after` is to be told of it for each of them.
        """
        by_feed = {state.feed_id: state for state in states}
        if self._database.is_sqlite:
            listed = _STATES.dump_json(by_feed)
        else:
            texts = {key: STATE.dump_json(state).decode() for key, state in by_feed.items()}
            listed = _TEXTS.dump_json(texts)
        connection.execute(self._put, {"states": listed.decode()})

    async def lags(self, since: datetime) -> dict[str, Lag]:
        """How late the entries seen since then were, by feed id; a feed without dates is left out.

        A feed's first round counts for nothing: it is the past, not lateness.
        """
        return await self._lags(since, tables.entries.c.feed_id)

    async def lag(self, since: datetime) -> Lag | None:
        """How late the entries of all feeds together were that were seen since then."""
        return (await self._lags(since, literal("all"))).get("all")

    async def _lags(self, since: datetime, group: ColumnElement[str]) -> dict[str, Lag]:
        return {
            row.of: Lag(median_s=row.median_s, p95_s=row.p95_s, entries=row.entries)
            for row in await self._database.rows(_lags(since, group))
        }


def _by_feed(decode: Callable[[str], FeedState], states: Iterable[str]) -> dict[str, FeedState]:
    return {each.feed_id: each for each in map(decode, states)}


def _lags(since: datetime, group: ColumnElement[str]) -> Select[Any]:
    entry = tables.entries.c
    grouped = (
        select(group.label("of"), entry.lag_s)
        .where(entry.seen_at >= since, entry.lag_s.is_not(None))
        .subquery()
    ).c
    rank = func.row_number().over(partition_by=grouped.of, order_by=grouped.lag_s)
    count = func.count().over(partition_by=grouped.of)
    ranked = select(
        grouped.of, grouped.lag_s, rank.label("rank"), count.label("entries")
    ).subquery()
    row = ranked.c
    median = case((row.rank == (row.entries + 1) // 2, row.lag_s))
    p95 = case((row.rank == (row.entries * 95 + 99) // 100, row.lag_s))
    return select(
        row.of,
        func.max(median).label("median_s"),
        func.max(p95).label("p95_s"),
        func.max(row.entries).label("entries"),
    ).group_by(row.of)
