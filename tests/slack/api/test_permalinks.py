"""A list of stories links the alerts that were posted in the reader's conversation."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.request import CommandRequest
from bot.local_slack.server import Workspace
from bot.slack.api.permalinks import find_permalinks
from bot.slack.handlers.commands import answer
from tests.slack.fakes import FakePostedAlerts, slack_context
from tests.slack.samples import story
from tests.slack.views.accepted import as_text


async def post(client: AsyncWebClient, conversation: str) -> tuple[str, str]:
    """The channel and the ts of a new message."""
    posted = await client.chat_postMessage(channel=conversation, text="An alert")
    return str(posted["channel"]), str(posted["ts"])


async def test_a_list_links_the_alert_in_its_conversation_only(client: AsyncWebClient) -> None:
    channel, ts = await post(client, "#general")
    alerts = FakePostedAlerts()
    alerts.kept["T1", channel, story().event_id] = ts
    context = slack_context(client, alerts=alerts)
    here = as_text(await answer(context, CommandRequest("latest", "T1", channel, "U1")))
    assert f"/#{channel}/{ts}|Alert here>" in here
    for conversation in ("C0THER", "U1"):
        asked = CommandRequest("latest", "T1", conversation, "U1")
        there = as_text(await answer(context, asked))
        assert "Alert here" not in there
        assert story().link.replace("&", "&amp;") in there


async def test_the_alerts_of_direct_messages_are_found(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    person = workspace.team.identity.person_id
    channel, ts = await post(client, person)
    links = await find_permalinks(client, person, {"event": ts})
    assert links == {"event": f"{workspace.address}/#{channel}/{ts}"}


async def test_a_deleted_alert_is_left_out(client: AsyncWebClient) -> None:
    channel, ts = await post(client, "#general")
    links = await find_permalinks(client, channel, {"kept": ts, "deleted": "1.000000"})
    assert list(links) == ["kept"]


async def test_a_list_comes_without_links_if_slack_does_not_answer(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    channel, ts = await post(client, "#general")
    await workspace.stop()
    assert await find_permalinks(client, channel, {"event": ts}) == {}
