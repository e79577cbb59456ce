import asyncio
import logging
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.alerts.delivery import Audience, Delivery, DeliveryState
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.errors import StoreError
from bot.feeds.model import Entry, Feed, FeedState, PollOutcome, Round
from bot.lines.model import ListOwner
from bot.news.state import JoinResult, Relation
from bot.news.story import Story
from bot.pipeline import CATCHING_UP_EVENTS, IntakeResult, Pipeline, PipelineRules
from bot.store.outbox import Outbox
from bot.store.pipeline_store import PipelineStore
from bot.values import Topic
from tests.store.examples import NOON, TEAM, entry, feed, minutes, story, subscription
from tests.store.opened import Store, open_store

DAY = timedelta(days=1)
WIRE, COURT = feed("wire"), feed("court", topics=[Topic.COURT_RULING])


class Publisher:
    """A fake feed poller: each poll returns the entries published so far, newest first."""

    def __init__(self) -> None:
        self.entries: dict[str, Sequence[Entry]] = {}
        self.fails = False

    def publish(self, *entries: Entry) -> None:
        for each in entries:
            self.entries[each.feed_id] = [each, *self.entries.get(each.feed_id, ())]

    async def poll(self, feed: Feed, state: FeedState, now: datetime) -> Round:
        await asyncio.sleep(0)
        succeeded = {"last_success_at": now} if not self.fails else {"error": "no answer"}
        return Round(
            feed_id=feed.id,
            outcome=PollOutcome.FAILED if self.fails else PollOutcome.READ,
            started_at=now,
            finished_at=now,
            entries=() if self.fails else tuple(self.entries.get(feed.id, ())),
            state=replace(state, last_poll_at=now, **succeeded),
        )


class PlainReader:
    """A fake story reader: a title names its topics; raises an error for a title with 'poison'."""

    def read(self, entry: Entry, feed: Feed, seen_at: datetime) -> Story | None:
        if "poison" in entry.title:
            raise RuntimeError(entry.title)
        title = entry.title.casefold()
        topics = tuple(topic for topic in Topic if topic.value.replace("_", " ") in title)
        if not topics:
            return None
        return story(
            f"{feed.id}-{entry.key[:8]}",
            feed_id=feed.id,
            entry_key=entry.key,
            title=entry.title,
            topics=topics,
            published=entry.published or seen_at,
            seen_at=seen_at,
            event_id="",
        )


def join_by_name(story: Story, recent: Sequence[Story]) -> JoinResult:
    """A fake matcher: stories whose titles end with the same word belong to one event.

    Those with the word "deal" are developments, and all others report the same again.
    """
    name = story.title.split()[-1]
    relation = Relation.DEVELOPMENT if "deal" in story.title else Relation.REPORT
    for old in recent:
        if old.title.split()[-1] == name:
            return JoinResult(old.event_id, relation)
    return JoinResult(story.id, Relation.NEW)


class TitleTouches:
    """A line list that stories touch if their titles contain `words`."""

    def __init__(self) -> None:
        self.asked = 0
        self.words = "steel"

    async def list_touching(self, _: ListOwner, stories: Sequence[Story]) -> frozenset[str]:
        self.asked += 1
        return frozenset(one.id for one in stories if self.words in one.title)


RULES = PipelineRules(max_age=DAY, join=join_by_name)


@pytest.fixture
async def store(store: Store) -> Store:
    await store.subscriptions.add(subscription())
    return store


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def pipeline(store: Store, publisher: Publisher) -> Pipeline:
    return Pipeline(publisher, PlainReader(), store.pipeline_store, RULES)


def _titles(stories: Iterable[Entry | Story]) -> list[str]:
    return [each.title for each in stories]


def _kinds_and_titles(taken: IntakeResult) -> list[tuple[str, str]]:
    titles = {each.id: each.title for each in taken.stories}
    return [(each.kind, titles[each.story_ids[0]]) for each in taken.deliveries]


