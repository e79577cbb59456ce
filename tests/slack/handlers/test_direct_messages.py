"""Direct messages in plain words are answered once, and nothing else is."""

import json
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.app import build_app
from bot.slack.context import SlackContext
from bot.slack.handlers.events import unless_refused
from bot.slack.handlers.payloads import is_direct_message, is_from_person
from tests.slack.fakes import FakeSubscriptions, slack_context
from tests.slack.http_bot import running_bot

BOT = "U9"
TYPED = {
    "type": "message",
    "channel": "D1",
    "channel_type": "im",
    "user": "U2",
    "text": "us china",
    "ts": "1.2",
}


def envelope(event: dict[str, Any], event_id: str = "Ev1") -> dict[str, Any]:
    authorization = {"team_id": "T1", "user_id": BOT, "is_bot": True}
    head = {"type": "event_callback", "team_id": "T1", "event_id": event_id}
    return {**head, "event": event, "authorizations": [authorization]}


async def test_a_question_in_plain_words_is_answered_in_the_conversation(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        assert (await workspace.keyboard.say("@tariffwire", "us china")).ok
        await context.background.finish(60)
        [post] = workspace.calls("chat.postMessage")
        assert "China" in post.arguments["text"]
        assert "thread_ts" not in post.arguments


async def test_a_subscription_in_a_direct_message_is_for_the_person(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        [answer] = (await workspace.keyboard.say("@tariffwire", "subscribe tariffs")).messages
        assert "subscribed" in answer["text"]
        subscriptions = context.service.stores.subscriptions
        assert isinstance(subscriptions, FakeSubscriptions)
        assert [one.conversation for one in subscriptions.kept] == [workspace.person_id]


@pytest.mark.parametrize("text", ["hello", "Thanks!", "good morning", "xyzzy plugh", "\u202eolleh"])
async def test_a_greeting_or_unknown_text_gets_examples_to_click(
    workspace: Workspace, client: AsyncWebClient, text: str
) -> None:
    async with running_bot(workspace, client):
        [answer] = (await workspace.keyboard.say("@tariffwire", text)).messages
    elements = [each for block in answer["blocks"] for each in block.get("elements", ())]
    labels = [each["text"]["text"] for each in elements if each["type"] == "button"]
    assert labels == ["US and China", "Check a product", "Upcoming changes", "Latest news", "Help"]
    assert "\u202e" not in json.dumps(answer["blocks"], ensure_ascii=False)


async def test_a_message_in_a_channel_is_not_answered(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client):
        said = await workspace.keyboard.say("#general", "us china")
    assert said.messages == []


def is_answered(**changes: Any) -> bool:
    body = envelope({**TYPED, **changes})
    return is_direct_message(body) and is_from_person(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"user": BOT},
        {"bot_id": "B1"},
        {"bot_profile": {"id": "B1"}},
        {"subtype": "message_changed", "message": {"text": "us china"}},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"hidden": True},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"user": None},
        {"user": ""},
    ],
)
def test_other_messages_are_ignored(changes: dict[str, Any]) -> None:
    assert is_answered()
    assert not is_answered(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"thread_ts": "1.1", "parent_user_id": BOT},
        {"thread_ts": "1.1", "parent_user_id": "U2"},
        {"subtype": "thread_broadcast", "thread_ts": "1.1"},
        {"subtype": "file_share", "files": [{"id": "F1"}]},
        {"subtype": "me_message"},
    ],
)
def test_replies_files_and_messages_by_me_are_answered(changes: dict[str, Any]) -> None:
    assert is_answered(**changes)


async def dispatch(given: SlackContext, *bodies: dict[str, Any]) -> None:
    app = build_app(given)
    for body in bodies:
        await app.async_dispatch(AsyncBoltRequest(body=json.dumps(body), mode="socket_mode"))
    await given.background.finish()


async def test_a_repeated_event_and_a_second_event_of_a_message_are_answered_once(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.team.direct.id
    typed = {**TYPED, "channel": channel}
    mentioned = {**typed, "type": "app_mention"}
    again = {**typed, "ts": "1.3"}
    await dispatch(
        slack_context(client),
        envelope(typed),
        envelope(typed),
        envelope(mentioned, "Ev2"),
        envelope(again, "Ev3"),
    )
    assert len(workspace.calls("chat.postMessage")) == 2


async def test_edits_and_deletions_are_acknowledged_without_an_answer(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    given = slack_context(client)
    app = build_app(given)
    for number, subtype in enumerate(("message_changed", "message_deleted", "channel_join")):
        body = envelope({**TYPED, "subtype": subtype}, f"Ev{number}")
        answer = await app.async_dispatch(
            AsyncBoltRequest(body=json.dumps(body), mode="socket_mode")
        )
        assert answer.status == 200
    await given.background.finish()
    assert workspace.calls("chat.postMessage") == []


async def test_an_answer_in_a_thread_stays_in_it(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.team.direct.id
    first = await client.chat_postMessage(channel=channel, text="x")
    reply = {**TYPED, "channel": channel, "thread_ts": first["ts"], "parent_user_id": "U2"}
    await dispatch(slack_context(client), envelope(reply))
    assert workspace.calls("chat.postMessage")[-1].arguments["thread_ts"] == first["ts"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("/tariff us china", "duty on goods of China"),
        ("/TARIFF  us china", "duty on goods of China"),
        ("/tariff", "Ask in plain words"),
        ("", "Ask in plain words"),
        ("us china <https://news.example/a|a page>", "duty on goods of China"),
        ("<https://news.example/a>", "Ask in plain words"),
        ("is this right? https://news.example/a us china", "duty on goods of China"),
    ],
)
async def test_a_typed_command_and_an_attached_page_do_not_change_the_question(
    workspace: Workspace, client: AsyncWebClient, text: str, part: str
) -> None:
    channel = workspace.team.direct.id
    typed = {**TYPED, "channel": channel, "text": text, "subtype": "file_share"}
    await dispatch(slack_context(client), envelope(typed))
    [post] = workspace.calls("chat.postMessage")
    assert part in post.arguments["text"]


async def test_the_bot_does_not_talk_to_other_bots(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    mention = {"type": "app_mention", "channel": "C1", "text": f"<@{BOT}> us china", "ts": "1.5"}
    await dispatch(
        slack_context(client),
        envelope({**mention, "user": "U7", "bot_id": "B7"}),
        envelope({**mention, "subtype": "bot_message", "bot_id": "B7", "ts": "1.6"}, "Ev2"),
        envelope({**mention, "user": BOT, "ts": "1.7"}, "Ev3"),
    )
    assert workspace.calls("chat.postMessage") == []


async def test_a_broken_connection_to_slack_leaves_one_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    posting = client.chat_postMessage(channel="C1", text="x")
    assert not await unless_refused(posting, "a message was not answered")
    [line] = [one for one in caplog.records if one.name.startswith("bot.")]
    assert line.getMessage() == "a message was not answered: ClientConnectorError"
    assert line.exc_info is None
