"""The scheduler polls due feeds independently, never twice at once, and logs a failure once."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StoreUnavailable
from bot.feeds.model import Feed, FeedKind, FeedState, PollOutcome, Round
from bot.feeds.polling import next_poll
from bot.feeds.polling.scheduler import INTERNAL_ERROR_WAIT_S, PollScheduler
from bot.pipeline import IntakeResult, RoundSource

NOON = datetime(2025, 5, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Shelf:
    def __init__(self, *states: FeedState) -> None:
        self.feeds: list[Feed] = []
        self.kept = {state.feed_id: state for state in states}

    async def added(self) -> tuple[Feed, ...]:
        return tuple(self.feeds)

    async def states(self) -> Mapping[str, FeedState]:
        return self.kept

    async def states_of(self, feed_ids: Collection[str]) -> Mapping[str, FeedState]:
        return {feed_id: self.kept[feed_id] for feed_id in feed_ids if feed_id in self.kept}


class Taking:
    """A fake poll that can wait, fail or raise an error, for each feed separately."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.errors: dict[str, str] = {}
        self.broken: set[str] = set()
        self.away = False
        self.hub = ""
        self.brought: list[RoundSource] = []

    async def __call__(
        self, feed: Feed, now: datetime, bring: RoundSource | None, state: FeedState | None
    ) -> IntakeResult:
        self.taken.append(feed.id)
        self.brought += [bring] if bring else []
        if feed.id in self.held:
            await self.held[feed.id].wait()
        if self.away:
            raise StoreUnavailable("the database", "the disk is full", "Free some space")
        if feed.id in self.broken:
            raise OSError("the disk is gone")
        error = self.errors.get(feed.id, "")
        state = FeedState(
            feed_id=feed.id, next_poll_at=now + MINUTE, error=error, hub=self.hub, topic=feed.url
        )
        outcome = PollOutcome.FAILED if error else PollOutcome.READ
        return IntakeResult(
            round=Round(
                feed_id=feed.id, outcome=outcome, started_at=now, finished_at=now, state=state
            )
        )


class Setting:
    def __init__(
        self,
        *ids: str,
        spread_s: float = 0.0,
        shelf: Shelf | None = None,
    ) -> None:
        self.now = NOON
        self.shelf = shelf or Shelf()
        self.taking = Taking()
        self.watch = PollScheduler(
            [Feed(id=name, title=name, url=f"https://{name}.example/rss") for name in ids],
            self.shelf,
            self.taking,
            lambda: self.now,
            lambda: None,
            spread_s,
        )

    async def poll(self) -> list[str]:
        """Polls all due feeds and waits until the polls finish; returns the ids of the feeds."""
        self.taking.taken.clear()
        await asyncio.gather(*await self.watch.poll_due())
        return list(self.taking.taken)


async def test_a_feed_is_polled_when_it_is_due_and_not_before() -> None:
    setting = Setting("a", "b")
    assert await setting.poll() == ["a", "b"]
    assert await setting.poll() == []
    setting.now += MINUTE
    assert await setting.poll() == ["a", "b"]


async def test_a_restart_causes_no_early_poll() -> None:
    shelf = Shelf(FeedState(feed_id="a", next_poll_at=NOON + MINUTE))
    setting = Setting("a", "b", shelf=shelf)
    assert await setting.poll() == ["b"]


async def test_states_that_are_new_enough_are_not_read_again() -> None:
    setting = Setting("a")
    await setting.watch.refresh()
    setting.shelf.kept = {"a": FeedState(feed_id="a", error="answered 500")}
    setting.now += MINUTE / 2
    await setting.watch.refresh(max_age=MINUTE)
    assert setting.watch.list_failing() == ()
    setting.now += MINUTE / 2
    await setting.watch.refresh(max_age=MINUTE)
    assert [state.feed_id for state in setting.watch.list_failing()] == ["a"]


async def test_a_hanging_feed_is_polled_once_and_delays_no_other() -> None:
    setting = Setting("hangs", "well")
    setting.taking.held["hangs"] = asyncio.Event()
    await _poll_but_the_hanging(setting)
    setting.now += MINUTE
    setting.taking.taken.clear()
    await _poll_but_the_hanging(setting)
    assert setting.taking.taken == ["well"]
    await setting.watch.stop()


async def _poll_but_the_hanging(setting: Setting) -> None:
    await asyncio.wait(await setting.watch.poll_due(), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0)


async def test_an_internal_error_stops_no_feed(caplog: pytest.LogCaptureFixture) -> None:
    setting = Setting("a", "b")
    setting.taking.broken.add("a")
    assert await setting.poll() == ["a", "b"]
    assert "feed a could not be processed" in caplog.text
    setting.now += timedelta(seconds=INTERNAL_ERROR_WAIT_S)
    assert "a" in await setting.poll()


async def test_feeds_never_polled_are_spread() -> None:
    names = [f"feed{number}" for number in range(20)]
    setting = Setting(*names, spread_s=10.0)
    first = await setting.poll()
    setting.now += timedelta(seconds=10)
    rest = await setting.poll()
    assert len(first) < 10
    assert sorted(first + rest) == sorted(names)


