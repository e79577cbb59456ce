"""The parts of modals within Slack's limits: fields, menus and the modal itself."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, Element
from bot.slack.blockkit.mrkdwn import cut
from bot.text.single_line import to_single_line

FIELD = "field"
"""The action id of the element of each field."""

View = dict[str, Any]
"""A modal or a Home tab as JSON values."""


def plain(text: str, limit: int = limits.OPTION_CHARACTERS) -> Element:
    """Plain text of at most `limit` characters on one line."""
    return {"type": "plain_text", "text": cut(to_single_line(text), limit), "emoji": False}


def text_input(
    block_id: str,
    label: str,
    value: str,
    hint: str = "",
    *,
    optional: bool = False,
    longest: int = 200,
) -> Block:
    """A field for one line of text."""
    element: Element = {"type": "plain_text_input", "max_length": longest}
    if held := to_single_line(value)[:longest]:
        element["initial_value"] = held
    return make_input(block_id, label, element, hint, optional=optional)


def day_input(
    block_id: str, label: str, value: str, hint: str = "", *, optional: bool = False
) -> Block:
    """A field for a day; `value` is in ISO format or empty."""
    element: Element = {"type": "datepicker"}
    if value:
        element["initial_date"] = value
    return make_input(block_id, label, element, hint, optional=optional)


def menu(
    options: Mapping[str, str] | Mapping[str, Mapping[str, str]],
    chosen: str,
    placeholder: str = "",
) -> Element:
    """A menu in which one option can be chosen. `options` are labels by value, or groups of them
    by name. People can search in it by typing."""
    groups = {name: each for name, each in options.items() if isinstance(each, Mapping)}
    element: Element = {"type": "static_select"}
    if placeholder:
        element["placeholder"] = plain(placeholder)
    if groups:
        element["option_groups"] = [
            {"label": plain(name), "options": _make_options(each)} for name, each in groups.items()
        ]
        every = [one for group in element["option_groups"] for one in group["options"]]
    else:
        every = _make_options({value: str(label) for value, label in options.items()})
        element["options"] = every
    return {**element, **_make_initial(every, chosen)}


def radio_buttons(options: Mapping[str, str], chosen: str) -> Element:
    """Buttons of which one is chosen. `options` are labels by value."""
    every = _make_options(options)
    return {"type": "radio_buttons", "options": every, **_make_initial(every, chosen)}


def checkboxes(options: Mapping[str, str], chosen: Collection[str]) -> Element:
    """Boxes of which any number is chosen. `options` are labels by value."""
    every = _make_options(options)
    initial = [one for one in every if one["value"] in chosen]
    element: Element = {"type": "checkboxes", "options": every}
    return {**element, "initial_options": initial} if initial else element


def make_input(
    block_id: str, label: str, element: Element, hint: str = "", *, optional: bool = False
) -> Block:
    """A field with its label. Its element has the action id `FIELD`."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {**element, "action_id": FIELD},
        "optional": optional,
    }
    return {**block, "hint": plain(hint)} if hint else block


def make_modal(
    title: str,
    blocks: Sequence[Block],
    *,
    close: str = "Close",
    submit: str = "",
    callback_id: str = "",
    metadata: str = "",
) -> View:
    """A modal. With `submit`, it has a button with this label that sends it to the bot."""
    view: View = {
        "type": "modal",
        "title": plain(title, limits.VIEW_TITLE_CHARACTERS),
        "close": plain(close, limits.VIEW_TITLE_CHARACTERS),
        "blocks": list(blocks)[: limits.HOME_BLOCKS],
    }
    if submit:
        view["submit"] = plain(submit, limits.VIEW_TITLE_CHARACTERS)
    if callback_id:
        view |= {"callback_id": callback_id, "private_metadata": metadata}
    return view


def read_values(view: Mapping[str, Any]) -> dict[str, str]:
    """The value of each field by its block id, and of each menu outside a form by its action id.
    The values of boxes are separated by commas. Empty fields are left out."""
    blocks = (view.get("state") or {}).get("values") or {}
    found: dict[str, str] = {}
    for block_id, elements in blocks.items():
        for action_id, state in elements.items():
            value = _read_value(state)
            if value:
                found[block_id if action_id == FIELD else action_id] = value
    return found


def _read_value(state: Any) -> str:
    if not isinstance(state, dict):
        return ""
    chosen = state.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, dict) else None
    boxes = state.get("selected_options")
    if isinstance(boxes, list):
        return ",".join(str(one.get("value") or "") for one in boxes if isinstance(one, dict))
    return str(value or state.get("selected_date") or state.get("value") or "")


def _make_options(options: Mapping[str, str]) -> list[Element]:
    shown = list(options.items())[: limits.OPTIONS]
    return [{"text": plain(label), "value": value} for value, label in shown]


def _make_initial(options: Sequence[Element], chosen: str) -> Element:
    initial = next((one for one in options if one["value"] == chosen), None)
    return {"initial_option": initial} if initial else {}
