"""PostgreSQL's settings for the bot: text as UTF-8, dates as ISO 8601, short timeouts."""

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
"""libpq's parameters, unless the address sets them.

The times (seconds; the last in milliseconds) limit how long the bot waits for a server that cannot
be reached. libpq's defaults are hours.
"""


def prepare(engine: Engine) -> None:
    """Sets up each new connection of the engine."""
    event.listen(engine, "connect", lambda connection, _: _set_up(connection))


def _set_up(connection: Any) -> None:
    # The driver reads no other style. As a statement, because poolers refuse the parameter.
    connection.execute("SET DateStyle TO ISO")
    connection.commit()
