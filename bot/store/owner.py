"""The one workspace whose data a database holds.

Entries are marked as seen for all workspaces, but only the bot's own workspace gets deliveries. A
second workspace on the same database would take news from the first, so it is refused. There is one
exception: a Slack workspace may take over the database of the local workspace, which is meant for
trying the bot out.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, text

from bot.errors import StoreError
from bot.store import tables
from bot.store.engine import Database

log = logging.getLogger(__name__)

_SLACK, _LOCAL = "team:", "local team:"


@dataclass(frozen=True)
class Owner:
    """A workspace, identified by its team id; `is_local` marks the local workspace."""

    team: str
    is_local: bool = False

    @property
    def mark(self) -> str:
        """The name of the owner's row in the table `once`."""
        return f"{_LOCAL if self.is_local else _SLACK}{self.team}"

    @property
    def name(self) -> str:
        """The workspace's name in messages."""
        return "the local workspace" if self.is_local else f"workspace {self.team}"


async def claim_database(database: Database, owner: Owner, now: datetime) -> None:
    """Makes the workspace the owner of the database.

    Raises StoreError if another Slack workspace is the owner.
    """
    former = await database.write(lambda connection: _claim(connection, database, owner, now))
    if former is None or former == owner:
        return
    if not former.is_local:
        raise StoreError(database.name, f"belongs to {former.name}, not to {owner.name}", _CURE)
    if not owner.is_local:
        log.info("%s was used by the local workspace; now it is %s's", database.name, owner.name)


_CURE = (
    "Set SLACK_BOT_TOKEN to a token of its workspace, or give this workspace a database of its own "
    "with TARIFFWIRE_DATA_DIR or DATABASE_URL"
)


def _claim(connection: Connection, database: Database, owner: Owner, now: datetime) -> Owner | None:
    """Returns the former owner; saves the new one unless the former is a Slack workspace."""
    name = tables.once.c.name
    if not database.is_sqlite:
        # Two bots may start at the same moment. SQLite needs no lock, as it has one writer at a
        # time.
        connection.execute(text("LOCK TABLE once IN SHARE ROW EXCLUSIVE MODE"))
    marks = connection.execute(
        select(name).where(name.startswith(_SLACK) | name.startswith(_LOCAL))
    ).scalars()
    former = next((_owner(mark) for mark in marks), None)
    if former is not None and (former == owner or not former.is_local):
        return former
    if former is not None:
        connection.execute(delete(tables.once).where(name == former.mark))
    connection.execute(tables.once.insert().values(name=owner.mark, done_at=now))
    return former


def _owner(mark: str) -> Owner:
    prefix, _, team = mark.partition(":")
    return Owner(team, is_local=f"{prefix}:" == _LOCAL)
