"""An economy's average of one year as a finding, whoever gave it."""

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from bot.rates.model.lookup import Finding, Lookup
from bot.rates.model.measure import Source
from bot.sources.api_client import odd

_HUNDREDTH = Decimal("0.01")
_HIGHEST = 1000


def average(
    name: str,
    lookup: Lookup,
    found: tuple[int, Decimal],
    now: datetime,
    source: Callable[[int], Source],
) -> Finding:
    """A year's average as a finding, to the hundredth; raises SourceError for one that none is."""
    year, percent = found
    if not (percent.is_finite() and 0 <= percent <= _HIGHEST and 1990 <= year <= now.year):
        raise odd(name, f"{percent:.10g} percent in {year}")
    where = source(year)
    return Finding(
        of=lookup,
        percent=percent.quantize(_HUNDREDTH, ROUND_HALF_UP).normalize(),
        year=year,
        source=where.model_copy(update={"text": f"{where.text}, read on {now.date()}"}),
        fetched_at=now,
    )
