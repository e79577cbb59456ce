"""A small simulated day: each conversation gets what a separate calculation says, once."""

from pathlib import Path

from bench.day import run_day
from bench.simulated.check import Archive, compare
from bench.simulated.expected import BundleKey, expect
from bench.simulated.press import Request
from bench.simulated.world import BEGIN, HOUR, KEEP, LISTED, MINUTE, Sizes, World
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


def test_an_entry_without_a_story_is_lost_only_if_the_bot_received_it() -> None:
    world = World(Sizes(feeds=4, subscriptions=0, events=80, noise=400, hours=4, kills=1))
    entries = world.entries_of[0]
    trade = [place for place, each in enumerate(entries) if each.is_trade]
    _, twice, unread, late, *others = trade
    assert late + LISTED < len(entries), "the feed publishes enough to push the entry out"
    stories = [
        story(f"{place}.{copy}", feed_id="press0", title=entries[place].title)
        for place, copies in [(twice, 2), *((each, 1) for each in others)]
        for copy in range(copies)
    ]
    requests: list[list[Request]] = [[] for _ in range(4)]
    requests[0] = [
        Request(entries[twice].at, "200", twice + 1),
        # The process is killed in the minute in which it gets the next body.
        Request(BEGIN + world.kills[0] * MINUTE, "200", unread + 1, 0),
        Request(entries[late].at, "500", late + 1, 1),
        Request(world.end, "200", late + 1 + LISTED, 1),
    ]
    archive = Archive(stories={each.id: each for each in stories})
    counts = compare(world, archive, {}, {}, requests)
    assert counts["received entries without a story"] == 1
    assert counts["entries with two stories"] == 1
    others_count = sum(each.is_trade for each in world.entries if each.feed)
    assert counts["entries that the bot never received"] == 2 + others_count
    example = next(each for each in counts.examples if entries[late].title in each)
    assert "500" in example
    assert f"until {entries[late + LISTED].at:%d %H:%M}" in example
    # With the validators of a body that it did not save, the bot could not get the entry any more.
    requests[0].insert(2, Request(entries[unread].at, "304", unread + 1, 1))
    counts = compare(world, archive, {}, {}, requests)
    assert counts["received entries without a story"] == 2
