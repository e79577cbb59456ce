"""Jobs run again after an outage of the database, and after the clock was set back."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from bot.errors import StoreUnavailable
from bot.runtime.jobs import Job, build_scheduler, run_jobs


async def test_a_job_logs_nothing_about_an_unavailable_database_and_runs_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    again = asyncio.Event()
    runs = 0

    async def poll() -> None:
        nonlocal runs
        runs += 1
        if runs > 2:
            again.set()
        raise StoreUnavailable("postgresql database bot", "connection refused")

    scheduler = build_scheduler([Job("poll", poll, 0.02)])
    scheduler.start()
    async with asyncio.timeout(10):
        await again.wait()
    scheduler.shutdown(wait=False)
    assert caplog.records == []


class SetBack(datetime):
    """The clock of the computer, which can be set back."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "SetBack":
        return super().now(tz) - cls.by


class NoPolls:
    async def stop(self) -> None:
        pass


async def test_jobs_go_on_after_the_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", SetBack)
    monkeypatch.setattr(SetBack, "by", timedelta())
    ran = asyncio.Event()

    async def poll() -> None:
        ran.set()

    polls: Any = NoPolls()
    jobs = [Job("poll", poll, 0.02)]
    async with run_jobs(jobs, polls, lambda: SetBack.now(UTC), 0.05), asyncio.timeout(10):
        await ran.wait()
        monkeypatch.setattr(SetBack, "by", timedelta(hours=1))
        await asyncio.sleep(0.1)
        for _ in range(2):
            ran.clear()
            await ran.wait()
