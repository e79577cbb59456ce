import asyncio
from functools import partial

import pytest

from bot.feeds.polling.host_queue import HostQueue


class Work:
    """Work that ends on a signal."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = asyncio.Event()

    async def named(self, name: str) -> str:
        self.begun.append(name)
        await self.may_end.wait()
        if name == "broken":
            raise OSError(name)
        return name


async def test_a_limited_number_runs_per_host_and_the_others_follow_in_order() -> None:
    lines, work = HostQueue[str](2), Work()
    ends = [lines.add("one", partial(work.named, name)) for name in "abcde"]
    ends.append(lines.add("other", lambda: work.named("z")))
    await asyncio.sleep(0)
    assert work.begun == ["a", "b", "z"]
    work.may_end.set()
    assert await asyncio.gather(*ends) == [*"abcde", "z"]
    assert work.begun == [*"abz", *"cde"]


async def test_failed_and_cancelled_work_does_not_block_the_queue() -> None:
    lines, work = HostQueue[str](1), Work()
    broken = lines.add("one", lambda: work.named("broken"))
    given_up = lines.add("one", lambda: work.named("given up"))
    last = lines.add("one", lambda: work.named("last"))
    given_up.cancel()
    work.may_end.set()
    assert await asyncio.wait_for(last, 5) == "last"
    with pytest.raises(OSError, match="broken"):
        await broken


async def test_stop_cancels_running_and_waiting_work() -> None:
    lines, work = HostQueue[str](1), Work()
    ends = [lines.add("one", partial(work.named, name)) for name in "ab"]
    await asyncio.sleep(0)
    await lines.stop()
    assert all(isinstance(each, asyncio.CancelledError) for each in await _outcomes(ends))
    assert work.begun == ["a"]


async def _outcomes(ends: list[asyncio.Future[str]]) -> list[str | BaseException]:
    return await asyncio.gather(*ends, return_exceptions=True)
