"""A late message says so, and a channel learns that a week without news was watched."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import DeliveryKind, make_delivery
from bot.alerts.notices import Notices
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.subscriptions.model import DEFAULT_LIMIT, Subscription
from bot.alerts.subscriptions.timing import ServerTime
from bot.alerts.watch.incidents import Incidents
from bot.alerts.watch.late_messages import LateMessages
from bot.alerts.watch.quiet_weeks import QuietWeeks
from bot.local_slack.server import Workspace
from bot.slack.api.sender import SlackSender
from bot.slack.app import open_session
from bot.store.upgrade import upgrade
from tests.journeys.workspace_reader import WorkspaceReader, words
from tests.slack.fakes import ledger, slack_context
from tests.slack.http_bot import serving
from tests.slack.samples import PARTIES
from tests.store.examples import story
from tests.store.opened import Store, open_store

pytestmark = pytest.mark.timeout(120)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Bot:
    """The bot in a local workspace, with a clock that tests set by hand."""

    def __init__(self, workspace: Workspace, store: Store, client: AsyncWebClient) -> None:
        self.workspace, self.store, self.client = workspace, store, client
        self.now = MONDAY
        self.team = workspace.team.identity.team_id
        self.context = slack_context(
            client,
            secret=workspace.signing_secret,
            subscriptions=store.subscriptions,
            quiet_weeks=store.watch,
            clock=self.clock,
        )
        self.page = WorkspaceReader(workspace.address)
        self.restart()

    def clock(self) -> datetime:
        return self.now

    def restart(self) -> None:
        store, team = self.store, self.team
        self.dispatcher = Dispatcher(
            store.outbox, SlackSender(self.client, PARTIES), self.clock, pace_s=0
        )
        operators = (self.find_channel("general"),)
        notices = Notices(store.outbox, team, operators, self.clock, lambda: None)
        incidents = Incidents(store.watch, notices, team)
        self.late = LateMessages(
            store.watch, incidents, team, self.clock, is_refusing=lambda: False
        )
        self.weeks = QuietWeeks(
            store.watch,
            store.outbox,
            store.subscriptions,
            store.mutes,
            ledger,
            lambda _since: 61,
            team,
            self.clock,
            lambda: None,
            ServerTime(8, UTC),
        )

    def find_channel(self, name: str) -> str:
        found = self.workspace.team.find_channel(name)
        assert found is not None
        return found.id

    async def run(self) -> None:
        await self.late.look()
        await self.weeks.look()
        await self.dispatcher.run_once(self.now)

    async def read(self, channel: str) -> list[str]:
        return [words(each) for each in await self.page.messages(channel)]


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


async def test_a_late_alert_says_how_late_it_is_and_operators_learn_it_once(bot: Bot) -> None:
    channel = bot.find_channel("trade-news")
    await bot.store.add_stories(story("a", seen_at=MONDAY, published=MONDAY))
    alert = make_delivery(
        DeliveryKind.ALERT,
        (bot.team, channel),
        "a",
        "tariffs",
        MONDAY,
        story_ids=("a",),
        event_id="a",
    )
    await bot.store.queue(alert)
    for _ in range(7):
        bot.workspace.fail_next("chat.postMessage", times=3, status=503)
        await bot.run()
        bot.now += timedelta(minutes=10)
        await bot.store.outbox.release_all(bot.now)
        bot.restart()
    assert await bot.read("trade-news") == []
    # Some of the failures are left, so it takes some more tries.
    for _ in range(12):
        await bot.run()
        bot.now += timedelta(minutes=10)
        bot.restart()
    [alert_text] = await bot.read("trade-news")
    assert "Tariff story a" in alert_text
    assert re.search(r"Sent \d+ (?:min|h) late: ", alert_text)
    general = await bot.read("general")
    assert (
        len([text for text in general if "have been waiting since 23 Nov 2026, 09:00 UTC" in text])
        == 1
    )
    assert len([text for text in general if "Messages are sent on time again" in text]) == 1


async def test_a_quiet_week_is_announced_where_people_turned_the_line_on(bot: Bot) -> None:
    channel = bot.find_channel("trade-news")
    for conversation in (channel, bot.find_channel("court-watch")):
        wish = Subscription(
            id="",
            team=bot.team,
            conversation=conversation,
            created_at=MONDAY - timedelta(days=20),
        )
        await bot.store.subscriptions.add(wish, DEFAULT_LIMIT)
    [state] = await bot.page.say("#trade-news", "/tariff quiet-weeks")
    assert "The quiet-week message is off here." in words(state)
    [said] = await bot.page.say("#trade-news", "/tariff quiet-weeks on")
    assert "turned the quiet-week message on here" in words(said)
    assert not said["ephemeral"]
    for _ in range(15):
        await bot.run()
        bot.restart()
        bot.now += timedelta(hours=12)
    found = [text for text in await bot.read("trade-news") if "none matched" in text]
    assert len(found) == 2
    assert "stories from 61 feeds, none matched. Next known change: 4 Dec 2026" in found[0]
    assert [text for text in await bot.read("court-watch") if "none matched" in text] == []
    [off] = await bot.page.say("#trade-news", "/tariff quiet-weeks off")
    assert "turned the quiet-week message off here" in words(off)
