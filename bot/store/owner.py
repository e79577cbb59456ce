"""The workspace whose data a database holds, or the bot for many workspaces.

Entries are marked as seen for all workspaces, but only the bot's own workspaces get deliveries. A
second bot on the same database would take news from the first, so it is refused. There are two
exceptions. A Slack workspace may take over the database of the local workspace, which is meant for
trying the bot out. A bot for many workspaces may take over the database of one workspace: that
workspace keeps its data and gets messages again when it installs the app. In all other cases, an
operator has to reassign the database.
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
_MANY = "many"
"""Takes the place of the team id if a bot serves many workspaces. Team ids have capital letters."""


@dataclass(frozen=True)
class Owner:
    """A workspace, identified by its team id; `is_local` marks the local workspace.

    `MANY_WORKSPACES` stands for a bot that serves many workspaces.
    """

    team: str
    is_local: bool = False

    @property
    def is_many(self) -> bool:
        """Whether it is a bot that serves many workspaces."""
        return self.team == _MANY

    @property
    def mark(self) -> str:
        """The name of the owner's row in the table `once`."""
        return f"{_LOCAL if self.is_local else _SLACK}{self.team}"

    @property
    def name(self) -> str:
        """The workspace's name in messages."""
        if self.is_many:
            return "a bot for many workspaces"
        return "the local workspace" if self.is_local else f"workspace {self.team}"


MANY_WORKSPACES = Owner(_MANY)


async def claim_database(database: Database, owner: Owner, now: datetime) -> None:
    """Makes the workspace the owner of the database.

    Raises StoreError if another Slack workspace is the owner.
    """
    former = await database.write(lambda connection: _claim(connection, database, owner, now))
    if former is None or former == owner:
        return
    if owner.is_many and not former.is_local:
        log.info("%s was used by %s; now it belongs to %s", database.name, former.name, owner.name)
        return
    if not former.is_local:
        cure = (
            "Set SLACK_BOT_TOKEN to a token of its workspace, or give this workspace its own "
            "database with TARIFFWIRE_DATA_DIR or DATABASE_URL"
        )
        if former.is_many:
            cure = (
                "Set SLACK_CLIENT_ID to serve many workspaces again, or use another database with "
                "TARIFFWIRE_DATA_DIR or DATABASE_URL"
            )
        if not owner.is_local:
            cure += f". To reassign this one, run: tariffwire db assign {owner.team}"
        raise StoreError(database.name, f"belongs to {former.name}, not to {owner.name}", cure)
    if not owner.is_local:
        log.info("%s was used by %s; now it belongs to %s", database.name, former.name, owner.name)


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
        if teams and not owner.is_many and owner.team not in teams:
            return Owner(teams[0])
    elif former == owner or not (former.is_local or owner.is_many):
        return former
    _replace(connection, owner, now)
    return former


def _replace(connection: Connection, owner: Owner, now: datetime) -> None:
    connection.execute(delete(tables.once).where(_IS_MARK))
    connection.execute(tables.once.insert().values(name=owner.mark, done_at=now))


def _owner(mark: str) -> Owner:
    prefix, _, team = mark.partition(":")
    return Owner(team, is_local=f"{prefix}:" == _LOCAL)
