"""Errors at the second attempt to post a message, and digests that need several messages."""

from itertools import pairwise
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.errors import ConversationRefused, SendLater, SendRefused
from bot.local_slack.server import Workspace
from bot.proposals.approval.audit import ProposalRecord
from bot.slack.api.sender import SlackSender
from tests.slack.samples import PARTIES, delivery, story

STORIES = (story(),)
# Enough stories that their digest needs three messages.
MANY = tuple(
    story(id=f"s{number}", event_id=f"s{number}", title=f"Story {number} " + "x" * 400)
    for number in range(60)
)


@pytest.fixture
def queued(workspace: Workspace) -> Delivery:
    channel = workspace.team.find_channel("trade-news")
    assert channel is not None
    return delivery(conversation=channel.id)


async def send_with_faults(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery, *faults: dict[str, Any]
) -> SendLater | SendRefused | ConversationRefused:
    """The error that the sender raises if its posts meet these faults in this order."""
    for fault in faults:
        workspace.fail_next("chat.postMessage", **fault)
    with pytest.raises((SendLater, SendRefused, ConversationRefused)) as met:
        await SlackSender(client, PARTIES).send(queued, STORIES, None)
    assert isinstance(met.value, SendLater | SendRefused | ConversationRefused)
    assert len(workspace.calls("chat.postMessage")) == len(faults)
    return met.value


async def test_a_message_refused_after_joining_is_refused_by_the_conversation(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery
) -> None:
    met = await send_with_faults(
        workspace, client, queued, {"error": "not_in_channel"}, {"error": "is_archived"}
    )
    assert isinstance(met, ConversationRefused)
    assert len(workspace.calls("conversations.join")) == 1


async def test_a_message_refused_as_blocks_and_as_text_is_given_up(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery
) -> None:
    met = await send_with_faults(
        workspace, client, queued, {"error": "invalid_blocks"}, {"error": "msg_too_long"}
    )
    assert isinstance(met, SendRefused)
    first, second = workspace.calls("chat.postMessage")
    assert "blocks" in first.arguments
    assert "blocks" not in second.arguments


@pytest.mark.parametrize("first", ["not_in_channel", "invalid_blocks"])
async def test_a_rate_limit_on_the_second_attempt_waits(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery, first: str
) -> None:
    limit = {"error": "ratelimited", "status": 429, "retry_after_s": 7}
    met = await send_with_faults(workspace, client, queued, {"error": first}, limit)
    assert isinstance(met, SendLater)
    assert (met.after_s, met.uncertain) == (7, False)


@pytest.mark.parametrize("first", ["not_in_channel", "invalid_blocks"])
async def test_a_second_attempt_without_a_response_leaves_the_outcome_unknown(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery, first: str
) -> None:
    met = await send_with_faults(workspace, client, queued, {"error": first}, {"drop": "after"})
    assert isinstance(met, SendLater)
    assert (met.uncertain, met.unanswered) == (True, True)


@pytest.mark.parametrize(("attempts", "given_up"), [(7, False), (8, True)])
async def test_an_unknown_error_on_the_second_attempt_is_given_up_after_enough_attempts(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery, attempts: int, given_up: bool
) -> None:
    faults = ({"error": "invalid_blocks"}, {"error": "a_new_error"})
    tried = queued.model_copy(update={"attempts": attempts})
    met = await send_with_faults(workspace, client, tried, *faults)
    assert isinstance(met, SendRefused) is given_up


class NoProposals:
    """A proposal store that is always empty."""

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        return None


@pytest.mark.parametrize("kept", [NoProposals(), None])
async def test_a_message_about_a_missing_proposal_is_given_up(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery, kept: NoProposals | None
) -> None:
    changes = {"kind": DeliveryKind.PROPOSAL, "event_id": "0123abcd", "story_ids": ()}
    sender = SlackSender(client, PARTIES, proposals=kept)
    with pytest.raises(SendRefused):
        await sender.send(queued.model_copy(update=changes), (), None)
    assert not workspace.calls("chat.postMessage")


async def test_the_messages_of_one_delivery_are_spaced(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery
) -> None:
    digest = queued.model_copy(update={"kind": DeliveryKind.DIGEST})
    receipt = await SlackSender(client, PARTIES, pace_s=0.15).send(digest, MANY, None)
    calls = workspace.calls("chat.postMessage")
    assert len(calls) >= 3
    assert all(later.at - earlier.at >= 0.149 for earlier, later in pairwise(calls))
    assert [call.arguments.get("thread_ts") for call in calls] == [
        None,
        *[receipt.ts] * (len(calls) - 1),
    ]


async def test_each_message_of_one_delivery_has_its_own_id(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery
) -> None:
    digest = queued.model_copy(update={"kind": DeliveryKind.DIGEST})
    await SlackSender(client, PARTIES, pace_s=0).send(digest, MANY, None)
    feed_metadata = await client.conversations_history(
        channel=queued.conversation, include_all_metadata=True
    )
    [first] = [each for each in feed_metadata["messages"] if each.get("metadata")]
    thread = await client.conversations_replies(
        channel=queued.conversation, ts=first["ts"], include_all_metadata=True
    )
    ids = [each["metadata"]["event_payload"]["delivery_id"] for each in thread["messages"]]
    assert ids == ["d1", *(f"d1/{number}" for number in range(2, len(ids) + 1))]


async def test_a_delivery_whose_thread_cannot_be_read_stays_uncertain(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery
) -> None:
    digest = queued.model_copy(update={"kind": DeliveryKind.DIGEST})
    sender = SlackSender(client, PARTIES, pace_s=0)
    await sender.send(digest, MANY, None)
    posted = len(workspace.calls("chat.postMessage"))
    workspace.fail_next("conversations.replies", error="missing_scope")
    with pytest.raises(SendLater) as met:
        await sender.send(digest.model_copy(update={"uncertain": True}), MANY, None)
    assert (met.value.after_s, met.value.uncertain, met.value.unanswered) == (None, True, False)
    assert len(workspace.calls("chat.postMessage")) == posted
