"""A workspace that has removed the app is forgotten, unless it has installed the app again."""

import asyncio
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.alerts.sending.workspace_gate import Turn, WorkspaceGate
from bot.errors import SendLater, StoreError, WorkspaceRefused
from bot.runtime.wiring.removal import AGAIN_AFTER, WorkspaceRemoval
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.store import tables
from bot.store.installations import Installations
from bot.store.token_cipher import TokenCipher, make_key
from bot.store.workspace_data import remove_workspace
from bot.store.workspace_refusals import WorkspaceRefusals
from tests.store.examples import NOON, subscription
from tests.store.opened import Store
from tests.store.test_installations import installation


class Removed:
    """A bot with two workspaces, of which the second may be removed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.installations = Installations(store.database, TokenCipher([make_key()]))
        self.installed = InstalledWorkspaces(self.installations, AsyncWebClient)
        self.saved = WorkspaceRefusals(store.database, only_installed=True)
        self.gate = WorkspaceGate(saved=self.saved)
        self.now = NOON + timedelta(hours=1)
        self.token_error: Exception | None = None
        """With what Slack answers a check of the token."""
        self.checks = 0
        self.removal = self.make_removal(self.installations)

    async def _check(self, _team: str) -> None:
        self.checks += 1
        if self.token_error is not None:
            raise self.token_error

    def make_removal(self, installations: Installations) -> WorkspaceRemoval:
        return WorkspaceRemoval(
            installations,
            self.installed,
            self.store.database,
            self.gate,
            self._check,
            lambda: self.now,
        )

    async def start(self) -> None:
        for team in ("T1", "T2"):
            await self.installations.save(installation(team))
            await self.store.subscriptions.add(subscription("C1", team=team))

    async def teams(self) -> list[str]:
        return sorted(each.team for each in await self.store.subscriptions.every())


@pytest.fixture
async def bot(store: Store) -> Removed:
    made = Removed(store)
    await made.start()
    return made


async def test_the_data_of_the_workspace_is_deleted_and_its_client_is_gone(bot: Removed) -> None:
    await bot.installed.get("T2")
    await bot.removal.remove("T2", NOON + timedelta(hours=1))
    assert await bot.teams() == ["T1"]
    with pytest.raises(WorkspaceRefused):
        await bot.installed.get("T2")
    # Slack sends two events for one removal.
    await bot.removal.remove("T2", NOON + timedelta(hours=1))
    assert await bot.teams() == ["T1"]


async def test_a_late_event_does_not_remove_a_workspace_that_came_back(bot: Removed) -> None:
    await bot.removal.remove("T2", NOON - timedelta(minutes=10))
    assert await bot.teams() == ["T1", "T2"]
    assert (await bot.installed.get("T2")).token == "xoxb-1-secret-T2"


@pytest.mark.parametrize("seconds", [-10, 0, 10])
async def test_if_the_clocks_do_not_say_what_came_first_slack_is_asked(
    bot: Removed, seconds: int
) -> None:
    # The workspace was installed at noon.
    at = NOON + timedelta(seconds=seconds)
    await bot.removal.remove("T2", at)
    assert await bot.teams() == ["T1", "T2"]
    bot.token_error = WorkspaceRefused("Slack", "account_inactive", "install it")
    await bot.removal.remove("T2", at)
    assert await bot.teams() == ["T1"]


async def test_slack_is_asked_once_about_the_two_events_of_a_removal(bot: Removed) -> None:
    bot.token_error = WorkspaceRefused("Slack", "account_inactive", "install it")
    await asyncio.gather(*(bot.removal.remove("T2", NOON) for _ in range(2)))
    assert (bot.checks, await bot.teams()) == (1, ["T1"])


@pytest.mark.parametrize(("seconds", "kept"), [(-10, ["T1", "T2"]), (10, ["T1"])])
async def test_if_slack_does_not_answer_the_clocks_decide(
    bot: Removed, seconds: int, kept: list[str]
) -> None:
    bot.token_error = SendLater(None, "no answer")
    await bot.removal.remove("T2", NOON + timedelta(seconds=seconds))
    assert await bot.teams() == kept


async def test_what_a_command_saves_during_the_removal_is_deleted_a_minute_later(
    bot: Removed,
) -> None:
    await bot.removal.remove("T2", bot.now)
    await bot.store.subscriptions.add(subscription("C1", team="T2"))
    await bot.removal.look_again()
    assert await bot.teams() == ["T1", "T2"]
    bot.now += AGAIN_AFTER
    await bot.removal.look_again()
    assert await bot.teams() == ["T1"]


async def test_a_process_that_was_started_since_deletes_it_too(bot: Removed) -> None:
    await bot.removal.remove("T2", bot.now)
    await bot.store.subscriptions.add(subscription("C1", team="T2"))
    bot.now += AGAIN_AFTER
    await bot.make_removal(bot.installations).look_again()
    assert await bot.teams() == ["T1"]
    marks = await bot.store.database.column(select(tables.once.c.name))
    assert not [name for name in marks if "T2" in name]


async def test_the_second_look_keeps_a_workspace_that_came_back(bot: Removed) -> None:
    await bot.removal.remove("T2", bot.now)
    bot.now += AGAIN_AFTER
    await bot.installations.save(installation("T2", installed_at=bot.now))
    await bot.store.subscriptions.add(subscription("C1", team="T2"))
    await bot.removal.look_again()
    assert await bot.teams() == ["T1", "T2"]
    # It is looked at once only.
    bot.token_error = WorkspaceRefused("Slack", "account_inactive", "install it")
    await bot.removal.look_again()
    assert await bot.teams() == ["T1", "T2"]


async def test_a_workspace_whose_token_cannot_be_decrypted_is_removed_too(bot: Removed) -> None:
    without_key = Installations(bot.store.database, TokenCipher([make_key()]))
    await bot.make_removal(without_key).remove("T2", NOON + timedelta(hours=1))
    assert await bot.teams() == ["T1"]


async def test_a_removal_that_cannot_be_checked_does_not_stop_the_next_one(bot: Removed) -> None:
    for team in ("T1", "T2"):
        await bot.removal.remove(team, bot.now)
        await bot.store.subscriptions.add(subscription("C1", team=team))
        bot.now += timedelta(seconds=1)
    await bot.installations.save(installation("T1", installed_at=bot.now))
    bot.token_error = StoreError("the token of T1", "no key decrypts it")
    bot.now += AGAIN_AFTER
    await bot.removal.look_again()
    assert await bot.teams() == ["T1"]
    bot.token_error = WorkspaceRefused("Slack", "account_inactive", "install it")
    await bot.removal.look_again()
    assert await bot.teams() == []


async def test_a_refusal_of_a_removed_workspace_is_not_saved(bot: Removed) -> None:
    refused = WorkspaceRefused("Slack", "account_inactive", "install it")
    bot.gate.refuse(Turn("T2"), refused, NOON)
    await bot.gate.save()
    assert await bot.saved.get("T2") is not None
    await bot.removal.remove("T2", NOON + timedelta(hours=1))
    # A message that was on its way is refused after the removal.
    bot.gate.refuse(Turn("T2"), refused, NOON)
    await bot.gate.save()
    assert await bot.saved.get("T2") is None


async def test_another_process_forgets_the_refusals_of_removed_workspaces(bot: Removed) -> None:
    refused = WorkspaceRefused("Slack", "account_inactive", "install it")
    for team in ("T1", "T2"):
        bot.gate.refuse(Turn(team), refused, NOON)
    await remove_workspace(bot.store.database, "T2")
    bot.gate.keep_only(await bot.installed.list_teams())
    assert bot.gate.closed == {"T1"}
