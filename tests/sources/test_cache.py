"""How long results of live sources are cached, and when a failing source is skipped."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import SourceError
from bot.sources.cache import LookupCache, Times

TIMES = Times(keep_s=100, keep_nothing_s=50, keep_failure_s=10, trips_after=3, rest_s=300)


class Source:
    """A fake source that counts requests. It can have a result or none, fail or hang."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.answer: str | None = "4.9"
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self) -> str | None:
        self.asked += 1
        await self.gate.wait()
        if self.fails:
            raise SourceError("USITC", f"failure {self.asked}")
        return self.answer


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def cache(source: Source) -> AsyncIterator[LookupCache[str]]:
    opened = LookupCache[str]("USITC", lambda: source.now, TIMES)
    yield opened
    await opened.close()


async def test_a_result_is_cached_for_its_lifetime(source: Source, cache: LookupCache[str]) -> None:
    for source.now in (0, 99):
        assert await cache.get("a", source.ask) == "4.9"
    assert source.asked == 1
    source.now = 101
    source.answer = "5.0"
    assert await cache.get("a", source.ask) == "5.0"


async def test_an_empty_result_is_cached_for_a_shorter_time(
    source: Source, cache: LookupCache[str]
) -> None:
    source.answer = None
    for source.now in (0, 49, 51):
        assert await cache.get("a", source.ask) is None
    assert source.asked == 2


async def test_a_failure_is_cached_briefly(source: Source, cache: LookupCache[str]) -> None:
    source.fails = True
    for source.now in (0, 9, 11):
        with pytest.raises(SourceError, match="failure"):
            await cache.get("a", source.ask)
    assert source.asked == 2


async def test_simultaneous_lookups_make_one_request(
    source: Source, cache: LookupCache[str]
) -> None:
    source.gate.clear()
    waiting = [asyncio.create_task(cache.get("a", source.ask)) for _ in range(20)]
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*waiting) == ["4.9"] * 20
    assert source.asked == 1


async def test_a_request_continues_after_its_caller_gave_up(
    source: Source, cache: LookupCache[str]
) -> None:
    source.gate.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(cache.get("a", source.ask), 0.01)
    source.gate.set()
    assert await cache.get("a", source.ask) == "4.9"
    assert source.asked == 1


async def test_a_source_that_keeps_failing_is_skipped_for_a_time_and_then_tried_again(
    source: Source, cache: LookupCache[str]
) -> None:
    source.fails = True
    for key in "abcd":
        with pytest.raises(SourceError):
            await cache.get(key, source.ask)
    assert source.asked == 3
    source.fails = False
    source.now = 299
    with pytest.raises(SourceError, match="paused for a while"):
        await cache.get("e", source.ask)
    source.now = 301
    assert await cache.get("e", source.ask) == "4.9"


async def test_lookups_do_not_queue_up_behind_a_hanging_source(
    source: Source, cache: LookupCache[str]
) -> None:
    source.gate.clear()
    keys = [str(number) for number in range(50)]
    waiting = [asyncio.create_task(cache.get(key, source.ask)) for key in keys]
    await asyncio.sleep(0.01)
    assert source.asked == TIMES.at_once
    source.gate.set()
    said = await asyncio.gather(*waiting, return_exceptions=True)
    assert said.count("4.9") == TIMES.at_once
    assert all("too many" in str(one) for one in said if one != "4.9")


async def test_a_success_resets_the_count_of_failures(
    source: Source, cache: LookupCache[str]
) -> None:
    for key, source.fails in zip("abcdef", (True, True, False, True, True, False), strict=True):
        if source.fails:
            with pytest.raises(SourceError):
                await cache.get(key, source.ask)
        else:
            assert await cache.get(key, source.ask) == "4.9"
    assert source.asked == 6


async def test_the_least_recently_used_keys_are_evicted(source: Source) -> None:
    cache = LookupCache[str]("USITC", lambda: 0.0, TIMES.model_copy(update={"at_most": 2}))
    for key in ("a", "b", "a", "c", "a"):
        await cache.get(key, source.ask)
    assert source.asked == 3
    await cache.get("b", source.ask)
    assert source.asked == 4
