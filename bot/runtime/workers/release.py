"""Prepares the database for web and worker processes. It imports little, because it ends soon."""

from bot.errors import SettingsError
from bot.runtime.settings import Settings
from bot.store.engine import parse_url
from bot.store.upgrade import release


async def run_release(settings: Settings) -> None:
    """Upgrades the database and its job queue; raises TariffwireError."""
    require_postgresql(settings)
    await release(settings.database)


def require_postgresql(settings: Settings) -> None:
    """Raises SettingsError if the database is not PostgreSQL, which several processes need."""
    if parse_url(settings.database).get_backend_name() != "postgresql":
        cure = (
            "Set DATABASE_URL to a postgresql:// address, or run everything in one process: "
            "tariffwire run"
        )
        raise SettingsError("DATABASE_URL", "web and worker processes cannot share SQLite", cure)
