"""Posting, updating and reading messages with the SDK."""

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.server import Workspace
from tests.local_slack.bots import section

NOTE = {"event_type": "delivery", "event_payload": {"id": "d-1"}}


async def history(web: AsyncWebClient, channel: str, **more: Any) -> list[dict[str, Any]]:
    read = await web.conversations_history(channel=channel, **more)
    messages: list[dict[str, Any]] = read["messages"]
    return messages


@pytest.mark.parametrize("reference", ["#general", "general"])
async def test_a_channel_name_is_resolved(reference: str, web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel=reference, text="hello")
    assert posted["channel"].startswith("C")
    again = await web.chat_postMessage(channel=posted["channel"], text="again")
    assert again["ts"] > posted["ts"]
    assert [m["text"] for m in await history(web, posted["channel"])] == ["again", "hello"]


async def test_a_message_to_a_person_goes_to_the_direct_messages(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    person = workspace.team.identity.person_id
    posted = await web.chat_postMessage(channel=person, text="for you")
    opened = await web.conversations_open(users=person)
    assert posted["channel"] == opened["channel"]["id"]
    assert posted["channel"].startswith("D")


async def test_metadata_is_returned_on_request_only(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel="#general", text="x", metadata=NOTE)
    channel = posted["channel"]
    assert "metadata" not in (await history(web, channel))[0]
    assert (await history(web, channel, include_all_metadata=True))[0]["metadata"] == NOTE


async def test_replies_stay_in_their_thread(web: AsyncWebClient) -> None:
    first = await web.chat_postMessage(channel="#general", text="event")
    thread = {"channel": first["channel"], "thread_ts": first["ts"]}
    await web.chat_postMessage(**thread, text="one")
    last = await web.chat_postMessage(**thread, text="two")
    read = await history(web, first["channel"])
    assert [m["text"] for m in read] == ["event"]
    assert (read[0]["reply_count"], read[0]["latest_reply"]) == (2, last["ts"])
    replies = await web.conversations_replies(channel=first["channel"], ts=first["ts"])
    assert [m["text"] for m in replies["messages"]] == ["event", "one", "two"]


async def test_a_broadcast_reply_is_in_its_thread_and_in_the_channel_once(
    web: AsyncWebClient,
) -> None:
    first = await web.chat_postMessage(channel="#general", text="event")
    thread = {"channel": first["channel"], "thread_ts": first["ts"]}
    await web.chat_postMessage(**thread, text="one")
    shown = await web.chat_postMessage(**thread, text="two", reply_broadcast=True)
    read = await history(web, first["channel"])
    assert [m["text"] for m in read] == ["two", "event"]
    assert (read[0]["subtype"], read[0]["thread_ts"]) == ("thread_broadcast", first["ts"])
    assert (read[1]["reply_count"], read[1]["latest_reply"]) == (2, shown["ts"])
    replies = await web.conversations_replies(channel=first["channel"], ts=first["ts"])
    assert [m["text"] for m in replies["messages"]] == ["event", "one", "two"]


async def test_a_broadcast_outside_a_thread_is_an_ordinary_message(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel="#general", text="event", reply_broadcast=True)
    (message,) = await history(web, posted["channel"])
    assert "subtype" not in message


async def test_an_update_of_a_broadcast_reply_keeps_it_in_the_channel(web: AsyncWebClient) -> None:
    first = await web.chat_postMessage(channel="#general", text="event")
    thread = {"channel": first["channel"], "thread_ts": first["ts"]}
    reply = await web.chat_postMessage(**thread, text="one", reply_broadcast=True)
    await web.chat_update(channel=first["channel"], ts=reply["ts"], text="new")
    assert [m["text"] for m in await history(web, first["channel"])] == ["new", "event"]


async def test_pages_of_history_have_no_gaps(web: AsyncWebClient) -> None:
    for number in range(7):
        posted = await web.chat_postMessage(channel="#general", text=str(number))
    seen: list[str] = []
    cursor = ""
    while True:
        page = await web.conversations_history(channel=posted["channel"], limit=3, cursor=cursor)
        seen += [m["text"] for m in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == list("6543210")


async def test_history_can_be_limited_in_time(web: AsyncWebClient) -> None:
    stamps = []
    for number in range(4):
        posted = await web.chat_postMessage(channel="#general", text=str(number))
        stamps.append(posted["ts"])
    channel = posted["channel"]
    between = await history(web, channel, oldest=stamps[0], latest=stamps[3])
    assert [m["text"] for m in between] == ["2", "1"]
    within = await history(web, channel, oldest=stamps[0], latest=stamps[3], inclusive=True)
    assert [m["text"] for m in within] == list("3210")


async def test_an_update_with_text_alone_removes_the_blocks(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(
        channel="#general", text="old", blocks=[section("old")], metadata=NOTE
    )
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    await web.api_call("chat.update", json={**where, "blocks": [section("new")]})
    (message,) = await history(web, posted["channel"], include_all_metadata=True)
    assert (message["text"], message["blocks"][0]["text"]["text"]) == ("old", "new")
    assert message["metadata"] == NOTE
    assert "edited" not in message
    await web.chat_update(**where, text="bare")
    (message,) = await history(web, posted["channel"])
    assert "blocks" not in message
    assert message["edited"]


async def test_the_bot_cannot_change_messages_of_the_person(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    await workspace.keyboard.say("#general", "mine")
    channel = (await web.conversations_list())["channels"][2]["id"]
    (message,) = await history(web, channel)
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await web.chat_update(channel=channel, ts=message["ts"], text="yours")


async def test_the_bot_cannot_read_or_change_ephemeral_messages(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    channel = workspace.team.channels[0]
    await ResponseUrls(workspace.team).show(channel, {"text": "psst"}, "cause")
    assert await history(web, channel.id) == []
    seen = await workspace.team.storage.load_history(
        channel.id, viewer=workspace.team.identity.person_id
    )
    (ts,) = (message["ts"] for message in seen.messages)
    with pytest.raises(SlackApiError, match="message_not_found"):
        await web.chat_update(channel=channel.id, ts=ts, text="x")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "#general", "text": ""}, "no_text"),
        ({"channel": "#general", "text": "  \n"}, "no_text"),
        ({"channel": "#general", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "#general", "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "#general", "text": "x", "blocks": {}}, "invalid_blocks_format"),
        ({"channel": "#general", "text": "x", "metadata": {}}, "invalid_metadata_format"),
        ({"channel": "#general", "text": "x", "thread_ts": "1.5"}, "thread_not_found"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
async def test_an_invalid_post_gets_slacks_error_code(
    given: dict[str, Any], error: str, as_json: bool, web: AsyncWebClient
) -> None:
    sent = {"json": given} if as_json else {"data": _as_form(given)}
    with pytest.raises(SlackApiError) as refused:
        await web.api_call("chat.postMessage", **sent)
    assert refused.value.response["error"] == error


def _as_form(given: dict[str, Any]) -> dict[str, str]:
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()}
