"""Lookups in live sources, and their findings.

A finding is a value like those of the ledger: what it is of, the percent or the source's own words,
and where and when it was read. The core never fetches; it says what it lacks (`Lookup`), and takes
what the edge brings.
"""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.rates.model.measure import Percent, Source
from bot.values import Frozen


class MissingFigure(StrEnum):
    """What can be looked up."""

    BASE_DUTY = "base_duty"
    """The normal (MFN) duty of a tariff line."""
    MFN_AVERAGE = "mfn_average"
    """An economy's simple average of its applied MFN duties."""


class Lookup(Frozen):
    """One value that the ledger lacks. Equal lookups have equal keys."""

    lack: MissingFigure
    economy: str
    """The imposer's code, as in the ledger."""
    code: str = Field(default="", pattern=r"^(\d{6}|\d{8}|\d{10})?$")
    """The digits of the tariff line, six to ten; empty for an average."""


class Finding(Frozen):
    """What a source said of a lookup."""

    of: Lookup
    percent: Percent | None
    """Ad valorem; None where the duty is specific or compound, or differs from line to line."""
    words: str = Field(default="", max_length=300)
    """The duty as the source writes it, where it is no percent: `4.4¢/kg`."""
    line: str = ""
    """The line as the tariff prints it: `8507.60.00`."""
    what: str = Field(default="", max_length=300)
    """The goods of the line, as the tariff describes them."""
    year: int = Field(ge=1990, le=2100)
    """The year that the figure is of."""
    source: Source
    """Its name says when it was read; its address can be opened by a person."""
    fetched_at: AwareDatetime


class LookupFailure(Frozen):
    """A lookup that brought nothing, because its source failed or was too slow."""

    of: Lookup
    source: str = Field(min_length=1)
    """The source's name."""
    why: str = Field(min_length=1)
    """The cause, as the rest of a sentence after the name: `did not answer in time`."""


LookupResult = Finding | LookupFailure
