"""Block Kit's objects as tables of fields, with Slack's limits on each.

They follow https://docs.slack.dev/reference/block-kit: the blocks, elements and composition objects
that the page can show. In each table the required fields come first, in a dictionary.
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

# Subscripted with values below, which mypy allows in no annotation.
_annotated: Any = Annotated
_list: Any = list
_literal: Any = Literal
_union: Any = Union


class BlockModel(BaseModel):
    """A JSON object of Block Kit. Unknown fields are refused, as Slack does."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Plain(BlockModel):
    """Plain text."""

    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1, max_length=limits.SECTION_TEXT)]
    emoji: bool | None = None


def at_most(most: int) -> AfterValidator:
    """A check that a text object's text has at most `most` characters."""

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
    """A model of the objects whose `type` is one of `kinds`, separated by spaces; '' for no type.

    `check` runs on the whole object after its fields.
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


def _each(kind: Any, names: str) -> Any:
    """The same type for each of the names, separated by spaces."""
    return dict.fromkeys(names.split(), kind)


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


def _exactly_one(*names: str) -> Callable[[Any], Any]:
    def check(model: Any) -> Any:
        if sum(getattr(model, name) is not None for name in names) != 1:
            raise PydanticCustomError("one_of", f"must provide either {' or '.join(names)}")
        return model

    return check


# Composition objects
_MRKDWN = _shape("mrkdwn", {"text": _string(limits.SECTION_TEXT)}, verbatim=bool)
_TEXT = _any_of(Plain, _MRKDWN)
_ID = _string(limits.ID)
_URL = _string(limits.BUTTON_URL)
_COLOR: Any = Literal["primary", "danger"]
_OPTION_TEXT = _text(limits.OPTION_TEXT, _TEXT)
_OPTION_FIELDS = {"text": _OPTION_TEXT, "value": _string(limits.OPTION_VALUE)}
_OPTION = _shape("", _OPTION_FIELDS, description=_OPTION_TEXT, url=_URL)
_OPTIONS = _items(_OPTION, limits.OPTIONS)
_OPTION_GROUP = _shape("", {"label": _text(limits.OPTION_TEXT), "options": _OPTIONS})
_CONFIRM_TEXTS = _each(_text(limits.CONFIRM_BUTTON), "confirm deny")
_CONFIRM_TEXTS |= {"title": _text(limits.CONFIRM_TITLE), "text": _text(limits.CONFIRM_TEXT, _TEXT)}
_CONFIRM = _shape("", _CONFIRM_TEXTS, style=_COLOR)
_DISPATCH_ON = list[Literal["on_enter_pressed", "on_character_entered"]]

# Elements
_ACTION = {"action_id": _ID, "confirm": _CONFIRM}
_INPUT = {**_ACTION, "placeholder": _text(limits.PLACEHOLDER), "focus_on_load": bool}
_CHOSEN = {"initial_option": _OPTION, "initial_options": _list[_OPTION]}
_MENU = {**_CHOSEN, **_INPUT, "max_selected_items": _number(1)}
_ALT = {"alt_text": _string(limits.IMAGE_ALT, 0)}
_PICTURE = {"image_url": _string(limits.IMAGE_URL), "slack_file": _shape("", id=str, url=str)}
_IMAGE = _shape("image", _ALT, **_PICTURE)
_BUTTON_FIELDS = {"value": _string(limits.BUTTON_VALUE, 0), "url": _URL, "style": _COLOR}
_BUTTON_FIELDS |= {"accessibility_label": _string(limits.BUTTON_TEXT, 0)}
_BUTTON = _shape("button", {"text": _text(limits.BUTTON_TEXT)}, **_BUTTON_FIELDS, **_ACTION)
_OVERFLOW = _shape("overflow", {"options": _items(_OPTION, limits.OVERFLOW_OPTIONS)}, **_ACTION)
_STATIC_SELECT = _shape(
    "static_select multi_static_select",
    check=_exactly_one("options", "option_groups"),
    options=_OPTIONS,
    option_groups=_items(_OPTION_GROUP, limits.OPTIONS, 0),
    **_MENU,
)
_EXTERNAL_SELECT = _shape(
    "external_select multi_external_select", min_query_length=_number(0), **_MENU
)
_CONVERSATION_SELECT = _shape(
    "users_select multi_users_select conversations_select multi_conversations_select"
    " channels_select multi_channels_select",
    **_each(str, "initial_user initial_conversation initial_channel"),
    **_each(list[str], "initial_users initial_conversations initial_channels"),
    **_each(bool, "default_to_current_conversation response_url_enabled"),
    filter=dict[str, object],
    max_selected_items=_number(1),
    **_INPUT,
)
_PICKER = _shape(
    "datepicker timepicker",
    initial_date=_annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")],
    initial_time=_annotated[str, Field(pattern=r"^\d{2}:\d{2}$")],
    timezone=str,
    **_INPUT,
)
_CHOICES = _shape(
    "checkboxes radio_buttons", {"options": _items(_OPTION, limits.CHOICES)}, **_CHOSEN, **_INPUT
)
_TEXT_INPUT = _shape(
    "plain_text_input email_text_input url_text_input number_input",
    initial_value=_string(limits.INPUT_LENGTH, 0),
    **_each(bool, "multiline is_decimal_allowed"),
    **_each(str, "min_value max_value"),
    min_length=_number(0, limits.INPUT_LENGTH),
    max_length=_number(1, limits.INPUT_LENGTH),
    dispatch_action_config=_shape("", {"trigger_actions_on": _DISPATCH_ON}),
    **_INPUT,
)
_FIELDS = (_STATIC_SELECT, _EXTERNAL_SELECT, _CONVERSATION_SELECT, _PICKER, _CHOICES)

# Rich text
_STYLES = "bold italic strike code underline highlight client_highlight unlink"
_PIECE = {
    **_each(str, "text url user_id channel_id usergroup_id name unicode format fallback"),
    **_each(int, "skin_tone timestamp"),
    "range": Literal["here", "channel", "everyone"],
    "style": _shape("", **_each(bool, _STYLES)),
}
# The required field of each kind of piece
_NEEDED = {"text": "text", "link": "url", "emoji": "name", "date": "timestamp"}
_NEEDED |= {"user": "user_id", "channel": "channel_id", "usergroup": "usergroup_id"}
_NEEDED |= {"broadcast": "range"}
_PIECE_KINDS = [_shape(kind, {name: _PIECE[name]}, **_PIECE) for kind, name in _NEEDED.items()]
_PIECES = _list[_any_of(*_PIECE_KINDS)]
_RUN = _shape(
    "rich_text_section rich_text_quote rich_text_preformatted", {"elements": _PIECES}, border=int
)
_ITEM = _shape("rich_text_section", {"elements": _PIECES})
_LIST = {"style": Literal["bullet", "ordered"], "elements": _list[_ITEM]}
_RICH_LIST = _shape("rich_text_list", _LIST, indent=_number(0, 8), offset=_number(0), border=int)
_RICH_TEXT = _block("rich_text", {"elements": _list[_any_of(_RUN, _RICH_LIST)]})

# Tables and charts
_VALUE: Any = int | FiniteFloat
_CELL = _any_of(
    _shape("raw_text", {"text": _string()}),
    _shape("raw_number", {"value": _VALUE}, text=_string()),
    _RICH_TEXT,
)
_ROW = _items(_CELL, limits.TABLE_COLUMNS)
_COLUMN = _shape("", align=Literal["left", "center", "right"], is_wrapped=bool)
_LABEL = _string(limits.CHART_LABEL)
_AXIS_LABEL = _string(limits.CHART_AXIS_LABEL, 0)
_POINT = _shape("", {"label": _LABEL, "value": _VALUE})
_SEGMENT = _shape("", {"label": _LABEL, "value": _annotated[_VALUE, Field(gt=0)]})
_SERIES = _shape("", {"name": _LABEL, "data": _items(_POINT, limits.CHART_POINTS)})
_CATEGORIES = {"categories": _items(_LABEL, limits.CHART_POINTS)}
_AXES = _shape("", _CATEGORIES, **_each(_AXIS_LABEL, "x_label y_label"))


def _rows_match(table: Any) -> Any:
    if len({len(row) for row in table.rows}) > 1:
        raise PydanticCustomError("uneven", "all rows must have the same number of cells")
    if any(cell.type == "rich_text" for cell in table.rows[0]):
        raise PydanticCustomError("header", "the header row may not hold rich_text")
    return table


def _series_fit_the_axis(chart: Any) -> Any:
    if len({series.name for series in chart.series}) < len(chart.series):
        raise PydanticCustomError("names", "series names must be unique")
    for series in chart.series:
        if sorted(point.label for point in series.data) != sorted(chart.axis_config.categories):
            raise PydanticCustomError("labels", "data labels must match the categories")
    return chart


def _has_text_or_fields(section: Any) -> Any:
    if section.text is None and section.fields is None:
        raise PydanticCustomError("one_of", "missing required field: text")
    return section


_PIE = _shape("pie", {"segments": _items(_SEGMENT, limits.CHART_SERIES)})
_PLOT = _shape(
    "line bar area",
    {"series": _items(_SERIES, limits.CHART_SERIES), "axis_config": _AXES},
    check=_series_fit_the_axis,
)

BLOCK = _any_of(
    _block(
        "section",
        check=_has_text_or_fields,
        text=_TEXT,
        fields=_items(_text(limits.FIELD_TEXT, _TEXT), limits.SECTION_FIELDS),
        accessory=_any_of(_BUTTON, _OVERFLOW, *_FIELDS, _IMAGE),
        expand=bool,
    ),
    _block("header", {"text": _text(limits.HEADER_TEXT)}),
    _block(
        "context", {"elements": _items(_any_of(Plain, _MRKDWN, _IMAGE), limits.CONTEXT_ELEMENTS)}
    ),
    _block("divider"),
    _block(
        "actions",
        {"elements": _items(_any_of(_BUTTON, _OVERFLOW, *_FIELDS), limits.ACTIONS_ELEMENTS)},
    ),
    _block(
        "input",
        {"label": _text(limits.INPUT_TEXT), "element": _any_of(*_FIELDS, _TEXT_INPUT)},
        hint=_text(limits.INPUT_TEXT),
        optional=bool,
        dispatch_action=bool,
    ),
    _block(
        "image",
        _ALT,
        check=_exactly_one("image_url", "slack_file"),
        **_PICTURE,
        title=_text(limits.IMAGE_TITLE),
    ),
    _block("markdown", {"text": _string(limits.MARKDOWN_TEXT)}),
    _block(
        "alert", {"text": _TEXT}, level=Literal["default", "info", "warning", "error", "success"]
    ),
    _RICH_TEXT,
    _block(
        "table",
        {"rows": _items(_ROW, limits.TABLE_ROWS)},
        column_settings=_items(_union[_COLUMN, None], limits.TABLE_COLUMNS, 0),
    ),
    _block(
        "data_table",
        {"caption": _string(), "rows": _items(_ROW, limits.DATA_TABLE_ROWS, 2)},
        check=_rows_match,
        page_size=_number(1, limits.DATA_TABLE_PAGE),
        row_header_column_index=_number(0),
    ),
    _block(
        "data_visualization", {"title": _string(limits.CHART_TITLE), "chart": _any_of(_PIE, _PLOT)}
    ),
)
