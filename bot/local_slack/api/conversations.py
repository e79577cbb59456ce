"""The Web API's conversations methods."""

from collections.abc import Sequence
from typing import Any, TypeVar

from bot.local_slack.api.call import Answer, ApiError, Arguments
from bot.local_slack.api.chat import find_channel
from bot.local_slack.state.records import Channel, MessagePage
from bot.local_slack.state.team import Team

T = TypeVar("T")

_PAGE = 999


def describe_channel(channel: Channel) -> dict[str, Any]:
    """A conversation as Slack's API describes it."""
    base = {"id": channel.id, "created": channel.created, "is_archived": False}
    if channel.kind == "im":
        return {**base, "is_im": True, "is_channel": False, "user": channel.person}
    names = {"name": channel.name, "name_normalized": channel.name}
    kind = {"is_channel": True, "is_im": False, "is_private": False}
    return {**base, **names, **kind, "is_member": channel.has_bot}


async def list_channels(team: Team, arguments: Arguments) -> Answer:
    """conversations.list"""
    found, following = _cut_page(_select_kinds(team, arguments), arguments)
    return {"ok": True, "channels": list(map(describe_channel, found)), **following}


async def list_joined(team: Team, arguments: Arguments) -> Answer:
    """users.conversations"""
    user = arguments.text("user", team.identity.bot_user_id)
    if user not in team.people:
        raise ApiError("user_not_found")
    every = _select_kinds(team, arguments)
    if team.people[user].is_bot:
        joined = [each for each in every if each.has_bot]
    else:
        joined = [each for each in every if each.id not in team.left]
    found, following = _cut_page(joined, arguments)
    return {"ok": True, "channels": list(map(describe_channel, found)), **following}


def _select_kinds(team: Team, arguments: Arguments) -> list[Channel]:
    """The conversations of the kinds that a call asks for. There are no private channels."""
    kinds = arguments.text("types", "public_channel").split(",")
    wanted = {"public_channel": "public", "im": "im"}
    allowed = {wanted[kind.strip()] for kind in kinds if kind.strip() in wanted}
    return [channel for channel in team.channels if channel.kind in allowed]


def _cut_page(found: Sequence[T], arguments: Arguments) -> tuple[Sequence[T], Answer]:
    """The page that a call asks for, and where the next one begins."""
    start = _read_cursor(arguments, "at", "0")
    if not start.isdecimal():
        raise ApiError("invalid_cursor")
    end = int(start) + arguments.limit(100, _PAGE)
    cursor = f"at:{end}" if len(found) > end else ""
    return found[int(start) : end], {"response_metadata": {"next_cursor": cursor}}


def _read_cursor(arguments: Arguments, kind: str, default: str) -> str:
    """The value inside the cursor; `default` if the call has no cursor."""
    cursor = arguments.text("cursor")
    if not cursor:
        return default
    prefix, _, position = cursor.partition(":")
    if prefix != kind or not position:
        raise ApiError("invalid_cursor")
    return position


async def list_members(team: Team, arguments: Arguments) -> Answer:
    """conversations.members"""
    channel = find_channel(team, arguments.required("channel"))
    me = team.identity.person_id
    found = [me] if channel.id not in team.left else []
    found += [team.identity.bot_user_id] if channel.has_bot else []
    members, following = _cut_page(found, arguments)
    return {"ok": True, "members": members, **following}


async def open_direct(team: Team, arguments: Arguments) -> Answer:
    """conversations.open"""
    if "channel" in arguments:
        channel = find_channel(team, arguments.required("channel"))
    else:
        person = team.people.get(arguments.required("users"))
        if person is None:
            raise ApiError("user_not_found")
        if person.is_bot:
            raise ApiError("cannot_dm_bot")
        channel = team.direct
    is_whole = arguments.flag("return_im")
    found = describe_channel(channel) if is_whole else {"id": channel.id}
    return {"ok": True, "channel": found}


async def join(team: Team, arguments: Arguments) -> Answer:
    """conversations.join"""
    channel = find_channel(team, arguments.required("channel"))
    if channel.kind == "im":
        raise ApiError("method_not_supported_for_channel_type")
    return {"ok": True, "channel": describe_channel(await team.join(channel.id))}


async def history(team: Team, arguments: Arguments) -> Answer:
    """conversations.history"""
    channel = _find_readable(team, arguments)
    page = await team.storage.load_history(
        channel.id,
        oldest=arguments.text("oldest", "0"),
        latest=_read_cursor(arguments, "before", arguments.text("latest", "9")),
        inclusive=arguments.flag("inclusive") and not arguments.text("cursor"),
        limit=arguments.limit(100, _PAGE),
    )
    return _make_answer(page, arguments)


async def replies(team: Team, arguments: Arguments) -> Answer:
    """conversations.replies"""
    channel = _find_readable(team, arguments)
    ts = arguments.required("ts")
    found = await team.storage.find_message(channel.id, ts)
    if found is None or found[1]:
        raise ApiError("thread_not_found")
    page = await team.storage.load_thread(
        channel.id,
        found[0].get("thread_ts", ts),
        oldest=_read_cursor(arguments, "before", arguments.text("oldest", "0")),
        limit=arguments.limit(_PAGE, _PAGE),
    )
    return _make_answer(page, arguments)


def _find_readable(team: Team, arguments: Arguments) -> Channel:
    channel = find_channel(team, arguments.required("channel"))
    if not channel.has_bot:
        raise ApiError("not_in_channel")
    return channel


def _make_answer(page: MessagePage, arguments: Arguments) -> Answer:
    omitted = () if arguments.flag("include_all_metadata") else ("metadata",)
    cursor = f"before:{page.messages[-1]['ts']}" if page.has_more else ""
    return {
        "ok": True,
        "messages": [
            {name: value for name, value in message.items() if name not in omitted}
            for message in page.messages
        ],
        "has_more": page.has_more,
        "response_metadata": {"next_cursor": cursor},
    }
