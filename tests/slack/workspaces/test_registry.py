"""The client of each workspace, and the parts that belong to one workspace only."""

import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SendLater, StoreError, StoreUnavailable, WorkspaceRefused
from bot.installation import Installation
from bot.slack.api.people import SlackPeople
from bot.slack.api.sender import SlackSender
from bot.slack.workspaces.parts import PartOfEach, WorkspacePeople, WorkspaceSender
from bot.slack.workspaces.registry import KEPT_S, InstalledWorkspaces
from tests.slack.api.fake_api import FakeTime
from tests.slack.samples import PARTIES
from tests.store.examples import NOON, delivery


class Saved:
    """The saved installations, and how often one was read."""

    def __init__(self) -> None:
        self.tokens = {"T1": "xoxb-1", "T2": "xoxb-2"}
        self.reads = 0
        self.error: StoreError | None = None

    async def find(self, team: str) -> Installation | None:
        self.reads += 1
        if self.error is not None:
            raise self.error
        token = self.tokens.get(team)
        if token is None:
            return None
        return Installation(team=team, token=SecretStr(token), installed_at=NOON)

    async def teams(self) -> tuple[str, ...]:
        return tuple(self.tokens)


@pytest.fixture
def saved() -> Saved:
    return Saved()


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def workspaces(saved: Saved, time: FakeTime) -> InstalledWorkspaces:
    return InstalledWorkspaces(saved, AsyncWebClient, time)


async def test_each_workspace_has_a_client_with_its_own_token(
    workspaces: InstalledWorkspaces,
) -> None:
    clients = [await workspaces.get(team) for team in ("T1", "T2", "T1")]
    assert [each.token for each in clients] == ["xoxb-1", "xoxb-2", "xoxb-1"]
    assert clients[0] is clients[2]
    assert await workspaces.list_teams() == ("T1", "T2")


async def test_an_installation_is_read_again_after_a_while(
    workspaces: InstalledWorkspaces, saved: Saved, time: FakeTime
) -> None:
    first = await workspaces.get("T1")
    assert await workspaces.get("T1") is first
    assert saved.reads == 1
    time.now += KEPT_S + 1
    assert await workspaces.get("T1") is first
    saved.tokens["T1"] = "xoxb-new"
    assert (await workspaces.get("T1")).token == "xoxb-1"
    time.now += KEPT_S + 1
    assert (await workspaces.get("T1")).token == "xoxb-new"


async def test_a_removed_workspace_has_no_client(
    workspaces: InstalledWorkspaces, saved: Saved
) -> None:
    await workspaces.get("T1")
    del saved.tokens["T1"]
    workspaces.forget("T1")
    with pytest.raises(WorkspaceRefused, match="not installed"):
        await workspaces.get("T1")


async def test_a_token_that_cannot_be_decrypted_keeps_messages_waiting(
    workspaces: InstalledWorkspaces, saved: Saved
) -> None:
    saved.error = StoreError("the token of workspace T1", "no key fits", "Add the key")
    with pytest.raises(WorkspaceRefused, match="cannot be decrypted") as caught:
        await workspaces.get("T1")
    assert caught.value.cure == "Add the key"


async def test_a_part_is_made_again_for_a_new_token(
    workspaces: InstalledWorkspaces, saved: Saved
) -> None:
    parts = PartOfEach(workspaces, lambda client: [client.token])
    first, other = await parts.get("T1"), await parts.get("T2")
    assert await parts.get("T1") is first
    saved.tokens["T1"] = "xoxb-new"
    workspaces.forget("T1")
    assert await parts.get("T1") == ["xoxb-new"]
    assert await parts.get("T2") is other


async def test_parts_and_clients_of_removed_workspaces_are_dropped(
    workspaces: InstalledWorkspaces, saved: Saved
) -> None:
    parts = PartOfEach(workspaces, lambda client: [client.token])
    kept, dropped = await parts.get("T1"), await parts.get("T2")
    token = saved.tokens.pop("T2")
    parts.keep_only(await workspaces.list_teams())
    with pytest.raises(WorkspaceRefused):
        await workspaces.get("T2")
    saved.tokens["T2"] = token
    assert await parts.get("T1") is kept
    assert await parts.get("T2") is not dropped


async def test_messages_and_people_wait_while_the_database_cannot_be_reached(
    workspaces: InstalledWorkspaces, saved: Saved
) -> None:
    saved.error = StoreUnavailable("SQLite", "locked")
    sender = WorkspaceSender(workspaces, lambda client: SlackSender(client, PARTIES))
    with pytest.raises(SendLater, match="database"):
        await sender.send(delivery("a"), (), None)
    people = WorkspacePeople(workspaces, SlackPeople)
    assert await people.find_zone("T1", "U1") == ""
    assert await people.list_channels("T1", "U1") is None
    assert await people.is_member("T1", "C1", "U1") is None
