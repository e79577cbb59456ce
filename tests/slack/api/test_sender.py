"""A delivery is posted once despite faults; an undeliverable one is given up."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.dispatcher import Dispatcher
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.local_slack.server import SCOPES, Workspace
from bot.news.story import Story
from bot.slack.api.lookup import EVENT_TYPE
from bot.slack.api.sender import SlackSender
from bot.store.upgrade import upgrade
from tests.slack.samples import NOW, PARTIES, delivery, story
from tests.store.opened import open_store


def channel_of(workspace: Workspace, name: str = "trade-news") -> str:
    found = workspace.team.find_channel(name)
    assert found is not None
    return found.id


class FaultAfterFirstPost(AsyncWebClient):
    """A client whose first post succeeds and whose second one meets a fault."""

    def __init__(self, like: AsyncWebClient, slack: Workspace, fault: dict[str, Any]) -> None:
        super().__init__(like.token, base_url=like.base_url, session=like.session)
        self.retry_handlers = []
        self._slack, self._fault = slack, fault

    async def chat_postMessage(self, **given: Any) -> AsyncSlackResponse:  # noqa: N802 - slack_sdk's
        answer = await super().chat_postMessage(**given)
        self._slack.fail_next("chat.postMessage", **self._fault)
        return answer


async def posts_in(client: AsyncWebClient, channel: str) -> list[dict[str, Any]]:
    """The bot's messages in a channel, newest first."""
    answer = await client.conversations_history(channel=channel, include_all_metadata=True)
    return [message for message in answer["messages"] if message.get("metadata")]


@pytest.fixture
def sender(client: AsyncWebClient) -> SlackSender:
    return SlackSender(client, PARTIES)


@pytest.fixture
def queued(workspace: Workspace) -> Delivery:
    return delivery(conversation=channel_of(workspace))


STORIES: tuple[Story, ...] = (story(),)
BOTH = (*STORIES, story(id="s2", title="Second report"))


def _development(alert: Delivery) -> Delivery:
    """A follow-up about the second of the stories `BOTH`."""
    more = {"id": "d2", "kind": DeliveryKind.FOLLOW_UP, "story_ids": ("s2",)}
    return alert.model_copy(update=more)


