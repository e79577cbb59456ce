"""Look-ups of earlier attempts at a message need few calls and do not delay posts."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.errors import ConversationRefused, SendLater, WorkspaceRefused
from bot.local_slack.server import Workspace
from bot.slack.api.sender import SlackSender
from tests.slack.samples import PARTIES, delivery, story

STORIES = (story(),)


@pytest.fixture
def sender(client: AsyncWebClient) -> SlackSender:
    return SlackSender(client, PARTIES)


def _delivery(workspace: Workspace, id_: str, *, uncertain: bool = True) -> Delivery:
    channel = workspace.team.find_channel("trade-news")
    assert channel is not None
    return delivery(id=id_, conversation=channel.id, uncertain=uncertain)


async def test_one_call_serves_all_deliveries_of_a_conversation(
    workspace: Workspace, client: AsyncWebClient, sender: SlackSender
) -> None:
    earlier = SlackSender(client, PARTIES)
    for name in ("d1", "d3"):
        await earlier.send(_delivery(workspace, name, uncertain=False), STORIES, None)
    for name in ("d1", "d2", "d3", "d4"):
        await sender.send(_delivery(workspace, name), STORIES, None)
    assert len(workspace.calls("conversations.history")) == 1
    calls = workspace.calls("chat.postMessage")
    posted = [call.arguments["metadata"]["event_payload"] for call in calls]
    assert [each["delivery_id"] for each in posted] == ["d1", "d3", "d2", "d4"]


async def test_one_call_serves_all_replies_in_a_thread(
    workspace: Workspace, sender: SlackSender
) -> None:
    alert = await sender.send(_delivery(workspace, "d1", uncertain=False), STORIES, None)
    for name in ("d2", "d3", "d2"):
        reply = _delivery(workspace, name).model_copy(update={"kind": DeliveryKind.FOLLOW_UP})
        await sender.send(reply, STORIES, alert.ts)
    assert len(workspace.calls("conversations.replies")) == 1
    assert len(workspace.calls("chat.postMessage")) == 3


async def test_after_an_unknown_outcome_the_conversation_is_read_again(
    workspace: Workspace, sender: SlackSender
) -> None:
    await sender.send(_delivery(workspace, "d1"), STORIES, None)
    workspace.fail_next("chat.postMessage", drop="after")
    with pytest.raises(SendLater):
        await sender.send(_delivery(workspace, "d2"), STORIES, None)
    await sender.send(_delivery(workspace, "d2"), STORIES, None)
    assert len(workspace.calls("conversations.history")) == 2
    assert len(workspace.calls("chat.postMessage")) == 2


async def test_a_rate_limit_of_look_ups_delays_only_look_ups(
    workspace: Workspace, sender: SlackSender
) -> None:
    workspace.fail_next("conversations.history", error="ratelimited", status=429, retry_after_s=7)
    waits = []
    for name in ("d1", "d2"):
        with pytest.raises(SendLater) as later:
            await sender.send(_delivery(workspace, name), STORIES, None)
        assert (later.value.lookups_only, later.value.uncertain) == (True, True)
        waits.append(later.value.after_s)
    assert waits[0] == 7
    assert len(workspace.calls("conversations.history")) == 1
    alert = await sender.send(_delivery(workspace, "d3", uncertain=False), STORIES, None)
    # conversations.replies has its own rate limit, separate from conversations.history.
    reply = _delivery(workspace, "d4").model_copy(update={"kind": DeliveryKind.FOLLOW_UP})
    await sender.send(reply, STORIES, alert.ts)


async def test_a_revoked_token_is_recognized_by_a_look_up_too(
    workspace: Workspace, sender: SlackSender
) -> None:
    for method in ("conversations.history", "auth.test"):
        workspace.fail_next(method, error="token_revoked")
    with pytest.raises(WorkspaceRefused):
        await sender.send(_delivery(workspace, "d1"), STORIES, None)


async def test_a_refused_look_up_is_no_refusal_of_the_workspace_while_its_token_is_valid(
    workspace: Workspace, sender: SlackSender
) -> None:
    workspace.fail_next("conversations.history", error="not_allowed_token_type")
    with pytest.raises(SendLater) as later:
        await sender.send(_delivery(workspace, "d1"), STORIES, None)
    assert (later.value.uncertain, later.value.unanswered) == (True, False)


@pytest.mark.parametrize("error", ["no_such_code", "not_allowed_token_type"])
async def test_after_eight_refused_look_ups_the_message_is_posted_as_a_repetition(
    workspace: Workspace, sender: SlackSender, error: str
) -> None:
    workspace.fail_next("conversations.history", error=error)
    last = _delivery(workspace, "d1").model_copy(update={"attempts": 8})
    receipt = await sender.send(last, STORIES, None)
    assert not receipt.found
    assert "(may repeat)" in str(workspace.calls("chat.postMessage")[0].arguments["blocks"])


async def test_a_conversation_refused_by_a_look_up_says_nothing_about_posts(
    workspace: Workspace, sender: SlackSender
) -> None:
    workspace.fail_next("conversations.history", error="is_archived")
    with pytest.raises(ConversationRefused) as refused:
        await sender.send(_delivery(workspace, "d1"), STORIES, None)
    assert (refused.value.by_look_up, refused.value.uncertain) == (True, True)
