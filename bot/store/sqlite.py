"""SQLite as the bot uses it: many readers beside one writer, each commit safe from a power cut."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Executable, Row, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process (a backup, a command) to end its write."""

_WAL_PAUSE_S = 0.02
_READERS = 2
"""More read no faster, for they share Python's lock and one file."""


def writing_engine(url: URL) -> AsyncEngine:
    """What one writer at a time writes with."""
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    prepare = partial(_prepare, pause=lambda: await_only(asyncio.sleep(_WAL_PAUSE_S)))
    event.listen(engine.sync_engine, "connect", lambda connection, _: prepare(connection))
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


class Readers:
    """Reads a file with threads of its own, each query in one go; `close` when done.

    Through the writer's driver every step of a query would be a change of threads.
    """

    def __init__(self, url: URL) -> None:
        plain = url.set(drivername="sqlite")
        self._engine = create_engine(plain, pool_size=_READERS, max_overflow=0)
        prepare = partial(_prepare, pause=partial(time.sleep, _WAL_PAUSE_S))
        event.listen(self._engine, "connect", lambda connection, _: prepare(connection))
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="database")

    async def rows(
        self, query: Executable, given: Mapping[str, Any] | None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """What the query finds; raises the driver's errors."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._rows, query, given)

    async def close(self) -> None:
        """Ends the threads and closes the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _rows(
        self, query: Executable, given: Mapping[str, Any] | None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        with self._engine.connect() as connection:
            return connection.execute(query, given).all()


def _prepare(connection: Any, pause: Callable[[], object]) -> None:
    # Python's driver would begin transactions by itself, and late; _begin does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _write_ahead(cursor, pause)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any, pause: Callable[[], object]) -> None:
    """Turns WAL on; SQLite does not wait by itself for another process that is turning it on."""
    for tries_left in reversed(range(int(BUSY_TIMEOUT_MS / 1000 / _WAL_PAUSE_S))):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not tries_left or "locked" not in str(error):
                raise
            pause()
        else:
            return


def _begin(connection: Connection) -> None:
    # Reads are single statements, which need no transaction of their own.
    if (begin := connection.get_execution_options().get("begin")) is not None:
        connection.exec_driver_sql(begin)
