"""A preview says what is sent when the same stories are replayed through the real outbox."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.delivery import DeliveryKind
from bot.alerts.planning import DeliveryRules, plan_deliveries
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import find_all_touching
from bot.alerts.subscriptions.preview import preview
from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing
from bot.news.state import EventState, Relation, Severity
from bot.news.story import Story
from bot.store.upgrade import upgrade
from tests.alerts.subscriptions.known_touches import KnownTouches
from tests.alerts.subscriptions.test_criteria import criteria, stories
from tests.store.examples import NOON, TEAM, minutes, story, subscription
from tests.store.opened import Store, open_store

RULES = DeliveryRules(ServerTime(8, ZoneInfo("Europe/Berlin")), {"EU": ("FR", "DE")})
MAX_AGE = timedelta(days=2)

timings = st.builds(
    Timing,
    frequency=st.sampled_from(Frequency),
    hour=st.none() | st.integers(0, 23),
    weekday=st.integers(0, 6),
    weekdays_only=st.booleans(),
    zone=st.sampled_from(["", "Asia/Tokyo", "America/New_York"]),
    quiet_from=st.none() | st.integers(0, 23),
    quiet_to=st.none() | st.integers(0, 23),
    breaking_passes=st.booleans(),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Story]:
    """Stories of a few events, in the order in which they were seen."""
    found: list[Story] = []
    seen_at = NOON
    for number in range(draw(st.integers(1, 12))):
        seen_at += draw(st.sampled_from([timedelta(0), minutes(20), minutes(300), minutes(2000)]))
        event = draw(st.sampled_from(["e1", "e2", "e3"]))
        is_first = all(each.event_id != event for each in found)
        relation = draw(st.sampled_from([Relation.REPORT, Relation.DEVELOPMENT]))
        age = draw(st.sampled_from([timedelta(0), minutes(5), timedelta(days=3)]))
        changes = {
            "id": f"s{number}",
            "entry_key": f"k{number}",
            "event_id": event,
            "seen_at": seen_at,
            "published": seen_at - age,
            "relation": Relation.NEW if is_first else relation,
        }
        found.append(draw(stories).model_copy(update=changes))
    return found


def some_stories(*events: str) -> list[Story]:
    return [
        story(f"s{n}", event_id=event, seen_at=NOON + minutes(n), published=NOON + minutes(n))
        for n, event in enumerate(events)
    ]


def test_a_preview_counts_messages_events_and_stories() -> None:
    replayed = [
        each.model_copy(update={"relation": Relation.DEVELOPMENT}) if each.id in "s2 s3" else each
        for each in some_stories("e1", "e2", "e1", "e1")
    ]
    found = preview(Criteria(), Timing(), replayed, RULES, MAX_AGE)
    assert (found.messages, found.events, found.stories) == (4, 2, 4)
    assert [each.id for each in found.newest] == ["s3", "s2", "s1", "s0"]
    daily = preview(Criteria(), Timing(frequency=Frequency.DAILY), replayed, RULES, MAX_AGE)
    assert (daily.messages, daily.events, daily.stories) == (1, 2, 4)
    nothing = preview(Criteria(words=("zz",)), Timing(), replayed, RULES, MAX_AGE)
    assert (nothing.messages, nothing.newest) == (0, ())
    assert preview(Criteria(), Timing(), [], RULES, MAX_AGE).messages == 0


def test_a_preview_shows_at_most_five_stories_and_leaves_out_old_ones() -> None:
    many = some_stories(*(f"e{n}" for n in range(8)))
    old = story("old", event_id="old", published=NOON - MAX_AGE - minutes(1), seen_at=NOON)
    found = preview(Criteria(), Timing(), [*many, old], RULES, MAX_AGE)
    assert (found.messages, len(found.newest)) == (8, 5)


def test_only_my_lines_sends_the_events_that_touch_lines_with_their_developments() -> None:
    replayed = [
        each.model_copy(update={"relation": Relation.DEVELOPMENT}) if each.id == "s2" else each
        for each in some_stories("e1", "e2", "e1", "e3")
    ]
    mine = Criteria(only_my_lines=True)
    found = preview(mine, Timing(), replayed, RULES, MAX_AGE, {"s0"})
    assert (found.messages, [each.id for each in found.newest]) == (2, ["s2", "s0"])
    daily = Timing(frequency=Frequency.DAILY)
    found = preview(mine, daily, replayed, RULES, MAX_AGE, {"s0", "s3"})
    assert (found.messages, [each.id for each in found.newest]) == (1, ["s3", "s0"])
    assert preview(mine, Timing(), replayed, RULES, MAX_AGE).messages == 0


def test_quiet_hours_turn_several_alerts_into_one_message() -> None:
    quiet = Timing(quiet_from=12, quiet_to=18)
    breaking = EventState(severity=Severity.BREAKING)
    many = some_stories("e1", "e2", "e3")
    assert preview(Criteria(), quiet, many, RULES, MAX_AGE).messages == 1
    many[1] = many[1].model_copy(update={"state": breaking})
    assert preview(Criteria(), quiet, many, RULES, MAX_AGE).messages == 2


def test_an_event_of_the_quiet_time_is_not_counted_again_in_the_morning() -> None:
    quiet = Timing(quiet_from=14, quiet_to=15)
    first, report, development = some_stories("e1", "e1", "e1")
    morning = {"seen_at": NOON + minutes(65), "published": NOON + minutes(65)}
    report = report.model_copy(update=morning | {"relation": Relation.REPORT})
    later = {"seen_at": NOON + minutes(70), "published": NOON + minutes(70)}
    development = development.model_copy(update=later | {"relation": Relation.DEVELOPMENT})
    assert preview(Criteria(), quiet, [first, report], RULES, MAX_AGE).messages == 1
    assert preview(Criteria(), quiet, [first, report, development], RULES, MAX_AGE).messages == 2


async def _replay(
    store: Store, wanted: Subscription, replayed: list[Story], touching: Collection[str]
) -> dict[str, set[str]]:
    """The stories of each message that the outbox sends."""
    touches = KnownTouches(C1=tuple(touching))
    sent: dict[str, set[str]] = {}

    async def send(now: datetime) -> None:
        while claimed := await store.outbox.claim(now, 50, 60, updates=10):
            for each in claimed:
                await store.outbox.confirm(each.id, f"1.{len(sent)}", now)
                if each.kind is not DeliveryKind.UPDATE:
                    sent[each.id] = set(each.story_ids)

    await store.subscriptions.add(wanted)
    for seen_at, group in groupby(replayed, key=lambda each: each.seen_at):
        await send(seen_at)
        seen = list(group)
        fresh = [each for each in seen if seen_at - each.published <= MAX_AGE]
        audience = await store.pipeline_store.audience({each.event_id for each in fresh})
        earlier = await store.stories.recent(NOON - MAX_AGE)
        compared = [*fresh, *earlier]
        found = await find_all_touching(touches, audience.subscriptions, compared, RULES.blocs)
        audience = audience.model_copy(update={"touching": found})
        planned = plan_deliveries(fresh, audience, seen_at, RULES, earlier=earlier)
        await store.add_stories(*seen)
        await store.queue(*planned)
    await send(replayed[-1].seen_at + timedelta(days=9))
    return sent


@settings(max_examples=15)
@given(
    st.sampled_from([Criteria(), Criteria(only_my_lines=True)]) | criteria,
    timings,
    histories(),
    st.sets(st.sampled_from([f"s{number}" for number in range(12)])),
)
def test_a_preview_equals_what_is_sent(
    wanted: Criteria, timing: Timing, replayed: list[Story], touching: set[str]
) -> None:
    replayed.sort(key=lambda each: (each.seen_at, each.published, each.id))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        sent = asyncio.run(_replay_on(file, wanted, timing, replayed, touching))
    found = preview(wanted, timing, replayed, RULES, MAX_AGE, touching)
    ids = set().union(*sent.values())
    assert found.messages == len(sent)
    assert found.stories == len(ids)
    assert found.events == len({each.event_id for each in replayed if each.id in ids})
    assert {each.id for each in found.newest} <= ids


async def _replay_on(
    file: Path,
    wanted: Criteria,
    timing: Timing,
    replayed: list[Story],
    touching: Collection[str],
) -> dict[str, set[str]]:
    await upgrade(f"sqlite:///{file}")
    store = open_store(f"sqlite:///{file}")
    own = subscription(criteria=wanted, timing=timing, team=TEAM)
    try:
        return await _replay(store, own, replayed, touching)
    finally:
        await store.database.close()
