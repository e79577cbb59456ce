"""PostgreSQL as the bot uses it, whatever its settings: text as UTF-8, dates as ISO 8601."""

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
"""What libpq is asked for where the address does not say otherwise.

The times (seconds; the last one milliseconds) are those after which a server that cannot be reached
any more is taken for gone. libpq's own choice is hours, in which nothing could be kept and the bot
not end.
"""


def prepare(engine: Engine) -> None:
    """Has every connection of the engine set up so."""
    event.listen(engine, "connect", lambda connection, _: _set_up(connection))


def _set_up(connection: Any) -> None:
    # The driver reads no other style. By a statement, for poolers refuse it among the parameters.
    connection.execute("SET DateStyle TO ISO")
    connection.commit()
