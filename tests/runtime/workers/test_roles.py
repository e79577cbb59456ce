"""Web and worker processes refuse what only one process can use."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import SettingsError, StoreError
from bot.runtime.settings import Settings, load_settings
from bot.runtime.workers.release import run_release
from bot.runtime.workers.roles import WorkerApplication, run_web, run_worker
from bot.store.engine import Database
from bot.store.instance_lock import LockTimes, hold_instance_lock
from bot.store.upgrade import require_release
from tests.runtime.test_app import settings, workspace
from tests.shipped import open_config
from tests.store.conftest import address, on_postgresql
from tests.store.test_instance_lock import clock

__all__ = ["address", "settings", "workspace"]

_PREFIXES = {"bot": "xoxb", "app": "xapp"}


@pytest.mark.parametrize("run", [run_release, run_web, run_worker])
async def test_sqlite_is_refused(
    run: Callable[[Settings], Awaitable[None]], tmp_path: Path
) -> None:
    settings = load_settings(data_dir=tmp_path)
    with pytest.raises(SettingsError, match=r"DATABASE_URL.*SQLite"):
        await run(settings)


@pytest.mark.parametrize("run", [run_web, run_worker])
@pytest.mark.parametrize(
    ("tokens", "cure"),
    [((), "SLACK_BOT_TOKEN"), (("bot", "app"), "remove SLACK_APP_TOKEN")],
)
async def test_processes_without_slack_over_http_are_refused(
    run: Callable[[Settings], Awaitable[None]], tokens: tuple[str, ...], cure: str
) -> None:
    given = {f"SLACK_{each.upper()}_TOKEN": f"{_PREFIXES[each]}-1" for each in tokens}
    settings = load_settings(DATABASE_URL="postgresql://127.0.0.1:1/none", **given)
    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET") as caught:
        await run(settings)
    assert cure in caught.value.cure


@on_postgresql
async def test_a_database_without_a_job_queue_is_refused_until_it_is_released(
    address: str,
) -> None:
    database = Database(address)
    with pytest.raises(StoreError, match="tariffwire release"):
        await require_release(database)
    await run_release(load_settings(DATABASE_URL=address))
    await require_release(database)
    await database.change(text("UPDATE alembic_version SET version_num = '0006'"))
    with pytest.raises(StoreError, match="tariffwire release"):
        await require_release(database)
    await database.close()


@on_postgresql
async def test_a_database_is_not_upgraded_while_a_worker_of_another_version_runs(
    address: str,
) -> None:
    settings, times = load_settings(DATABASE_URL=address), LockTimes(patience_s=0)
    database = Database(address)
    async with hold_instance_lock(database, clock, times=times, is_shared=True):
        with pytest.raises(StoreError, match="web and worker processes"):
            await run_release(settings, times)
        with pytest.raises(StoreError):
            await require_release(database)
    # The server needs a moment to release the lock of a closed connection.
    await run_release(settings, LockTimes(patience_s=10))
    # Platforms run `release` before each start of new processes, also of the same version.
    async with hold_instance_lock(database, clock, times=times, is_shared=True):
        await run_release(settings, times)
    await database.close()


@on_postgresql
async def test_web_and_workers_share_a_database_and_keep_out_the_bot_of_one_process(
    address: str,
) -> None:
    times, databases = LockTimes(patience_s=0), [Database(address) for _ in range(3)]
    web, worker, single = databases
    async with (
        hold_instance_lock(web, clock, times=times, is_shared=True),
        hold_instance_lock(worker, clock, times=times, is_shared=True),
    ):
        with pytest.raises(StoreError, match="another Tariffwire"):
            async with hold_instance_lock(single, clock, times=times):
                pass
    async with hold_instance_lock(single, clock, times=times):
        with pytest.raises(StoreError, match="another Tariffwire"):
            async with hold_instance_lock(web, clock, times=times, is_shared=True):
                pass
    for database in databases:
        await database.close()


@on_postgresql
async def test_a_worker_looks_for_the_release_only_when_it_has_the_lock(
    address: str, settings: Settings
) -> None:
    """`release` changes the tables while it holds the lock."""
    given = settings.model_copy(update={"database_url": address})
    config, database = open_config(given), Database(address)
    tried = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE '%pg_try_advisory_lock_shared%' AND pid <> pg_backend_pid()"
    )
    async with hold_instance_lock(database, clock):
        start = asyncio.create_task(WorkerApplication(given, config, ()).start())
        while not start.done() and await database.column(tried) == [0]:
            await asyncio.wait({start}, timeout=0.02)
        assert not start.done()
        start.cancel()
        await asyncio.gather(start, return_exceptions=True)
    await database.close()
