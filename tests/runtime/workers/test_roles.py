"""Web and worker processes refuse what only one process can use."""

from pathlib import Path

import pytest

from bot.errors import SettingsError, StoreError
from bot.runtime.settings import load_settings
from bot.runtime.workers.release import run_release
from bot.runtime.workers.roles import run_web, run_worker
from bot.store.engine import Database
from bot.store.instance_lock import LockTimes, hold_instance_lock
from bot.store.upgrade import require_queue
from tests.store.conftest import address, on_postgresql
from tests.store.test_instance_lock import clock

__all__ = ["address"]


@pytest.mark.parametrize("run", [run_release, run_web, run_worker])
async def test_sqlite_is_refused(run: object, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    with pytest.raises(SettingsError, match=r"DATABASE_URL.*SQLite"):
        await run(settings)  # type: ignore[operator]


@pytest.mark.parametrize(("run", "thing"), [(run_web, "SECRET"), (run_worker, "BOT_TOKEN")])
async def test_processes_without_a_slack_app_are_refused(run: object, thing: str) -> None:
    settings = load_settings(DATABASE_URL="postgresql://127.0.0.1:1/none")
    with pytest.raises(SettingsError, match=f"SLACK_[A-Z_]*{thing}"):
        await run(settings)  # type: ignore[operator]


@on_postgresql
async def test_a_database_without_a_job_queue_is_refused_until_it_is_released(
    address: str,
) -> None:
    database = Database(address)
    with pytest.raises(StoreError, match="tariffwire release"):
        await require_queue(database)
    await run_release(load_settings(DATABASE_URL=address))
    await require_queue(database)
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
