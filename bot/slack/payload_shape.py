"""Finds the fields of Slack's payloads that have the wrong type.

Bolt and the handlers read nested fields without checking their types. A null or a list in place of
such a field would raise an unexpected error. This module checks only the fields that Bolt and the
handlers read.
"""

from collections.abc import Iterator
from typing import Any

_OBJECTS = ("team", "user", "channel", "container", "enterprise", "message")
"""Fields of clicks and forms that must be objects or null."""


def malformed(body: dict[str, Any]) -> str | None:
    """The name of the first field with a wrong type, such as `event.type`; None if no type is
    wrong."""
    return next(_problems(body), None)


def _problems(body: dict[str, Any]) -> Iterator[str]:
    kind = body.get("type")
    if not isinstance(kind, str | None):
        yield "type"
    if "event" in body or kind == "event_callback":
        yield from _texts(body.get("event"), "event", "type")
    for name in _OBJECTS:
        if not isinstance(body.get(name), dict | None):
            yield name
    for name in ("authorizations", "response_urls"):
        if not _is_list_of_objects(body.get(name) or []):
            yield name
    if not isinstance(body.get("response_url"), str | None):
        yield "response_url"
    if kind == "block_actions":
        yield from _actions(body.get("actions"))
    if kind in ("view_submission", "view_closed"):
        yield from _view(body.get("view"), "type", "callback_id")
    elif body.get("view") is not None:
        yield from _view(body["view"], "type")
    if kind in ("shortcut", "message_action"):
        yield from _texts(body, "body", "callback_id")


def _actions(actions: object) -> Iterator[str]:
    if not isinstance(actions, list) or not actions:
        yield "actions"
        return
    for action in actions:
        yield from _texts(action, "actions", "type", "action_id")


def _view(view: object, *fields: str) -> Iterator[str]:
    yield from _texts(view, "view", *fields)
    state = view.get("state") if isinstance(view, dict) else None
    values = state.get("values") if isinstance(state, dict) else state
    if not isinstance(values, dict | None):
        yield "view.state"
        return
    for block in (values or {}).values():
        if not isinstance(block, dict) or not _is_list_of_objects(list(block.values())):
            yield "view.state.values"


def _texts(value: object, name: str, *fields: str) -> Iterator[str]:
    """Names the fields of an object that must be text but are not, and the object itself if it is
    not an object."""
    if not isinstance(value, dict):
        yield name
        return
    for field in fields:
        if not isinstance(value.get(field), str):
            yield f"{name}.{field}"


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)