async def test_overdue_feeds_are_spread_at_the_start() -> None:
    names = [f"feed{number}" for number in range(20)]
    long_ago = NOON - timedelta(days=3)
    shelf = Shelf(*(FeedState(feed_id=name, next_poll_at=long_ago) for name in names))
    setting = Setting(*names, spread_s=10.0, shelf=shelf)
    first = await setting.poll()
    setting.now += timedelta(seconds=10)
    assert len(first) < 10
    assert sorted(first + await setting.poll()) == sorted(names)


async def test_feeds_of_one_host_wait_in_a_queue_that_delays_no_other_host() -> None:
    setting = Setting("other")
    names = [f"feed{number}" for number in range(6)]
    for name in names:
        setting.shelf.feeds.append(Feed(id=name, title=name, url=f"https://one.example/{name}"))
        setting.taking.held[name] = asyncio.Event()
    polls = await setting.watch.poll_due()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert setting.taking.taken == ["other", *names[:4]]
    for held in setting.taking.held.values():
        held.set()
    await asyncio.gather(*polls)
    assert sorted(setting.taking.taken) == [*names, "other"]


async def test_a_feed_added_while_the_bot_runs_is_polled() -> None:
    setting = Setting("a")
    await setting.poll()
    setting.shelf.feeds.append(Feed(id="new", title="New", url="https://new.example/rss"))
    assert await setting.poll() == ["new"]


async def test_failing_feeds_and_their_recovery_are_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    setting = Setting("a", "b")
    setting.taking.errors.update(a="answered 500", b="answered 404")
    await setting.poll()
    for _ in range(3):
        await setting.watch.log_failing()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "2 feed(s) cannot be read, such as a (answered 500)" in caplog.text
    setting.taking.errors.clear()
    setting.now += MINUTE
    await setting.poll()
    await setting.watch.log_failing()
    assert "every feed can be read again" in caplog.text


async def test_officials_and_courts_are_polled_before_media() -> None:
    setting = Setting("paper", "court", "wire", "office")
    kinds = {"court": FeedKind.COURT, "office": FeedKind.OFFICIAL}
    setting.shelf.feeds = [
        Feed(id=f"{name}_too", title=name, url=f"https://{name}.example/", kind=kind)
        for name, kind in kinds.items()
    ]
    assert await setting.poll() == ["court_too", "office_too", "paper", "court", "wire", "office"]


async def test_a_stopped_feed_is_polled_at_once_when_resumed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = next_poll.apply_gone(FeedState(feed_id="gone"), NOON)
    shelf = Shelf(gone, FeedState(feed_id="well", next_poll_at=NOON + MINUTE))
    setting = Setting("gone", "well", shelf=shelf)
    assert await setting.poll() == []
    setting.now += timedelta(seconds=1)
    assert await setting.poll() == []
    assert [state.feed_id for state in setting.watch.list_failing()] == ["gone"]
    shelf.kept["gone"] = next_poll.resume(gone)
    assert await setting.poll() == ["gone"]
    assert setting.watch.list_failing() == ()


async def test_a_removed_feed_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    setting = Setting()
    feed = Feed(id="gone", title="Gone", url="https://gone.example/")
    setting.shelf.feeds = [feed]
    setting.taking.errors["gone"] = "gone for good"
    assert await setting.poll() == ["gone"]
    setting.shelf.feeds = []
    assert await setting.poll() == []
    await setting.watch.log_failing()
    assert "cannot be read" not in caplog.text
    setting.shelf.feeds = [feed]
    assert await setting.poll() == ["gone"]


async def _nothing(feed: Feed, state: FeedState, now: datetime) -> Round:
    raise AssertionError("only the pipeline asks for it")


async def test_a_push_waits_for_the_running_poll_of_its_feed() -> None:
    setting = Setting("a", "b")
    setting.taking.held["a"] = asyncio.Event()
    await setting.watch.poll_due()
    pushes = [asyncio.create_task(setting.watch.process_push("a", _nothing)) for _ in range(3)]
    other = asyncio.create_task(setting.watch.process_push("b", _nothing))
    await other
    assert setting.taking.taken == ["a", "b", "b"]
    setting.taking.held["a"].set()
    await asyncio.gather(*pushes)
    assert setting.taking.taken == ["a", "b", "b", "a", "a", "a"]
    assert setting.taking.brought == [_nothing] * 4


async def test_a_push_before_the_first_poll_is_processed() -> None:
    setting = Setting("a", "b")
    await setting.watch.process_push("b", _nothing)
    assert setting.taking.taken == ["b"]
    assert setting.taking.brought == [_nothing]


async def test_a_push_for_a_removed_feed_is_ignored() -> None:
    setting = Setting("a")
    await setting.poll()
    setting.taking.taken.clear()
    await setting.watch.process_push("unknown", _nothing)
    await setting.watch.stop()
    await setting.watch.process_push("a", _nothing)
    assert setting.taking.taken == []


