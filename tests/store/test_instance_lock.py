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
    async with hold_instance_lock(first, "bot", clock):
        with pytest.raises(StoreError, match=r"another \w+ works on it") as caught:
            async with hold_instance_lock(second, "bot", clock, LockTimes(patience_s=0)):
                pytest.fail("two bots work at once")
        assert "`web`" in caught.value.cure
    async with hold_instance_lock(second, "bot", clock, LockTimes(patience_s=0)):
        pass


@on_postgresql
async def test_a_lock_lost_with_its_connection_is_acquired_again(
    first: Database, second: Database
) -> None:
    times = LockTimes(check_every_s=0.05, retry_every_s=0.05)
    async with hold_instance_lock(first, "bot", clock, times) as keeping:
        before = await second.column(HOLDERS)
        await second.rows(text("SELECT pg_terminate_backend(:pid)"), {"pid": before[0]})
        async with asyncio.timeout(10):
            while (now := await second.column(HOLDERS)) in ([], before):
                pass
        assert len(now) == 1
        assert not keeping.done()
        with pytest.raises(StoreError, match="another bot"):
            async with hold_instance_lock(second, "bot", clock, LockTimes(patience_s=0)):
                pytest.fail("two bots work at once")
    assert await second.column(HOLDERS) == []


@on_postgresql
async def test_a_bot_stops_if_another_bot_acquired_its_lost_lock(
    first: Database, second: Database
) -> None:
    times = LockTimes(patience_s=0, check_every_s=1.0, retry_every_s=1.0)
    async with hold_instance_lock(first, "bot", clock, times) as keeping:
        (pid,) = await second.column(HOLDERS)
        await second.rows(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        async with hold_instance_lock(second, "bot", clock), asyncio.timeout(10):
            with pytest.raises(StoreError, match="another bot works on it"):
                await keeping
