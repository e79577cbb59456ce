"""Creates the tables of a new database; brings those of an older one up to date.

A new database gets the tables of `bot.store.tables` at once and is marked with their revision. An
older one goes through the steps in `bot.store.migrations`.
"""

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store.engine import Database
from bot.store.tables import REVISION, metadata

_ADVISORY_LOCK = 7_283_002_514
"""PostgreSQL's lock under which one process at a time upgrades; the number is arbitrary."""


async def upgrade(address: str) -> None:
    """Upgrades the database at this address in one transaction; creates it if there is none.

    Raises StoreError if it cannot be opened, is of a version that this program does not know, or
    has tables of another program.
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
    # Alembic takes 0.2 s to import, and most starts do not need it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    if current is None:
        # Without the check it would adopt tables of another program that have these names.
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
