"""Lookups in live sources, and their results.

The core never fetches anything. It requests each figure that an answer lacks by a `Lookup`.
`bot.sources` returns a `Finding` or a `LookupFailure` for each `Lookup`.
"""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.rates.model.measure import Percent, Source
from bot.values import Frozen


class MissingFigure(StrEnum):
    """The kinds of figures that live sources can provide."""

    BASE_DUTY = "base_duty"
    """The normal (MFN) duty of a tariff line."""
    MFN_AVERAGE = "mfn_average"
    """An economy's simple average of its applied MFN duties."""


class Lookup(Frozen):
    """A request for one figure that the ledger lacks."""

    lack: MissingFigure
    economy: str
    """The imposer's code, as in the ledger."""
    code: str = Field(default="", pattern=r"^(\d{6}|\d{8}|\d{10})?$")
    """The 6, 8 or 10 digits of the tariff line; empty for an average."""


class Finding(Frozen):
    """The figure that a source returned for a lookup."""

    of: Lookup
    percent: Percent | None
    """Ad valorem; None if the duty is specific or compound, or differs between tariff lines."""
    words: str = Field(default="", max_length=300)
    """The duty in the words of the source, if it is not a percentage: `4.4¢/kg`."""
    line: str = ""
    """The line as the tariff prints it: `8507.60.00`."""
    what: str = Field(default="", max_length=300)
    """The goods of the line, as the tariff describes them."""
    year: int = Field(ge=1990, le=2100)
    """The year of the figure."""
    source: Source
    """The text says when the figure was read. The address is a page for people, not the API."""
    fetched_at: AwareDatetime


class LookupFailure(Frozen):
    """A lookup without a result, because its source failed or was too slow."""

    of: Lookup
    source: str = Field(min_length=1)
    """The source's name."""
    why: str = Field(min_length=1)
    """The cause, in words that follow the source's name: `did not answer in time`."""


LookupResult = Finding | LookupFailure
