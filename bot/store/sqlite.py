"""SQLite as the bot uses it: many readers beside one writer, each commit safe from a power cut."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process (a backup, a command) to end its write."""

_CACHE_KB = 300
"""Of each connection, a seventh of SQLite's own choice: the system has the file's pages besides."""
_WAL_PAUSE_S = 0.02


def prepare(engine: Engine) -> None:
    """Has every connection of the engine set up so, and every transaction begun as it asks."""
    event.listen(engine, "connect", lambda connection, _: _set_up(connection))
    event.listen(engine, "begin", _begin)


def _set_up(connection: Any) -> None:
    # Python's driver would begin transactions by itself, and late; _begin does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _write_ahead(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", f"cache_size = -{_CACHE_KB}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Turns WAL on; SQLite does not wait by itself for another process that is turning it on."""
    for tries_left in reversed(range(int(BUSY_TIMEOUT_MS / 1000 / _WAL_PAUSE_S))):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not tries_left or "locked" not in str(error):
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


def _begin(connection: Connection) -> None:
    # Reads are single statements, which need no transaction of their own.
    if (begin := connection.get_execution_options().get("begin")) is not None:
        connection.exec_driver_sql(begin)