async def test_new_entries_are_saved_and_queued_in_order_of_publication(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(
        entry("a", title="Tariff one", published=NOON - minutes(9)),
        entry("b", title="A phone", published=NOON - minutes(5)),
        entry("c", title="Tariff two", published=NOON - minutes(1)),
    )
    taken = await pipeline.run(WIRE, NOON)
    assert _titles(taken.entries) == ["Tariff two", "A phone", "Tariff one"]
    assert _kinds_and_titles(taken) == [("alert", "Tariff one"), ("alert", "Tariff two")]
    assert _titles(await store.stories.latest(None, 9)) == ["Tariff two", "Tariff one"]
    claimed = await store.outbox.claim(NOON, 9, 60)
    assert [each.id for each in claimed] == [taken.deliveries[0].id]
    assert await store.feeds.state("wire") == taken.round.state
    assert taken.round.state.last_entry_at == NOON


async def test_an_entry_is_processed_once(publisher: Publisher, pipeline: Pipeline) -> None:
    publisher.publish(entry("a", title="Tariff one"))
    await pipeline.run(WIRE, NOON)
    publisher.publish(entry("b", title="Tariff two", published=NOON + minutes(5)))
    taken = await pipeline.run(WIRE, NOON + minutes(5))
    assert _titles(taken.entries) == ["Tariff two"]
    again = await pipeline.run(WIRE, NOON + minutes(10))
    assert (again.entries, again.stories, again.deliveries) == ((), (), ())
    assert again.round.state.last_entry_at == NOON + minutes(5)


async def test_a_story_whose_guid_and_link_change_at_every_poll_is_sent_once(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    title = "US tariff on steel from Canada is raised"
    for poll in range(4):
        publisher.entries["wire"] = [entry(f"CBMi{poll}xTE5kR3lX", title=title)]
        taken = await pipeline.run(WIRE, NOON + minutes(poll))
        assert _kinds_and_titles(taken) == ([] if poll else [("alert", title)])


async def test_the_first_poll_of_a_feed_sends_only_its_newest_events(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    for number in range(CATCHING_UP_EVENTS + 5):
        name, published = f"Tariff {number}", NOON - minutes(100 - number)
        publisher.publish(entry(f"e{number}", title=name, published=published))
    taken = await pipeline.run(WIRE, NOON)
    assert len(taken.stories) == CATCHING_UP_EVENTS + 5
    assert _kinds_and_titles(taken) == [
        ("alert", f"Tariff {n}") for n in range(5, CATCHING_UP_EVENTS + 5)
    ]
    for number in range(100, 100 + CATCHING_UP_EVENTS + 5):
        publisher.publish(entry(f"e{number}", title=f"Tariff {number}", published=NOON))
    later = await pipeline.run(WIRE, NOON + minutes(5))
    assert len(later.deliveries) == CATCHING_UP_EVENTS + 5


async def test_a_feed_that_returns_after_long_downtime_sends_only_its_newest_events(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff one"))
    await pipeline.run(WIRE, NOON)
    publisher.entries.clear()
    for number in range(CATCHING_UP_EVENTS + 5):
        publisher.publish(entry(f"e{number}", title=f"Tariff {number}", published=None))
    back = await pipeline.run(WIRE, NOON + 7 * DAY)
    assert len(back.stories) == CATCHING_UP_EVENTS + 5
    assert len(back.deliveries) == CATCHING_UP_EVENTS


async def test_a_failed_poll_is_recorded_and_adds_no_stories(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff one"))
    publisher.fails = True
    taken = await pipeline.run(WIRE, NOON)
    assert taken.round.outcome is PollOutcome.FAILED
    state = await store.feeds.state("wire")
    assert state is not None
    assert state.error == "no answer"


async def test_a_development_goes_into_the_thread_and_a_report_only_updates_the_alert(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff truce at Geneva"))
    await pipeline.run(WIRE, NOON)
    publisher.publish(entry("b", "paper", title="Tariff deal of Geneva"))
    taken = await pipeline.run(feed("paper"), NOON + minutes(1))
    assert _kinds_and_titles(taken) == [
        ("follow_up", "Tariff deal of Geneva"),
        ("update", "Tariff deal of Geneva"),
    ]
    assert taken.stories[0].event_id != taken.stories[0].id
    publisher.publish(entry("c", "blog", title="Tariff truce of Geneva"))
    taken = await pipeline.run(feed("blog"), NOON + minutes(2))
    assert _kinds_and_titles(taken) == [("update", "Tariff truce of Geneva")]


async def test_the_next_report_sends_an_alert_if_the_first_alert_failed_for_good(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff truce at Geneva"))
    await pipeline.run(WIRE, NOON)
    (alert,) = await store.outbox.claim(NOON, 9, 60)
    await store.outbox.give_up(alert.id, "channel_not_found")
    publisher.publish(entry("b", "paper", title="Tariff deal of Geneva"))
    taken = await pipeline.run(feed("paper"), NOON)
    assert _kinds_and_titles(taken) == [("alert", "Tariff deal of Geneva")]
    assert [each.event_id for each in await store.outbox.claim(NOON, 9, 60)] == [alert.event_id]


async def test_two_feeds_that_report_one_event_at_once_send_one_alert(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    feeds = [feed(f"feed{number}") for number in range(8)]
    for each in feeds:
        publisher.publish(entry("a", each.id, title="Tariff truce at Geneva"))
    taken = await asyncio.gather(*(pipeline.run(each, NOON) for each in feeds))
    kinds = [kind for each in taken for kind, _ in _kinds_and_titles(each)]
    assert sorted(kinds) == ["alert"] + ["update"] * 7
    assert len({each.stories[0].event_id for each in taken}) == 1
    assert (await store.outbox.counts())[DeliveryState.QUEUED] == 2


async def test_old_entries_are_saved_but_not_sent(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(
        entry("a", title="Tariff of old", published=NOON - DAY - minutes(1)),
        entry("b", title="Tariff undated", published=None),
        entry("c", title="Tariff fresh", published=NOON - minutes(1)),
    )
    taken = await pipeline.run(WIRE, NOON)
    assert _kinds_and_titles(taken) == [("alert", "Tariff fresh")]
    assert len(await store.stories.latest(Topic.TARIFF, 9)) == 3


async def test_an_undated_entry_is_sent_unless_it_is_from_the_first_poll(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    await pipeline.run(WIRE, NOON)
    publisher.publish(entry("a", title="Tariff undated", published=None))
    assert _kinds_and_titles(await pipeline.run(WIRE, NOON + minutes(5))) == [
        ("alert", "Tariff undated")
    ]


async def test_only_stories_of_the_feeds_topics_are_kept(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(
        entry("a", "court", title="Tariff notice"), entry("b", "court", title="Court ruling stays")
    )
    taken = await pipeline.run(COURT, NOON)
    assert _titles(taken.stories) == ["Court ruling stays"]


async def test_a_corrected_number_goes_into_the_thread_and_a_corrected_spelling_is_not_sent(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff falls to 30%"))
    first = await pipeline.run(WIRE, NOON)
    publisher.entries["wire"] = [entry("a", title="Tariff falls to 30%!")]
    spelling = await pipeline.run(WIRE, NOON + minutes(1))
    publisher.entries["wire"] = [entry("a", title="Tariff falls to 35%")]
    number = await pipeline.run(WIRE, NOON + minutes(2))
    assert (spelling.entries, spelling.stories) == ((), ())
    assert _titles(spelling.revised) == ["Tariff falls to 30%!"]
    assert _kinds_and_titles(number) == [
        ("follow_up", "Tariff falls to 35%"),
        ("update", "Tariff falls to 35%"),
    ]
    assert number.stories[0].event_id == first.stories[0].event_id
    again = await pipeline.run(WIRE, NOON + minutes(3))
    assert (again.revised, again.deliveries) == ((), ())


async def test_an_edit_that_gives_an_entry_a_topic_sends_an_alert(
    publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Live from Washington"))
    await pipeline.run(WIRE, NOON)
    publisher.entries["wire"] = [entry("a", title="Live: tariff truce")]
    assert _kinds_and_titles(await pipeline.run(WIRE, NOON + minutes(1))) == [
        ("alert", "Live: tariff truce")
    ]


async def test_an_entry_that_crashes_the_reader_is_reported_and_does_not_block_others(
    publisher: Publisher, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    publisher.publish(entry("a", title="Tariff poison"), entry("b", title="Tariff two"))
    with caplog.at_level(logging.ERROR):
        taken = await pipeline.run(WIRE, NOON)
    assert _titles(taken.stories) == ["Tariff two"]
    assert re.search(r"entry \w+ of feed wire could not be read", caplog.text)
    assert (await pipeline.run(WIRE, NOON + minutes(1))).entries == ()


async def test_followers_get_a_message_and_muted_conversations_do_not(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff truce at Geneva"))
    event_id = (await pipeline.run(WIRE, NOON)).stories[0].id
    await store.follows.follow(TEAM, "U1", event_id)
    await store.mutes.add(Mute(kind=MuteKind.EVENT, subject=event_id, team=TEAM, conversation="C1"))
    publisher.publish(entry("b", title="Tariff deal of Geneva", published=NOON + minutes(1)))
    taken = await pipeline.run(WIRE, NOON + minutes(1))
    assert [(each.kind, each.conversation) for each in taken.deliveries] == [
        ("follow_up", "U1"),
        ("update", "C1"),
    ]


async def test_a_subscription_in_a_second_channel_changes_nothing_in_the_first(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    await store.subscriptions.add(subscription("C2", topics=[Topic.COURT_RULING]))
    publisher.publish(entry("a", title="Tariff news"), entry("b", title="Court ruling out"))
    taken = await pipeline.run(WIRE, NOON)
    assert [each.conversation for each in taken.deliveries] == ["C1", "C1", "C2"]


async def test_only_my_lines_gets_the_events_that_touch_lines_with_their_developments(
    store: Store, publisher: Publisher
) -> None:
    [every] = await store.subscriptions.of(TEAM, "C1")
    mine = Criteria(only_my_lines=True)
    await store.subscriptions.change(TEAM, every.id, criteria=mine)
    touches = TitleTouches()
    rules = replace(RULES, touches=touches)
    pipeline = Pipeline(publisher, PlainReader(), store.pipeline_store, rules)
    publisher.publish(entry("a", title="Tariff on steel"), entry("b", title="Tariff on wine"))
    assert _kinds_and_titles(await pipeline.run(WIRE, NOON)) == [("alert", "Tariff on steel")]
    later = NOON + minutes(1)
    publisher.publish(entry("c", title="Tariff deal over steel", published=later))
    publisher.publish(entry("d", title="Tariff deal over wine", published=later))
    touches.words = "Tariff on steel"
    assert _kinds_and_titles(await pipeline.run(WIRE, later)) == [
        ("follow_up", "Tariff deal over steel"),
        ("update", "Tariff deal over steel"),
    ]


async def test_lines_are_not_asked_about_without_a_subscription_to_them(
    publisher: Publisher, store: Store
) -> None:
    touches = TitleTouches()
    rules = replace(RULES, touches=touches)
    pipeline = Pipeline(publisher, PlainReader(), store.pipeline_store, rules)
    publisher.publish(entry("a", title="Tariff on steel"))
    assert len((await pipeline.run(WIRE, NOON)).deliveries) == 1
    assert touches.asked == 0


async def test_daily_stories_are_collected_in_one_digest(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    await store.subscriptions.add(subscription(pace=Frequency.DAILY))
    for number in range(3):
        moment = NOON + minutes(number)
        publisher.publish(entry(f"a{number}", title=f"Tariff {number}", published=moment))
        await pipeline.run(WIRE, moment)
    assert await store.outbox.claim(NOON + minutes(60), 9, 60) == ()
    digests = await store.outbox.claim(NOON.replace(hour=8) + DAY, 9, 60)
    assert [(each.kind, len(each.story_ids)) for each in digests] == [("digest", 3)]


async def test_an_event_of_the_quiet_hours_is_sent_once_until_something_new_happens(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    quiet = Timing(quiet_from=12, quiet_to=13)
    await store.subscriptions.add(subscription(timing=quiet))
    sent = []
    for after, title in (
        (0, "Tariff truce at Geneva"),
        (65, "Tariff pause in Geneva"),
        (70, "Tariff deal of Geneva"),
        (75, "Tariffs fall after Geneva"),
    ):
        now = NOON + minutes(after)
        publisher.publish(entry(title, title=title, published=now))
        await pipeline.run(WIRE, now)
        for each in await store.outbox.claim(now + minutes(60 if after == 0 else 0), 9, 60):
            await store.outbox.confirm(each.id, f"{after}.1", now)
            sent.append((after, each.kind))
    assert sent == [(0, "digest"), (70, "alert")]


class UnmutedMeanwhile(PipelineStore):
    """A store in which someone ends all mutes while deliveries are planned."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._mutes = store.mutes

    async def audience(self, event_ids: Collection[str]) -> Audience:
        found = await super().audience(event_ids)
        for each in await self._mutes.every(TEAM, NOON):
            await self._mutes.remove(each, NOON)
        return found


async def test_a_mute_that_ends_while_a_poll_is_saved_offers_its_story_at_once(
    store: Store, publisher: Publisher
) -> None:
    until = NOON + 30 * DAY
    muted = Mute(kind=MuteKind.TOPIC, subject=Topic.TARIFF, team=TEAM, conversation="C1")
    await store.mutes.add(muted.model_copy(update={"until": until}))
    publisher.publish(entry("a", title="Tariff truce at Geneva"))
    await Pipeline(publisher, PlainReader(), UnmutedMeanwhile(store), RULES).run(WIRE, NOON)
    [offer] = await store.outbox.claim(NOON, 9, 60)
    assert (offer.kind, offer.due_at) == ("digest", NOON)


class FullDisk(Outbox):
    """An outbox that raises an error after its writes, so that the transaction is rolled back."""

    def put(
        self,
        connection: Connection,
        deliveries: Iterable[Delivery],
        now: datetime | None = None,
    ) -> bool:
        super().put(connection, deliveries, now)
        raise StoreError("sqlite database", "database or disk is full")


async def test_a_failed_transaction_saves_nothing_and_the_next_poll_retries(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(entry("a", title="Tariff one"))
    full_disk = FullDisk(store.database, store.stories)
    shelf = PipelineStore(replace(store, outbox=full_disk))
    full = Pipeline(publisher, PlainReader(), shelf, RULES)
    with pytest.raises(StoreError, match="disk is full"):
        await full.run(WIRE, NOON)
    assert await store.feeds.states() == {}
    assert await store.stories.latest(None, 9) == ()
    assert (await store.outbox.counts())[DeliveryState.QUEUED] == 0
    assert _kinds_and_titles(await pipeline.run(WIRE, NOON)) == [("alert", "Tariff one")]


class _GatedStore(PipelineStore):
    """The store of a second process. After reading what is known, it waits until `gate` is open."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.gate, self.reached = asyncio.Event(), asyncio.Event()

    async def known(self, feed_id: str, identities: Collection[str]) -> frozenset[str]:
        found = await super().known(feed_id, identities)
        self.reached.set()
        await self.gate.wait()
        return found


@pytest.mark.parametrize("changes", [{}, {"link": "https://wire.example/session-2"}])
async def test_a_story_that_two_processes_save_at_once_is_sent_once(
    store: Store, publisher: Publisher, pipeline: Pipeline, changes: dict[str, str]
) -> None:
    await store.subscriptions.add(subscription("C2", pace=Frequency.DAILY))
    publisher.publish(entry("a", title="Tariff one"))
    other_store, other_publisher = open_store(str(store.database.url)), Publisher()
    other_publisher.publish(
        entry("a", title="Tariff one", **changes),
        entry("b", title="Tariff two", published=NOON + minutes(1)),
    )
    shelf = _GatedStore(other_store)
    other = Pipeline(other_publisher, PlainReader(), shelf, RULES)
    second = asyncio.create_task(other.run(WIRE, NOON))
    await shelf.reached.wait()
    await pipeline.run(WIRE, NOON)
    shelf.gate.set()
    await second
    await other_store.database.close()
    assert sorted(_titles(await store.stories.latest(None, 9))) == ["Tariff one", "Tariff two"]
    now, reported = NOON + DAY, []
    while claimed := await store.outbox.claim(now, 9, 60):
        for each in claimed:
            reported += [(each.conversation, each.kind, story) for story in each.story_ids]
            await store.outbox.confirm(each.id, "1.1", now)
    assert len(reported) == 4
    assert {(conversation, kind) for conversation, kind, _ in reported} == {
        ("C1", "alert"),
        ("C2", "digest"),
    }


async def test_a_poll_cancelled_at_any_point_loses_nothing(
    store: Store, publisher: Publisher, pipeline: Pipeline
) -> None:
    publisher.publish(*(entry(f"a{number}", title=f"Tariff {number}") for number in range(5)))
    for turns in range(0, 60, 3):
        task = asyncio.create_task(pipeline.run(WIRE, NOON))
        for _ in range(turns):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await pipeline.run(WIRE, NOON)
    assert (await store.outbox.counts())[DeliveryState.QUEUED] == 5
    assert len(await store.stories.latest(None, 99)) == 5


async def test_the_ids_of_feed_and_stories_are_logged(
    publisher: Publisher, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    publisher.publish(entry("a", title="Tariff one"), entry("b", title="Tariff two"))
    taken = await pipeline.run(WIRE, NOON)
    (line,) = caplog.messages
    assert all(name in line for name in ("wire", *(story.id for story in taken.stories)))
    await pipeline.run(WIRE, NOON + minutes(5))
    assert len(caplog.messages) == 1
