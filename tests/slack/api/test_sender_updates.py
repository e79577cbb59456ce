"""Edits of alerts by the sender, against the local workspace."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.local_slack.server import Workspace
from bot.slack.api.sender import SlackSender
from tests.slack.samples import NOW, PARTIES, delivery, story

BEFORE = (story(title="Tariff of 20% announced"),)
AFTER = (story(title="Tariff of 20% suspended"),)


@pytest.fixture
def sender(client: AsyncWebClient) -> SlackSender:
    return SlackSender(client, PARTIES)


@pytest.fixture
def alert(workspace: Workspace) -> Delivery:
    channel = workspace.team.find_channel("trade-news")
    assert channel is not None
    return delivery(conversation=channel.id)


def update(alert: Delivery, **changes: Any) -> Delivery:
    """An update of the alert, as the dispatcher passes it to the sender."""
    return alert.model_copy(update={"kind": DeliveryKind.UPDATE, **changes})


async def _messages(client: AsyncWebClient, channel: str) -> list[dict[str, Any]]:
    read = await client.conversations_history(channel=channel, include_all_metadata=True)
    return list(read["messages"])


async def test_an_update_edits_the_alert_and_keeps_its_id_and_metadata(
    sender: SlackSender, client: AsyncWebClient, alert: Delivery
) -> None:
    posted = await sender.send(alert, BEFORE, None)
    edited = await sender.send(update(alert), AFTER, posted.ts)
    assert (edited.ts, edited.found) == (posted.ts, False)
    (message,) = await _messages(client, alert.conversation)
    assert "suspended" in str(message["blocks"])
    assert "announced" not in str(message["blocks"])
    assert message["metadata"]["event_payload"] == {"delivery_id": alert.id}


async def test_an_update_that_changes_nothing_makes_no_call(
    workspace: Workspace, sender: SlackSender, alert: Delivery
) -> None:
    posted = await sender.send(alert, BEFORE, None)
    assert (await sender.send(update(alert), BEFORE, posted.ts)).found
    assert workspace.calls("chat.update") == []
    for _ in range(2):
        await sender.send(update(alert), AFTER, posted.ts)
    assert len(workspace.calls("chat.update")) == 1


async def test_an_update_is_made_again_if_the_last_one_may_have_failed(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, alert: Delivery
) -> None:
    posted = await sender.send(alert, BEFORE, None)
    workspace.fail_next("chat.update", drop="after")
    with pytest.raises(SendLater) as later:
        await sender.send(update(alert), AFTER, posted.ts)
    assert later.value.unanswered
    await sender.send(update(alert, uncertain=True), BEFORE, posted.ts)
    (message,) = await _messages(client, alert.conversation)
    assert "announced" in str(message["blocks"])
    assert workspace.calls("conversations.history")[1:] == []


async def test_an_alert_in_direct_messages_is_edited(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, alert: Delivery
) -> None:
    person = workspace.team.identity.person_id
    direct = alert.model_copy(update={"conversation": person})
    posted = await sender.send(direct, BEFORE, None)
    await sender.send(update(direct), AFTER, posted.ts)
    (message,) = await _messages(client, workspace.team.direct.id)
    assert "suspended" in str(message["blocks"])
    (call,) = workspace.calls("chat.update")
    assert call.arguments["channel"] == workspace.team.direct.id


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("message_not_found", SendRefused),
        ("cant_update_message", SendRefused),
        ("edit_window_closed", SendRefused),
        ("is_inactive", ConversationRefused),
        ("token_revoked", WorkspaceRefused),
        ("a_new_error", SendLater),
    ],
)
async def test_a_refused_update_raises_the_kind_of_its_error(
    workspace: Workspace,
    sender: SlackSender,
    alert: Delivery,
    error: str,
    expected: type[Exception],
) -> None:
    posted = await sender.send(alert, BEFORE, None)
    workspace.fail_next("chat.update", error=error)
    with pytest.raises(expected):
        await sender.send(update(alert), AFTER, posted.ts)


async def test_an_update_whose_blocks_are_refused_is_made_as_text(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, alert: Delivery
) -> None:
    posted = await sender.send(alert, BEFORE, None)
    workspace.fail_next("chat.update", error="invalid_blocks")
    await sender.send(update(alert), AFTER, posted.ts)
    (message,) = await _messages(client, alert.conversation)
    assert "blocks" not in message
    assert "suspended" in message["text"]


async def test_an_update_of_an_event_without_stories_is_refused(
    sender: SlackSender, alert: Delivery
) -> None:
    posted = await sender.send(alert, BEFORE, None)
    with pytest.raises(SendRefused):
        await sender.send(update(alert), (), posted.ts)


async def test_the_look_up_of_a_development_goes_back_only_to_its_own_story(
    workspace: Workspace, sender: SlackSender, alert: Delivery
) -> None:
    first = story(seen_at=NOW - timedelta(days=6))
    posted = await sender.send(alert, (first,), None)
    development = alert.model_copy(
        update={
            "id": "d2",
            "kind": DeliveryKind.FOLLOW_UP,
            "story_ids": ("s2",),
            "uncertain": True,
        }
    )
    await sender.send(development, (first, story(id="s2", seen_at=NOW)), posted.ts)
    (call,) = workspace.calls("conversations.replies")
    assert float(call.arguments["oldest"]) > (NOW - timedelta(days=1)).timestamp()
