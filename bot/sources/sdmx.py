"""Reads one yearly series from SDMX-JSON 1.0, the format of WITS.

    {"dataSets": [{"series": {"0:0:0:0:0": {"observations": {"0": [3.3, ...], "1": [...]}}}}],
     "structure": {"dimensions": {"series": [{"id": "FREQ", "values": [{"id": "A"}]}, ...],
                                  "observation": [{"id": "TIME_PERIOD", "values": [{"id": "2021"},
                                                                                   ...]}]}}}

A key of `series` consists of an index into the values of each dimension. A key of `observations` is
an index into the years. The first item of an observation is its value.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bot.sources.api import ApiModel


class _Value(ApiModel):
    id: str = ""
    name: str = ""


class _Dimension(ApiModel):
    id: str = ""
    values: tuple[_Value, ...]


class _Dimensions(ApiModel):
    series: tuple[_Dimension, ...]
    observation: tuple[_Dimension, ...]


class _Structure(ApiModel):
    dimensions: _Dimensions


class _Series(ApiModel):
    observations: Mapping[str, Sequence[object]]


class _Set(ApiModel):
    series: Mapping[str, _Series] = {}


class SdmxDocument(ApiModel):
    """A whole SDMX-JSON document."""

    dataSets: tuple[_Set, ...] = ()  # noqa: N815 - SDMX's own name
    structure: _Structure


def find_newest(document: SdmxDocument, wanted: Mapping[str, str]) -> tuple[int, Decimal] | None:
    """The last year of the wanted series, and its value; None if there is none.

    `wanted` maps dimension ids in upper case to value ids in any case. Dimensions that the document
    lacks are ignored. Series and observations with an invalid index are skipped.
    """
    dimensions = document.structure.dimensions
    found = (
        observation
        for one in document.dataSets[:1]
        for key, series in one.series.items()
        if _fits(key, dimensions.series, wanted)
        for observation in _list_observations(series, dimensions.observation)
    )
    return max(found, default=None)


def _fits(key: str, dimensions: Sequence[_Dimension], wanted: Mapping[str, str]) -> bool:
    for dimension, place in zip(dimensions, key.split(":"), strict=False):
        wish = wanted.get(dimension.id.upper())
        value = _find_value(dimension, place)
        if value is None or (wish is not None and value.id.upper() != wish.upper()):
            return False
    return True


def _list_observations(
    series: _Series, dimensions: Sequence[_Dimension]
) -> Iterator[tuple[int, Decimal]]:
    for place, values in series.observations.items():
        year = _find_value(dimensions[0], place.partition(":")[0]) if dimensions else None
        value = values[0] if values else None
        # JSON numbers without a decimal point are ints. bool is a subclass of int, so it must be
        # excluded.
        number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if year is not None and _is_year(year.id or year.name) and number:
            yield int(year.id or year.name), Decimal(str(value))


def _find_value(dimension: _Dimension, place: str) -> _Value | None:
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else -1
    return dimension.values[at] if 0 <= at < len(dimension.values) else None


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit()
