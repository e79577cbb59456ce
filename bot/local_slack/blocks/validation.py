"""Checks blocks as Slack does.

The error messages and their JSON pointers have the form that Slack uses with `invalid_blocks`.
"""

import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.local_slack import limits
from bot.local_slack.api.call import ApiError
from bot.local_slack.blocks.schema import BLOCK

Surface = Literal["message", "modal", "home"]

_BLOCKS: TypeAdapter[Any] = TypeAdapter(list[BLOCK])
_ONLY_IN_MESSAGES = ("table", "data_visualization")
# Parts of a block that a person cannot click or fill in.
_PASSIVE = ("plain_text", "mrkdwn")
# Elements without a value of their own. Slack leaves them out of the values of a message or view.
_STATELESS = ("button", "overflow")

# Slack's messages by the type of pydantic's error.
_MESSAGES = {
    "missing": "missing required field: {field}",
    "extra_forbidden": "invalid additional property: {field}",
    "union_tag_invalid": "unsupported type: {tag}",
    "union_tag_not_found": "missing required field: type",
    "string_too_long": "must be less than {over} characters",
    "string_too_short": "must be more than {under} characters",
    "too_long": "no more than {max_length} items allowed",
    "too_short": "no fewer than {min_length} items allowed",
}


def check_blocks(raw: Any, surface: Surface = "message") -> list[dict[str, Any]]:
    """The blocks. Each block without a block_id gets one, and so does each element without an
    action_id.

    Raises ApiError with invalid_blocks_format if `raw` is not a list of objects, and with
    invalid_blocks and Slack's messages for other errors.
    """
    if not isinstance(raw, list) or not all(isinstance(block, dict) for block in raw):
        raise ApiError("invalid_blocks_format")
    try:
        _BLOCKS.validate_python(raw)
    except ValidationError as error:
        raise ApiError("invalid_blocks", explain_errors(error, raw, "/blocks")) from error
    problems = [*_find_too_many(raw, surface), *_find_misplaced(raw, surface), *_find_repeated(raw)]
    if problems:
        raise ApiError("invalid_blocks", problems)
    return _add_ids(raw)


def find_elements(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of a block."""
    found = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
    return [part for part in found if part and part["type"] not in _PASSIVE]


def find_fields(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The elements of a block that have a value, for example a menu of which one option is
    selected."""
    return [element for element in find_elements(block) if element["type"] not in _STATELESS]


def _add_ids(raw: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    blocks = copy.deepcopy(list(raw))
    used = {name for block in blocks for name in _list_ids(block)}
    new_ids = (name for n in count() if (name := f"id{n}") not in used)
    for block in blocks:
        block["block_id"] = block.get("block_id") or next(new_ids)
        for element in find_elements(block):
            element["action_id"] = element.get("action_id") or next(new_ids)
    return blocks


def _list_ids(block: Mapping[str, Any]) -> Iterator[str]:
    yield block.get("block_id", "")
    yield from (element.get("action_id", "") for element in find_elements(block))


def check_budget(blocks: Sequence[Mapping[str, Any]]) -> None:
    """Raises ApiError with msg_blocks_too_long if the blocks together exceed Slack's budget for one
    message."""
    used = sum(map(_measure_text, blocks))
    if used + limits.BUDGET_OF_A_BLOCK * len(blocks) > limits.MESSAGE_BUDGET:
        raise ApiError("msg_blocks_too_long")


def _measure_text(value: Any) -> int:
    if isinstance(value, Mapping):
        text = value.get("text")
        own = len(text) if isinstance(text, str) else _measure_text(text)
        return own + sum(_measure_text(part) for key, part in value.items() if key != "text")
    return sum(map(_measure_text, value)) if isinstance(value, list) else 0


def _find_too_many(blocks: Sequence[Mapping[str, Any]], surface: Surface) -> Iterator[str]:
    most = limits.MESSAGE_BLOCKS if surface == "message" else limits.VIEW_BLOCKS
    kinds = Counter(block["type"] for block in blocks)
    for number, allowed, name in (
        (len(blocks), most, "items"),
        (kinds["table"], limits.TABLES, "table blocks"),
        (kinds["data_visualization"], limits.CHARTS, "data_visualization blocks"),
    ):
        if number > allowed:
            yield f"no more than {allowed} {name} allowed [json-pointer:/blocks]"
    rows = [row for block in blocks if block["type"] == "table" for row in block["rows"]]
    cells = sum(_count_characters(cell) for row in rows for cell in row)
    if cells > limits.TABLE_TEXT:
        over = limits.TABLE_TEXT + 1
        yield f"must be less than {over} characters in all [json-pointer:/blocks]"


def _count_characters(cell: Mapping[str, Any]) -> int:
    if "elements" in cell:
        return sum(map(_count_characters, cell["elements"]))
    return len(cell.get("text") or cell.get("url") or str(cell.get("value", "")))


def _find_misplaced(blocks: Sequence[Mapping[str, Any]], surface: Surface) -> Iterator[str]:
    for position, block in enumerate(blocks):
        if block["type"] in _ONLY_IN_MESSAGES and surface != "message":
            yield f"unsupported type: {block['type']} [json-pointer:/blocks/{position}/type]"


def _find_repeated(raw: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name in _find_duplicates(block.get("block_id") for block in raw):
        yield f"`block_id` {name!r} already exists [json-pointer:/blocks]"
    for position, block in enumerate(raw):
        for name in _find_duplicates(
            element.get("action_id") for element in block.get("elements", ())
        ):
            where = f"[json-pointer:/blocks/{position}/elements]"
            yield f"`action_id` {name!r} already exists for this block {where}"


def _find_duplicates(names: Iterable[str | None]) -> list[str]:
    return [name for name, times in Counter(names).items() if name and times > 1]


def explain_errors(error: ValidationError, raw: Any, start: str) -> list[str]:
    """Slack's message for each error, with a JSON pointer that begins with `start`."""
    return [_explain_error(detail, raw, start) for detail in error.errors(include_url=False)]


def _explain_error(detail: ErrorDetails, raw: Any, start: str) -> str:
    context: Mapping[str, Any] = detail.get("ctx", {})
    pointer, kind = start + _make_pointer(detail["loc"], raw), detail["type"]
    field = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "extra_forbidden":
        pointer = pointer.rpartition("/")[0]
    pointer += {"union_tag_invalid": "/type", "text_too_long": "/text"}.get(kind, "")
    over, under = context.get("max_length", 0) + 1, context.get("min_length", 0) - 1
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    if kind in _MESSAGES:
        message = _MESSAGES[kind].format(**context, field=field, over=over, under=under)
    return f"{message} [json-pointer:{pointer}]"


def _make_pointer(loc: Sequence[int | str], raw: Any) -> str:
    """Converts pydantic's path of an error to a JSON pointer. The path's tags of union members are
    left out."""
    steps = ""
    for step in loc:
        inside = (isinstance(raw, list) and isinstance(step, int)) or (
            isinstance(raw, dict) and step in raw
        )
        if inside:
            raw, steps = raw[step], f"{steps}/{step}"
    return steps
