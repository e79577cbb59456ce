"""If a job fails because the database is unavailable, it logs nothing and runs again later."""

import asyncio
import logging

import pytest

from bot.errors import StoreUnavailable
from bot.runtime.jobs import Job, build_scheduler


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
