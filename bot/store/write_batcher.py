"""Small writes that come at the same time share one transaction.

A commit that survives a power cut costs a millisecond or more, whatever is in it. So writes that
come while another is under way are written all at once after it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from bot.errors import StoreAway
from bot.store.engine import Database

Item = TypeVar("Item")
Write = Callable[[Connection, Sequence[Item]], None]


class WriteBatcher(Generic[Item]):
    """Keeps items, many in one transaction; `write` writes those that it is given.

    An item may be written again after a failure, so `write` must bear that. Whoever is cancelled
    while its item is being written is so only after that has ended.
    """

    def __init__(self, database: Database, write: Write[Item], at_most: int = 1000) -> None:
        """`at_most` bounds the items in one transaction."""
        self._database, self._write, self._at_most = database, write, at_most
        self._waiting: deque[tuple[Item, asyncio.Future[None]]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._under_way: frozenset[asyncio.Future[None]] = frozenset()
        self._ended = asyncio.Event()

    async def add(self, item: Item) -> None:
        """Returns once the item is committed; raises StoreError when it could not be."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((item, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_waiting())
        try:
            await kept
        except asyncio.CancelledError:
            if kept in self._under_way:
                await self._ended.wait()
            raise

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                batch = self._next()
                self._under_way = frozenset(kept for _, kept in batch)
                self._ended.clear()
                try:
                    await self._write_all(batch)
                finally:
                    self._under_way = frozenset()
                    self._ended.set()
        finally:
            self._writer = None
            for _, kept in self._waiting:
                kept.cancel()

    def _next(self) -> list[tuple[Item, asyncio.Future[None]]]:
        """The next to be written: none of those whose owner has gone."""
        batch: list[tuple[Item, asyncio.Future[None]]] = []
        while self._waiting and len(batch) < self._at_most:
            item, kept = self._waiting.popleft()
            if not kept.done():
                batch.append((item, kept))
        return batch

    async def _write_all(self, batch: Sequence[tuple[Item, asyncio.Future[None]]]) -> None:
        if not batch:
            return
        try:
            await self._database.write(
                lambda connection: self._write(connection, [item for item, _ in batch])
            )
        except StoreAway as error:
            # It is away for all of them: each finding out by itself would take them minutes.
            for _, kept in batch:
                _fail(kept, StoreAway(error.thing, error.cause, error.cure))
        except Exception as error:
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            # Another's item may be at fault, and then only its owner is to hear of it.
            middle = len(batch) // 2
            for half in (batch[:middle], batch[middle:]):
                await self._write_all([each for each in half if not each[1].done()])
        else:
            for _, kept in batch:
                if not kept.done():
                    kept.set_result(None)
        finally:
            # These are left where the program ends.
            for _, kept in batch:
                kept.cancel()


def _fail(kept: asyncio.Future[None], error: Exception) -> None:
    if not kept.done():
        kept.set_exception(error)
