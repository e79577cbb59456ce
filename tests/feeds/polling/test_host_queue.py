import asyncio
from functools import partial

import pytest

from bot.feeds.polling.host_queue import HostQueue


class Work:
    """Work that ends when it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = asyncio.Event()

    async def named(self, name: str) -> str:
        self.begun.append(name)
        await self.may_end.wait()
        if name == "broken":
            raise OSError(name)
        return name


async def test_so_many_are_at_work_in_a_line_and_the_others_follow_in_order() -> None:
    lines, work = HostQueue[str](2), Work()
    ends = [lines.add("one", partial(work.named, name)) for name in "abcde"]
    ends.append(lines.add("other", lambda: work.named("z")))
    await asyncio.sleep(0)
    assert work.begun == ["a", "b", "z"]
    work.may_end.set()
    assert await asyncio.gather(*ends) == [*"abcde", "z"]
    assert work.begun == [*"abz", *"cde"]


async def test_what_fails_or_is_given_up_holds_up_nobody_behind_it() -> None:
    lines, work = HostQueue[str](1), Work()
    broken = lines.add("one", lambda: work.named("broken"))
    given_up = lines.add("one", lambda: work.named("given up"))
    last = lines.add("one", lambda: work.named("last"))
    given_up.cancel()
    work.may_end.set()
    assert await asyncio.wait_for(last, 5) == "last"
    with pytest.raises(OSError, match="broken"):
        await broken


async def test_the_end_is_the_end_of_those_at_work_and_of_those_who_wait() -> None:
    lines, work = HostQueue[str](1), Work()
    ends = [lines.add("one", partial(work.named, name)) for name in "ab"]
    await asyncio.sleep(0)
    await lines.stop()
    assert all(isinstance(each, asyncio.CancelledError) for each in await _outcomes(ends))
    assert work.begun == ["a"]


async def _outcomes(ends: list[asyncio.Future[str]]) -> list[str | BaseException]:
    return await asyncio.gather(*ends, return_exceptions=True)
