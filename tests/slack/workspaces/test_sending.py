"""Messages of two workspaces: each is sent with the token of its own, and none delays the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind, DeliveryState, make_delivery
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.installation import Installation
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_client
from bot.slack.workspaces.parts import WorkspaceSender
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.store.installations import Installations
from bot.store.token_cipher import TokenCipher, make_key
from tests.slack.samples import PARTIES
from tests.slack.workspaces.oauth_slack import FIRST, SECOND, OAuthSlack, playing_slack
from tests.store.examples import NOON
from tests.store.opened import Store

POST = "chat.postMessage"


@dataclass
class Sending:
    """A dispatcher for two workspaces with a channel of the same id."""

    store: Store
    slack: OAuthSlack
    installations: Installations
    installed: InstalledWorkspaces
    now: datetime = NOON

    def __post_init__(self) -> None:
        sender = WorkspaceSender(self.installed, self._make_sender)
        self.gate = WorkspaceGate(sender.check_workspace)
        self.dispatcher = Dispatcher(
            self.store.outbox, sender, lambda: self.now, pace_s=0, workspaces=self.gate
        )

    def _make_sender(self, client: AsyncWebClient) -> SlackSender:
        return SlackSender(client, PARTIES, pace_s=0)

    async def install(self, team: str) -> None:
        token = SecretStr(self.slack.teams[team].bot_token)
        await self.installations.save(Installation(team=team, token=token, installed_at=NOON))
        self.installed.forget(team)

    @property
    def channel(self) -> str:
        found = self.slack.teams[FIRST].team.find_channel("trade-news")
        assert found is not None
        return found.id

    def make(self, team: str, about: str) -> Delivery:
        return make_delivery(DeliveryKind.NOTICE, (team, self.channel), about, about, self.now)

    async def send(self) -> None:
        await self.gate.look(self.now)
        await self.dispatcher.run_once(self.now)

    async def texts(self, team: str) -> list[str]:
        """The texts in the channel of a workspace, oldest first."""
        found = await self.slack.teams[team].team.storage.load_history(self.channel)
        return [str(each["text"]) for each in reversed(found.messages)]


@pytest.fixture
async def sending(store: Store, tmp_path: Path) -> AsyncIterator[Sending]:
    installations = Installations(store.database, TokenCipher([make_key()]))
    async with playing_slack(tmp_path) as slack, aiohttp.ClientSession() as session:

        def make_client(token: str) -> AsyncWebClient:
            return build_client(token, slack.api_url, session)

        yield Sending(store, slack, installations, InstalledWorkspaces(installations, make_client))


async def test_a_message_goes_to_the_channel_of_its_own_workspace(sending: Sending) -> None:
    for team in (FIRST, SECOND):
        await sending.install(team)
        await sending.store.queue(sending.make(team, f"for {team}"))
    await sending.send()
    assert await sending.texts(FIRST) == [f"for {FIRST}"]
    assert await sending.texts(SECOND) == [f"for {SECOND}"]
    assert sorted(sending.slack.calls) == [(FIRST, POST), (SECOND, POST)]


async def test_messages_wait_until_their_workspace_installs_the_app(sending: Sending) -> None:
    """The database may be that of a bot which served this workspace with a token of its own."""
    await sending.install(FIRST)
    await sending.store.queue(sending.make(FIRST, "one"), sending.make(SECOND, "two"))
    await sending.send()
    assert sending.gate.closed == {SECOND}
    assert await sending.texts(FIRST) == ["one"]
    [waiting] = await sending.store.outbox.unsent(9)
    assert (waiting.state, waiting.uncertain) == (DeliveryState.QUEUED, False)
    await sending.install(SECOND)
    sending.now += timedelta(minutes=5)
    await sending.send()
    assert await sending.texts(SECOND) == ["two"]
    assert sending.gate.closed == frozenset()


async def test_a_workspace_that_removed_the_app_delays_no_other_one(sending: Sending) -> None:
    for team in (FIRST, SECOND):
        await sending.install(team)
    sending.slack.removed.add(SECOND)
    for number in range(3):
        for team in (SECOND, FIRST):
            await sending.store.queue(sending.make(team, f"{number}"))
        await sending.send()
    assert await sending.texts(FIRST) == ["0", "1", "2"]
    assert sending.slack.calls.count((SECOND, POST)) == 1


async def test_a_new_token_of_a_workspace_is_used(sending: Sending) -> None:
    await sending.install(FIRST)
    wrong = Installation(team=SECOND, token=SecretStr("xoxb-old"), installed_at=NOON)
    await sending.installations.save(wrong)
    await sending.store.queue(sending.make(SECOND, "news"))
    await sending.send()
    assert sending.gate.closed == {SECOND}
    await sending.install(SECOND)
    sending.now += timedelta(minutes=5)
    await sending.send()
    assert await sending.texts(SECOND) == ["news"]
