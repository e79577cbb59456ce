"""A conversation that wants it gets one line after a week without news, and none after news."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.alerts.delivery import DeliveryKind, delivery_id
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.timing import ServerTime, Timing
from bot.alerts.watch.facts import QuietWeek
from bot.alerts.watch.quiet_weeks import QuietWeeks
from tests.alerts.watch.operators import Operators
from tests.slack.fakes import ledger
from tests.store.examples import TEAM, delivery, story, subscription
from tests.store.statements import explain, record_statements

START = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
TOKYO = Timing(zone="Asia/Tokyo")


class Bot:
    def __init__(self, operators: Operators) -> None:
        self.operators, self.store = operators, operators.store
        self.operators.now = START
        self.restart()

    def restart(self) -> None:
        self.weeks = QuietWeeks(
            self.store.watch,
            self.store.outbox,
            self.store.subscriptions,
            self.store.mutes,
            ledger,
            lambda _since: 61,
            TEAM,
            self.operators.clock,
            lambda: None,
            ServerTime(8, UTC),
        )

    async def want(self, conversation: str, **fields: object) -> None:
        wish = subscription(conversation, **{"created_at": START - WEEK, **fields})
        await self.store.subscriptions.add(wish, 25)
        await self.store.watch.switch_quiet_weeks(TEAM, conversation, on=True)

    async def run(self, length: timedelta, step: timedelta = HOUR) -> list[tuple[datetime, str]]:
        """The moment and the conversation of each line, with a restart at each step."""
        found = []
        for _ in range(length // step):
            await self.weeks.look()
            sent = await self.operators.send_notices()
            found += [(self.operators.now, conversation) for conversation, _ in sent]
            self.operators.now += step
            self.restart()
        return found


@pytest.fixture
def bot(operators: Operators) -> Bot:
    return Bot(operators)


async def test_each_conversation_gets_one_line_a_week_in_its_own_time_zone(bot: Bot) -> None:
    await bot.want("C1")
    await bot.want("C2", timing=TOKYO)
    # It is Monday, 8 o'clock, in Tokyo when it is Sunday, 23 o'clock, in UTC.
    assert await bot.run(2 * WEEK) == [
        (START + 8 * HOUR, "C1"),
        (START + WEEK - HOUR, "C2"),
        (START + WEEK + 8 * HOUR, "C1"),
        (START + 2 * WEEK - HOUR, "C2"),
    ]


async def test_the_line_says_what_was_watched_and_what_comes_next(bot: Bot) -> None:
    await bot.want("C1", parties=("CN",))
    await bot.store.add_stories(
        story("old", seen_at=START - WEEK),
        story("a", seen_at=START - DAY),
        story("b", seen_at=START),
    )
    bot.operators.now = START + 8 * HOUR
    await bot.weeks.look()
    [(_, notice)] = await bot.operators.send_notices()
    assert isinstance(notice.about, QuietWeek)
    assert (notice.about.stories, notice.about.feeds) == (2, 61)
    assert notice.about.next_on == date(2026, 11, 10)
    assert notice.about.next_measure


@pytest.mark.parametrize("kind", [DeliveryKind.ALERT, DeliveryKind.DIGEST, DeliveryKind.REMINDER])
async def test_a_week_with_news_has_no_line(bot: Bot, kind: DeliveryKind) -> None:
    await bot.want("C1")
    await bot.want("C2")
    assert [place for _, place in await bot.run(DAY, 4 * HOUR)] == ["C1", "C2"]
    await bot.store.queue(delivery("a", kind=kind, due_at=START))
    await bot.operators.send_due()
    assert [place for _, place in await bot.run(WEEK, 4 * HOUR)] == ["C2"]
    assert [place for _, place in await bot.run(WEEK, 4 * HOUR)] == ["C1", "C2"]


async def test_news_that_waits_for_the_week_prevents_the_line(bot: Bot) -> None:
    await bot.want("C1")
    await bot.want("C2")
    digest = {"kind": DeliveryKind.DIGEST}
    await bot.store.queue(
        delivery("a", due_at=START + 3 * DAY, **digest),
        # A mute of a month keeps a story back.
        delivery("a", "C2", due_at=START + 30 * DAY, **digest),
    )
    assert await bot.run(DAY) == [(START + 8 * HOUR, "C2")]


async def test_the_next_change_and_the_week_are_those_of_the_readers_day(bot: Bot) -> None:
    # 08:00 on Monday, 9 November in Tokyo, when it is still Sunday in UTC.
    await bot.want("C1", timing=TOKYO)
    bot.operators.now = START + WEEK - HOUR
    await bot.weeks.look()
    [line] = await bot.operators.send_due()
    about = f"quiet week {date(2026, 11, 9).isocalendar().week} of 2026"
    assert line.id == delivery_id(DeliveryKind.NOTICE, TEAM, "C1", about)


async def test_an_edit_of_the_time_zone_on_monday_sends_no_second_line(bot: Bot) -> None:
    await bot.want("C1", timing=TOKYO)
    bot.operators.now = START + WEEK - HOUR
    assert len(await bot.run(HOUR)) == 1
    await bot.want("C1", timing=Timing(zone="America/New_York"))
    assert await bot.run(DAY) == []


async def test_the_line_waits_for_the_end_of_the_quiet_time(bot: Bot) -> None:
    await bot.want("C1", timing=Timing(zone="Asia/Tokyo", hour=6, quiet_from=22, quiet_to=9))
    # 9 o'clock in Tokyo is 0 o'clock in UTC.
    assert await bot.run(WEEK + DAY) == [(START, "C1"), (START + WEEK, "C1")]


async def test_a_look_reads_the_outbox_once_for_all_conversations_of_a_time_zone(bot: Bot) -> None:
    for number in range(20):
        await bot.want(f"C{number}", timing=TOKYO if number % 2 else Timing())
    bot.operators.now = START + WEEK + 8 * HOUR
    with record_statements(bot.store.database) as statements:
        await bot.weeks.look()
    about_news = [(text, given) for text, given in statements if "sent_at >" in text]
    assert len(about_news) == 2
    for text, given in about_news:
        assert "SCAN deliveries" not in await explain(bot.store.database, text, given)
    with record_statements(bot.store.database) as statements:
        bot.operators.now += timedelta(minutes=1)
        await bot.weeks.look()
    assert statements == []


async def test_a_new_a_paused_and_a_muted_conversation_get_no_line(bot: Bot) -> None:
    await bot.want("C1", created_at=START - DAY)
    await bot.want("C2", paused_until=START - DAY)
    await bot.want("C3")
    await bot.store.mutes.add(
        Mute(kind=MuteKind.CONVERSATION, team=TEAM, conversation="C3", until=START + DAY)
    )
    await bot.store.watch.switch_quiet_weeks(TEAM, "C4", on=True)
    assert await bot.run(DAY) == []


async def test_nothing_is_sent_after_it_is_switched_off(bot: Bot) -> None:
    await bot.want("C1")
    assert await bot.store.watch.switch_quiet_weeks(TEAM, "C1", on=False)
    assert await bot.run(WEEK) == []


async def test_a_bot_that_was_down_sends_the_line_up_to_a_day_late(bot: Bot) -> None:
    await bot.want("C1")
    bot.operators.now = START + 8 * HOUR + DAY - HOUR
    assert len(await bot.run(HOUR)) == 1
    bot.operators.now = START + WEEK + 8 * HOUR + DAY
    assert await bot.run(HOUR) == []
