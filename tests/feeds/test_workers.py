"""Parsing in processes: it never holds up the loop, and it can be ended."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.errors import NotAFeed
from bot.feeds.parsed import Source
from bot.feeds.workers import Workers
from tests.feeds.bodies import GOOD, PAGE, item, rss

SOURCE = Source(
    feed_id="wire", url="https://harbour.example/f", now=datetime(2025, 5, 12, tzinfo=UTC)
)
HEAVY = rss([item(n, summary="&lt;p&gt;duty&lt;/p&gt; " * 100) for n in range(700)]).encode()


async def test_a_body_is_parsed_elsewhere(workers: Workers) -> None:
    parsed = await workers.parse(GOOD.encode(), SOURCE)
    assert [entry.title for entry in parsed.entries] == ["Item 1", "Item 2"]


async def test_what_is_no_feed_names_the_feed_and_the_cause(workers: Workers) -> None:
    with pytest.raises(NotAFeed) as caught:
        await workers.parse(PAGE.encode(), SOURCE)
    assert str(caught.value) == "wire: a web page came instead of a feed"


async def test_a_parse_that_takes_too_long_is_ended_and_the_next_one_works() -> None:
    workers = Workers(parse_deadline_s=0.2)
    with pytest.raises(NotAFeed, match=r"took over 0\.2 s to parse"):
        await workers.parse(HEAVY, SOURCE)
    assert len((await workers.parse(GOOD.encode(), SOURCE)).entries) == 2
    await workers.close()


async def test_the_loop_goes_on_while_a_heavy_body_is_parsed(workers: Workers) -> None:
    parsing = asyncio.create_task(workers.parse(HEAVY, SOURCE))
    turns = 0
    while not parsing.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert len((await parsing).entries) == 500
    assert turns > 5


async def test_a_cancelled_parse_stops_and_leaves_the_others_alone(workers: Workers) -> None:
    parsing = asyncio.create_task(workers.parse(HEAVY, SOURCE))
    await asyncio.sleep(0.05)
    parsing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parsing
    assert len((await workers.parse(GOOD.encode(), SOURCE)).entries) == 2


async def test_closing_without_having_parsed_is_no_trouble() -> None:
    workers = Workers(parse_deadline_s=1.0)
    await workers.close()
    await workers.close()
