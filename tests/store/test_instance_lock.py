"""Only one bot works on a database, even after PostgreSQL has closed the lock's connection."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.errors import StoreError
from bot.store.engine import Database
from bot.store.instance_lock import LockTimes, hold_instance_lock
from tests.store.conftest import on_postgresql


def clock() -> datetime:
    return datetime.now(UTC)


HOLDERS = text(
    "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
)


@pytest.fixture
async def first(address: str) -> AsyncIterator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def second(address: str) -> AsyncIterator[Database]:
    database = Database(address)
    yield database
    await database.close()


async def test_only_one_bot_works_on_a_database_at_a_time(
    first: Database, second: Database
) -> None:
    async with hold_instance_lock(first, clock):
        with pytest.raises(StoreError, match="another Tariffwire works on it") as caught:
            async with hold_instance_lock(second, clock, times=LockTimes(patience_s=0)):
                pytest.fail("two bots work at once")
        assert "`tariffwire web`" in caught.value.cure
    async with hold_instance_lock(second, clock, times=LockTimes(patience_s=0)):
        pass


@on_postgresql
async def test_a_lock_lost_with_its_connection_is_acquired_again(
    first: Database, second: Database
) -> None:
    times = LockTimes(check_every_s=0.05, retry_every_s=0.05)
    async with hold_instance_lock(first, clock, times=times) as keeping:
        before = await second.column(HOLDERS)
        await second.rows(text("SELECT pg_terminate_backend(:pid)"), {"pid": before[0]})
        async with asyncio.timeout(10):
            while (now := await second.column(HOLDERS)) in ([], before):
                pass
        assert len(now) == 1
        assert not keeping.done()
        with pytest.raises(StoreError, match="another Tariffwire"):
            async with hold_instance_lock(second, clock, times=LockTimes(patience_s=0)):
                pytest.fail("two bots work at once")
    assert await second.column(HOLDERS) == []


@on_postgresql
async def test_a_bot_stops_if_another_bot_acquired_its_lost_lock(
    first: Database, second: Database
) -> None:
    times = LockTimes(patience_s=0, check_every_s=1.0, retry_every_s=1.0)
    async with hold_instance_lock(first, clock, times=times) as keeping:
        (pid,) = await second.column(HOLDERS)
        await second.rows(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        async with hold_instance_lock(second, clock), asyncio.timeout(10):
            with pytest.raises(StoreError, match="another Tariffwire works on it"):
                await keeping


@on_postgresql
async def test_a_bot_of_the_first_release_is_found_by_its_lock(
    first: Database, second: Database
) -> None:
    held = text("SELECT pg_try_advisory_lock(hashtextextended('Tariffwire of team T1', 0))")
    older = await first.with_engine(lambda engine: engine.connect())
    await first.with_engine(lambda _: older.execute(held))
    at_once = LockTimes(patience_s=0)
    with pytest.raises(StoreError, match="another Tariffwire works on it"):
        async with hold_instance_lock(second, clock, ("T0", "T1"), at_once):
            pytest.fail("an older bot works at the same time")
    await first.with_engine(lambda _: older.close())
