"""The Web API's blocks.validate method."""

from typing import Any

from bot.local_slack.api.call import Answer, ApiError, Arguments
from bot.local_slack.api.chat import read_message
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.local_slack.state.modals import check_view
from bot.local_slack.state.team import Team

_KINDS = {"blocks": "/blocks", "message": "", "view": "/view"}
"""The arguments, each with the beginning of a pointer that is not part of the argument."""


async def validate(_: Team, arguments: Arguments) -> Answer:
    """blocks.validate, which takes exactly one of `blocks`, `message` and `view`."""
    given = [name for name in _KINDS if name in arguments]
    if len(given) != 1:
        raise ApiError("invalid_arguments", ["provide exactly one of blocks, view, or message"])
    [kind] = given
    content = arguments.structure(kind, "invalid_json")
    try:
        _check(kind, content)
    except ApiError as refusal:
        messages = refusal.messages or (refusal.error,)
        errors = [_explain(each, _KINDS[kind]) for each in messages]
        raise ApiError(f"invalid_{kind}", extra={"errors": errors}) from refusal
    return {"ok": True}


def _check(kind: str, content: Any) -> None:
    if kind == "view":
        check_view(content)
    elif kind == "blocks":
        check_blocks(content)
    elif isinstance(content, dict):
        check_budget(read_message(Arguments(content)).get("blocks", []))
    else:
        raise ApiError("must provide an object")


def _explain(message: str, start: str) -> dict[str, str]:
    """The error in the form that the method has: a pointer apart from the message."""
    text, _, pointer = message.removesuffix("]").partition(" [json-pointer:")
    return {"pointer": pointer.removeprefix(start), "code": "failed_constraint", "message": text}
