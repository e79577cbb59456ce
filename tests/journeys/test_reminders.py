"""Each reminder reaches the right channels once. Channels can switch reminders off."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.reminders.job import Reminders
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import ServerTime
from bot.local_slack.server import Workspace
from bot.slack.api.sender import SlackSender
from bot.slack.app import open_session
from bot.store.reminder_switches import ReminderSwitches
from bot.store.upgrade import upgrade
from bot.text.dates import format_day
from bot.values import Topic
from tests.journeys.workspace_reader import Message, WorkspaceReader, eventually, words
from tests.journeys.world import World
from tests.slack.fakes import ledger, slack_context
from tests.slack.http_bot import serving
from tests.slack.samples import PARTIES, ROOT
from tests.store.opened import Store, open_store

pytestmark = pytest.mark.timeout(120)

POLYSILICON = date(2026, 12, 4)


class Bot:
    """The bot in a local workspace, with a clock that tests set by hand."""

    def __init__(self, workspace: Workspace, store: Store, client: AsyncWebClient) -> None:
        self.workspace, self.store = workspace, store
        self.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
        self.team = workspace.team.identity.team_id
        self.switches = ReminderSwitches(store.database)
        self.context = slack_context(
            client,
            secret=workspace.signing_secret,
            subscriptions=store.subscriptions,
            reminders=self.switches,
            clock=lambda: self.now,
        )
        sender = SlackSender(client, PARTIES)
        self.dispatcher = Dispatcher(store.outbox, sender, lambda: self.now, pace_s=0)
        self.page = WorkspaceReader(workspace.address)

    async def run_days_before(self, days: int) -> None:
        """Sets the clock to the morning this many days before the change and runs the bot."""
        day = POLYSILICON - timedelta(days=days)
        self.now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        reminders = Reminders(
            ledger,
            self.store.outbox,
            self.store.subscriptions,
            self.switches,
            self.store.mutes,
            self.team,
            lambda: self.now,
            lambda: None,
            ServerTime(8, UTC),
        )
        await reminders.look()
        await self.dispatcher.run_once(self.now)

    async def subscribe(self, channel: str, *parties: str) -> None:
        found = self.workspace.team.find_channel(channel)
        assert found is not None
        wish = Subscription(
            id="",
            team=self.team,
            conversation=found.id,
            criteria=Criteria(
                topics=frozenset({Topic.TARIFF}),
                economies=tuple(EconomyFilter(first=code) for code in parties),
            ),
            created_at=self.now,
        )
        await self.store.subscriptions.add(wish)

    async def reminders_in(self, channel: str) -> list[Message]:
        found = await self.page.messages(channel)
        return [each for each in found if "olysilicon" in words(each)]


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    store = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    workspace = Workspace(tmp_path / "slack.db", rate_limits=False)
    await workspace.start(port=0)
    async with open_session() as session:
        client = AsyncWebClient(
            workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )
        made = Bot(workspace, store, client)
        async with serving(made.context, workspace):
            yield made
    await workspace.stop()
    await store.database.close()


async def test_a_change_is_reminded_of_a_week_and_a_day_before_in_the_channels_it_concerns(
    bot: Bot,
) -> None:
    await bot.subscribe("trade-news", "CN")
    await bot.subscribe("court-watch", "US")
    for days in range(9, -2, -1):
        await bot.run_days_before(days)
    for channel in ("trade-news", "court-watch"):
        first, second = await bot.reminders_in(channel)
        assert "In 7 days: Friday, 4 Dec 2026" in words(first)
        assert "Tomorrow: Friday, 4 Dec 2026" in words(second)
    first = (await bot.reminders_in("trade-news"))[0]
    for said in (
        "15% begins",
        "Source: ",
        "checked ",
        "Why: subscribed here to tariffs of China",
        "Turn off reminders here",
    ):
        assert said in words(first)
    assert await bot.reminders_in("general") == []


async def test_a_lost_connection_sends_no_reminder_twice(bot: Bot) -> None:
    await bot.subscribe("trade-news", "US")
    bot.workspace.fail_next("chat.postMessage", drop="after")
    await bot.run_days_before(7)
    bot.now += timedelta(hours=1)
    await bot.dispatcher.run_once(bot.now)
    assert len(await bot.reminders_in("trade-news")) == 1


async def test_reminders_are_switched_off_by_a_command_and_by_the_button(bot: Bot) -> None:
    await bot.subscribe("trade-news", "US")
    [state] = await bot.page.say("#trade-news", "/tariff reminders")
    assert "Reminders are on here." in words(state)
    [said] = await bot.page.say("#trade-news", "/tariff reminders off")
    assert "turned reminders off here" in words(said)
    assert not said["ephemeral"]
    [listed] = await bot.page.say("#trade-news", "/tariff list")
    assert "Reminders are off here" in words(listed)
    await bot.run_days_before(7)
    assert await bot.reminders_in("trade-news") == []
    [again] = await bot.page.say("#trade-news", "/tariff reminders on")
    assert "turned reminders on here" in words(again)
    await bot.run_days_before(6)
    [reminders_in] = await bot.reminders_in("trade-news")
    assert "In 6 days" in words(reminders_in)
    [unclear] = await bot.page.say("#trade-news", "/tariff reminders maybe")
    assert "can be on or off" in words(unclear)


async def test_the_running_bot_sends_reminders_to_the_default_channel(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(days=5)).date()
    config = world.folder / "config"
    shutil.copytree(ROOT / "config", config)
    rates = config / "rates" / "us.yaml"
    sheet = rates.read_text(encoding="utf-8")
    assert f"from: {POLYSILICON}" in sheet
    sheet = sheet.replace(f"from: {POLYSILICON}", f"from: {soon}")
    rates.write_text(sheet, encoding="utf-8")
    world.feeds.publish("wire", "Nothing to see")
    await world.start_bot(
        TARIFFWIRE_CONFIG_DIR=str(config),
        TARIFFWIRE_DIGEST_HOUR="0",
        TARIFFWIRE_REMINDERS="true",
    )

    async def reminded() -> list[Message]:
        found = await world.page.messages("trade-news")
        return [each for each in found if "olysilicon" in words(each)]

    [reminders_in] = await eventually(reminded)
    assert f"{soon:%A}, {format_day(soon)}" in words(reminders_in)
    assert "subscribed here to tariffs of any economy" in words(reminders_in)
