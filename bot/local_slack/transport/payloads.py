"""The payloads that Slack sends to an app when a person does something.

They follow https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from bot.local_slack.state.records import Channel, Message, new_id
from bot.local_slack.state.team import Team

Payload = dict[str, Any]
# The value of the field `token`. Slack still sends this field, although signatures have replaced
# it.
_OLD_TOKEN = "local-workspace"  # noqa: S105 - not a secret
_WITH_TRIGGER = ("block_actions", "view_submission", "shortcut", "message_action")


def make_slash_command(
    team: Team, channel: Channel, command: str, text: str, response_url: str
) -> Payload:
    """The payload of a slash command. Unlike other payloads, it has no nested fields."""
    person = team.people[team.identity.person_id]
    return {
        "token": _OLD_TOKEN,
        "team_id": team.identity.team_id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": _name_channel(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": team.identity.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": team.triggers.new(),
    }


def _name_channel(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else channel.name


def make_interaction(team: Team, kind: str, **fields: Any) -> Payload:
    """The payload of an interaction; `fields` are those of its kind. For a click, a submission or a
    shortcut, it has a trigger id, with which the bot may open a modal."""
    person, team_id = team.people[team.identity.person_id], team.identity.team_id
    name = {"username": person.name, "name": person.name}
    payload: Payload = {
        "type": kind,
        "token": _OLD_TOKEN,
        "team": {"id": team_id, "domain": team.domain},
        "user": {"id": person.id, **name, "team_id": team_id},
        "api_app_id": team.identity.app_id,
        "enterprise": None,
        "is_enterprise_install": False,
        **fields,
    }
    if kind in _WITH_TRIGGER:
        payload["trigger_id"] = team.triggers.new()
    return payload


def make_message_fields(
    channel: Channel, message: Message, *, is_ephemeral: bool, response_url: str
) -> Payload:
    """The fields that say in which message an action happened. Like Slack, it omits the content of
    an ephemeral message."""
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id}
    thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    return {
        "container": {**container, "is_ephemeral": is_ephemeral, **thread},
        "channel": {"id": channel.id, "name": _name_channel(channel)},
        "response_url": response_url,
        **({} if is_ephemeral else {"message": message}),
    }


def make_shortcut_fields(channel: Channel, message: Message, response_url: str) -> Payload:
    """The fields that say of which message a person used a message shortcut."""
    return {
        "channel": {"id": channel.id, "name": _name_channel(channel)},
        "message": message,
        "message_ts": message["ts"],
        "response_url": response_url,
    }


def make_event(team: Team, content: Payload) -> Payload:
    """An event, in the envelope of the Events API."""
    authorization = {
        "enterprise_id": None,
        "team_id": team.identity.team_id,
        "user_id": team.identity.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": _OLD_TOKEN,
        "type": "event_callback",
        "team_id": team.identity.team_id,
        "api_app_id": team.identity.app_id,
        "event": content,
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "event_context": secrets.token_hex(12),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }


def make_action(block_id: str, element: Mapping[str, Any], raw: Any, action_ts: str) -> Payload:
    """The payload of one action: which button was clicked, or what was selected in the element.

    Raises ValueError if `raw` is not one of the element's options.
    """
    ids = {"block_id": block_id, "action_id": element["action_id"], "action_ts": action_ts}
    if element["type"] == "button":
        fields = {name: element[name] for name in ("text", "value", "style") if name in element}
    else:
        fields = make_selection(element, raw)
    return {"type": element["type"], **ids, **fields}


def make_selection(element: Mapping[str, Any], raw: Any) -> Payload:
    """The selection in an element, in the fields that Slack uses for elements of this type.

    `raw` is the value of an option, a list of values, a date, a text, or None if nothing is
    selected. Raises ValueError if it is not one of the element's options.
    """
    match element["type"]:
        case "static_select" | "radio_buttons":
            return {"selected_option": None if raw is None else _find_option(element, raw)}
        case "checkboxes":
            values = raw if isinstance(raw, list) else []
            return {"selected_options": [_find_option(element, each) for each in values]}
        case "overflow":
            return {"selected_option": _find_option(element, raw)}
        case "datepicker":
            return {"selected_date": raw}
        case _:
            return {"value": raw or None}


def _find_option(element: Mapping[str, Any], value: object) -> Payload:
    groups = element.get("option_groups") or [element]
    for option in (each for group in groups for each in group["options"]):
        if option["value"] == value:
            found: Payload = option
            return found
    raise ValueError(f"no option {value!r}")
