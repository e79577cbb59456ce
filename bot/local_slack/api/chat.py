"""The Web API's chat methods."""

import re
from typing import Any

from bot.local_slack import limits
from bot.local_slack.api.arguments import Arguments
from bot.local_slack.api.errors import ApiError
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.team import Team

Answer = dict[str, Any]
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.-]{1,255}")


def find_channel(team: Team, reference: str) -> Channel:
    """The conversation; a person's id stands for the direct messages with them.

    Raises ApiError with channel_not_found.
    """
    if reference in team.people and not team.people[reference].is_bot:
        return team.direct
    channel = team.channel(reference)
    if channel is None:
        raise ApiError("channel_not_found")
    return channel


def content(arguments: Arguments, longest_text: int = limits.MESSAGE_TEXT) -> Message:
    """What a message says: text, blocks, attachments, metadata; checked.

    Raises ApiError with Slack's code for what it would not take.
    """
    said: Message = {"text": arguments.text("text")}
    if len(said["text"]) > longest_text:
        raise ApiError("msg_too_long")
    blocks = arguments.structure("blocks", "invalid_blocks_format")
    if blocks is not None:
        said["blocks"] = check_blocks(blocks)
    attachments = arguments.structure("attachments", "invalid_arguments")
    if attachments is not None:
        said["attachments"] = _attachments(attachments)
    if arguments.text("markdown_text"):
        said |= _markdown(arguments, said)
    if not (said["text"].strip() or said.get("blocks") or said.get("attachments")):
        raise ApiError("no_text")
    metadata = arguments.structure("metadata", "invalid_metadata_format")
    if metadata is not None:
        said["metadata"] = _metadata(metadata)
    return said


def _markdown(arguments: Arguments, said: Message) -> Message:
    if said["text"] or "blocks" in said:
        raise ApiError("markdown_text_conflict")
    text = arguments.text("markdown_text")
    if len(text) > limits.MARKDOWN_TEXT:
        raise ApiError("msg_too_long")
    return {"text": text, "blocks": check_blocks([{"type": "markdown", "text": text}])}


def _attachments(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise ApiError("invalid_attachments")
    if len(raw) > limits.ATTACHMENTS:
        raise ApiError("too_many_attachments")
    return [
        {**one, "blocks": check_blocks(one["blocks"])} if "blocks" in one else one for one in raw
    ]


def _metadata(raw: Any) -> dict[str, Any]:
    # https://docs.slack.dev/messaging/message-metadata
    shaped = isinstance(raw, dict) and {"event_type", "event_payload"} <= raw.keys()
    if not shaped or not isinstance(raw["event_payload"], dict):
        raise ApiError("invalid_metadata_format")
    if not isinstance(raw["event_type"], str) or not _EVENT_TYPE.fullmatch(raw["event_type"]):
        raise ApiError("invalid_metadata_format")
    return {"event_type": raw["event_type"], "event_payload": raw["event_payload"]}


async def place_in_thread(team: Team, channel: Channel, arguments: Arguments) -> Message:
    """The fields that put a message into a thread; raises ApiError when there is no such thread."""
    ts = arguments.text("thread_ts")
    if not ts:
        return {}
    found = await team.archive.message(channel.id, ts)
    if found is None:
        raise ApiError("thread_not_found")
    # Slack takes a reply's ts for its thread's.
    thread = {"thread_ts": found[0].get("thread_ts", ts)}
    return (
        {**thread, "subtype": "thread_broadcast"} if arguments.flag("reply_broadcast") else thread
    )


async def post_message(team: Team, arguments: Arguments) -> Answer:
    """chat.postMessage"""
    channel = find_channel(team, arguments.needed("channel"))
    said = content(arguments)
    check_budget(said.get("blocks", []))
    message = team.written_by_bot({**said, **await place_in_thread(team, channel, arguments)})
    await team.post(channel, message)
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}


async def update(team: Team, arguments: Arguments) -> Answer:
    """chat.update"""
    channel = find_channel(team, arguments.needed("channel"))
    old = await _own_message(team, channel, arguments.needed("ts"), "cant_update_message")
    said = _changed(old, arguments, team.next_ts())
    check_budget(said.get("blocks", []))
    await team.change(channel, said)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": said["ts"],
        "text": said["text"],
        "message": said,
    }


def _changed(old: Message, arguments: Arguments, now_ts: str) -> Message:
    """The message after an update; what was not given stays, but text alone removes the blocks."""
    has_text = "text" in arguments
    given = arguments.given if has_text else {**arguments.given, "text": old["text"]}
    said = content(Arguments(given), limits.UPDATED_TEXT if has_text else limits.MESSAGE_TEXT)
    changed = {**old, **said}
    if has_text and "blocks" not in arguments:
        changed |= {"blocks": [], "edited": {"user": old["user"], "ts": now_ts}}
    return {name: value for name, value in changed.items() if value != []}


async def delete(team: Team, arguments: Arguments) -> Answer:
    """chat.delete"""
    channel = find_channel(team, arguments.needed("channel"))
    message = await _own_message(team, channel, arguments.needed("ts"), "cant_delete_message")
    await team.remove(channel, message["ts"])
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


async def _own_message(team: Team, channel: Channel, ts: str, refusal: str) -> Message:
    found = await team.archive.message(channel.id, ts)
    if found is None or found[1]:
        # An only-you message is out of the Web API's reach.
        raise ApiError("message_not_found")
    if found[0].get("user") != team.identity.bot_user_id:
        raise ApiError(refusal)
    return found[0]


async def post_ephemeral(team: Team, arguments: Arguments) -> Answer:
    """chat.postEphemeral"""
    channel = find_channel(team, arguments.needed("channel"))
    person = arguments.needed("user")
    if person not in team.people or team.people[person].is_bot:
        raise ApiError("user_not_in_channel")
    said = content(arguments)
    message = team.written_by_bot({**said, **await place_in_thread(team, channel, arguments)})
    await team.post(channel, message, only_for=person)
    return {"ok": True, "message_ts": message["ts"]}


async def permalink(team: Team, arguments: Arguments) -> Answer:
    """chat.getPermalink"""
    channel = find_channel(team, arguments.needed("channel"))
    ts = arguments.needed("message_ts")
    if await team.archive.message(channel.id, ts) is None:
        raise ApiError("message_not_found")
    link = f"{team.address}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"ok": True, "channel": channel.id, "permalink": link}


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
}
