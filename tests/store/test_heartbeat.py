"""Only one bot works on an SQLite file that several machines share."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.errors import StoreError
from bot.store import tables
from bot.store.engine import Database
from bot.store.heartbeat import Heartbeat, HeartbeatTimes
from bot.store.upgrade import upgrade

TIMES = HeartbeatTimes(beat_s=0.02, watch_s=0.4, look_s=0.02)
STILL = HeartbeatTimes(beat_s=3600, watch_s=0.1, look_s=0.02)
"""Times with which a bot does not update its heartbeat row, like a bot that was killed."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "bot.db"
    await upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
async def first(file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{file}")
    yield database
    await database.close()


@pytest.fixture
async def second(file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{file}")
    yield database
    await database.close()


def elsewhere(
    database: Database, times: HeartbeatTimes, machine: str, clock: Callable[[], datetime] = now
) -> Heartbeat:
    """Simulates another machine, which shares the database file but not file locks."""
    name = machine.replace("/", "-")
    return Heartbeat(database, clock, times, machine, Path(f"{database.url.database}-{name}"))


async def rows(database: Database) -> list[str]:
    query = select(tables.once.c.name).where(tables.once.c.name.startswith("instance:"))
    return list(await database.column(query))


async def test_a_second_bot_on_the_same_machine_is_refused(first: Database) -> None:
    running = Heartbeat(first, now, TIMES)
    await running.start()
    with pytest.raises(StoreError, match="another Tariffwire works on it") as caught:
        await Heartbeat(first, now, TIMES).start()
    assert "`tariffwire web`" in caught.value.cure
    assert "`tariffwire worker`" in caught.value.cure
    await running.stop()
    assert await rows(first) == []
    again = Heartbeat(first, now, TIMES)
    await again.start()
    await again.stop()


@pytest.mark.parametrize("ahead_s", [-86400, -300, 0, 300, 86400])
async def test_a_bot_that_runs_on_another_machine_is_found_whatever_its_clock_says(
    first: Database, second: Database, ahead_s: float
) -> None:
    running = elsewhere(first, TIMES, "attic/1", lambda: now() + timedelta(seconds=ahead_s))
    await running.start()
    keeping = asyncio.create_task(running.keep())
    with pytest.raises(StoreError, match="another Tariffwire on attic works on it"):
        await elsewhere(second, TIMES, "cellar/2").start()
    assert not keeping.done()
    keeping.cancel()
    await running.stop()


async def test_a_bot_that_died_on_another_machine_is_replaced_with_one_warning(
    first: Database, second: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await elsewhere(first, STILL, "attic/1").start()
    later = elsewhere(second, STILL, "cellar/2")
    await later.start()
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert ["attic" in each.getMessage() for each in warnings] == [True]
    assert len(await rows(second)) == 1
    await later.stop()


async def test_a_bot_that_died_on_this_machine_is_replaced_without_waiting(
    first: Database, second: Database
) -> None:
    await elsewhere(first, STILL, "pod-1/1").start()
    never = HeartbeatTimes(watch_s=1e9, look_s=1e9)
    later = elsewhere(second, never, "pod-2/1")
    async with asyncio.timeout(30):
        await later.start()
    await later.stop()


async def test_a_bot_that_was_replaced_while_it_stood_still_stops(first: Database) -> None:
    suspended = Heartbeat(first, now, TIMES)
    await suspended.start()
    await first.change(delete(tables.once))
    with pytest.raises(StoreError, match="has taken it over"):
        await suspended.keep()
    await suspended.stop()
