"""Block Kit's rich text, tables and charts, with Slack's limits on each.

Shapes after https://docs.slack.dev/reference/block-kit/blocks: rich-text-block, table-block,
data-table-block and data-visualization-block.
"""

from collections import Counter
from itertools import chain
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from bot.local_slack import limits
from bot.local_slack.blocks.elements import BlockModel, Id

Number = int | FiniteFloat


class Style(BlockModel):
    """How a piece of rich text looks."""

    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    code: bool | None = None
    underline: bool | None = None
    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class Piece(BlockModel):
    """A run of text, a link, a mention, an emoji or a date."""

    type: Literal["text", "link", "user", "channel", "emoji", "date", "broadcast", "usergroup"]
    text: str | None = None
    url: str | None = None
    user_id: str | None = None
    channel_id: str | None = None
    usergroup_id: str | None = None
    name: str | None = None
    unicode: str | None = None
    skin_tone: int | None = None
    range: Literal["here", "channel", "everyone"] | None = None
    timestamp: int | None = None
    format: str | None = None
    fallback: str | None = None
    style: Style | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> "Piece":
        needed = {"text": "text", "link": "url", "emoji": "name", "date": "timestamp"}
        needed |= {"broadcast": "range"}
        field = needed.get(self.type, f"{self.type}_id")
        if getattr(self, field) is None:
            raise PydanticCustomError("lacks", "missing required field: {field}", {"field": field})
        return self


class Run(BlockModel):
    """A paragraph, a quotation or preformatted text."""

    type: Literal["rich_text_section", "rich_text_quote", "rich_text_preformatted"]
    elements: list[Piece]
    border: int | None = None


class ListItem(BlockModel):
    """One item of a list."""

    type: Literal["rich_text_section"]
    elements: list[Piece]


class RichList(BlockModel):
    """A list, bulleted or numbered."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[ListItem]
    indent: Annotated[int, Field(ge=0, le=8)] | None = None
    offset: Annotated[int, Field(ge=0)] | None = None
    border: int | None = None


class RichText(BlockModel):
    """Text whose style is data, not markup."""

    type: Literal["rich_text"]
    block_id: Id | None = None
    elements: list[Annotated[Run | RichList, Field(discriminator="type")]]


class RawText(BlockModel):
    """A cell that holds text."""

    type: Literal["raw_text"]
    text: Annotated[str, Field(min_length=1)]


class RawNumber(BlockModel):
    """A cell that holds a number, and how to show it."""

    type: Literal["raw_number"]
    value: Number
    text: Annotated[str, Field(min_length=1)] | None = None


Cell = Annotated[RawText | RawNumber | RichText, Field(discriminator="type")]
Row = Annotated[list[Cell], Field(min_length=1, max_length=limits.TABLE_COLUMNS)]


class Column(BlockModel):
    """How a column is set."""

    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


class Table(BlockModel):
    """A table; its first row is the header."""

    type: Literal["table"]
    block_id: Id | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=limits.TABLE_ROWS)]
    column_settings: (
        Annotated[list[Column | None], Field(max_length=limits.TABLE_COLUMNS)] | None
    ) = None


class DataTable(BlockModel):
    """A table with pages, sorting and filters; its first row is the header."""

    type: Literal["data_table"]
    block_id: Id | None = None
    caption: Annotated[str, Field(min_length=1)]
    rows: Annotated[list[Row], Field(min_length=2, max_length=limits.DATA_TABLE_ROWS)]
    page_size: Annotated[int, Field(ge=1, le=limits.DATA_TABLE_PAGE)] | None = None
    row_header_column_index: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _rows_match(self) -> "DataTable":
        if len({len(row) for row in self.rows}) > 1:
            raise PydanticCustomError("uneven", "all rows must have the same number of cells")
        if any(isinstance(cell, RichText) for cell in self.rows[0]):
            raise PydanticCustomError("header", "the header row may not hold rich_text")
        return self


Label = Annotated[str, Field(min_length=1, max_length=limits.CHART_LABEL)]
AxisLabel = Annotated[str, Field(max_length=limits.CHART_AXIS_LABEL)]


class Point(BlockModel):
    """A value at one of the axis' categories."""

    label: Label
    value: Number


class Segment(BlockModel):
    """A slice of a pie."""

    label: Label
    value: Annotated[Number, Field(gt=0)]


class Series(BlockModel):
    """Values that are drawn together."""

    name: Label
    data: Annotated[list[Point], Field(min_length=1, max_length=limits.CHART_POINTS)]


class Axes(BlockModel):
    """The categories along the bottom, and what the axes are called."""

    categories: Annotated[list[Label], Field(min_length=1, max_length=limits.CHART_POINTS)]
    x_label: AxisLabel | None = None
    y_label: AxisLabel | None = None


class Pie(BlockModel):
    """A whole and its parts."""

    type: Literal["pie"]
    segments: Annotated[list[Segment], Field(min_length=1, max_length=limits.CHART_SERIES)]


class Plot(BlockModel):
    """Series over categories."""

    type: Literal["line", "bar", "area"]
    series: Annotated[list[Series], Field(min_length=1, max_length=limits.CHART_SERIES)]
    axis_config: Axes

    @model_validator(mode="after")
    def _series_fit_the_axis(self) -> "Plot":
        names = Counter(series.name for series in self.series)
        if any(count > 1 for count in names.values()):
            raise PydanticCustomError("names", "series names must be unique")
        for series in self.series:
            if sorted(point.label for point in series.data) != sorted(self.axis_config.categories):
                raise PydanticCustomError("labels", "data labels must match the categories")
        return self


class DataVisualization(BlockModel):
    """A chart."""

    type: Literal["data_visualization"]
    block_id: Id | None = None
    title: Annotated[str, Field(min_length=1, max_length=limits.CHART_TITLE)]
    chart: Annotated[Pie | Plot, Field(discriminator="type")]


def characters(table: Table) -> int:
    """How many characters all cells of a table show."""
    return sum(map(_shown, chain.from_iterable(table.rows)))


def _shown(cell: RawText | RawNumber | RichText) -> int:
    if isinstance(cell, RichText):
        runs = [
            part if isinstance(part, Run | ListItem) else item
            for part in cell.elements
            for item in (part.elements if isinstance(part, RichList) else [part])
        ]
        return sum(len(piece.text or piece.url or "") for run in runs for piece in run.elements)
    return len(cell.text or str(getattr(cell, "value", "")))
