"""What Slack tells an app when a person does something, field by field.

After https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

from bot.local_slack.state.identity import new_id
from bot.local_slack.state.modals import View
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.team import Person, Team

Payload = dict[str, Any]
# Slack still sends it; nothing reads it since requests are signed.
_OLD_TOKEN = "local-workspace"  # noqa: S105 - no secret, see above


def slash_command(
    team: Team, channel: Channel, command: str, text: str, *, response_url: str, trigger_id: str
) -> Payload:
    """A slash command, as flat fields."""
    me = _me(team)
    return {
        "token": _OLD_TOKEN,
        "team_id": team.identity.team_id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": me.id,
        "user_name": me.name,
        "command": command,
        "text": text,
        "api_app_id": team.identity.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def _me(team: Team) -> Person:
    return team.people[team.identity.person_id]


def _interaction(team: Team, kind: str, trigger_id: str) -> Payload:
    me, who = _me(team), team.identity
    return {
        "type": kind,
        "token": _OLD_TOKEN,
        "team": {"id": who.team_id, "domain": team.domain},
        "user": {"id": me.id, "username": me.name, "name": me.name, "team_id": who.team_id},
        "api_app_id": who.app_id,
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger_id,
    }


def message_action(
    team: Team,
    channel: Channel,
    message: Message,
    action: Payload,
    *,
    only_you: bool,
    response_url: str,
    trigger_id: str,
    values: Mapping[str, Any],
) -> Payload:
    """A click or a choice in a message; an only-you message is not sent along."""
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": only_you,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    name = "directmessage" if channel.kind == "im" else channel.name
    return {
        **_interaction(team, "block_actions", trigger_id),
        "container": container,
        "channel": {"id": channel.id, "name": name},
        **({} if only_you else {"message": message}),
        "state": {"values": values},
        "response_url": response_url,
        "actions": [action],
    }


def view_action(
    team: Team, view: View, action: Payload, *, trigger_id: str, values: Mapping[str, Any]
) -> Payload:
    """A click or a choice in a modal or the Home tab."""
    return {
        **_interaction(team, "block_actions", trigger_id),
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**view, "state": {"values": values}},
        "actions": [action],
    }


def submission(team: Team, view: View, values: Mapping[str, Any], trigger_id: str) -> Payload:
    """A modal sent off, with what was filled in."""
    return {
        **_interaction(team, "view_submission", trigger_id),
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
    }


def closing(team: Team, view: View) -> Payload:
    """A modal closed without being sent off."""
    payload = _interaction(team, "view_closed", "")
    del payload["trigger_id"]
    return {**payload, "view": view, "is_cleared": bool(view.get("clear_on_close"))}


def suggestion(
    team: Team, container: Payload, block_id: str, action_id: str, typed: str
) -> Payload:
    """A question for choices that fit what was typed."""
    payload = _interaction(team, "block_suggestion", "")
    del payload["trigger_id"]
    return {
        **payload,
        "container": container,
        "block_id": block_id,
        "action_id": action_id,
        "value": typed,
    }


def event(team: Team, content: Payload) -> Payload:
    """An event, in the envelope of the Events API."""
    who = team.identity
    authorization = {
        "enterprise_id": None,
        "team_id": who.team_id,
        "user_id": who.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": _OLD_TOKEN,
        "type": "event_callback",
        "team_id": who.team_id,
        "api_app_id": who.app_id,
        "event": content,
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "event_context": secrets.token_hex(12),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }


def acted(block_id: str, element: Mapping[str, Any], raw: Any, action_ts: str) -> Payload:
    """The action of an element: what was clicked or chosen."""
    action = {
        "type": element["type"],
        "block_id": block_id,
        "action_id": element["action_id"],
        "action_ts": action_ts,
    }
    if element["type"] == "button":
        kept = {name: element[name] for name in ("text", "value", "style") if name in element}
        return {**action, **kept}
    return {**action, **chosen(element, raw)}


def chosen(element: Mapping[str, Any], raw: Any) -> Payload:
    """What was chosen in an element, in the fields in which Slack reports it.

    `raw` is an option's value or an id, a list of them, a text, or None for nothing. Raises
    ValueError when that cannot be chosen there.
    """
    kind = element["type"]
    match kind:
        case "static_select" | "radio_buttons" | "overflow":
            return {"selected_option": None if raw is None else _option(element, raw)}
        case "multi_static_select" | "checkboxes":
            return {"selected_options": [_option(element, value) for value in raw or ()]}
        case "external_select":
            return {"selected_option": raw}
        case "multi_external_select":
            return {"selected_options": list(raw or ())}
        case "datepicker":
            return {"selected_date": raw}
        case "timepicker":
            return {"selected_time": raw}
        case "users_select" | "conversations_select" | "channels_select":
            return {f"selected_{kind.removesuffix('s_select')}": raw}
        case "multi_users_select" | "multi_conversations_select" | "multi_channels_select":
            plural = kind.removeprefix("multi_").removesuffix("_select")
            return {f"selected_{plural}": list(raw or ())}
        case _:
            return {"value": raw or None}


def _option(element: Mapping[str, Any], value: object) -> Payload:
    for option in _options(element):
        if option["value"] == value:
            return option
    raise ValueError(f"no option {value!r}")


def _options(element: Mapping[str, Any]) -> Iterator[Payload]:
    yield from element.get("options") or ()
    for group in element.get("option_groups") or ():
        yield from group["options"]
