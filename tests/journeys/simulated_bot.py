"""A bot with a simulated clock: a real database, pipeline and dispatcher, and the local workspace
over HTTP. Only the feed is fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.dispatcher import Dispatcher
from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.wanted import BundleReview
from bot.local_slack.server import Workspace
from bot.pipeline import Pipeline, PipelineRules
from bot.slack.api.sender import SlackSender
from bot.slack.context import SlackContext
from bot.store.upgrade import upgrade
from tests.journeys.workspace_reader import Message, WorkspaceReader, words
from tests.slack.http_bot import running_bot
from tests.slack.samples import PARTIES
from tests.store.examples import entry, feed
from tests.store.opened import Store, open_store
from tests.test_pipeline import PlainReader, Publisher, join_by_name

WIRE = feed("wire")


class SimulatedBot:
    """The bot, its database and the page of its workspace; `now` is the bot's time."""

    def __init__(
        self, workspace: Workspace, client: AsyncWebClient, store: Store, now: datetime
    ) -> None:
        self.workspace, self.store, self.now = workspace, store, now
        self.page = WorkspaceReader(workspace.address)
        self.context: SlackContext | None = None
        self._published = 0
        self._publisher = Publisher()
        rules = PipelineRules(
            max_age=timedelta(days=1),
            join=join_by_name,
            deliver=DeliveryRules(blocs=PARTIES.blocs),
        )
        self._pipeline = Pipeline(self._publisher, PlainReader(), store.pipeline_store, rules)
        clock = lambda: self.now  # noqa: E731
        review = BundleReview(
            store.outbox, store.subscriptions, store.follows, store.stories, PARTIES.blocs, clock
        )
        sender = SlackSender(client, PARTIES, pace_s=0)
        self.dispatcher = Dispatcher(store.outbox, sender, clock, pace_s=0, review=review.review)

    async def publish(self, *titles: str) -> None:
        """Publishes entries now, polls the feed and sends what is due. A title names its topics,
        and entries whose titles end with the same word are about one event."""
        for title in titles:
            self._published += 1
            name = f"{self._published:03}"
            self._publisher.publish(entry(name, title=title, published=self.now))
        await self._pipeline.run(WIRE, self.now)
        await self.dispatcher.run_once(self.now)

    async def wait_until(self, moment: datetime) -> None:
        """Moves the clock to a moment and sends what is due."""
        self.now = moment
        await self.dispatcher.run_once(self.now)

    async def say(self, channel: str, text: str) -> Message:
        """Types a command; returns the reply."""
        found = await self.page.say(channel, text)
        assert found, text
        return found[-1]

    async def choose(self, channel: str, message: Message, choice: str) -> Message:
        """Picks the choice in the menu of an alert; returns the reply."""
        block = next(each for each in message["blocks"] if "accessory" in each)
        values = (option["value"] for option in block["accessory"]["options"])
        value = next(each for each in values if each.split()[0] == choice)
        return await self._act(channel, message, block, block["accessory"]["action_id"], value)

    async def click(self, channel: str, message: Message, label: str) -> Message:
        """Clicks a button; returns the reply."""
        block, button = next(
            (block, each)
            for block in message["blocks"]
            for each in [*block.get("elements", ()), block.get("accessory") or {}]
            if each.get("type") == "button" and each["text"]["text"] == label
        )
        return await self._act(channel, message, block, button["action_id"], button.get("value"))

    async def _act(
        self, channel: str, message: Message, block: Message, action_id: str, value: Any
    ) -> Message:
        found = self.workspace.team.find_channel(channel)
        assert found is not None
        assert self.context is not None
        news: list[Message] = []
        with self.workspace.team.live.listen(news.append):
            where = found.id, message["ts"], block["block_id"], action_id
            outcome = await self.workspace.pointer.click(*where, value, {})
            assert outcome.ok, outcome.message
            await self.context.background.finish()
        # A click may also cause messages that are due at once; the reply comes first.
        replies = [each["message"] for each in news if "message" in each]
        assert replies, words(message)
        return dict(replies[0])


@asynccontextmanager
async def simulated_bot(
    workspace: Workspace, client: AsyncWebClient, folder: Path, start: datetime
) -> AsyncIterator[SimulatedBot]:
    """A bot that runs while the `with` block runs, without subscriptions."""
    address = f"sqlite:///{folder / 'bot.db'}"
    await upgrade(address)
    store = open_store(address)
    bot = SimulatedBot(workspace, client, store, start)
    stores = {
        name: getattr(store, name)
        for name in (
            *("subscriptions", "mutes", "outbox", "stories", "alerts", "events"),
            *("feedback", "reminders"),
        )
    }
    try:
        async with running_bot(workspace, client, clock=lambda: bot.now, **stores) as context:
            bot.context = context
            yield bot
    finally:
        await store.database.close()
