"""Block Kit's objects as tables of fields, with Slack's limits on each.

They follow https://docs.slack.dev/reference/block-kit. They cover the blocks, elements and
composition objects that the bot uses and the page can show; every other type is refused as
unsupported. In each table, a dictionary with the required fields comes first; optional fields
follow.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.local_slack import limits

# Annotated under a name with type Any. mypy allows no computed values inside annotations, and the
# functions below compute them.
_annotated: Any = Annotated
_list: Any = list
_literal: Any = Literal
_union: Any = Union


class BlockModel(BaseModel):
    """A JSON object of Block Kit. As Slack does, it refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Plain(BlockModel):
    """A text object of type plain_text."""

    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1, max_length=limits.SECTION_TEXT)]
    emoji: bool | None = None


def at_most(most: int) -> AfterValidator:
    """A validator: the text of a text object has at most `most` characters."""

    def check(text: Any) -> Any:
        if len(text.text) > most:
            message = "must be less than {least} characters"
            raise PydanticCustomError("text_too_long", message, {"least": most + 1})
        return text

    return AfterValidator(check)


def _shape(
    kinds: str,
    required: Mapping[str, Any] | None = None,
    /,
    check: Callable[[Any], Any] | None = None,
    **optional: Any,
) -> Any:
    """A model for JSON objects.

    `kinds` are the values that `type` may have, separated by spaces; if `kinds` is empty, the
    objects have no `type`. `check` validates the whole object after its fields.
    """
    fields: Any = {"type": (_literal[tuple(kinds.split())], ...)} if kinds else {}
    fields |= {name: (_union[kind, None], None) for name, kind in optional.items()}
    fields |= {name: (kind, ...) for name, kind in (required or {}).items()}
    checks: Any = {"check": model_validator(mode="after")(check)} if check else {}
    return create_model(kinds or "object", __base__=BlockModel, __validators__=checks, **fields)


def _block(
    kind: str, required: Mapping[str, Any] | None = None, /, check: Any = None, **optional: Any
) -> Any:
    return _shape(kind, required, check=check, block_id=_string(limits.ID), **optional)


def _text(most: int, kind: Any = Plain) -> Any:
    return _annotated[kind, at_most(most)]


def _string(most: int | None = None, least: int = 1) -> Any:
    return _annotated[str, Field(min_length=least, max_length=most)]


def _number(least: int, most: int | None = None) -> Any:
    return _annotated[int, Field(ge=least, le=most)]


def _items(kind: Any, most: int | None = None, least: int = 1) -> Any:
    return _annotated[_list[kind], Field(min_length=least, max_length=most)]


def _any_of(*kinds: Any) -> Any:
    return _annotated[_union[kinds], Field(discriminator="type")]


# Composition objects
_TEXT = _any_of(Plain, _shape("mrkdwn", {"text": _string(limits.SECTION_TEXT)}, verbatim=bool))
_OPTION_TEXT = _text(limits.OPTION_TEXT, _TEXT)
_OPTION_FIELDS = {"text": _OPTION_TEXT, "value": _string(limits.OPTION_VALUE)}
_OPTION = _shape("", _OPTION_FIELDS, description=_OPTION_TEXT)

_CONFIRM_BUTTON = _text(limits.CONFIRM_BUTTON)
_CONFIRM = _shape(
    "",
    {
        "title": _text(limits.CONFIRM_TITLE),
        "text": _text(limits.CONFIRM_TEXT, _TEXT),
        "confirm": _CONFIRM_BUTTON,
        "deny": _CONFIRM_BUTTON,
    },
)

# Elements
_ACTION = {"action_id": _string(limits.ID)}
_INPUT = {**_ACTION, "placeholder": _text(limits.PLACEHOLDER), "focus_on_load": bool}
_BUTTON = _shape(
    "button",
    {"text": _text(limits.BUTTON_TEXT)},
    value=_string(limits.BUTTON_VALUE, 0),
    url=_string(limits.BUTTON_URL),
    style=Literal["primary", "danger"],
    confirm=_CONFIRM,
    **_ACTION,
)
_OPTIONS = _items(_OPTION, limits.OPTIONS)
_GROUP = _shape("", {"label": _text(limits.GROUP_LABEL), "options": _OPTIONS})


def _check_options(select: Any) -> Any:
    if (select.options is None) == (select.option_groups is None):
        raise PydanticCustomError("one_of", "must have either options or option_groups")
    return select


