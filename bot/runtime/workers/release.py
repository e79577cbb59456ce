"""Prepares the database for web and worker processes. It imports little, because it ends soon."""

from datetime import UTC, datetime

from bot.errors import SettingsError
from bot.runtime.settings import Settings
from bot.store.engine import Database, parse_url
from bot.store.instance_lock import LockTimes, hold_instance_lock
from bot.store.upgrade import is_released, release

_CURE = (
    "Stop all web and worker processes first, because they do not know the tables of this version"
)


async def run_release(settings: Settings, times: LockTimes | None = None) -> None:
    """Upgrades the database and its job queue; raises TariffwireError.

    Refuses an upgrade while a bot works on the database. If there is nothing to upgrade, processes
    of this version may run.
    """
    require_postgresql(settings)
    database = Database(settings.database)
    try:
        if await is_released(database):
            return
        lock = hold_instance_lock(database, lambda: datetime.now(UTC), times=times, cure=_CURE)
        async with lock:
            await release(settings.database)
    finally:
        await database.close()


def require_postgresql(settings: Settings) -> None:
    """Raises SettingsError if the database is not PostgreSQL, which several processes need."""
    if parse_url(settings.database).get_backend_name() != "postgresql":
        cure = (
            "Set DATABASE_URL to a postgresql:// address, or run everything in one process: "
            "tariffwire run"
        )
        raise SettingsError("DATABASE_URL", "web and worker processes cannot share SQLite", cure)
