"""Keeps a second bot off a PostgreSQL database: a lock that lives as long as a connection does.

The server lets go when the connection ends, however the process does. It also ends where the server
is restarted or the way to it breaks, while the bot goes on: so the lock is asked for again every so
often, which who holds it may do at any time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, Engine, text

from bot.errors import StoreAway, StoreError
from bot.store.engine import Database

log = logging.getLogger(__name__)

LOOK_EVERY_S = 20.0
"""Between two looks at the lock, in seconds."""
AGAIN_S = 3.0
"""The same while the database is away: who comes first when it is back has the lock."""
PATIENCE_S = 10
"""For a process that is being replaced takes a moment to end."""

_SELF = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended(:who, 0))")
_END_FORMER = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :backend_start"
)


@asynccontextmanager
async def alone(
    database: Database,
    who: str,
    patience_s: int = PATIENCE_S,
    look_every_s: float = LOOK_EVERY_S,
    again_s: float = AGAIN_S,
) -> AsyncIterator[asyncio.Task[None]]:
    """Keeps every other process that calls itself so off this PostgreSQL database meanwhile.

    Raises StoreError when one is still there after `patience_s` seconds. So does the task that it
    gives, which ends in no other way: where the connection broke, and another took the lock first.
    An SQLite file is for one machine, where the data folder's lock does this.
    """
    lock = (
        _NoLock() if database.is_sqlite else _Lock(database, who, patience_s, look_every_s, again_s)
    )
    try:
        await lock.take()
        keeping = asyncio.create_task(lock.keep(), name="one bot a database")
        try:
            yield keeping
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    finally:
        await lock.let_go()


class _NoLock:
    """Where none is needed."""

    async def take(self) -> None:
        return

    async def keep(self) -> None:
        await asyncio.Event().wait()

    async def let_go(self) -> None:
        return


class _Lock:
    def __init__(
        self, database: Database, who: str, patience_s: int, look_every_s: float, again_s: float
    ) -> None:
        self._database, self._who, self._patience_s = database, who, patience_s
        self._look_every_s, self._again_s = look_every_s, again_s
        self._connection: Connection | None = None
        self._session: dict[str, Any] | None = None

    async def take(self) -> None:
        """Takes the lock, or makes sure that it is held; raises StoreError where another has it."""
        for _ in range(self._patience_s):
            if await self._database.apart(self._is_taken):
                return
            await asyncio.sleep(1)
        if not await self._database.apart(self._is_taken):
            cure = "Stop it first: only one may run at a time"
            raise StoreError(self._database.name, f"another {self._who} works on it", cure)

    async def keep(self) -> None:
        """Looks for ever; raises StoreError where another has it."""
        while True:
            is_away = self._connection is None
            await asyncio.sleep(self._again_s if is_away else self._look_every_s)
            had = self._connection
            try:
                await self.take()
            except StoreAway:
                await self.let_go()
            else:
                if self._connection is not had:
                    log.info("the database again belongs to this bot only")

    async def let_go(self) -> None:
        """Ends the connection, and with it the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._database.apart(lambda _: _end(connection))

    def _is_taken(self, engine: Engine) -> bool:
        if self._connection is None:
            self._connection = engine.connect()
            former = self._session
            self._session = dict(self._connection.execute(_SELF).one()._mapping)
            if former is not None:
                # Where only the way broke, the server may hold the lock for it for hours.
                self._connection.execute(_END_FORMER, former)
        return bool(self._connection.execute(_TAKE, {"who": self._who}).scalar())


def _end(connection: Connection) -> None:
    """Ends the session with the server, rather than keeping the connection for others."""
    connection.invalidate()
    connection.close()
