"""Settings of PostgreSQL connections: text as UTF-8, dates as ISO 8601, short timeouts."""

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


def prepare(engine: Engine) -> None:
    """Sets up each new connection of the engine."""
    event.listen(engine, "connect", lambda connection, _: _set_up(connection))


def _set_up(connection: Any) -> None:
    # The driver can read dates in ISO style only. The style is set by a statement, because
    # connection poolers refuse it as a connection parameter.
    connection.execute("SET DateStyle TO ISO")
    connection.commit()
