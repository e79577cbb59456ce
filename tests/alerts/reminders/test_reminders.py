"""Reminders are sent a week and a day before a change, once each, to subscribed conversations."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.reminders.job import Reminders
from bot.alerts.reminders.model import LeadTime, Place, Reminder, read_sent
from bot.alerts.reminders.planning import (
    ONE_REMINDER_DAYS,
    WEEK_DAYS,
    ReminderFacts,
    plan_reminders,
    reminder_due,
)
from bot.alerts.reminders.schedule import ReminderDay
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import TouchingAhead, get_change_key
from bot.alerts.subscriptions.timing import ServerTime, Timing
from bot.rates.calendar.entries import Doubt, DoubtKind
from bot.rates.calendar.upcoming import list_upcoming_by_measure
from bot.store.reminder_switches import ReminderSwitches
from bot.store.upgrade import upgrade
from bot.values import Topic
from tests.shipped import ledger
from tests.store.examples import TEAM, subscription
from tests.store.opened import Store, open_store
from tests.store.statements import explain, record_statements

# Days on which the shipped ledger (config/rates) has changes.
POLYSILICON = date(2026, 12, 4)
NEW_YEAR = date(2027, 1, 1)
CANADA = Place(TEAM, "C1")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def subscribed(conversation: str = "C1", **fields: Any) -> Subscription:
    # The id is made from the fields, so one conversation can have several subscriptions.
    return subscription(conversation, id=f"{conversation} {sorted(fields.items())}", **fields)


def reminders_on(
    day: date,
    *subscriptions: Subscription,
    off: Sequence[Place] = (),
    before: Sequence[Delivery] = (),
) -> tuple[Delivery, ...]:
    return plan_reminders(
        ReminderFacts(ledger(), read_sent(before), noon(day), off),
        subscriptions,
        ReminderDay(day, 1),
    )


def measures_in(delivery: Delivery) -> set[str]:
    found = Reminder.model_validate_json(delivery.content)
    return {due.ahead.key.split()[0] for due in found.due}


# --- days ------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 20)))
def test_no_change_has_more_than_two_reminders_or_one_outside_its_window(awake: set[int]) -> None:
    """`awake` has the numbers of days before the change on which the bot plans reminders."""
    given_at: dict[LeadTime, int] = {}
    for left in sorted(awake, reverse=True):
        notice = reminder_due(left, given_at)
        if notice is not None:
            assert notice not in given_at
            assert left <= (WEEK_DAYS if notice is LeadTime.WEEK else 1)
            given_at[notice] = left
    awake_in_time = {left for left in awake if left <= WEEK_DAYS}
    assert bool(given_at) == bool(awake_in_time)
    if len(given_at) == 2:
        assert given_at[LeadTime.WEEK] > ONE_REMINDER_DAYS
        assert given_at[LeadTime.DAY] in (0, 1)
    if awake_in_time and max(awake_in_time) > ONE_REMINDER_DAYS and {0, 1} & awake:
        assert len(given_at) == 2


@settings(deadline=None)
@given(st.sets(st.integers(-3, 12)), st.integers(0, 5))
def test_missed_days_repeat_no_reminder(awake: set[int], repeated: int) -> None:
    sent: list[Delivery] = []
    for offset in sorted(awake):
        for _ in range(1 + repeated % 2):
            sent += reminders_on(NEW_YEAR - timedelta(days=9 - offset), subscribed(), before=sent)
    assert len({each.id for each in sent}) == len(sent)
    reported = [
        (due.ahead.key, due.notice)
        for each in sent
        for due in Reminder.model_validate_json(each.content).due
    ]
    assert len(set(reported)) == len(reported)
    days = [Reminder.model_validate_json(each.content).counted_on for each in sent]
    assert len(set(days)) == len(days), "one message a day"


def test_a_change_has_reminders_seven_days_and_one_day_before() -> None:
    sent: list[Delivery] = []
    for left in range(12, -2, -1):
        day = POLYSILICON - timedelta(days=left)
        sent += reminders_on(day, subscribed(parties=["US"]), before=sent)
    reported = [
        (due.notice, (due.ahead.on - reported.counted_on).days)
        for reported in (Reminder.model_validate_json(each.content) for each in sent)
        for due in reported.due
        if due.ahead.key.split()[0] == "us-232-polysilicon-derivatives"
    ]
    assert reported == [(LeadTime.WEEK, 7), (LeadTime.DAY, 1)]


def test_after_downtime_a_reminder_is_late_and_the_second_on_time() -> None:
    [late] = reminders_on(POLYSILICON - timedelta(days=5), subscribed())
    [last] = reminders_on(POLYSILICON - timedelta(days=1), subscribed(), before=[late])
    assert late.id != last.id
    assert reminders_on(POLYSILICON, subscribed(), before=[late, last]) == ()


def test_after_a_week_of_downtime_there_is_one_reminder() -> None:
    [only] = reminders_on(POLYSILICON - timedelta(days=1), subscribed())
    assert reminders_on(POLYSILICON, subscribed(), before=[only]) == ()


def test_a_change_known_three_days_ahead_has_one_reminder() -> None:
    [first] = reminders_on(POLYSILICON - timedelta(days=3), subscribed())
    for left in (2, 1, 0):
        assert reminders_on(POLYSILICON - timedelta(days=left), subscribed(), before=[first]) == ()


def test_all_changes_of_one_day_are_in_one_message() -> None:
    [reported] = reminders_on(NEW_YEAR - timedelta(days=7), subscribed())
    assert reported.kind is DeliveryKind.REMINDER
    assert measures_in(reported) >= {"us-232-kitchen-cabinets", "us-ni-301"}
    assert reported.id == reminders_on(NEW_YEAR - timedelta(days=7), subscribed())[0].id


def test_a_reminder_saved_by_another_version_is_not_repeated() -> None:
    [reported] = reminders_on(POLYSILICON - timedelta(days=7), subscribed())
    content = json.loads(reported.content)
    for due in content["due"]:
        due["ahead"]["weight"] = due["ahead"].pop("legal_basis")
    before = reported.model_copy(update={"content": json.dumps(content)})
    assert reminders_on(POLYSILICON - timedelta(days=6), subscribed(), before=[before]) == ()


# --- conversations ---------------------------------------------------------------------------


def test_a_subscription_without_parties_gets_all_reminders() -> None:
    [reported] = reminders_on(NEW_YEAR - timedelta(days=7), subscribed())
    assert {"cn-ca-lobster", "us-ni-301"} <= measures_in(reported)
    assert reported.reason == "subscribed here to tariffs of any economy"


def test_subscriptions_to_imposer_or_partner_get_the_reminder_and_others_do_not() -> None:
    day = NEW_YEAR - timedelta(days=7)
    [imposer] = reminders_on(day, subscribed(parties=["US"]))
    assert "us-ni-301" in measures_in(imposer)
    [payer] = reminders_on(day, subscribed(parties=["NI"]))
    assert "us-ni-301" in measures_in(payer)
    [other] = reminders_on(day, subscribed(parties=["JP"]))
    assert "us-ni-301" not in measures_in(other)


def test_a_change_for_all_partners_is_reminded_of_for_each_partner() -> None:
    [reported] = reminders_on(POLYSILICON - timedelta(days=7), subscribed(parties=["CN"]))
    assert measures_in(reported) == {
        "us-232-polysilicon-derivatives",
        "us-232-polysilicon-price-floor",
    }
    assert reported.reason == "subscribed here to tariffs of China"


def test_other_topics_muted_conversations_and_other_words_get_no_reminder() -> None:
    day = POLYSILICON - timedelta(days=7)
    assert reminders_on(day, subscribed(topics=[Topic.COURT_RULING])) == ()
    assert reminders_on(day, subscribed(paused_until=noon(day) + timedelta(hours=1))) == ()
    assert reminders_on(day, subscribed(words=["whisky"])) == ()
    assert len(reminders_on(day, subscribed(words=["Polysilicon"]))) == 1
    assert len(reminders_on(day, subscribed(topics=[Topic.TARIFF, Topic.COURT_RULING]))) == 1


def test_switched_off_reminders_are_not_sent() -> None:
    day = POLYSILICON - timedelta(days=7)
    [reported] = reminders_on(day, subscribed("C1"), subscribed("C2"), off=[CANADA])
    assert reported.conversation == "C2"


def test_two_subscriptions_of_a_conversation_get_one_reminder() -> None:
    day = POLYSILICON - timedelta(days=7)
    [reported] = reminders_on(
        day, subscribed(parties=["CN"]), subscribed(parties=["US"]), subscribed(parties=["KE"])
    )
    assert reported.reason.startswith(
        "subscribed here to tariffs of China; tariffs of United States"
    )


def test_each_change_in_a_reminder_has_source_legal_basis_and_doubts() -> None:
    [reported] = reminders_on(POLYSILICON - timedelta(days=7), subscribed(parties=["CN"]))
    for due in Reminder.model_validate_json(reported.content).due:
        assert due.ahead.source.text
        assert due.ahead.legal_basis
        assert due.ahead.as_of is not None
    [chips] = reminders_on(date(2027, 6, 16), subscribed(parties=["CN"]))
    [due] = Reminder.model_validate_json(chips.content).due
    assert Doubt(DoubtKind.ANNOUNCED) in due.ahead.doubts


def test_only_my_lines_limits_reminders_to_changes_that_touch_them() -> None:
    mine, eve = Criteria(only_my_lines=True), NEW_YEAR - timedelta(days=7)
    both = (subscribed("C1", criteria=mine), subscribed("C2", criteria=mine), subscribed("C3"))
    assert [each.conversation for each in reminders_on(eve, *both)] == ["C3"]
    changes = list_upcoming_by_measure(ledger(), eve, NEW_YEAR)
    one = next(each for each in changes if each.on == NEW_YEAR)
    touching = TouchingAhead({}, {(TEAM, "C1"): {get_change_key(one)}})
    facts = ReminderFacts(ledger(), {}, noon(eve), touching=touching)
    found = plan_reminders(facts, both, ReminderDay(eve, 1))
    of_lines, of_all = found
    assert (of_lines.conversation, of_all.conversation) == ("C1", "C3")
    assert len(measures_in(of_lines)) == 1 < len(measures_in(of_all))
    assert of_lines.reason == "subscribed here to tariffs of any economy that touch your lines"


# --- in the outbox --------------------------------------------------------------------------


class Setting:
    """The reminders of a bot in a time zone far from UTC, with a clock that tests set by hand."""

    def __init__(self, store: Store, zone: str = "Asia/Tokyo") -> None:
        self.store, self.zone = store, zone
        self.now = noon(POLYSILICON - timedelta(days=9))
        self.switches = ReminderSwitches(store.database)
        self.start()

    def start(self) -> None:
        """Creates the object under test again, as the bot does at each start."""
        self.reminders = Reminders(
            ledger,
            self.store.outbox,
            self.store.subscriptions,
            self.switches,
            self.store.mutes,
            TEAM,
            lambda: self.now,
            lambda: None,
            ServerTime(8, ZoneInfo(self.zone)),
        )

    async def send_due(self) -> list[Delivery]:
        await self.reminders.look()
        found: list[Delivery] = []
        while claimed := await self.store.outbox.claim(self.now, 10, 60):
            for each in claimed:
                await self.store.outbox.confirm(each.id, "1.2", self.now)
            found += claimed
        return found


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    await opened.subscriptions.add(subscribed())
    yield Setting(opened)
    await opened.database.close()


async def test_reminders_are_sent_at_the_digest_hour_of_the_configured_zone(
    setting: Setting,
) -> None:
    # In UTC, 07:59 and 08:01 in Tokyo belong to the day before: eight days before the change.
    eve = POLYSILICON - timedelta(days=8)
    setting.now = datetime(eve.year, eve.month, eve.day, 22, 59, tzinfo=UTC)
    assert await setting.send_due() == []
    setting.now += timedelta(minutes=2)
    [reported] = await setting.send_due()
    assert Reminder.model_validate_json(reported.content).counted_on == eve + timedelta(days=1)


async def test_neither_a_restart_nor_another_look_repeats_a_reminder(setting: Setting) -> None:
    setting.now = noon(POLYSILICON - timedelta(days=7))
    assert len(await setting.send_due()) == 1
    for _ in range(3):
        setting.start()
        assert await setting.send_due() == []
    setting.now += timedelta(days=1)
    assert await setting.send_due() == []
    setting.now = noon(POLYSILICON - timedelta(days=1))
    assert len(await setting.send_due()) == 1


async def run_until(setting: Setting, end: datetime) -> list[tuple[datetime, str, date]]:
    """The moment, the conversation and the counted day of each reminder, with a look every quarter
    of an hour."""
    found = []
    while setting.now < end:
        found += [
            (setting.now, each.conversation, Reminder.model_validate_json(each.content).counted_on)
            for each in await setting.send_due()
        ]
        setting.now += timedelta(minutes=15)
    return found


async def test_each_conversation_is_reminded_in_its_own_morning(setting: Setting) -> None:
    wanted = (
        ("C2", Timing(zone="America/New_York", hour=7)),
        ("C3", Timing(zone="Europe/Paris", quiet_from=22, quiet_to=10)),
    )
    for conversation, timing in wanted:
        await setting.store.subscriptions.add(subscribed(conversation, timing=timing))
    week_before = POLYSILICON - timedelta(days=7)
    setting.now = noon(week_before) - timedelta(hours=20)
    found = await run_until(setting, noon(week_before) + timedelta(hours=20))
    zones = {"C1": "Asia/Tokyo", "C2": "America/New_York", "C3": "Europe/Paris"}
    local = {place: at.astimezone(ZoneInfo(zones[place])) for at, place, _ in found}
    assert {(place, at.date(), at.hour, at.minute) for place, at in local.items()} == {
        ("C1", week_before, 8, 0),
        ("C2", week_before, 7, 0),
        ("C3", week_before, 10, 0),
    }
    assert {day for *_, day in found} == {week_before}
    assert len(found) == 3


def test_the_last_reminder_before_a_weekend_looks_as_far_as_the_next_one() -> None:
    sent = {LeadTime.WEEK: 7}
    for left in range(2, 7):
        assert reminder_due(left, sent) is None
        assert reminder_due(left, sent, 3) is (LeadTime.DAY if left <= 3 else None)


async def test_most_looks_read_nothing(setting: Setting) -> None:
    setting.now = noon(POLYSILICON - timedelta(days=6))
    assert len(await setting.send_due()) == 1
    with record_statements(setting.store.database) as statements:
        for _ in range(14):
            setting.now += timedelta(minutes=1)
            await setting.reminders.look()
        assert statements == []
        setting.now += timedelta(minutes=1)
        await setting.reminders.look()
    assert [text for text, _ in statements if "FROM subscriptions" not in text] == []


async def test_earlier_reminders_are_found_by_an_index(setting: Setting) -> None:
    with record_statements(setting.store.database) as statements:
        await setting.store.outbox.reminders(setting.now)
    [(text, given)] = statements
    plan = await explain(setting.store.database, text, given)
    assert "SCAN deliveries" not in plan
    assert "ix_deliveries_kind_sent_at (kind=? AND sent_at" in plan


async def test_a_conversation_can_switch_reminders_off_and_on(setting: Setting) -> None:
    setting.now = noon(POLYSILICON - timedelta(days=7))
    assert await setting.switches.switch(TEAM, "C1", on=False)
    assert not await setting.switches.switch(TEAM, "C1", on=False)
    assert await setting.switches.off(TEAM) == {"C1"}
    assert await setting.send_due() == []
    assert await setting.switches.switch(TEAM, "C1", on=True)
    assert await setting.switches.off(TEAM) == frozenset()
    setting.now += timedelta(days=1)
    assert len(await setting.send_due()) == 1


async def test_a_reminder_that_is_due_while_tariffs_are_muted_comes_afterwards(
    setting: Setting,
) -> None:
    setting.now = noon(POLYSILICON - timedelta(days=7))
    until = setting.now + timedelta(hours=20)
    for topic in (Topic.NEGOTIATION, Topic.TARIFF):
        mute = Mute(kind=MuteKind.TOPIC, subject=topic, team=TEAM, conversation="C1", until=until)
        await setting.store.mutes.add(mute)
    assert await setting.send_due() == []
    setting.now += timedelta(days=1)
    assert len(await setting.send_due()) == 1


def test_pairs_goods_and_directions_limit_reminders() -> None:
    day = POLYSILICON - timedelta(days=7)

    def reminded(**criteria: object) -> bool:
        return bool(reminders_on(day, subscribed(criteria=criteria)))

    us_china = {"first": "US", "second": "CN"}
    assert reminded(economies=[us_china])
    assert reminded(economies=[us_china | {"directed": True}])
    assert not reminded(economies=[{"first": "CN", "second": "US", "directed": True}])
    assert not reminded(economies=[{"first": "CN", "second": "JP"}], goods=[{"text": "steel"}])
    assert reminded(goods=[{"text": "polysilicon"}])
    assert not reminded(goods=[{"text": "whisky"}])
    assert not reminded(without_words=["polysilicon"])
