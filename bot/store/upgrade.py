"""Brings a database to today's tables; what it needs is packaged in `bot.store.migrations`."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

_ADVISORY_LOCK = 7_283_002_514
"""PostgreSQL's lock under which one process at a time upgrades; any fixed number will do."""
_SAID = r'^{}revision = "(\w+)"'


async def upgrade(address: str) -> None:
    """Upgrades the database at this address, making it if there is none; a second run does nothing.

    All of it is one transaction. Raises StoreError when the database cannot be opened or is newer
    than this program.
    """
    database = Database(address)
    try:
        await database.write(lambda connection: _alone(connection, database))
    finally:
        await database.close()


def _alone(connection: Connection, database: Database) -> None:
    if not database.is_sqlite:
        lock = text("SELECT pg_advisory_xact_lock(:key)")
        connection.execute(lock, {"key": _ADVISORY_LOCK})
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            cure = "Create one with: ENCODING 'UTF8' TEMPLATE template0"
            raise StoreError(database.name, f"keeps text as {encoding}, not as UTF8", cure)
    _upgrade(connection, database.name)


def newest() -> str:
    """The revision that the packaged migrations lead to."""
    steps = [
        each.read_text(encoding="utf-8")
        for each in files("bot.store.migrations.versions").iterdir()
        if each.name.endswith(".py")
    ]
    made, built_on = (
        {
            found[1]
            for step in steps
            for found in re.finditer(_SAID.format(word), step, re.MULTILINE)
        }
        for word in ("", "down_")
    )
    (last,) = made - built_on
    return last


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    said = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(said) == [newest()]


def _upgrade(connection: Connection, name: str) -> None:
    # Alembic takes a tenth of a second and ten megabytes, which most starts can do without.
    if _is_current(connection):
        return
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        cause = f"is of a newer version ({current}) than this program"
        raise StoreError(name, cause, "Update tariffwire, or restore a backup of before")
    command.upgrade(config, "head")


def alembic_config(connection: Connection) -> "Config":
    """Alembic's settings for work on this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    return config
