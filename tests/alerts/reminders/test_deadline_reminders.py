"""Deadlines of notices are reminded of a week and a day before, once each, where they matter."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.deadlines import EventDeadlines
from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.reminders.job import Reminders
from bot.alerts.reminders.model import Reminder
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, GoodsFilter
from bot.alerts.subscriptions.timing import ServerTime, Timing
from bot.lines.model import ListOwner
from bot.news.deadlines.model import DeadlineKind
from bot.news.state import Relation
from bot.slack.views.delivery import compose_messages
from bot.store.upgrade import upgrade
from bot.values import Topic
from tests.alerts.subscriptions.known_touches import KnownTouches
from tests.news.deadlines.made import PUBLISHED, deadline, notice
from tests.slack.fakes import ledger
from tests.slack.samples import PARTIES
from tests.store.examples import TEAM, subscription
from tests.store.opened import Store, open_store

# On none of the days before this one does the ledger announce a change of a duty on goods of Fiji.
DAY = date(2026, 12, 15)
COMMENTS = deadline(DeadlineKind.COMMENTS_CLOSE, DAY)


class Bot:
    """The reminders of a bot, with a clock that tests set by hand."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, datetime(2026, 12, 1, 9, tzinfo=UTC)
        self.touches = KnownTouches()

    async def subscribe(self, conversation: str = "C1", **fields: Any) -> None:
        await self.store.subscriptions.add(
            subscription(conversation, id=f"{conversation} {sorted(fields.items())}", **fields)
        )

    async def mute(self, conversation: str, kind: MuteKind, subject: str = "") -> None:
        """Mutes something for good."""
        mute = Mute(kind=kind, subject=subject, team=TEAM, conversation=conversation)
        await self.store.mutes.add(mute)

    async def run(self, day: date) -> list[Delivery]:
        """What the bot sends on the morning of a day, after a restart."""
        self.now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        reminders = Reminders(
            ledger,
            self.store.outbox,
            self.store.subscriptions,
            self.store.reminders,
            self.store.mutes,
            TEAM,
            lambda: self.now,
            lambda: None,
            ServerTime(8, UTC),
            EventDeadlines(self.store.stories, self.store.follows, TEAM),
            self.touches,
        )
        await reminders.look()
        await reminders.look()
        found: list[Delivery] = []
        while claimed := await self.store.outbox.claim(self.now, 10, 60):
            for each in claimed:
                await self.store.outbox.confirm(each.id, "1.2", self.now)
            found += claimed
        return found

    async def run_all_days(self, day: date = DAY) -> list[tuple[str, int]]:
        """The conversations that get reminders of a deadline, with the days left until `day`."""
        return [
            (each.conversation, left)
            for left in range(10, -2, -1)
            for each in await self.run(day - timedelta(days=left))
            if Reminder.model_validate_json(each.content).deadlines
        ]


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    yield Bot(opened)
    await opened.database.close()


async def test_a_deadline_is_reminded_of_a_week_and_a_day_before(bot: Bot) -> None:
    await bot.subscribe(parties=["CN"])
    await bot.subscribe("C2", parties=["JP"])
    await bot.store.add_stories(notice("a", COMMENTS))
    assert await bot.run_all_days() == [("C1", 7), ("C1", 1)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # A Friday, a Saturday, a Sunday and a Monday.
        (date(2026, 12, 18), [("C1", 7), ("C1", 1)]),
        (date(2026, 12, 19), [("C1", 5), ("C1", 1)]),
        (date(2026, 12, 20), [("C1", 6), ("C1", 2)]),
        (date(2026, 12, 21), [("C1", 7), ("C1", 3)]),
    ],
)
async def test_on_weekdays_only_friday_announces_what_happens_up_to_monday(
    bot: Bot, day: date, expected: list[tuple[str, int]]
) -> None:
    await bot.subscribe(parties=["CN"], timing=Timing(weekdays_only=True))
    await bot.store.add_stories(notice("a", deadline(DeadlineKind.COMMENTS_CLOSE, day)))
    assert await bot.run_all_days(day) == expected


async def test_topics_and_words_decide_too(bot: Bot) -> None:
    await bot.subscribe("C1", topics=[Topic.COURT_RULING])
    await bot.subscribe("C2", topics=[Topic.TARIFF])
    await bot.subscribe("C3", words=["docket"])
    await bot.subscribe("C4", words=["whisky"])
    await bot.store.add_stories(
        notice("a", COMMENTS, topics=(Topic.COURT_RULING,), text="The docket is open.")
    )
    found = await bot.run_all_days()
    assert sorted(found) == [("C1", 1), ("C1", 7), ("C3", 1), ("C3", 7)]


async def test_followers_are_reminded_and_conversations_that_muted_the_event_are_not(
    bot: Bot,
) -> None:
    await bot.subscribe("C1")
    await bot.subscribe("C2")
    await bot.store.add_stories(notice("a", COMMENTS))
    await bot.mute("C1", MuteKind.EVENT, "a")
    await bot.store.follows.follow(TEAM, "U1", "a")
    await bot.store.follows.follow("T9", "U2", "a")
    await bot.store.follows.follow(TEAM, "U3", "other")
    found = await bot.run(DAY - timedelta(days=7))
    with_deadline = {
        each.conversation: each
        for each in found
        if Reminder.model_validate_json(each.content).deadlines
    }
    assert set(with_deadline) == {"C2", "U1"}
    assert with_deadline["U1"].reason == "you follow an event below"
    assert with_deadline["C2"].reason.endswith("all topics of any economy")


