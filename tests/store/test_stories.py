import json
import uuid
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.news.deadlines.model import DeadlineKind
from bot.news.search import StorySearch
from bot.news.state import EventState, Relation
from bot.news.story import Evidence, Figure, Story
from bot.store.stories import EVENT_STORIES, Stories
from bot.store.tables import stories
from bot.values import Topic
from tests.news.deadlines.made import deadline
from tests.store.examples import NOON, minutes, story
from tests.store.opened import Store

RULING, TALKS = Topic.COURT_RULING, Topic.NEGOTIATION


def _ids(stories: tuple[Story, ...]) -> list[str]:
    return [each.id for each in stories]


async def test_a_story_is_read_back_unchanged(store: Store) -> None:
    figure = Figure(imposer="US", partner="CN", to_percent=Decimal("30.50"), quote="to 30.50%")
    whole = story(
        "whole",
        title="Tariffs \u2014 \U0001f1fa\U0001f1f8 <b>&amp; '\";--",
        topics=(RULING, Topic.TARIFF),
        parties=("US", "CN"),
        figures=(figure,),
        evidence=(Evidence(topic=RULING, rule="r1", words="ruled", where="title"),),
        published=NOON + minutes(0.123456),
    )
    await store.add_stories(whole)
    fresh = Stories(store.database)
    assert await fresh.get("whole") == whole
    assert await fresh.get("unknown") is None


async def test_a_story_that_was_saved_without_a_state_is_read_as_one_that_starts_its_event(
    store: Store,
) -> None:
    await store.add_stories(story("old"))
    (data,) = await store.database.column(select(stories.c.data))
    older = {
        name: value
        for name, value in json.loads(data).items()
        if name not in ("state", "relation", "new_facts", "deadlines")
    }
    await store.database.change(update(stories).values(data=json.dumps(older)))
    found = await Stories(store.database).get("old")
    assert found is not None
    assert (found.state, found.relation, found.new_facts) == (EventState(), Relation.NEW, ())
    assert found.deadlines == ()


async def test_a_saved_story_is_never_changed(store: Store) -> None:
    await store.add_stories(story("one", title="First"))
    await store.add_stories(story("one", title="Second"))
    kept = await store.stories.get("one")
    assert kept is not None
    assert kept.title == "First"


async def test_the_latest_stories_are_the_newest_of_a_topic(store: Store) -> None:
    await store.add_stories(
        story("old", published=NOON - minutes(60), topics=(TALKS,)),
        story("both", published=NOON - minutes(5), topics=(Topic.TARIFF, TALKS)),
        story("ruling", published=NOON, topics=(RULING,)),
    )
    assert _ids(await store.stories.latest(None, 2)) == ["ruling", "both"]
    assert _ids(await store.stories.latest(TALKS, 5)) == ["both", "old"]
    assert _ids(await store.stories.latest(Topic.TARIFF, 5)) == ["both"]


_WORDS = ["steel", "Cars", "car", "battery", "batteries", "\u00c9tats", "50%", "a_b", "7208.10"]


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
async def test_a_search_finds_what_a_scan_of_all_stories_finds(
    store: Store, data: st.DataObject
) -> None:
    texts = st.lists(st.sampled_from([*_WORDS, "scar", "carbon", "axb"]), max_size=4).map(" ".join)
    codes = st.sets(st.sampled_from(["US", "CN", "EU"]), max_size=2)
    topics = st.sets(st.sampled_from(list(Topic)), min_size=1, max_size=2)
    mark = uuid.uuid4().hex
    saved = [
        story(
            f"{mark}{number}",
            title=f"{mark} {data.draw(texts)}",
            text=data.draw(texts),
            parties=tuple(data.draw(codes)),
            topics=tuple(data.draw(topics)),
            published=NOON + minutes(data.draw(st.integers(0, 5))),
        )
        for number in range(6)
    ]
    await store.add_stories(*saved)
    words = st.sampled_from(_WORDS).map(str.lower)
    groups = st.lists(st.lists(words, min_size=1, max_size=2).map(tuple), max_size=2)
    wanted = StorySearch(
        topics=frozenset(data.draw(topics | st.just(set()))),
        economies=tuple(map(frozenset, data.draw(st.lists(codes, max_size=2)))),
        words=((mark,), *data.draw(groups)),
    )
    expected = sorted(
        filter(wanted.matches, saved), key=lambda one: (-one.published.timestamp(), one.id)
    )
    assert await store.stories.search(wanted, 10) == tuple(expected)
    assert await store.stories.search(wanted, 2, 1) == tuple(expected[1:3])


async def test_a_large_event_keeps_the_story_that_started_it_and_its_developments(
    store: Store,
) -> None:
    start = story("start", event_id="start")
    decision = story(
        "decision", event_id="start", relation=Relation.DEVELOPMENT, published=NOON + minutes(1)
    )
    late = story("late", event_id="start", relation=Relation.REPORT, published=NOON - minutes(9))
    reports = [
        story(
            f"report{number}",
            title=json.dumps({"relation": "follow_up"}),
            event_id="start",
            relation=Relation.REPORT,
            published=NOON + minutes(2 + number),
        )
        for number in range(EVENT_STORIES)
    ]
    await store.add_stories(start, decision, late, *reports)
    found = _ids(await store.stories.of_event("start"))
    assert found == ["start", "decision", *_ids(tuple(reports[2:]))]
    assert _ids(await store.stories.of_event("start", ["late"]))[0] == "late"


async def test_recent_stories_are_selected_by_the_time_they_were_seen(store: Store) -> None:
    await store.add_stories(
        story("late find", published=NOON - minutes(9000), seen_at=NOON),
        story("seen before", seen_at=NOON - minutes(1)),
    )
    assert _ids(await store.stories.recent(NOON)) == ["late find"]


async def test_many_stories_are_returned_in_the_requested_order(store: Store) -> None:
    await store.add_stories(*(story(f"story{number}") for number in range(700)))
    wanted = [f"story{number}" for number in range(699, -1, -1)]
    assert _ids(await Stories(store.database).many(["unknown", *wanted])) == wanted


async def test_stories_with_deadlines_are_found_by_their_days_as_they_arrive(store: Store) -> None:
    def dated(name: str, *days: int, seen: int = 0) -> Story:
        found = tuple(deadline(DeadlineKind.HEARING, date(2025, 6, day)) for day in days)
        return story(name, deadlines=found, seen_at=NOON + minutes(seen))

    async def find(first: int, last: int) -> list[str]:
        found = await store.stories.with_deadlines(date(2025, 6, first), date(2025, 6, last))
        return _ids(found)

    assert await find(1, 30) == []
    quote = '"deadlines":[{"kind":"hearing"}]'
    await store.add_stories(dated("a", 5, 20), story("other", text=quote), dated("b", 6))
    assert await find(5, 5) == ["a"]
    assert await find(1, 6) == ["a", "b"]
    assert await find(7, 19) == []
    await store.add_stories(dated("late", 19, seen=-60), dated("next", 19, seen=60))
    assert await find(7, 20) == ["a", "late", "next"]
    fresh = Stories(store.database)
    assert _ids(await fresh.with_deadlines(date(2025, 6, 7), date(2025, 6, 20))) == [
        "a",
        "late",
        "next",
    ]