async def test_hubs_are_known_after_the_first_poll_and_not_for_removed_feeds() -> None:
    setting = Setting()
    setting.taking.hub = "https://hub.example/"
    setting.shelf.feeds = [Feed(id="a", title="A", url="https://a.example/rss")]
    assert setting.watch.list_hubs() is None
    await setting.poll()
    assert setting.watch.list_hubs() == {"a": ("https://hub.example/", "https://a.example/rss")}
    setting.shelf.feeds = []
    await setting.poll()
    assert setting.watch.list_hubs() == {}


async def test_an_unavailable_database_delays_polls_without_log_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    setting = Setting("a", "b", "c")
    setting.taking.away = True
    for _ in range(3):
        assert sorted(await setting.poll()) == ["a", "b", "c"]
        setting.now += timedelta(seconds=INTERNAL_ERROR_WAIT_S)
    setting.taking.away = False
    assert sorted(await setting.poll()) == ["a", "b", "c"]
    assert caplog.records == []


@pytest.mark.parametrize("days", [1, 365])
async def test_setting_the_clock_back_neither_silences_a_feed_nor_polls_it_early(days: int) -> None:
    setting = Setting("a", "b")
    setting.shelf.kept["a"] = FeedState(
        feed_id="a", last_poll_at=NOON - MINUTE, next_poll_at=NOON + 60 * MINUTE
    )
    assert await setting.poll() == ["b"]
    for _ in range(2):
        setting.now -= timedelta(days=days)
        assert await setting.poll() == []
    setting.now += 59 * MINUTE
    assert "a" not in await setting.poll()
    setting.now += MINUTE
    assert "a" in await setting.poll()


async def test_feeds_due_after_the_machine_slept_are_spread() -> None:
    names = [f"feed{number}" for number in range(20)]
    setting = Setting(*names, spread_s=10.0)
    await setting.poll()
    setting.now += timedelta(seconds=10)
    await setting.poll()
    setting.now += timedelta(hours=8)
    polled = await setting.poll()
    assert len(polled) < 10
    setting.now += timedelta(seconds=10)
    polled += await setting.poll()
    assert sorted(polled) == sorted(names)


@pytest.mark.parametrize("set_back_s", [1, 86_400 * 365])
async def test_setting_the_clock_back_keeps_the_spread_of_a_start(
    set_back_s: int,
) -> None:
    names = [f"feed{number}" for number in range(20)]
    setting = Setting(*names, spread_s=10.0)
    polled = await setting.poll()
    setting.now -= timedelta(seconds=set_back_s)
    polled += await setting.poll()
    assert len(polled) < 10
    setting.now += timedelta(seconds=10)
    polled += await setting.poll()
    assert sorted(polled) == sorted(names)


async def test_setting_the_clock_back_does_not_prolong_the_wait_after_an_internal_error() -> None:
    setting = Setting("a")
    setting.taking.broken.add("a")
    await setting.poll()
    setting.taking.broken.clear()
    setting.now -= timedelta(days=365)
    assert await setting.poll() == []
    setting.now += timedelta(seconds=INTERNAL_ERROR_WAIT_S)
    assert await setting.poll() == ["a"]


async def test_a_feed_that_is_enabled_again_is_polled() -> None:
    setting = Setting()
    feed = Feed(id="a", title="a", url="https://a.example/rss")
    setting.shelf.feeds = [feed]
    assert await setting.poll() == ["a"]
    moved = feed.model_copy(update={"url": "https://a.example/atom", "enabled": False})
    setting.shelf.feeds = [moved]
    setting.now += MINUTE
    assert await setting.poll() == []
    setting.shelf.feeds = [moved.model_copy(update={"enabled": True})]
    assert await setting.poll() == ["a"]


async def test_a_limited_number_of_polls_runs_per_host_and_the_others_follow_in_order() -> None:
    feeds = [Feed(id=name, title=name, url=f"https://one.example/{name}") for name in "abcde"]
    other = Feed(id="z", title="z", url="https://other.example/z")
    taking = Taking()
    taking.held = {name: asyncio.Event() for name in "abz"}
    watch = PollScheduler(
        [*feeds, other], Shelf(), taking, lambda: NOON, lambda: None, polls_per_host=2
    )
    polls = await watch.poll_due()
    await asyncio.sleep(0)
    assert taking.taken == ["a", "b", "z"]
    taking.held["b"].set()
    await asyncio.wait(polls[2:5], timeout=5)
    assert taking.taken == ["a", "b", "z", "c", "d", "e"]
    await watch.stop()
    assert [poll.cancelled() for poll in polls] == [True, *[False] * 4, True]


async def test_the_bot_is_offline_while_no_polled_feed_gets_a_response() -> None:
    setting = Setting("a", "b")
    assert not setting.watch.is_offline()
    setting.taking.errors = {"a": "no address for this host", "b": "no address for this host"}
    await setting.poll()
    assert setting.watch.is_offline()
    del setting.taking.errors["b"]
    setting.now += MINUTE
    await setting.poll()
    assert not setting.watch.is_offline()


async def test_a_bot_without_feeds_is_not_offline() -> None:
    setting = Setting()
    await setting.poll()
    assert not setting.watch.is_offline()
