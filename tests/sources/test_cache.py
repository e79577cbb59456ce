"""What is kept of a source's answers, and when it is left alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import SourceError
from bot.sources.cache import LookupCache, Times

TIMES = Times(keep_s=100, keep_nothing_s=50, keep_failure_s=10, trips_after=3, rest_s=300)


class Source:
    """Counts what it is asked; answers, has nothing, fails or hangs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.answer: str | None = "4.9"
        self.fails = False
        self.let_go = asyncio.Event()
        self.let_go.set()

    async def ask(self) -> str | None:
        self.asked += 1
        await self.let_go.wait()
        if self.fails:
            raise SourceError("USITC", f"failure {self.asked}")
        return self.answer


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def recall(source: Source) -> AsyncIterator[LookupCache[str]]:
    kept = LookupCache[str]("USITC", lambda: source.now, TIMES)
    yield kept
    await kept.close()


async def test_an_answer_is_kept_for_its_time(source: Source, recall: LookupCache[str]) -> None:
    for source.now in (0, 99):
        assert await recall.get("a", source.ask) == "4.9"
    assert source.asked == 1
    source.now = 101
    source.answer = "5.0"
    assert await recall.get("a", source.ask) == "5.0"


async def test_nothing_is_kept_too_but_for_less(source: Source, recall: LookupCache[str]) -> None:
    source.answer = None
    for source.now in (0, 49, 51):
        assert await recall.get("a", source.ask) is None
    assert source.asked == 2


async def test_a_failure_is_kept_shortly(source: Source, recall: LookupCache[str]) -> None:
    source.fails = True
    for source.now in (0, 9, 11):
        with pytest.raises(SourceError, match="failure"):
            await recall.get("a", source.ask)
    assert source.asked == 2


async def test_many_who_ask_at_once_make_one_request(
    source: Source, recall: LookupCache[str]
) -> None:
    source.let_go.clear()
    waiting = [asyncio.create_task(recall.get("a", source.ask)) for _ in range(20)]
    await asyncio.sleep(0)
    source.let_go.set()
    assert await asyncio.gather(*waiting) == ["4.9"] * 20
    assert source.asked == 1


async def test_a_request_goes_on_though_whoever_asked_gave_up(
    source: Source, recall: LookupCache[str]
) -> None:
    source.let_go.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(recall.get("a", source.ask), 0.01)
    source.let_go.set()
    assert await recall.get("a", source.ask) == "4.9"
    assert source.asked == 1


async def test_a_source_that_keeps_failing_is_left_alone_and_then_asked_again(
    source: Source, recall: LookupCache[str]
) -> None:
    source.fails = True
    for key in "abcd":
        with pytest.raises(SourceError):
            await recall.get(key, source.ask)
    assert source.asked == 3
    source.fails = False
    source.now = 299
    with pytest.raises(SourceError, match="left alone"):
        await recall.get("e", source.ask)
    source.now = 301
    assert await recall.get("e", source.ask) == "4.9"


async def test_behind_a_source_that_hangs_no_queue_grows(
    source: Source, recall: LookupCache[str]
) -> None:
    source.let_go.clear()
    keys = [str(number) for number in range(50)]
    waiting = [asyncio.create_task(recall.get(key, source.ask)) for key in keys]
    await asyncio.sleep(0.01)
    assert source.asked == TIMES.at_once
    source.let_go.set()
    said = await asyncio.gather(*waiting, return_exceptions=True)
    assert said.count("4.9") == TIMES.at_once
    assert all("too many" in str(one) for one in said if one != "4.9")


async def test_one_success_ends_a_row_of_failures(source: Source, recall: LookupCache[str]) -> None:
    for key, source.fails in zip("abcdef", (True, True, False, True, True, False), strict=True):
        if source.fails:
            with pytest.raises(SourceError):
                await recall.get(key, source.ask)
        else:
            assert await recall.get(key, source.ask) == "4.9"
    assert source.asked == 6


async def test_the_keys_not_asked_for_longest_are_forgotten(source: Source) -> None:
    recall = LookupCache[str]("USITC", lambda: 0.0, TIMES.model_copy(update={"at_most": 2}))
    for key in ("a", "b", "a", "c", "a"):
        await recall.get(key, source.ask)
    assert source.asked == 3
    await recall.get("b", source.ask)
    assert source.asked == 4
