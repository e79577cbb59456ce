"""The Web API's conversations methods."""

from typing import Any

from bot.local_slack.api.arguments import Arguments
from bot.local_slack.api.chat import Answer, find_channel
from bot.local_slack.api.errors import ApiError
from bot.local_slack.state.records import Channel, Message, MessagePage
from bot.local_slack.state.team import Team

_PAGE = 1000


def described(team: Team, channel: Channel) -> dict[str, Any]:
    """A conversation as Slack describes it."""
    base = {"id": channel.id, "created": channel.created, "is_archived": False}
    if channel.kind == "im":
        return {**base, "is_im": True, "is_channel": False, "user": channel.person}
    return {
        **base,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_general": channel.name == "general",
        "is_member": channel.has_bot,
        "creator": team.identity.person_id,
        "num_members": 1 + channel.has_bot,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


async def list_channels(team: Team, arguments: Arguments) -> Answer:
    """conversations.list"""
    kinds = arguments.text("types", "public_channel").split(",")
    wanted = {"public_channel": "public", "im": "im"}
    allowed = {wanted[kind.strip()] for kind in kinds if kind.strip() in wanted}
    limit = arguments.number("limit", 100, _PAGE)
    found = [channel for channel in team.channels if channel.kind in allowed]
    start = _start(arguments)
    return {
        "ok": True,
        "channels": [described(team, channel) for channel in found[start : start + limit]],
        "response_metadata": _cursor(start + limit, len(found) > start + limit),
    }


def _start(arguments: Arguments) -> int:
    cursor = arguments.text("cursor")
    if not cursor:
        return 0
    kind, _, position = cursor.partition(":")
    if kind != "at" or not position.isdecimal():
        raise ApiError("invalid_cursor")
    return int(position)


def _cursor(position: int, has_more: bool) -> dict[str, str]:
    return {"next_cursor": f"at:{position}" if has_more else ""}


async def info(team: Team, arguments: Arguments) -> Answer:
    """conversations.info"""
    channel = find_channel(team, arguments.needed("channel"))
    return {"ok": True, "channel": described(team, channel)}


async def open_direct(team: Team, arguments: Arguments) -> Answer:
    """conversations.open"""
    if "channel" in arguments:
        channel = find_channel(team, arguments.needed("channel"))
    else:
        person = team.people.get(arguments.needed("users"))
        if person is None:
            raise ApiError("user_not_found")
        if person.is_bot:
            raise ApiError("cannot_dm_bot")
        channel = team.direct
    whole = described(team, channel) if arguments.flag("return_im") else {"id": channel.id}
    return {"ok": True, "channel": whole}


async def join(team: Team, arguments: Arguments) -> Answer:
    """conversations.join"""
    channel = find_channel(team, arguments.needed("channel"))
    if channel.kind == "im":
        raise ApiError("method_not_supported_for_channel_type")
    return {"ok": True, "channel": described(team, await team.join(channel.id))}


async def history(team: Team, arguments: Arguments) -> Answer:
    """conversations.history"""
    channel = _readable(team, arguments)
    cursor = arguments.text("cursor")
    page = await team.archive.history(
        channel.id,
        oldest=arguments.text("oldest", "0"),
        latest=_before(cursor) if cursor else arguments.text("latest", "9"),
        inclusive=arguments.flag("inclusive") and not cursor,
        limit=arguments.number("limit", 100, _PAGE),
    )
    last = page.messages[-1]["ts"] if page.messages else ""
    return _read(page, arguments, f"before:{last}")


async def replies(team: Team, arguments: Arguments) -> Answer:
    """conversations.replies"""
    channel = _readable(team, arguments)
    ts = arguments.needed("ts")
    cursor = arguments.text("cursor")
    found = await team.archive.message(channel.id, ts)
    if found is None or found[1]:
        raise ApiError("thread_not_found")
    page = await team.archive.thread(
        channel.id,
        found[0].get("thread_ts", ts),
        oldest=_before(cursor) if cursor else arguments.text("oldest", "0"),
        limit=arguments.number("limit", _PAGE, _PAGE),
    )
    last = page.messages[-1]["ts"] if page.messages else ""
    return _read(page, arguments, f"before:{last}")


def _before(cursor: str) -> str:
    kind, _, ts = cursor.partition(":")
    if kind != "before" or not ts:
        raise ApiError("invalid_cursor")
    return ts


def _readable(team: Team, arguments: Arguments) -> Channel:
    channel = find_channel(team, arguments.needed("channel"))
    if not channel.has_bot:
        raise ApiError("not_in_channel")
    return channel


def _read(page: MessagePage, arguments: Arguments, cursor: str) -> Answer:
    with_metadata = arguments.flag("include_all_metadata")
    return {
        "ok": True,
        "messages": [_without_metadata(one, with_metadata) for one in page.messages],
        "has_more": page.has_more,
        "response_metadata": {"next_cursor": cursor if page.has_more else ""},
    }


def _without_metadata(message: Message, keep: bool) -> Message:
    return message if keep else {k: v for k, v in message.items() if k != "metadata"}


METHODS = {
    "conversations.list": list_channels,
    "conversations.info": info,
    "conversations.open": open_direct,
    "conversations.join": join,
    "conversations.history": history,
    "conversations.replies": replies,
}
