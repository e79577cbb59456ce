"""A small simulated day: each conversation gets what a separate calculation says, once."""

from pathlib import Path

from bench.day import run_day
from bench.simulated.expected import BundleKey, expect
from bench.simulated.world import BEGIN, HOUR, KEEP, Sizes, World
from bot.alerts.subscriptions.timing import Timing
from bot.news.state import Relation
from tests.store.examples import story, subscription


async def test_each_conversation_gets_its_stories_and_digests_once(tmp_path: Path) -> None:
    sizes = Sizes(feeds=6, subscriptions=120, events=60, noise=20, hours=2, kills=1)
    report = await run_day(World(sizes), tmp_path)
    assert report.is_correct, (report.differences, report.result.examples)
    assert report.totals["SIGKILLs"] == 1
    assert (
        report.totals["messages and stories that the metrics counted after the last SIGKILL"] > 20
    )
    counts = report.result
    assert counts["alerts and developments"] > 20
    assert counts["digests, and after quiet hours"] > 3


def test_a_report_of_an_event_of_the_quiet_time_must_come_in_its_bundle_or_not_at_all() -> None:
    # The day begins at 12:00 UTC.
    quiet = subscription(timing=Timing(zone="UTC", quiet_from=12, quiet_to=14))
    first = story("first", event_id="ruling", seen_at=BEGIN)
    while_quiet, afterwards = (
        story(f"report{hours}", event_id="ruling", relation=Relation.REPORT, seen_at=at)
        for hours, at in ((1, BEGIN + HOUR), (3, BEGIN + 3 * HOUR))
    )
    wanted = expect([quiet], [first, while_quiet, afterwards], [], {}, KEEP)
    assert (wanted.messages, wanted.optional) == (set(), set())
    assert wanted.bundles == {BundleKey("quiet", BEGIN + 2 * HOUR): {"first", "report1"}}
