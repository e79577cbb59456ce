"""Who reads a body: this process what is plain and short, a process of its own all else."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from bot.errors import NotAFeed
from bot.feeds.parsing.dispatch import IN_HAND, ParseDispatcher
from bot.feeds.parsing.inline import MAX_BYTES
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.parsing.result import FeedContext, Parsed
from tests.feeds.bodies import GOOD, PAGE, item, rss

SOURCE = FeedContext(
    feed_id="wire", url="https://harbour.example/f", now=datetime(2025, 5, 12, tzinfo=UTC)
)
MANY = rss([item(n) for n in range(400)]).encode()
LONG = rss([item(n, summary="duty " * 400) for n in range(200)]).encode()
ODD = GOOD.replace("<item>", "<item><title>Also</title>", 1).encode()


class Elsewhere(ProcessPool):
    """Keeps what it was given to parse, and says nothing of it."""

    def __init__(self) -> None:
        super().__init__(parse_deadline_s=1.0)
        self.given: list[bytes] = []

    async def parse(self, body: bytes, source: FeedContext) -> Parsed:
        self.given.append(body)
        return Parsed()


async def test_a_plain_body_is_read_here() -> None:
    workers = Elsewhere()
    parsed = await ParseDispatcher(workers).parse(GOOD.encode(), SOURCE)
    assert [entry.title for entry in parsed.entries] == ["Item 1", "Item 2"]
    assert len((await ParseDispatcher(workers).parse(MANY, SOURCE)).entries) == 400
    assert workers.given == []


async def test_an_odd_body_and_a_long_one_are_read_elsewhere() -> None:
    workers = Elsewhere()
    assert len(LONG) > MAX_BYTES
    for body in (ODD, LONG):
        await ParseDispatcher(workers).parse(body, SOURCE)
    assert workers.given == [ODD, LONG]


@pytest.mark.parametrize("body", [PAGE, "", "{}", '<opml version="2.0"/>'])
async def test_what_is_no_feed_starts_no_process(body: str) -> None:
    workers = Elsewhere()
    with pytest.raises(NotAFeed, match=r"^wire: "):
        await ParseDispatcher(workers).parse(body.encode(), SOURCE)
    assert workers.given == []


async def test_others_get_a_turn_between_two_bodies() -> None:
    bodies, order = ParseDispatcher(Elsewhere()), []

    async def reads(name: str) -> None:
        await bodies.parse(GOOD.encode(), SOURCE)
        order.append(name)

    async def answers() -> None:
        order.append("answer")

    reading = [asyncio.create_task(reads(name)) for name in ("one", "two")]
    await asyncio.sleep(0)
    await asyncio.gather(asyncio.create_task(answers()), *reading)
    assert order == ["one", "answer", "two"]


def test_what_reads_plain_bodies_does_without_feedparser() -> None:
    code = "import bot.feeds.polling.poller, sys; print('feedparser' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


async def test_few_tasks_have_what_a_body_says_at_once_and_each_until_it_ends() -> None:
    bodies, having = ParseDispatcher(Elsewhere()), 0
    all_in, kept = asyncio.Event(), asyncio.Event()

    async def reads_and_keeps(body: str) -> None:
        nonlocal having
        for _ in range(2):
            await bodies.parse(body.encode(), SOURCE)
        having += 1
        if having == IN_HAND:
            all_in.set()
        await kept.wait()

    tasks = [asyncio.create_task(reads_and_keeps(body)) for body in (GOOD, ODD.decode()) * 10]
    await asyncio.wait_for(all_in.wait(), 5)
    await asyncio.sleep(0.1)
    assert having == IN_HAND
    kept.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert having == 20


async def test_a_page_that_is_no_feed_keeps_nobody_from_reading_and_nor_does_who_let_go() -> None:
    bodies, kept = ParseDispatcher(Elsewhere()), asyncio.Event()

    async def looks_at_a_page() -> None:
        with pytest.raises(NotAFeed):
            await bodies.parse(PAGE.encode(), SOURCE)
        await kept.wait()

    async def looks_at_a_feed_and_goes_on() -> None:
        await bodies.parse(GOOD.encode(), SOURCE)
        bodies.let_go()
        await kept.wait()

    tasks = [asyncio.create_task(looks_at_a_page()) for _ in range(IN_HAND)]
    tasks += [asyncio.create_task(looks_at_a_feed_and_goes_on()) for _ in range(IN_HAND)]
    assert (await asyncio.wait_for(bodies.parse(GOOD.encode(), SOURCE), 5)).entries
    kept.set()
    await asyncio.gather(*tasks)
