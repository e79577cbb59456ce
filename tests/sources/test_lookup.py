"""Lookups in all live sources return findings that arrive in time, and failures for the rest."""

import asyncio
import time
from decimal import Decimal

import pytest

from bot.errors import SourceError
from bot.rates.model.lookup import Finding, Lookup, LookupFailure, MissingFigure
from bot.rates.model.measure import Source as Where
from bot.sources.cache import LookupCache
from bot.sources.lookup import LiveLookups
from tests.sources.conftest import NOW

LINE = Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code="85183020")
AVERAGE = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="IQ")


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


class FakeSource:
    """A fake source that returns this finding, after a delay if a delay is set."""

    lack, probe = MissingFigure.BASE_DUTY, LINE

    def __init__(self, name: str, said: Finding | Exception | None, after_s: float = 0) -> None:
        self.name, self.said, self.after_s = name, said, after_s

    async def find(self, lookup: Lookup) -> Finding | None:
        await asyncio.sleep(self.after_s)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def reference(*sources: tuple[MissingFigure, FakeSource], deadline_s: float = 5.0) -> LiveLookups:
    table: dict[MissingFigure, list[tuple[FakeSource, LookupCache[Finding]]]] = {}
    for lack, source in sources:
        table.setdefault(lack, []).append((source, LookupCache(source.name, time.monotonic)))
    return LiveLookups(table, deadline_s)


async def test_each_lookup_goes_to_the_sources_for_its_kind() -> None:
    known = reference(
        (MissingFigure.BASE_DUTY, FakeSource("USITC", finding(LINE, "4.9"))),
        (MissingFigure.MFN_AVERAGE, FakeSource("WITS", finding(AVERAGE, "5.1", 2023))),
    )
    assert set(await known.find((LINE, AVERAGE))) == {
        finding(LINE, "4.9"),
        finding(AVERAGE, "5.1", 2023),
    }


async def test_a_lookup_without_a_source_gives_no_finding_and_no_failure() -> None:
    assert (
        await reference((MissingFigure.BASE_DUTY, FakeSource("USITC", None))).find((AVERAGE,)) == ()
    )


async def test_a_source_without_a_figure_gives_no_finding() -> None:
    assert await reference((MissingFigure.BASE_DUTY, FakeSource("USITC", None))).find((LINE,)) == ()


@pytest.mark.parametrize("error", [SourceError("USITC", "did not answer"), RuntimeError("a bug")])
async def test_a_failing_source_is_reported_as_a_failure(error: Exception) -> None:
    [said] = await reference((MissingFigure.BASE_DUTY, FakeSource("USITC", error))).find((LINE,))
    assert said == LookupFailure(of=LINE, source="USITC", why="could not be read")


async def test_a_late_finding_is_reported_as_a_failure_now_and_returned_at_the_next_lookup() -> (
    None
):
    slow = FakeSource("USITC", finding(LINE, "4.9"), after_s=0.3)
    known = reference((MissingFigure.BASE_DUTY, slow), deadline_s=0.05)
    [said] = await known.find((LINE,))
    assert said == LookupFailure(of=LINE, source="USITC", why="did not answer in time")
    await asyncio.sleep(0.5)
    assert await known.find((LINE,)) == (finding(LINE, "4.9"),)
    await known.close()


async def test_the_newer_of_two_averages_is_used_even_if_another_source_fails() -> None:
    known = reference(
        (MissingFigure.MFN_AVERAGE, FakeSource("WITS", finding(AVERAGE, "5.1", 2021))),
        (MissingFigure.MFN_AVERAGE, FakeSource("Another", finding(AVERAGE, "4.8", 2023))),
        (MissingFigure.MFN_AVERAGE, FakeSource("A third", SourceError("A third", "failed"))),
    )
    assert await known.find((AVERAGE,)) == (finding(AVERAGE, "4.8", 2023),)


async def test_closing_cancels_running_lookups() -> None:
    known = reference(
        (MissingFigure.BASE_DUTY, FakeSource("USITC", None, after_s=60)), deadline_s=0.01
    )
    await known.find((LINE,))
    await known.close()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []
