"""All sources together: what came in time, and a silence for what did not."""

import asyncio
import time
from decimal import Decimal

import pytest

from bot.errors import SourceError
from bot.rates.model.lookup import Finding, Lack, Lookup, LookupFailure
from bot.rates.model.measure import Source as Where
from bot.sources.cache import LookupCache
from bot.sources.lookup import LiveLookups
from tests.sources.conftest import NOW

LINE = Lookup(lack=Lack.BASE_DUTY, economy="US", code="85183020")
AVERAGE = Lookup(lack=Lack.MFN_AVERAGE, economy="IQ")


def finding(of: Lookup, percent: str, year: int = 2026) -> Finding:
    return Finding(
        of=of,
        percent=Decimal(percent),
        line="8518.30.20" if of.code else "",
        what="Headphones" if of.code else "",
        year=year,
        source=Where(text="a schedule, read on 2026-11-24", url="https://example.org/x"),
        fetched_at=NOW,
    )


class Says:
    """A source that says one thing, after a while if it must."""

    lack, probe = Lack.BASE_DUTY, LINE

    def __init__(self, name: str, said: Finding | Exception | None, after_s: float = 0) -> None:
        self.name, self.said, self.after_s = name, said, after_s

    async def find(self, lookup: Lookup) -> Finding | None:
        await asyncio.sleep(self.after_s)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def reference(*sources: tuple[Lack, Says], deadline_s: float = 5.0) -> LiveLookups:
    table: dict[Lack, list[tuple[Says, LookupCache[Finding]]]] = {}
    for lack, source in sources:
        table.setdefault(lack, []).append((source, LookupCache(source.name, time.monotonic)))
    return LiveLookups(table, deadline_s)


async def test_each_lookup_goes_to_the_sources_that_know_such_things() -> None:
    known = reference(
        (Lack.BASE_DUTY, Says("USITC", finding(LINE, "4.9"))),
        (Lack.MFN_AVERAGE, Says("WITS", finding(AVERAGE, "5.1", 2023))),
    )
    assert set(await known.find((LINE, AVERAGE))) == {
        finding(LINE, "4.9"),
        finding(AVERAGE, "5.1", 2023),
    }


async def test_what_has_no_source_is_not_spoken_of() -> None:
    assert await reference((Lack.BASE_DUTY, Says("USITC", None))).find((AVERAGE,)) == ()


async def test_a_source_that_has_nothing_says_nothing() -> None:
    assert await reference((Lack.BASE_DUTY, Says("USITC", None))).find((LINE,)) == ()


@pytest.mark.parametrize("error", [SourceError("USITC", "did not answer"), RuntimeError("a bug")])
async def test_a_source_that_fails_is_a_silence(error: Exception) -> None:
    [said] = await reference((Lack.BASE_DUTY, Says("USITC", error))).find((LINE,))
    assert said == LookupFailure(of=LINE, source="USITC", why="could not be read just now")


async def test_a_late_source_is_a_silence_now_and_a_finding_for_the_next_who_asks() -> None:
    slow = Says("USITC", finding(LINE, "4.9"), after_s=0.3)
    known = reference((Lack.BASE_DUTY, slow), deadline_s=0.05)
    [said] = await known.find((LINE,))
    assert said == LookupFailure(of=LINE, source="USITC", why="did not answer in time")
    await asyncio.sleep(0.5)
    assert await known.find((LINE,)) == (finding(LINE, "4.9"),)
    await known.close()


async def test_of_two_averages_the_newer_is_taken_and_a_failure_beside_it_is_no_matter() -> None:
    known = reference(
        (Lack.MFN_AVERAGE, Says("WITS", finding(AVERAGE, "5.1", 2021))),
        (Lack.MFN_AVERAGE, Says("Another", finding(AVERAGE, "4.8", 2023))),
        (Lack.MFN_AVERAGE, Says("A third", SourceError("A third", "failed"))),
    )
    assert await known.find((AVERAGE,)) == (finding(AVERAGE, "4.8", 2023),)


async def test_closing_ends_what_is_under_way() -> None:
    known = reference((Lack.BASE_DUTY, Says("USITC", None, after_s=60)), deadline_s=0.01)
    await known.find((LINE,))
    await known.close()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []
