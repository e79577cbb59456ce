"""Refused requests are counted and logged together in one line."""

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
        while rejections.counts():  # noqa: ASYNC110 - logging the line ends it
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


async def test_the_line_names_each_feed_of_a_forged_push_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rejections = Rejections()
    for feed in ("wire", "court", "court"):
        rejections.count(Rejection.FORGED_PUSH, feed)
    rejections.report()
    assert "3 forged push (court: 2, wire: 1)" in caplog.text
    rejections.count(Rejection.FORGED_PUSH)
    rejections.report()
    assert caplog.messages[-1].endswith(": 1 forged push")
