"""The one workspace whose data a database holds.

Entries are marked as seen for all workspaces, but only the bot's own workspace gets deliveries. A
second workspace on the same database would take news from the first, so it is refused. There is one
exception: a Slack workspace may take over the database of the local workspace, which is meant for
trying the bot out. In all other cases, an operator has to reassign the database.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, text, union

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
        cure = (
            "Set SLACK_BOT_TOKEN to a token of its workspace, or give this workspace a database of "
            "its own with TARIFFWIRE_DATA_DIR or DATABASE_URL"
        )
        if not owner.is_local:
            cure += f". To reassign this one, run: tariffwire db assign {owner.team}"
        raise StoreError(database.name, f"belongs to {former.name}, not to {owner.name}", cure)
    if not owner.is_local:
        log.info("%s was used by the local workspace; now it is %s's", database.name, owner.name)


async def assign_database(database: Database, owner: Owner, now: datetime) -> None:
    """Makes the workspace the owner, whichever was before."""

    def write(connection: Connection) -> None:
        _lock(connection, database)
        _replace(connection, owner, now)

    await database.write(write)


async def find_owner(database: Database) -> Owner | None:
    """The workspace whose data the database holds; None before the bot has run."""
    marks = await database.column(select(_NAME).where(_IS_MARK))
    return next((_owner(mark) for mark in marks), None)


async def find_teams(database: Database) -> tuple[str, ...]:
    """The workspaces with subscriptions or messages in the database, in order."""
    return tuple(await database.column(_TEAMS))


_NAME = tables.once.c.name
_IS_MARK = _NAME.startswith(_SLACK) | _NAME.startswith(_LOCAL)
_TEAMS = union(select(tables.subscriptions.c.team), select(tables.deliveries.c.team)).order_by(
    "team"
)


def _lock(connection: Connection, database: Database) -> None:
    if not database.is_sqlite:
        # Two bots may start at the same moment. SQLite needs no lock, as it has one writer at a
        # time.
        connection.execute(text("LOCK TABLE once IN SHARE ROW EXCLUSIVE MODE"))


def _claim(connection: Connection, database: Database, owner: Owner, now: datetime) -> Owner | None:
    """The owner before; writes the new one, unless the former is a workspace of Slack's.

    A database from before there was a mark belongs to the workspaces that its data is of.
    """
    _lock(connection, database)
    marks = connection.execute(select(_NAME).where(_IS_MARK)).scalars()
    former = next((_owner(mark) for mark in marks), None)
    if former is None:
        teams = connection.execute(_TEAMS).scalars().all()
        if teams and owner.team not in teams:
            return Owner(teams[0])
    elif former == owner or not former.is_local:
        return former
    _replace(connection, owner, now)
    return former


def _replace(connection: Connection, owner: Owner, now: datetime) -> None:
    connection.execute(delete(tables.once).where(_IS_MARK))
    connection.execute(tables.once.insert().values(name=owner.mark, done_at=now))


def _owner(mark: str) -> Owner:
    prefix, _, team = mark.partition(":")
    return Owner(team, is_local=f"{prefix}:" == _LOCAL)
