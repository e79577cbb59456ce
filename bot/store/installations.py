"""Stores the workspaces in which the app is installed by OAuth, with their encrypted tokens."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from pydantic import SecretStr

from bot.errors import StoreError
from bot.installation import Installation
from bot.store import tables
from bot.store.engine import AnyRow, Database

if TYPE_CHECKING:
    # This module loads cryptography, which only a bot for many workspaces needs.
    from bot.store.token_cipher import TokenCipher

_table, _row = tables.installations, tables.installations.c
_OTHERS = ("name", "enterprise", "bot_id", "bot_user", "installed_at")


class ListedInstallation(NamedTuple):
    """An installation without its token."""

    team: str
    name: str
    enterprise: str
    installed_at: datetime


class Rotation(NamedTuple):
    """The number of tokens that are now encrypted with the first key, and an error for each other
    token, with its workspace and the cure."""

    rotated: int
    errors: tuple[StoreError, ...]


async def list_installations(database: Database) -> tuple[ListedInstallation, ...]:
    """All installations, oldest first. Needs no key, so that a workspace whose token no key
    decrypts can be found."""
    query = sa.select(*(_row[name] for name in ListedInstallation._fields))
    rows = await database.rows(query.order_by(_row.installed_at, _row.team))
    return tuple(ListedInstallation(*row) for row in rows)


class Installations:
    """The table of installations. Each workspace has at most one."""

    def __init__(self, database: Database, cipher: "TokenCipher") -> None:
        self._database, self._cipher = database, cipher

    async def save(self, installation: Installation) -> None:
        """Saves an installation in place of an earlier one of its workspace."""
        row = {name: getattr(installation, name) for name in ("team", *_OTHERS)}
        token = installation.token.get_secret_value()
        row["token"] = self._cipher.encrypt(installation.team, token)
        insert = self._database.insert(_table).values(row)
        changes = {name: insert.excluded[name] for name in (*_OTHERS, "token")}
        await self._database.change(
            insert.on_conflict_do_update(index_elements=[_row.team], set_=changes)
        )

    async def find(self, team: str) -> Installation | None:
        """The installation in a workspace; None if there is none. Raises StoreError if no key
        decrypts its token."""
        rows = await self._database.rows(sa.select(_table).where(_row.team == team))
        return self._read(rows[0]) if rows else None

    async def find_moment(self, team: str) -> datetime | None:
        """When the app was installed in a workspace; None if it is not. Needs no key."""
        found = await self._database.column(sa.select(_row.installed_at).where(_row.team == team))
        return found[0] if found else None

    async def teams(self) -> tuple[str, ...]:
        """The ids of all workspaces, in the order in which they installed the app."""
        query = sa.select(_row.team).order_by(_row.installed_at, _row.team)
        return tuple(await self._database.column(query))

    async def rotate_keys(self) -> Rotation:
        """Encrypts the tokens with the first key. Tokens that no key decrypts do not change."""

        def write(connection: sa.Connection) -> Rotation:
            found = connection.execute(sa.select(_row.team, _row.token).with_for_update()).all()
            errors = []
            for team, encrypted in found:
                try:
                    token = self._cipher.encrypt(team, self._cipher.decrypt(team, encrypted))
                except StoreError as error:
                    errors.append(error)
                    continue
                connection.execute(sa.update(_table).where(_row.team == team).values(token=token))
            return Rotation(len(found) - len(errors), tuple(errors))

        return await self._database.write(write)

    def _read(self, row: AnyRow) -> Installation:
        found: dict[str, Any] = dict(row._mapping)
        token = SecretStr(self._cipher.decrypt(row.team, row.token))
        return Installation(**{**found, "token": token})


def lock_installed(connection: sa.Connection, teams: Collection[str]) -> frozenset[str]:
    """Those of the workspaces in which the app is installed. They stay installed until the
    transaction ends."""
    # `bot.store.workspace_data` deletes the installation first, so it waits for this lock.
    query = sa.select(_row.team).where(_row.team.in_(list(teams))).with_for_update(read=True)
    return frozenset(connection.execute(query).scalars())
