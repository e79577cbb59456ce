"""Parsing in separate processes does not block the event loop and can be killed."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from multiprocessing import active_children

import pytest

from bot.errors import NotAFeed
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.parsing.result import FeedContext
from tests.feeds.bodies import GOOD, PAGE, item, rss

SOURCE = FeedContext(
    feed_id="wire", url="https://harbour.example/f", now=datetime(2025, 5, 12, tzinfo=UTC)
)
HEAVY = rss([item(n, summary="&lt;p&gt;duty&lt;/p&gt; " * 100) for n in range(700)]).encode()


async def test_a_body_is_parsed_in_another_process(workers: ProcessPool) -> None:
    parsed = await workers.parse(GOOD.encode(), SOURCE)
    assert [entry.title for entry in parsed.entries] == ["Item 1", "Item 2"]


async def test_the_error_names_the_feed_and_the_cause(workers: ProcessPool) -> None:
    with pytest.raises(NotAFeed) as caught:
        await workers.parse(PAGE.encode(), SOURCE)
    assert str(caught.value) == "wire: the body is a web page, not a feed"


async def test_a_parse_past_its_deadline_is_killed_and_the_next_one_works() -> None:
    workers = ProcessPool(parse_deadline_s=0.2)
    with pytest.raises(NotAFeed, match=r"took over 0\.2 s to parse"):
        await workers.parse(HEAVY, SOURCE)
    assert len((await workers.parse(GOOD.encode(), SOURCE)).entries) == 2
    await workers.close()


async def test_the_event_loop_is_free_while_a_large_body_is_parsed(workers: ProcessPool) -> None:
    parsing = asyncio.create_task(workers.parse(HEAVY, SOURCE))
    turns = 0
    while not parsing.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert len((await parsing).entries) == 500
    assert turns > 5


async def test_a_cancelled_parse_stops_and_the_next_one_works() -> None:
    workers = ProcessPool(parse_deadline_s=20.0)
    parsing = asyncio.create_task(workers.parse(HEAVY, SOURCE))
    await asyncio.sleep(0.05)
    parsing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parsing
    assert len((await workers.parse(GOOD.encode(), SOURCE)).entries) == 2
    await workers.close()


async def test_a_pool_without_work_can_be_closed_twice() -> None:
    workers = ProcessPool(parse_deadline_s=1.0)
    await workers.close()
    await workers.close()


async def test_processes_start_with_the_first_body_and_stop_when_idle() -> None:
    others = set(active_children())
    workers = ProcessPool(parse_deadline_s=10.0, idle_s=0.05)
    await workers.parse(GOOD.encode(), SOURCE)
    started = set(active_children()) - others
    assert started
    for _ in range(1000):
        if not any(process.is_alive() for process in started):
            break
        await asyncio.sleep(0.02)
    assert not any(process.is_alive() for process in started)
    assert not workers.is_running
    assert len((await workers.parse(GOOD.encode(), SOURCE)).entries) == 2
    await workers.close()


async def test_many_bodies_at_once_are_all_parsed_by_two_processes() -> None:
    others = set(active_children())
    workers = ProcessPool(parse_deadline_s=20.0)
    found = await asyncio.gather(*(workers.parse(GOOD.encode(), SOURCE) for _ in range(20)))
    assert [len(parsed.entries) for parsed in found] == [2] * 20
    assert len(set(active_children()) - others) == min(2, os.cpu_count() or 1)
    await workers.close()


def test_the_main_process_does_not_load_feedparser() -> None:
    code = "import bot.feeds.polling.poller, sys; print('feedparser' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


async def test_a_closed_pool_starts_no_process_for_a_late_body() -> None:
    workers = ProcessPool(parse_deadline_s=5)
    await workers.close()
    with pytest.raises(NotAFeed, match="closed"):
        await workers.parse(GOOD.encode(), SOURCE)
    assert not workers.is_running
