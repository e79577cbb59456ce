"""Creates the tables of a new database, or upgrades the tables of an older one.

A new database gets the tables of `bot.store.tables` and their revision directly. For an older one,
the migrations in `bot.store.migrations` are run.
"""

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store.engine import Database
from bot.store.tables import REVISION, metadata

_ADVISORY_LOCK = 7_283_002_514
"""The key of the PostgreSQL lock that lets one process at a time upgrade; an arbitrary number."""


async def upgrade(address: str) -> None:
    """Upgrades the database at this address in one transaction; creates it if there is none.

    Raises StoreError if the database cannot be opened, its version is unknown to this program, its
    encoding is not UTF-8, or it has tables of another program.
    """
    database = Database(address)
    try:
        await database.write(lambda connection: _upgrade(connection, database))
    finally:
        await database.close()


def _upgrade(connection: Connection, database: Database) -> None:
    if not database.is_sqlite:
        lock = text("SELECT pg_advisory_xact_lock(:key)")
        connection.execute(lock, {"key": _ADVISORY_LOCK})
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            cure = "Create one with: ENCODING 'UTF8' TEMPLATE template0"
            raise StoreError(database.name, f"keeps text as {encoding}, not as UTF8", cure)
    current = _revision(connection)
    if current == REVISION:
        return
    # Alembic takes 0.2 s to import and most starts do not need it, so it is imported here.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    if current is None:
        # `checkfirst=True` would silently adopt tables of another program that have the same names.
        metadata.create_all(connection, checkfirst=False)
        command.stamp(config, "head")
        return
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if current not in known:
        cause = f"is of a version ({current}) that this program does not know"
        cure = (
            "Update tariffwire if the database is newer. If it is from before release 0.1.0, "
            "move it away to start with a new one"
        )
        raise StoreError(database.name, cause, cure)
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """The database's revision; None if it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
