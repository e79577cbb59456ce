"""Block Kit's text objects, options and elements, with Slack's limits on each.

Shapes after https://docs.slack.dev/reference/block-kit/composition-objects and
https://docs.slack.dev/reference/block-kit/block-elements: those that the page can show.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.local_slack import limits


class BlockModel(BaseModel):
    """One JSON object of Block Kit; like Slack it refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Plain(BlockModel):
    """Text as it is."""

    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1, max_length=limits.SECTION_TEXT)]
    emoji: bool | None = None


class Mrkdwn(BlockModel):
    """Text in Slack's own markup."""

    type: Literal["mrkdwn"]
    text: Annotated[str, Field(min_length=1, max_length=limits.SECTION_TEXT)]
    verbatim: bool | None = None


Text = Annotated[Plain | Mrkdwn, Field(discriminator="type")]
Id = Annotated[str, Field(min_length=1, max_length=limits.ID)]
Url = Annotated[str, Field(min_length=1, max_length=limits.BUTTON_URL)]


def at_most(most: int) -> AfterValidator:
    """A check that a text object's text has at most `most` characters."""

    def check(text: Plain | Mrkdwn) -> Plain | Mrkdwn:
        if len(text.text) > most:
            message = "must be less than {least} characters"
            raise PydanticCustomError("text_too_long", message, {"least": most + 1})
        return text

    return AfterValidator(check)


class Option(BlockModel):
    """One choice of a menu."""

    text: Annotated[Text, at_most(limits.OPTION_TEXT)]
    value: Annotated[str, Field(min_length=1, max_length=limits.OPTION_VALUE)]
    description: Annotated[Text, at_most(limits.OPTION_TEXT)] | None = None
    url: Url | None = None


Options = Annotated[list[Option], Field(min_length=1, max_length=limits.OPTIONS)]
Choices = Annotated[list[Option], Field(min_length=1, max_length=limits.CHOICES)]


class OptionGroup(BlockModel):
    """Choices under one label."""

    label: Annotated[Plain, at_most(limits.OPTION_TEXT)]
    options: Options


class Confirm(BlockModel):
    """The question asked before an element acts."""

    title: Annotated[Plain, at_most(limits.CONFIRM_TITLE)]
    text: Annotated[Text, at_most(limits.CONFIRM_TEXT)]
    confirm: Annotated[Plain, at_most(limits.CONFIRM_BUTTON)]
    deny: Annotated[Plain, at_most(limits.CONFIRM_BUTTON)]
    style: Literal["primary", "danger"] | None = None


class Dispatch(BlockModel):
    """When an input reports while it is filled in."""

    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]]


class SlackFile(BlockModel):
    """An uploaded file, by its id or its address."""

    id: str | None = None
    url: str | None = None


class Image(BlockModel):
    """A small image in a section or context block."""

    type: Literal["image"]
    image_url: Annotated[str, Field(min_length=1, max_length=limits.IMAGE_URL)] | None = None
    slack_file: SlackFile | None = None
    alt_text: Annotated[str, Field(max_length=limits.IMAGE_ALT)]


class Interactive(BlockModel):
    """What all elements share that tell the bot something."""

    action_id: Id | None = None
    confirm: Confirm | None = None


class Button(Interactive):
    """A button; with `url` it also opens a page."""

    type: Literal["button"]
    text: Annotated[Plain, at_most(limits.BUTTON_TEXT)]
    url: Url | None = None
    value: Annotated[str, Field(max_length=limits.BUTTON_VALUE)] | None = None
    style: Literal["primary", "danger"] | None = None
    accessibility_label: Annotated[str, Field(max_length=limits.BUTTON_TEXT)] | None = None


class Overflow(Interactive):
    """The menu behind three dots."""

    type: Literal["overflow"]
    options: Annotated[list[Option], Field(min_length=1, max_length=limits.OVERFLOW_OPTIONS)]


class Input(Interactive):
    """What all elements share that a person fills in."""

    placeholder: Annotated[Plain, at_most(limits.PLACEHOLDER)] | None = None
    focus_on_load: bool | None = None


class StaticSelect(Input):
    """A menu whose choices are given with it."""

    type: Literal["static_select", "multi_static_select"]
    options: Options | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=limits.OPTIONS)] | None = None
    initial_option: Option | None = None
    initial_options: list[Option] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "StaticSelect":
        if (self.options is None) == (self.option_groups is None):
            raise PydanticCustomError("one_of", "must provide either options or option_groups")
        return self


class ExternalSelect(Input):
    """A menu whose choices the bot gives while the person types."""

    type: Literal["external_select", "multi_external_select"]
    min_query_length: Annotated[int, Field(ge=0)] | None = None
    initial_option: Option | None = None
    initial_options: list[Option] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class ConversationSelect(Input):
    """A menu of people or conversations."""

    type: Literal[
        "users_select",
        "multi_users_select",
        "conversations_select",
        "multi_conversations_select",
        "channels_select",
        "multi_channels_select",
    ]
    initial_user: str | None = None
    initial_users: list[str] | None = None
    initial_conversation: str | None = None
    initial_conversations: list[str] | None = None
    initial_channel: str | None = None
    initial_channels: list[str] | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: dict[str, object] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class Picker(Input):
    """A date or a time of day."""

    type: Literal["datepicker", "timepicker"]
    initial_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    initial_time: Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")] | None = None
    timezone: str | None = None


class Boxes(Input):
    """Choices to tick, any number or one of them."""

    type: Literal["checkboxes", "radio_buttons"]
    options: Choices
    initial_options: list[Option] | None = None
    initial_option: Option | None = None


class TextInput(Input):
    """A line or a field to type in."""

    type: Literal["plain_text_input", "email_text_input", "url_text_input", "number_input"]
    initial_value: Annotated[str, Field(max_length=limits.INPUT_LENGTH)] | None = None
    multiline: bool | None = None
    min_length: Annotated[int, Field(ge=0, le=limits.INPUT_LENGTH)] | None = None
    max_length: Annotated[int, Field(ge=1, le=limits.INPUT_LENGTH)] | None = None
    is_decimal_allowed: bool | None = None
    min_value: str | None = None
    max_value: str | None = None
    dispatch_action_config: Dispatch | None = None


Menu = StaticSelect | ExternalSelect | ConversationSelect
Action = Annotated[Button | Overflow | Menu | Picker | Boxes, Field(discriminator="type")]
Accessory = Annotated[
    Button | Overflow | Menu | Picker | Boxes | Image, Field(discriminator="type")
]
InputElement = Annotated[Menu | Picker | Boxes | TextInput, Field(discriminator="type")]
ContextElement = Annotated[Plain | Mrkdwn | Image, Field(discriminator="type")]
