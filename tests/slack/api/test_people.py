"""In which channels a person is: few calls, remembered for a minute, always new before a change."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.api.people import SlackPeople
from tests.slack.api.fake_api import FakeTime

LISTED, MEMBERS = "users.conversations", "conversations.members"


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def people(client: AsyncWebClient, clock: FakeTime) -> SlackPeople:
    return SlackPeople(client, clock)


@pytest.fixture
def channel(workspace: Workspace) -> str:
    found = workspace.team.find_channel("trade-news")
    assert found is not None
    return found.id


async def test_the_channels_of_a_person_are_remembered_for_a_minute(
    workspace: Workspace, people: SlackPeople, clock: FakeTime, channel: str
) -> None:
    me = workspace.person_id
    every = await people.list_channels(me)
    assert every is not None
    assert channel in every
    workspace.team.left.add(channel)
    await clock.sleep(59)
    assert await people.list_channels(me) == every
    await clock.sleep(2)
    assert await people.list_channels(me) == every - {channel}
    assert len(workspace.calls(LISTED)) == 2


async def test_a_membership_is_asked_again_each_time(
    workspace: Workspace, people: SlackPeople, channel: str
) -> None:
    me = workspace.person_id
    assert await people.is_member(channel, me) is True
    assert workspace.calls(MEMBERS) == []
    workspace.team.left.add(channel)
    assert await people.is_member(channel, me) is False
    found = await people.list_channels(me)
    assert found is not None
    assert channel not in found


async def test_without_the_scope_for_private_channels_the_public_ones_are_listed(
    workspace: Workspace, people: SlackPeople, channel: str
) -> None:
    workspace.fail_next(LISTED, error="missing_scope")
    assert channel in (await people.list_channels(workspace.person_id) or ())
    kinds = [call.arguments["types"] for call in workspace.calls(LISTED)]
    assert kinds == ["public_channel,private_channel", "public_channel"]


async def test_a_channel_that_the_bot_cannot_see_is_unknown(
    workspace: Workspace, people: SlackPeople
) -> None:
    assert await people.is_member("C0PRIVATE", workspace.person_id) is None


async def test_what_slack_refuses_is_unknown_and_not_remembered(
    workspace: Workspace, people: SlackPeople, channel: str
) -> None:
    me = workspace.person_id
    workspace.fail_next(LISTED, error="ratelimited", status=429, times=2)
    assert await people.list_channels(me) is None
    assert await people.is_member(channel, me) is None
    assert channel in (await people.list_channels(me) or ())


async def test_all_pages_are_read(workspace: Workspace, people: SlackPeople, channel: str) -> None:
    for number in range(1_000):
        assert await workspace.team.create_channel(f"c{number}", with_bot=False)
    found = await people.list_channels(workspace.person_id)
    assert found == frozenset(one.id for one in workspace.team.channels if one.kind == "public")


async def test_a_few_lookups_at_a_time(
    client: AsyncWebClient, workspace: Workspace, people: SlackPeople
) -> None:
    running, most = 0, 0
    ask = client.users_conversations

    async def count(**arguments: Any) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        answer = await ask(**arguments)
        running -= 1
        return answer

    client.users_conversations = count  # type: ignore[method-assign]
    me = workspace.person_id
    await asyncio.gather(*(people.is_member("C0PRIVATE", me) for _ in range(9)))
    assert most == 3
