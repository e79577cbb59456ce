"""A job that finds the database away ends without a word, and comes again."""

import asyncio
import logging

import pytest

from bot.errors import StoreUnavailable
from bot.runtime.jobs import Job, build_scheduler


async def test_a_job_is_quiet_about_a_database_that_is_away_and_is_run_again(
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
