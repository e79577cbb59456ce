"""Ensures that one bot at a time uses a database, or web and worker processes together.

On SQLite, `bot.store.heartbeat` does this. On PostgreSQL, the bot holds an advisory lock. The
server releases the lock when the connection ends, for example because the process is killed. The
connection may also end while the bot runs, because the server restarts or the network fails. So the
bot takes the lock again at intervals; PostgreSQL allows this to the process that holds it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from bot.errors import StoreError, StoreUnavailable
from bot.store.engine import Database
from bot.store.heartbeat import CURE, Heartbeat

log = logging.getLogger(__name__)

_SELF = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_SHARE = text("SELECT pg_try_advisory_lock_shared(hashtextextended(:name, 0))")
_END_FORMER = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :backend_start"
)


@dataclass(frozen=True)
class LockTimes:
    """When the bot tries to take the lock, in seconds."""

    patience_s: int = 10
    """How long to wait for the lock: a process that is being replaced takes a moment to end."""
    check_every_s: float = 20.0
    retry_every_s: float = 3.0
    """The time between two tries after the connection is lost. It is short, because the first bot
    to reach the database again gets the lock.
    """


@asynccontextmanager
async def hold_instance_lock(
    database: Database,
    clock: Callable[[], datetime],
    teams: Collection[str] = (),
    times: LockTimes | None = None,
    is_shared: bool = False,
    cure: str = CURE,
) -> AsyncIterator[asyncio.Task[None]]:
    """Prevents other bots from using this database; bots of the first release by their `teams`.

    Web and worker processes on PostgreSQL share the lock (`is_shared`): it prevents only `run`.

    Raises StoreError with the `cure` if another process keeps the lock. It yields a task that
    checks the lock until the block ends. The task raises StoreError if another process has taken
    the lock, which can happen after the connection broke or this process was suspended.
    """
    lock = (
        Heartbeat(database, clock)
        if database.is_sqlite
        else _Lock(database, teams, times or LockTimes(), is_shared, cure)
    )
    try:
        await lock.start()
        keeping = asyncio.create_task(lock.keep(), name="instance lock")
        try:
            yield keeping
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    finally:
        await lock.stop()


class _Lock:
    """The advisory lock of PostgreSQL."""

    def __init__(
        self,
        database: Database,
        teams: Collection[str],
        times: LockTimes,
        is_shared: bool,
        cure: str,
    ) -> None:
        self._database, self._times, self._cure = database, times, cure
        self._take = _SHARE if is_shared else _TAKE
        # The first release had a lock for each workspace.
        self._names = ("Tariffwire", *(f"Tariffwire of team {team}" for team in teams))
        self._connection: Connection | None = None
        self._session: dict[str, Any] | None = None

    async def start(self) -> None:
        """Takes the lock or checks that it is held; raises StoreError if another process has it."""
        for _ in range(self._times.patience_s):
            if await self._database.with_engine(self._try):
                return
            await asyncio.sleep(1)
        if not await self._database.with_engine(self._try):
            raise StoreError(self._database.name, "another Tariffwire works on it", self._cure)

    async def keep(self) -> None:
        """Checks the lock at intervals; raises StoreError once another process has it."""
        while True:
            lost = self._connection is None
            await asyncio.sleep(self._times.retry_every_s if lost else self._times.check_every_s)
            before = self._connection
            try:
                await self.start()
            except StoreUnavailable:
                await self.stop()
            else:
                if self._connection is not before:
                    log.info("took the lock of the database again")

    async def stop(self) -> None:
        """Ends the connection, which releases the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._database.with_engine(lambda _: _end(connection))

    def _try(self, engine: Engine) -> bool:
        if self._connection is None:
            self._connection = engine.connect()
            former = self._session
            self._session = dict(self._connection.execute(_SELF).one()._mapping)
            if former is not None:
                # If only the network failed, the server may keep the former connection and its lock
                # for hours.
                self._connection.execute(_END_FORMER, former)
        connection = self._connection
        return all(connection.execute(self._take, {"name": name}).scalar() for name in self._names)


def _end(connection: Connection) -> None:
    """Closes the connection itself instead of returning it to the pool."""
    connection.invalidate()
    connection.close()
