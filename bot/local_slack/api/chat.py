"""The Web API's chat methods."""

import re
from typing import Any

from bot.local_slack import limits
from bot.local_slack.api.call import Answer, ApiError, Arguments
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.team import Team

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.-]{1,255}")


def find_channel(team: Team, reference: str) -> Channel:
    """The conversation with this id or name. A person's id stands for the direct messages with this
    person.

    Raises ApiError with channel_not_found.
    """
    if reference in team.people and not team.people[reference].is_bot:
        return team.direct
    channel = team.find_channel(reference)
    if channel is None:
        raise ApiError("channel_not_found")
    return channel


def read_message(arguments: Arguments, longest_text: int = limits.MESSAGE_TEXT) -> Message:
    """The content of a message after the checks: its text, blocks and metadata.

    Raises ApiError with Slack's code if Slack would refuse it.
    """
    content: Message = {"text": arguments.text("text")}
    if len(content["text"]) > longest_text:
        raise ApiError("msg_too_long")
    blocks = arguments.structure("blocks", "invalid_blocks_format")
    if blocks is not None:
        content["blocks"] = check_blocks(blocks)
    if not (content["text"].strip() or content.get("blocks")):
        raise ApiError("no_text")
    metadata = arguments.structure("metadata", "invalid_metadata_format")
    if metadata is not None:
        content["metadata"] = _read_metadata(metadata)
    return content


def _read_metadata(raw: Any) -> dict[str, Any]:
    # https://docs.slack.dev/messaging/message-metadata
    match raw:
        case {"event_type": str(kind), "event_payload": dict(payload)}:
            if _EVENT_TYPE.fullmatch(kind):
                return {"event_type": kind, "event_payload": payload}
    raise ApiError("invalid_metadata_format")


async def read_thread(team: Team, channel: Channel, arguments: Arguments) -> Message:
    """The fields that put a message into the thread that the call names; empty if it names none.

    With reply_broadcast, the channel shows the reply too
    (https://docs.slack.dev/reference/events/message/thread_broadcast). Raises ApiError if there is
    no such thread.
    """
    ts = arguments.text("thread_ts")
    if not ts:
        return {}
    found = await team.storage.find_message(channel.id, ts)
    if found is None:
        raise ApiError("thread_not_found")
    # In Slack, the ts of a reply also identifies the reply's thread.
    broadcast = {"subtype": "thread_broadcast"} if arguments.flag("reply_broadcast") else {}
    return {"thread_ts": found[0].get("thread_ts", ts), **broadcast}


async def post_message(team: Team, arguments: Arguments) -> Answer:
    """chat.postMessage"""
    channel = find_channel(team, arguments.required("channel"))
    content = read_message(arguments)
    check_budget(content.get("blocks", []))
    message = team.make_bot_message({**content, **await read_thread(team, channel, arguments)})
    await team.post(channel, message)
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}


async def get_permalink(team: Team, arguments: Arguments) -> Answer:
    """chat.getPermalink"""
    channel = find_channel(team, arguments.required("channel"))
    ts = arguments.required("message_ts")
    if await team.storage.find_message(channel.id, ts) is None:
        raise ApiError("message_not_found")
    # The page opens a message by this address.
    link = f"{team.address.rstrip('/')}/#{channel.id}/{ts}"
    return {"ok": True, "channel": channel.id, "permalink": link}


async def update(team: Team, arguments: Arguments) -> Answer:
    """chat.update"""
    channel = find_channel(team, arguments.required("channel"))
    found = await team.storage.find_message(channel.id, arguments.required("ts"))
    if found is None or found[1]:
        # The Web API cannot change ephemeral messages.
        raise ApiError("message_not_found")
    if found[0].get("user") != team.identity.bot_user_id:
        raise ApiError("cant_update_message")
    message = _apply_update(found[0], arguments, team.next_ts())
    check_budget(message.get("blocks", []))
    await team.post(channel, message, changed=True)
    result = {"ok": True, "channel": channel.id, "ts": message["ts"]}
    return {**result, "text": message["text"], "message": message}


def _apply_update(old: Message, arguments: Arguments, now_ts: str) -> Message:
    """The message after an update. Fields that the update does not name stay. Exception: an update
    with text and without blocks removes the old blocks.

    Only a message without blocks is marked as edited
    (https://docs.slack.dev/reference/methods/chat.update).
    """
    has_text = "text" in arguments
    values = arguments.values if has_text else {**arguments.values, "text": old["text"]}
    longest = limits.UPDATED_TEXT if has_text else limits.MESSAGE_TEXT
    message = {**old, **read_message(Arguments(values), longest)}
    if has_text and "blocks" not in arguments:
        message |= {"blocks": [], "edited": {"user": old["user"], "ts": now_ts}}
    return {name: value for name, value in message.items() if value != []}
