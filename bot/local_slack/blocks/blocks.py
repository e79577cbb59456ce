"""Block Kit's blocks, with Slack's limits on each.

Shapes after https://docs.slack.dev/reference/block-kit/blocks: those that the page can show.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bot.local_slack import limits
from bot.local_slack.blocks.elements import (
    Accessory,
    Action,
    BlockModel,
    ContextElement,
    Id,
    InputElement,
    Plain,
    SlackFile,
    Text,
    at_most,
)
from bot.local_slack.blocks.rich_text import DataTable, DataVisualization, RichText, Table


class Section(BlockModel):
    """Text, fields, and an element beside them."""

    type: Literal["section"]
    block_id: Id | None = None
    text: Text | None = None
    fields: (
        Annotated[
            list[Annotated[Text, at_most(limits.FIELD_TEXT)]],
            Field(min_length=1, max_length=limits.SECTION_FIELDS),
        ]
        | None
    ) = None
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Section":
        if self.text is None and self.fields is None:
            raise PydanticCustomError("one_of", "missing required field: text")
        return self


class Header(BlockModel):
    """A title line."""

    type: Literal["header"]
    block_id: Id | None = None
    text: Annotated[Plain, at_most(limits.HEADER_TEXT)]


class Context(BlockModel):
    """Small print."""

    type: Literal["context"]
    block_id: Id | None = None
    elements: Annotated[
        list[ContextElement], Field(min_length=1, max_length=limits.CONTEXT_ELEMENTS)
    ]


class Divider(BlockModel):
    """A line across."""

    type: Literal["divider"]
    block_id: Id | None = None


class Actions(BlockModel):
    """A row of elements."""

    type: Literal["actions"]
    block_id: Id | None = None
    elements: Annotated[list[Action], Field(min_length=1, max_length=limits.ACTIONS_ELEMENTS)]


class InputBlock(BlockModel):
    """A labelled field of a form."""

    type: Literal["input"]
    block_id: Id | None = None
    label: Annotated[Plain, at_most(limits.INPUT_TEXT)]
    element: InputElement
    hint: Annotated[Plain, at_most(limits.INPUT_TEXT)] | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


class ImageBlock(BlockModel):
    """A picture, from an address or an uploaded file."""

    type: Literal["image"]
    block_id: Id | None = None
    image_url: Annotated[str, Field(min_length=1, max_length=limits.IMAGE_URL)] | None = None
    slack_file: SlackFile | None = None
    alt_text: Annotated[str, Field(max_length=limits.IMAGE_ALT)]
    title: Annotated[Plain, at_most(limits.IMAGE_TITLE)] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "ImageBlock":
        if (self.image_url is None) == (self.slack_file is None):
            raise PydanticCustomError("one_of", "must provide either image_url or slack_file")
        return self


class Markdown(BlockModel):
    """Text in ordinary Markdown."""

    type: Literal["markdown"]
    block_id: Id | None = None
    text: Annotated[str, Field(min_length=1, max_length=limits.MARKDOWN_TEXT)]


class Alert(BlockModel):
    """A notice in a modal."""

    type: Literal["alert"]
    block_id: Id | None = None
    text: Text
    level: Literal["default", "info", "warning", "error", "success"] | None = None


Block = Annotated[
    Section
    | Header
    | Context
    | Divider
    | Actions
    | InputBlock
    | ImageBlock
    | Markdown
    | Alert
    | RichText
    | Table
    | DataTable
    | DataVisualization,
    Field(discriminator="type"),
]