async def test_a_delivery_is_posted_with_its_id_in_the_metadata(
    sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    receipt = await sender.send(queued, STORIES, None)
    (message,) = await posts_in(client, queued.conversation)
    assert message["ts"] == receipt.ts
    assert message["metadata"] == {
        "event_type": EVENT_TYPE,
        "event_payload": {"delivery_id": "d1"},
    }


async def test_a_follow_up_goes_into_its_thread_and_is_shown_in_the_channel(
    sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    alert = await sender.send(queued, STORIES, None)
    reply = await sender.send(_development(queued), BOTH, alert.ts)
    thread = await client.conversations_replies(channel=queued.conversation, ts=alert.ts)
    assert [message["ts"] for message in thread["messages"]] == [alert.ts, reply.ts]
    assert [each["ts"] for each in await posts_in(client, queued.conversation)] == [
        reply.ts,
        alert.ts,
    ]


async def test_a_person_gets_a_direct_message(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient
) -> None:
    person = workspace.team.identity.person_id
    receipt = await sender.send(delivery(conversation=person), STORIES, None)
    opened = await client.conversations_open(users=person)
    (message,) = await posts_in(client, opened["channel"]["id"])
    assert message["ts"] == receipt.ts


async def test_a_message_to_a_follower_has_an_unfollow_button(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    person = workspace.team.identity.person_id
    changes = {"kind": DeliveryKind.FOLLOW_UP, "conversation": person, "for_follower": True}
    await sender.send(queued.model_copy(update=changes), STORIES, None)
    (call,) = workspace.calls("chat.postMessage")
    assert "alert_unfollow" in str(call.arguments["blocks"])


async def test_a_follow_up_is_posted_as_an_alert_if_its_alert_was_given_up(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    later = queued.model_copy(update={"kind": DeliveryKind.FOLLOW_UP})
    await sender.send(later, STORIES, None)
    (call,) = workspace.calls("chat.postMessage")
    blocks = str(call.arguments["blocks"])
    assert "You follow this event" not in blocks
    assert "alert_follow" in blocks
    assert "alert_more" in blocks


async def test_after_a_lost_connection_the_message_is_found_and_not_repeated(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    workspace.fail_next("chat.postMessage", drop="after")
    with pytest.raises(SendLater) as later:
        await sender.send(queued, STORIES, None)
    assert later.value.uncertain
    receipt = await sender.send(queued.model_copy(update={"uncertain": True}), STORIES, None)
    (message,) = await posts_in(client, queued.conversation)
    assert receipt.ts == message["ts"]


async def test_after_a_lost_connection_nothing_is_repeated_in_threads_and_direct_messages(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    alert = await sender.send(queued, STORIES, None)
    for place, thread in (
        (queued.conversation, alert.ts),
        (workspace.team.identity.person_id, None),
    ):
        later = queued.model_copy(
            update={"id": "d2", "kind": DeliveryKind.FOLLOW_UP, "conversation": place}
        )
        workspace.fail_next("chat.postMessage", drop="after")
        with pytest.raises(SendLater):
            await sender.send(later, STORIES, thread)
        posted = len(workspace.calls("chat.postMessage"))
        await sender.send(later.model_copy(update={"uncertain": True}), STORIES, thread)
        assert len(workspace.calls("chat.postMessage")) == posted


async def test_a_lost_message_is_posted_after_a_search(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    workspace.fail_next("chat.postMessage", drop="before")
    with pytest.raises(SendLater):
        await sender.send(queued, STORIES, None)
    await sender.send(queued.model_copy(update={"uncertain": True}), STORIES, None)
    (message,) = await posts_in(client, queued.conversation)
    assert "(may repeat)" not in str(message)


async def test_the_search_finds_the_message_in_a_busy_channel(
    sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    receipt = await sender.send(queued, STORIES, None)
    for number in range(210):
        await client.chat_postMessage(channel=queued.conversation, text=f"chatter {number}")
    found = await sender.send(queued.model_copy(update={"uncertain": True}), STORIES, None)
    assert (found.ts, found.found) == (receipt.ts, True)


async def test_the_search_finds_the_message_if_our_clock_is_almost_an_hour_ahead(
    sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    receipt = await sender.send(queued, STORIES, None)
    ahead = datetime.now(UTC) + timedelta(minutes=50)
    found = await sender.send(
        queued.model_copy(update={"uncertain": True}), (story(seen_at=ahead),), None
    )
    assert (found.ts, found.found) == (receipt.ts, True)


LONG_DIGEST = tuple(
    story(id=f"s{number}", event_id=f"s{number}", title=f"Story {number} " + "x" * 400)
    for number in range(60)
)


async def thread_messages(client: AsyncWebClient, channel: str, ts: str) -> list[dict[str, Any]]:
    answer = await client.conversations_replies(channel=channel, ts=ts)
    return list(answer["messages"])


def story_numbers(messages: list[dict[str, Any]]) -> list[int]:
    return [int(number) for number in re.findall(r"\|Story (\d+) ", str(messages))]


async def test_a_digest_too_long_for_one_message_continues_in_its_thread(
    client: AsyncWebClient, queued: Delivery
) -> None:
    sender = SlackSender(client, PARTIES, pace_s=0)
    digest = queued.model_copy(update={"kind": DeliveryKind.DIGEST})
    receipt = await sender.send(digest, LONG_DIGEST, None)
    assert len(await posts_in(client, queued.conversation)) == 1
    thread = await thread_messages(client, queued.conversation, receipt.ts)
    assert story_numbers(thread) == list(range(60))


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"error": "ratelimited"}])
async def test_an_interrupted_digest_continues_where_it_stopped(
    workspace: Workspace, client: AsyncWebClient, queued: Delivery, fault: dict[str, Any]
) -> None:
    sender = SlackSender(client, PARTIES, pace_s=0)
    digest = queued.model_copy(update={"kind": DeliveryKind.DIGEST})
    stories = LONG_DIGEST[:40]
    passing = FaultAfterFirstPost(client, workspace, fault)
    with pytest.raises(SendLater) as later:
        await SlackSender(passing, PARTIES, pace_s=0).send(digest, stories, None)
    assert later.value.uncertain
    receipt = await sender.send(digest.model_copy(update={"uncertain": True}), stories, None)
    assert len(await posts_in(client, queued.conversation)) == 1
    assert story_numbers(await thread_messages(client, queued.conversation, receipt.ts)) == list(
        range(40)
    )


@pytest.fixture
async def without_history(tmp_path: Path) -> Any:
    """A workspace in which the app lacks the scope to read history."""
    scopes = [scope for scope in SCOPES if not scope.endswith(":history")]
    opened = Workspace(tmp_path / "blind.db", rate_limits=False, scopes=scopes)
    await opened.start(port=0)
    yield opened
    await opened.stop()


async def test_without_the_history_scope_an_uncertain_message_is_repeated_and_says_so(
    without_history: Workspace, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(
        without_history.bot_token, base_url=without_history.api_url, session=session
    )
    queued = delivery(conversation=channel_of(without_history), uncertain=True)
    await SlackSender(client, PARTIES, "may_repeat").send(queued, STORIES, None)
    (call,) = without_history.calls("chat.postMessage")
    assert "(may repeat)" in str(call.arguments["blocks"])


async def test_without_the_history_scope_an_uncertain_message_can_be_given_up_by_a_setting(
    without_history: Workspace, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(
        without_history.bot_token, base_url=without_history.api_url, session=session
    )
    queued = delivery(conversation=channel_of(without_history), uncertain=True)
    with pytest.raises(SendRefused, match="TARIFFWIRE_UNKNOWN_OUTCOME"):
        await SlackSender(client, PARTIES, "may_miss").send(queued, STORIES, None)
    assert not without_history.calls("chat.postMessage")


async def test_a_failed_repeat_without_the_history_scope_stays_uncertain(
    without_history: Workspace, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(
        without_history.bot_token, base_url=without_history.api_url, session=session
    )
    without_history.fail_next("chat.postMessage", error="ratelimited", status=429, retry_after_s=2)
    with pytest.raises(SendLater) as later:
        await SlackSender(client, PARTIES).send(
            delivery(conversation=channel_of(without_history), uncertain=True), STORIES, None
        )
    assert later.value.uncertain
    assert later.value.after_s == 2


async def test_a_rate_limit_waits_for_retry_after(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    workspace.fail_next("chat.postMessage", error="ratelimited", status=429, retry_after_s=7)
    with pytest.raises(SendLater) as later:
        await sender.send(queued, STORIES, None)
    assert (later.value.after_s, later.value.uncertain) == (7, False)


@pytest.mark.parametrize(
    "fault", [{"error": "internal_error"}, {"status": 500}, {"status": 503}, {"status": 200}]
)
async def test_an_unreadable_response_leaves_the_outcome_unknown(
    workspace: Workspace, sender: SlackSender, queued: Delivery, fault: dict[str, Any]
) -> None:
    workspace.fail_next("chat.postMessage", **fault)
    with pytest.raises(SendLater) as later:
        await sender.send(queued, STORIES, None)
    assert later.value.uncertain


@pytest.mark.parametrize(
    ("fault", "unanswered"),
    [
        ({"drop": "before"}, True),
        ({"status": 503}, True),
        ({"error": "internal_error"}, False),
        ({"error": "a_new_error"}, False),
    ],
)
async def test_without_a_response_the_attempt_does_not_count_against_the_message(
    workspace: Workspace,
    sender: SlackSender,
    queued: Delivery,
    fault: dict[str, Any],
    unanswered: bool,
) -> None:
    workspace.fail_next("chat.postMessage", **fault)
    with pytest.raises(SendLater) as later:
        await sender.send(queued, STORIES, None)
    assert later.value.unanswered is unanswered


async def test_if_slack_cannot_be_reached_the_message_was_certainly_not_sent(
    session: aiohttp.ClientSession, queued: Delivery
) -> None:
    client = AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/", session=session)
    with pytest.raises(SendLater) as later:
        await SlackSender(client, PARTIES).send(queued, STORIES, None)
    assert not later.value.uncertain


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
async def test_refused_blocks_are_sent_as_text(
    workspace: Workspace, sender: SlackSender, queued: Delivery, error: str
) -> None:
    workspace.fail_next("chat.postMessage", error=error)
    await sender.send(queued, STORIES, None)
    last = workspace.calls("chat.postMessage")[-1]
    assert "blocks" not in last.arguments
    assert "145% to 30%" in last.arguments["text"]


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        ("channel_not_found", "subscribe again"),
        ("is_archived", "another one"),
        ("restricted_action_read_only_channel", "settings"),
    ],
)
async def test_a_refusal_of_the_conversation_has_a_cure(
    workspace: Workspace, sender: SlackSender, queued: Delivery, error: str, cure: str
) -> None:
    workspace.fail_next("chat.postMessage", error=error)
    with pytest.raises(ConversationRefused, match=cure) as refused:
        await sender.send(queued, STORIES, None)
    assert (refused.value.thing, refused.value.cause) == (queued.conversation, error)


@pytest.mark.parametrize("error", ["invalid_auth", "missing_scope", "token_revoked"])
async def test_a_refusal_of_the_workspace_is_never_final(
    workspace: Workspace, sender: SlackSender, queued: Delivery, error: str
) -> None:
    workspace.fail_next("chat.postMessage", error=error)
    with pytest.raises(WorkspaceRefused) as refused:
        await sender.send(queued.model_copy(update={"attempts": 99}), STORIES, None)
    assert not refused.value.uncertain


async def test_a_check_of_the_workspace_asks_slack_for_the_token(
    workspace: Workspace, sender: SlackSender
) -> None:
    await sender.check_workspace("T1")
    workspace.fail_next("auth.test", error="token_revoked")
    with pytest.raises(WorkspaceRefused):
        await sender.check_workspace("T1")
    workspace.fail_next("auth.test", drop="before")
    with pytest.raises(SendLater):
        await sender.check_workspace("T1")


async def test_a_public_channel_is_joined_if_necessary(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    workspace.fail_next("chat.postMessage", error="not_in_channel")
    await sender.send(queued, STORIES, None)
    assert [call.ok for call in workspace.calls("conversations.join")] == [True]


async def test_a_message_to_a_channel_that_cannot_be_joined_is_refused(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    workspace.fail_next("chat.postMessage", error="not_in_channel")
    workspace.fail_next("conversations.join", error="missing_scope")
    with pytest.raises(ConversationRefused, match="invite the bot"):
        await sender.send(queued, STORIES, None)


async def test_an_unknown_error_is_retried_and_then_given_up(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    workspace.fail_next("chat.postMessage", error="a_new_error", times=2)
    with pytest.raises(SendLater):
        await sender.send(queued, STORIES, None)
    with pytest.raises(SendRefused):
        await sender.send(queued.model_copy(update={"attempts": 8}), STORIES, None)


async def test_a_failed_search_leaves_the_outcome_unknown(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    uncertain = queued.model_copy(update={"uncertain": True})
    # Two dropped connections, because aiohttp itself retries a GET after the first one.
    faults: list[dict[str, Any]] = [
        {"error": "ratelimited", "status": 429},
        {"drop": "before", "times": 2},
        {"status": 502},
    ]
    for fault in faults:
        workspace.fail_next("conversations.history", **fault)
        with pytest.raises(SendLater) as later:
            await sender.send(uncertain, STORIES, None)
        assert later.value.uncertain
    assert not workspace.calls("chat.postMessage")


@pytest.fixture
async def redirect_loop() -> AsyncIterator[str]:
    """The address of a server that redirects every request to itself."""

    async def redirect_to_itself(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(request.path)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", redirect_to_itself)
    async with TestServer(app) as server:
        yield str(server.make_url("/api/"))


def _all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_redirect_loop_writes_no_token_into_the_database_or_log(
    redirect_loop: str,
    session: aiohttp.ClientSession,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token = "xoxb-the-token-itself"
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    store = open_store(address)
    client = AsyncWebClient(token, base_url=redirect_loop, session=session, retry_handlers=[])
    dispatcher = Dispatcher(store.outbox, SlackSender(client, PARTIES), lambda: NOW, pace_s=0)
    await store.add_stories(*STORIES)
    await store.queue(delivery(story_ids=("s1",), due_at=NOW))
    with caplog.at_level("INFO"):
        await dispatcher.run_once(NOW)
        await dispatcher.run_once(NOW + timedelta(minutes=1))
    await store.database.close()
    assert "looking for it: TooManyRedirects" in caplog.text
    kept = _all_bytes(tmp_path)
    assert b"looking for it: TooManyRedirects" in kept
    assert token.encode() not in kept
    assert token not in caplog.text


async def test_a_delivery_whose_stories_were_pruned_is_given_up(
    sender: SlackSender, queued: Delivery
) -> None:
    with pytest.raises(SendRefused):
        await sender.send(queued, (), None)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Type `/tariff feeds resume old_wire`.", "Type `/tariff feeds resume old_wire`."),
        ("Slack refused posts (token_revoked).", "Slack refused posts (`token_revoked`)."),
    ],
)
async def test_a_command_and_a_code_of_slack_are_shown_as_code_in_a_notice(
    sender: SlackSender, client: AsyncWebClient, queued: Delivery, reason: str, expected: str
) -> None:
    changes = {"kind": DeliveryKind.NOTICE, "reason": reason}
    notice = queued.model_copy(update={**changes, "story_ids": (), "event_id": ""})
    await sender.send(notice, (), None)
    (message,) = await posts_in(client, queued.conversation)
    assert message["text"] == expected


async def test_a_notice_without_a_story_is_found_again_after_a_lost_connection(
    workspace: Workspace, sender: SlackSender, client: AsyncWebClient, queued: Delivery
) -> None:
    changes = {"kind": DeliveryKind.NOTICE, "reason": "The feed wire is gone <!channel>"}
    notice = queued.model_copy(update={**changes, "story_ids": (), "event_id": ""})
    workspace.fail_next("chat.postMessage", drop="after")
    with pytest.raises(SendLater):
        await sender.send(notice, (), None)
    found = await sender.send(notice.model_copy(update={"uncertain": True}), (), None)
    (message,) = await posts_in(client, queued.conversation)
    assert message["ts"] == found.ts
    assert message["text"] == "The feed wire is gone &lt;!channel&gt;"


async def test_a_notice_shows_the_name_of_a_channel(
    workspace: Workspace, sender: SlackSender, queued: Delivery
) -> None:
    reason = f"Slack refuses messages to #{queued.conversation} since noon."
    changes = {"kind": DeliveryKind.NOTICE, "reason": reason}
    await sender.send(queued.model_copy(update=changes), (), None)
    (call,) = workspace.calls("chat.postMessage")
    assert f"<#{queued.conversation}>" in call.arguments["text"]
