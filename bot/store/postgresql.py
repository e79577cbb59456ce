"""Settings of PostgreSQL connections: text as UTF-8, dates as ISO 8601, short timeouts, no JIT."""

from typing import Any

from sqlalchemy import Engine, event

PARAMETERS = {
    "client_encoding": "utf8",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""Default parameters of libpq; the database address can override them.

The timeouts limit how long the bot waits for a server that cannot be reached; libpq's own defaults
amount to hours. `tcp_user_timeout` is in milliseconds, the other times are in seconds.
"""

LIMIT_WAITS = """
SELECT set_config(name, longest, false)
FROM (VALUES ('idle_in_transaction_session_timeout', '60s'), ('lock_timeout', '90s'))
    AS wanted (name, longest)
WHERE current_setting(name) IN ('0', '')
"""
"""Limits how long a session may be idle in a transaction, and how long it may wait for a lock.
Limits that the role, the database or the address set stay in force.

A process that is suspended in a transaction would keep its locks until it resumes, because its
system still answers the server. The second limit is longer, so that processes that wait for such a
lock get it when the first one ends.
"""


def prepare(engine: Engine) -> None:
    """Sets up each new connection of the engine."""
    event.listen(engine, "connect", lambda connection, _: _set_up(connection))


def _set_up(connection: Any) -> None:
    # The driver can read dates in ISO style only. All this is set by statements, because connection
    # poolers refuse it as connection parameters.
    connection.execute("SET DateStyle TO ISO")
    # If many messages wait, the server overestimates the cost of the outbox's queries, and would
    # compile a query for a second that takes 10 ms.
    connection.execute("SET jit TO off")
    connection.execute(LIMIT_WAITS)
    connection.commit()
