"""What a person filled in, block by block, in the shape in which Slack reports it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.local_slack.blocks.validation import elements
from bot.local_slack.transport.payloads import chosen

Blocks = Sequence[Mapping[str, Any]]
# By block_id and action_id: what the page knows of each field.
Raw = Mapping[str, Mapping[str, Any]]

_STATELESS = ("button", "overflow")


def element(blocks: Blocks, block_id: str, action_id: str) -> dict[str, Any] | None:
    """The element with these ids, or None."""
    for block in blocks:
        if block.get("block_id") == block_id:
            for one in elements(block):
                if one["action_id"] == action_id:
                    return one
    return None


def values(blocks: Blocks, raw: Raw) -> dict[str, dict[str, Any]]:
    """The state of all fields; raises ValueError for a choice that a field does not offer."""
    state: dict[str, dict[str, Any]] = {}
    for block, one in _fields(blocks):
        given = raw.get(block["block_id"], {}).get(one["action_id"])
        entry = {"type": one["type"], **chosen(one, given)}
        state.setdefault(block["block_id"], {})[one["action_id"]] = entry
    return state


def missing(blocks: Blocks, raw: Raw) -> dict[str, str]:
    """What is to be said at each required field that is empty, by block_id."""
    return {
        block["block_id"]: "Please complete this required field."
        for block, one in _fields(blocks)
        if block["type"] == "input"
        and not block.get("optional")
        and not raw.get(block["block_id"], {}).get(one["action_id"])
    }


def _fields(blocks: Blocks) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    for block in blocks:
        for one in elements(block):
            if one["type"] not in _STATELESS:
                yield block, one
