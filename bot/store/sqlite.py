"""SQLite's settings. They allow readers during a write, and a commit survives a power cut."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits while another process writes, such as a command of the CLI."""
_WAL_PAUSE_S = 0.02


def prepare(engine: Engine) -> None:
    """Sets up each new connection of the engine, and how its transactions begin."""
    event.listen(engine, "connect", lambda connection, _: _set_up(connection))
    event.listen(engine, "begin", _begin)


def _set_up(connection: Any) -> None:
    # Turns off the driver's own transactions, which begin only at the first write. `_begin` begins
    # them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _write_ahead(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Turns WAL on; retries while another process does so, for which SQLite does not wait."""
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
    # Only writes set the option `begin`. Reads are single statements and need no transaction.
    if (begin := connection.get_execution_options().get("begin")) is not None:
        connection.exec_driver_sql(begin)
