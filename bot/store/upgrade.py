"""Creates the tables of a new database, or upgrades the tables of an older one.

A new database gets the tables of `bot.store.tables` and their revision directly. For an older one,
the migrations in `bot.store.migrations` are run.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store import job_queue
from bot.store.engine import Database
from bot.store.tables import REVISION, metadata

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

_ADVISORY_LOCK = 7_283_002_514
"""The key of the PostgreSQL lock that lets one process at a time upgrade; an arbitrary number."""


async def upgrade(address: str) -> None:
    """Upgrades the database at this address in one transaction; creates it if there is none.

    No bot of an older version may run on it meanwhile: see `create`. Raises StoreError if it cannot
    be opened, is of a version that this program does not know, or has tables of another program.
    """
    await _write(address, _upgrade)


async def release(address: str) -> None:
    """Upgrades a PostgreSQL database as `upgrade` does, and the tables of its job queue."""

    def write(connection: Connection, database: Database) -> None:
        _upgrade(connection, database)
        job_queue.install(connection)

    await _write(address, write)


async def is_released(database: Database) -> bool:
    """Whether the database has the tables and the job queue of this version."""
    return await database.read(
        lambda connection: _revision(connection) == REVISION and job_queue.is_installed(connection)
    )


async def require_release(database: Database) -> None:
    """Raises StoreError unless `is_released`."""
    if not await is_released(database):
        cause = "has tables or a job queue of another version"
        cure = "Stop all web and worker processes, then run: tariffwire release"
        raise StoreError(database.name, cause, cure)


async def create(address: str) -> bool:
    """Creates the database if there is none; returns whether it has the tables of this version.

    It leaves an older one as it is, because a bot of that version may run on it. Raises StoreError
    as `upgrade` does.
    """
    return await _write(address, _create)


async def _write(address: str, work: Callable[[Connection, Database], T]) -> T:
    database = Database(address)
    try:
        return await database.write(lambda connection: work(connection, database))
    finally:
        await database.close()


def _upgrade(connection: Connection, database: Database) -> None:
    if _create(connection, database):
        return
    from alembic import command

    command.upgrade(_config(connection), "head")


def _create(connection: Connection, database: Database) -> bool:
    if not database.is_sqlite:
        # An upgrade of many rows, or the wait for one, may take longer than other transactions.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        lock = text("SELECT pg_advisory_xact_lock(:key)")
        connection.execute(lock, {"key": _ADVISORY_LOCK})
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            cure = "Create one with: ENCODING 'UTF8' TEMPLATE template0"
            raise StoreError(database.name, f"keeps text as {encoding}, not as UTF8", cure)
    current = _revision(connection)
    if current == REVISION:
        return True
    # Alembic takes 0.2 s to import, and most starts do not need it.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config(connection)
    if current is None:
        # `checkfirst=True` would silently adopt tables of another program that have the same names.
        metadata.create_all(connection, checkfirst=False)
        command.stamp(config, "head")
        return True
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if current not in known:
        cause = f"is of a version ({current}) that this program does not know"
        cure = (
            "Update tariffwire if the database is newer. If it is from before release 0.1.0, "
            "move it away to start with a new one"
        )
        raise StoreError(database.name, cause, cure)
    return False


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    """The database's revision; None if it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