async def test_switched_off_muted_and_paused_conversations_get_none(bot: Bot) -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    await bot.subscribe("C1", parties=["CN"])
    await bot.subscribe("C2", parties=["CN"])
    await bot.subscribe("C3", parties=["CN"], paused_at=PUBLISHED)
    await bot.subscribe("C4", parties=["CN"], paused_until=until)
    await bot.store.add_stories(notice("a", COMMENTS))
    await bot.store.reminders.switch(TEAM, "C1", on=False)
    await bot.mute("C2", MuteKind.CONVERSATION)
    assert await bot.run_all_days() == []


async def test_a_muted_topic_keeps_back_the_deadlines_that_are_about_nothing_else(
    bot: Bot,
) -> None:
    await bot.subscribe("C1")
    await bot.subscribe("C2", topics=[Topic.TARIFF])
    await bot.subscribe("C3")
    topics = Topic.TARIFF, Topic.COURT_RULING
    await bot.store.add_stories(notice("a", COMMENTS, topics=topics))
    await bot.mute("C1", MuteKind.TOPIC, Topic.TARIFF)
    await bot.mute("C2", MuteKind.TOPIC, Topic.TARIFF)
    assert sorted(await bot.run_all_days()) == [("C1", 1), ("C1", 7), ("C3", 1), ("C3", 7)]


async def test_pairs_and_goods_decide_as_for_alerts(bot: Bot) -> None:
    pair = EconomyFilter(first="US", second="CN")
    lamps = GoodsFilter(text="lamps", codes=("9405",))
    for conversation, criteria in (
        ("C1", Criteria(economies=(pair,))),
        ("C2", Criteria(economies=(EconomyFilter(first="JP", second="CN"),))),
        ("C3", Criteria(goods=(lamps,))),
        ("C4", Criteria(official_only=True)),
        ("C5", Criteria(goods=(GoodsFilter(text="whisky"),))),
    ):
        await bot.subscribe(conversation, criteria=criteria)
    text = "The docket on subheading 9405.21 is open."
    await bot.store.add_stories(notice("a", COMMENTS, parties=("US", "CN"), text=text))
    found = await bot.run_all_days()
    assert {conversation for conversation, _ in found} == {"C1", "C3", "C4"}


async def test_only_my_lines_needs_an_event_of_which_a_story_touches_them(bot: Bot) -> None:
    later = notice("b", COMMENTS, event_id="a", relation=Relation.DEVELOPMENT)
    await bot.store.add_stories(notice("a", COMMENTS), later)
    mine = Criteria(economies=(EconomyFilter(first="CN"),), only_my_lines=True)
    for place in ("C1", "C2"):
        await bot.subscribe(place, criteria=mine)
    bot.touches.ids[ListOwner(TEAM, "C2")] = frozenset({"a"})
    assert sorted(await bot.run_all_days()) == [("C2", 1), ("C2", 7)]


async def test_a_deadline_that_moves_is_announced_for_its_new_day_only(bot: Bot) -> None:
    await bot.subscribe(parties=["CN"])
    await bot.store.add_stories(notice("a", COMMENTS))
    assert len(await bot.run(DAY - timedelta(days=7))) == 1
    later = deadline(DeadlineKind.COMMENTS_CLOSE, DAY + timedelta(days=20))
    await bot.store.add_stories(
        notice(
            "b",
            later,
            event_id="a",
            relation=Relation.DEVELOPMENT,
            published=datetime(2026, 12, 9, tzinfo=UTC),
            seen_at=datetime(2026, 12, 9, tzinfo=UTC),
        )
    )
    assert await bot.run_all_days(DAY) == []
    assert await bot.run_all_days(later.day) == [("C1", 7), ("C1", 1)]


async def test_a_notice_known_late_is_reminded_of_once(bot: Bot) -> None:
    await bot.subscribe(parties=["CN"])
    await bot.store.add_stories(notice("a", COMMENTS))
    sent = [await bot.run(DAY - timedelta(days=left)) for left in (2, 1, 0)]
    assert [len(each) for each in sent] == [1, 0, 0]


async def test_duties_and_deadlines_of_one_day_are_one_message(bot: Bot) -> None:
    # On 4 Dec 2026, the shipped ledger has a change of a duty on polysilicon.
    day = date(2026, 12, 4)
    await bot.subscribe(parties=["CN"])
    hearing = deadline(DeadlineKind.HEARING, day)
    await bot.store.add_stories(notice("a", hearing, title="Hearing on lamps"))
    [sent] = await bot.run(day - timedelta(days=7))
    assert sent.kind is DeliveryKind.REMINDER
    reminder = Reminder.model_validate_json(sent.content)
    assert reminder.due
    assert [each.ahead.on for each in reminder.deadlines] == [day]
    assert sent.reason == "subscribed here to tariffs of China; all topics of China"
    [message] = compose_messages(sent, (), PARTIES)
    text = json.dumps(message.payload(), ensure_ascii=False)
    assert text.count("In 7 days: Friday, 4 Dec 2026") == 1 + len(reminder.due) + 1
    for said in (
        "*Hearing*: <https://gazette.example/a|Hearing on lamps>",
        "hearing on 2026-12-04",
        "Source: Gazette, 20 Nov 2026",
        "olysilicon",
    ):
        assert said in text


async def test_a_reminder_that_an_older_version_saved_still_counts(bot: Bot) -> None:
    await bot.subscribe(parties=["CN"])
    day = date(2026, 12, 4)
    [sent] = await bot.run(day - timedelta(days=7))
    content = json.loads(sent.content)
    del content["deadlines"]
    reminder = Reminder.model_validate_json(json.dumps(content))
    assert reminder.deadlines == ()
    assert compose_messages(sent.model_copy(update={"content": json.dumps(content)}), (), PARTIES)
