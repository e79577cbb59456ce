"""MFN averages from WITS, the World Bank's window on UNCTAD's tariff data.

GET {base}datasource/tradestats-tariff/reporter/can/year/all/partner/wld/product/total/indicator/
MFN-SMPL-AVRG?format=JSON answers in SDMX-JSON. The address is that of the WITS API user guide 1.4.1
(wits.worldbank.org/witsapiintro.aspx), which allows 'all' in two dimensions at most; figures are
one to three years old. An economy or indicator that it does not know is answered with 404.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from pydantic import TypeAdapter

from bot.parties import Parties
from bot.rates.finding import Finding, Lookup
from bot.rates.measure import Source
from bot.sources.ask import Api, odd, shaped
from bot.sources.sdmx import Document, newest

NAME = "WITS"
PAGE = "https://wits.worldbank.org/CountryProfile/en/Country/"
INDICATOR = "MFN-SMPL-AVRG"

# The World Bank's own code, where it is not that of ISO 3166-1.
_OWN_CODES = {"EU": "EUN"}
_HUNDREDTH = Decimal("0.01")
_SERIES = {"PARTNER": "WLD", "PRODUCTCODE": "TOTAL", "INDICATOR": INDICATOR}
_DOCUMENT = TypeAdapter(Document)
_HIGHEST = 1000


class Wits:
    """Looks up an economy's simple average of its applied MFN duties, all goods."""

    name = NAME

    def __init__(
        self, api: Api, base: str, parties: Parties, clock: Callable[[], datetime]
    ) -> None:
        """`base` ends with a slash: `https://wits.worldbank.org/API/V1/SDMX/V21/`."""
        self._api, self._base, self._parties, self._clock = api, base, parties, clock

    async def find(self, lookup: Lookup) -> Finding | None:
        """The newest average of the economy; None where WITS has none. Raises SourceError."""
        code = _OWN_CODES.get(lookup.economy) or self._parties.get(lookup.economy).alpha3
        if not code:
            return None
        path = (
            f"datasource/tradestats-tariff/reporter/{code.lower()}/year/all"
            f"/partner/wld/product/total/indicator/{INDICATOR}"
        )
        answer = await self._api.get(
            NAME, f"{self._base}{path}", [("format", "JSON")], nothing={404}
        )
        if answer is None:
            return None
        wanted = {**_SERIES, "REPORTER": code}
        found = newest(shaped(NAME, answer, _DOCUMENT), wanted)
        return None if found is None else average(NAME, lookup, found, self._clock(), _page(code))


def _page(code: str) -> Callable[[int], Source]:
    def source(year: int) -> Source:
        text = "World Bank, WITS, simple average of applied MFN duties"
        return Source(text=text, url=f"{PAGE}{code}/Year/{year}/Summary")

    return source


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
