"""Refused requests are counted and logged together."""

import asyncio
import logging

import pytest

from bot.http_server.rejections import Rejection, Rejections


async def test_many_refusals_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rejections = Rejections(report_s=0.05)
    for kind, times in ((Rejection.SLOW, 40), (Rejection.FORGED, 1000), (Rejection.ABORTED, 2)):
        for _ in range(times):
            rejections.count(kind)
    assert not caplog.records
    async with asyncio.timeout(20):
        while rejections.counts():  # noqa: ASYNC110 - it is the line that ends this
            await asyncio.sleep(0.01)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "1000 forged, 40 slow, 2 aborted" in record.getMessage()


async def test_clients_that_leave_are_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rejections = Rejections()
    rejections.report()
    rejections.count(Rejection.ABORTED)
    rejections.report()
    rejections.report()
    assert [record.levelno for record in caplog.records] == [logging.INFO]
