"""Parts that all live sources share: a type for settings, tools, and validation of responses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from bot.errors import SourceError
from bot.parties import Parties
from bot.rates.model.lookup import Finding, Lookup
from bot.rates.model.measure import Source
from bot.text.dates import format_day

if TYPE_CHECKING:
    # This module loads aiohttp, which most commands do not need, but each loads the sources'
    # settings.
    from bot.sources.api_client import JsonApi

T = TypeVar("T")
Query = Sequence[tuple[str, str]]
_HUNDREDTH = Decimal("0.01")
_HIGHEST_AVERAGE = 1000


def _add_slash(address: str) -> str:
    return address if address.endswith("/") else f"{address}/"


ApiUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s?#]+$"), AfterValidator(_add_slash)
]
"""The base address of an API. A slash is added at its end if there is none."""


@dataclass(frozen=True)
class SourceTools:
    """The objects that each live source uses. `clock` returns the time in UTC."""

    api: "JsonApi"
    parties: Parties
    clock: Callable[[], datetime]


class ApiModel(BaseModel):
    """The base class for parts of an API's response. Unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def parse_answer(source: str, answer: object, shape: TypeAdapter[T]) -> T:
    """The response as its documented type; raises SourceError if it has another shape."""
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step)[:30] for step in first["loc"][:6])
        raise make_shape_error(source, where or "another kind of value") from error


def make_shape_error(source: str, what: str) -> SourceError:
    """The error for a response that does not have the documented shape."""
    return SourceError(source, f"answered in an undocumented format ({what})")


def make_average_finding(
    name: str, lookup: Lookup, found: tuple[int, Decimal], source: Source, now: datetime
) -> Finding:
    """A Finding of an average duty, rounded to 0.01 percent. `found` is a year and its percent.

    Raises SourceError for a percent or a year that cannot be true: a negative percent, for example.
    """
    year, percent = found
    if not (percent.is_finite() and 0 <= percent <= _HIGHEST_AVERAGE and 1990 <= year <= now.year):
        raise make_shape_error(name, f"{percent:.10g} percent in {year}")
    return Finding(
        of=lookup,
        percent=percent.quantize(_HUNDREDTH, ROUND_HALF_UP).normalize(),
        year=year,
        source=source.model_copy(update={"text": f"{source.text}, read on {format_day(now)}"}),
        fetched_at=now,
    )
