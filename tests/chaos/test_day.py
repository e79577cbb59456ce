"""A small simulated day: each conversation gets what a separate calculation says, once."""

from pathlib import Path

from bench.day import run_day
from bench.simulated.world import Sizes, World


async def test_each_conversation_gets_its_stories_and_digests_once(tmp_path: Path) -> None:
    sizes = Sizes(feeds=6, subscriptions=120, events=60, noise=20, hours=2, kills=1)
    report = await run_day(World(sizes), tmp_path)
    assert report.is_correct, report.result.examples
    assert report.totals["SIGKILLs"] == 1
    counts = report.result
    assert counts["alerts and developments"] > 20
    assert counts["digests, and after quiet hours"] > 3
