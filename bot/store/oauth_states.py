"""Stores the random `state` of each installation that was started, until it is finished.

Slack returns the state after a person has agreed. Each state can be used once, within ten minutes.
"""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store import tables
from bot.store.engine import Database

VALID_FOR = timedelta(minutes=10)
MOST_STATES = 10_000
"""The states that are kept. Anyone can start an installation, so there must be a limit."""

_table, _row = tables.oauth_states, tables.oauth_states.c


class OAuthStates:
    """The table of states."""

    def __init__(self, database: Database, most: int = MOST_STATES) -> None:
        self._database, self._most = database, most

    async def issue(self, now: datetime) -> str:
        """A new state. Deletes those that have expired, and the oldest if there are too many."""
        state = secrets.token_urlsafe(32)

        def write(connection: sa.Connection) -> None:
            connection.execute(sa.delete(_table).where(_row.expires_at <= now))
            oldest = sa.select(_row.state).order_by(_row.expires_at.desc()).offset(self._most - 1)
            too_many = connection.execute(oldest.limit(100)).scalars().all()
            connection.execute(sa.delete(_table).where(_row.state.in_(too_many)))
            row = {"state": state, "expires_at": now + VALID_FOR}
            connection.execute(sa.insert(_table).values(row))

        await self._database.write(write)
        return state

    async def consume(self, state: str, now: datetime) -> bool:
        """Whether the state was issued, has not expired and is used for the first time."""
        valid = (_row.state == state, _row.expires_at > now)
        return await self._database.change(sa.delete(_table).where(*valid)) > 0
