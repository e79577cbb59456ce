"""The parts that every command needs: the clock, the limits of requests, the data folder, the
database and the ledger.

The functions whose names begin with `open_` are context managers, except `open_decisions`: at the
end of their block, they close what they opened.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

from filelock import FileLock, Timeout
from pydantic import SecretStr

from bot.errors import StoreError
from bot.feeds.http.limits import FetchLimits
from bot.proposals.approval.decisions import Decisions
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings
from bot.store.engine import Database
from bot.store.outage import Outage
from bot.store.store import Store
from bot.store.upgrade import create


def read_clock() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def reveal_secret(secret: SecretStr | None) -> str:
    """The secret as text; empty if it is None."""
    return secret.get_secret_value() if secret else ""


def make_fetch_limits(settings: Settings) -> FetchLimits:
    """The limits for fetching feeds."""
    return FetchLimits(
        user_agent=settings.user_agent,
        poll_s=settings.poll_seconds,
        backoff_s=settings.backoff_seconds,
        deadline_s=settings.fetch_deadline_seconds,
        max_body_bytes=settings.max_body_bytes,
        fetches_per_host=settings.fetches_per_host,
        allowed_networks=settings.allowed_networks,
    )


@contextmanager
def lock_data_folder(settings: Settings) -> Iterator[None]:
    """Locks the data folder within the block. Raises StoreError if another bot or `poll` has locked
    it.

    Without the lock, two processes would poll each feed twice, and each would send the messages
    that the other is just sending. The operating system releases the lock when the process ends,
    even after a crash.
    """
    folder = settings.data_dir
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        cure = "Stop it first, or set TARIFFWIRE_DATA_DIR to another folder"
        raise StoreError(str(folder), "a bot is running on it, or a poll", cure) from error
    except OSError as error:
        cure = "Set TARIFFWIRE_DATA_DIR to a folder that can be written"
        raise StoreError(str(folder), error.strerror or "cannot be used", cure) from error
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def open_store(
    settings: Settings,
    team: str | None = None,
    outage: Outage | None = None,
    may_be_older: bool = False,
    has_workers: bool = False,
) -> AsyncIterator[Store]:
    """The database, created if there is none; raises StoreError.

    One with the tables of an older version is refused unless it `may_be_older`; then the caller
    upgrades or refuses it. With a `team`, the outbox serves that workspace only; with many
    workspaces, it serves those in which the app is installed. `outage` logs when the database
    becomes unreachable and when it can be reached again. If the database `has_workers`, jobs for
    them are added with what is queued.
    """
    is_current = await create(settings.database)
    database = Database(settings.database, outage, has_workers)
    try:
        if not is_current and not may_be_older:
            cure = "Stop the bot, then run: tariffwire db upgrade"
            raise StoreError(database.name, "has the tables of an older version", cure)
        yield Store.of(database, team, only_installed=settings.serves_many)
    finally:
        await database.close()


async def open_decisions(config: ConfigFolder, store: Store) -> Decisions:
    """The service for decisions on rates. Its ledger has the shipped rates and the approved rates,
    which override them. Raises StoreError."""
    checks = store.data_checks
    decisions = Decisions(store.proposals, config.book, config.ledger, read_clock, checks)
    await decisions.look()
    return decisions