_SELECT = _shape(
    "static_select",
    check=_check_options,
    options=_OPTIONS,
    option_groups=_items(_GROUP, limits.OPTION_GROUPS),
    initial_option=_OPTION,
    **_INPUT,
)
_RADIO_BUTTONS = _shape(
    "radio_buttons",
    {"options": _items(_OPTION, limits.RADIO_OPTIONS)},
    initial_option=_OPTION,
    focus_on_load=bool,
    **_ACTION,
)
_CHECKBOXES = _shape(
    "checkboxes",
    {"options": _items(_OPTION, limits.CHECKBOXES)},
    initial_options=_items(_OPTION, limits.CHECKBOXES),
    focus_on_load=bool,
    **_ACTION,
)
_DATE_PICKER = _shape(
    "datepicker", initial_date=_annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")], **_INPUT
)
_TEXT_INPUT = _shape(
    "plain_text_input",
    initial_value=_string(limits.INPUT_LENGTH, 0),
    multiline=bool,
    min_length=_number(0, limits.INPUT_LENGTH),
    max_length=_number(1, limits.INPUT_LENGTH),
    **_INPUT,
)
_MENU_TEXT = _text(limits.OPTION_TEXT)
_OVERFLOW_OPTION = _shape(
    "",
    {"text": _MENU_TEXT, "value": _string(limits.OPTION_VALUE)},
    description=_MENU_TEXT,
    url=_string(limits.OPTION_URL),
)
_OVERFLOW = _shape(
    "overflow", {"options": _items(_OVERFLOW_OPTION, limits.OVERFLOW_OPTIONS)}, **_ACTION
)
_ELEMENT = _any_of(_BUTTON, _SELECT, _DATE_PICKER, _OVERFLOW, _RADIO_BUTTONS, _CHECKBOXES)
_FIELD = _any_of(_SELECT, _DATE_PICKER, _TEXT_INPUT, _RADIO_BUTTONS, _CHECKBOXES)

# Rich text in the cells of a table
_PIECE = {"style": _shape("", bold=bool, italic=bool, strike=bool, code=bool)}
_PIECES = _any_of(
    _shape("text", {"text": str}, **_PIECE), _shape("link", {"url": str}, text=str, **_PIECE)
)
_RUN = _shape("rich_text_section", {"elements": _list[_PIECES]})

# Tables and charts
_VALUE: Any = int | FiniteFloat
_CELL = _any_of(
    _shape("raw_text", {"text": _string()}),
    _shape("raw_number", {"value": _VALUE}, text=_string()),
    _shape("rich_text", {"elements": _list[_RUN]}),
)
_ROW = _items(_CELL, limits.TABLE_COLUMNS)
_COLUMN = _shape("", align=Literal["left", "center", "right"], is_wrapped=bool)
_LABEL = _string(limits.CHART_LABEL)
_AXIS_LABEL = _string(limits.CHART_AXIS_LABEL, 0)
_POINT = _shape("", {"label": _LABEL, "value": _VALUE})
_SERIES = _shape("", {"name": _LABEL, "data": _items(_POINT, limits.CHART_POINTS)})
_CATEGORIES = {"categories": _items(_LABEL, limits.CHART_POINTS)}
_AXES = _shape("", _CATEGORIES, x_label=_AXIS_LABEL, y_label=_AXIS_LABEL)


def _check_series(chart: Any) -> Any:
    if len({series.name for series in chart.series}) < len(chart.series):
        raise PydanticCustomError("names", "series names must be unique")
    for series in chart.series:
        if sorted(point.label for point in series.data) != sorted(chart.axis_config.categories):
            raise PydanticCustomError("labels", "data labels must match the categories")
    return chart


def _check_text_or_fields(section: Any) -> Any:
    if section.text is None and section.fields is None:
        raise PydanticCustomError("one_of", "missing required field: text")
    return section


_PLOT = _shape(
    "line bar area",
    {"series": _items(_SERIES, limits.CHART_SERIES), "axis_config": _AXES},
    check=_check_series,
)

BLOCK = _any_of(
    _block(
        "section",
        check=_check_text_or_fields,
        text=_TEXT,
        fields=_items(_text(limits.FIELD_TEXT, _TEXT), limits.SECTION_FIELDS),
        accessory=_ELEMENT,
        expand=bool,
    ),
    _block("header", {"text": _text(limits.HEADER_TEXT)}),
    _block("context", {"elements": _items(_TEXT, limits.CONTEXT_ELEMENTS)}),
    _block("divider"),
    _block("actions", {"elements": _items(_ELEMENT, limits.ACTIONS_ELEMENTS)}),
    _block(
        "input",
        {"label": _text(limits.INPUT_TEXT), "element": _FIELD},
        hint=_text(limits.INPUT_TEXT),
        optional=bool,
        dispatch_action=bool,
    ),
    _block(
        "table",
        {"rows": _items(_ROW, limits.TABLE_ROWS)},
        column_settings=_items(_union[_COLUMN, None], limits.TABLE_COLUMNS, 0),
    ),
    _block("data_visualization", {"title": _string(limits.CHART_TITLE), "chart": _PLOT}),
)
