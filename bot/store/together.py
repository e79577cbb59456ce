"""Small writes that come at the same time share one transaction.

A commit that survives a power cut costs a millisecond or more, whatever is in it. So writes that
wait for the writer are written all at once by whoever gets to it first.
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from sqlalchemy import Connection

from bot.errors import StoreAway
from bot.store.engine import Database

Item = TypeVar("Item")
Write = Callable[[Connection, Sequence[Item]], None]


class Together(Generic[Item]):
    """Keeps items, many in one transaction; `write` writes those that it is given.

    An item may be written again after a failure, so `write` must bear that.
    """

    def __init__(self, database: Database, write: Write[Item], at_most: int = 1000) -> None:
        """`at_most` bounds the items in one transaction."""
        self._database, self._write, self._at_most = database, write, at_most
        self._waiting: dict[object, Item] = {}
        self._away: dict[object, StoreAway] = {}
        self._turn = asyncio.Lock()

    async def add(self, item: Item) -> None:
        """Returns once the item is committed; raises StoreError when it could not be."""
        ticket = object()
        self._waiting[ticket] = item
        try:
            async with self._turn:
                if ticket in self._waiting:
                    await self._write_all_or(ticket)
            if (error := self._away.get(ticket)) is not None:
                raise StoreAway(error.thing, error.cause, error.cure)
        finally:
            self._waiting.pop(ticket, None)
            self._away.pop(ticket, None)

    async def _write_all_or(self, ticket: object) -> None:
        own = self._waiting[ticket]
        batch = {ticket: own} | dict(islice(self._waiting.items(), self._at_most - 1))
        try:
            await self._write_now(list(batch.values()))
        except StoreAway as error:
            # It is away for all of them: each finding out by itself would take them minutes.
            for missed in batch:
                if self._waiting.pop(missed, None) is not None:
                    self._away[missed] = error
        except Exception:
            # Another's item may be at fault, and then only its owner is to hear of it.
            await self._write_now([own])
        else:
            for written in batch:
                self._waiting.pop(written, None)

    async def _write_now(self, items: Sequence[Item]) -> None:
        await self._database.write(lambda connection: self._write(connection, items))
