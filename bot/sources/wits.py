"""MFN averages from WITS, the World Bank's window on UNCTAD's tariff data.

GET {base}datasource/tradestats-tariff/reporter/can/year/all/partner/wld/product/total/indicator/
MFN-SMPL-AVRG?format=JSON answers in SDMX-JSON. The address is that of the WITS API user guide 1.4.1
(wits.worldbank.org/witsapiintro.aspx), which allows 'all' in two dimensions at most; figures are
one to three years old. An economy or indicator that it does not know is answered with 404.
"""

from collections.abc import Callable
from datetime import datetime

from pydantic import TypeAdapter

from bot.parties import Parties
from bot.rates.model.lookup import Finding, Lookup
from bot.rates.model.measure import Source
from bot.sources.api_client import Api, shaped
from bot.sources.mfn_average import average
from bot.sources.sdmx import SdmxDocument, newest

NAME = "WITS"
PAGE = "https://wits.worldbank.org/CountryProfile/en/Country/"
INDICATOR = "MFN-SMPL-AVRG"

# The World Bank's own code, where it is not that of ISO 3166-1.
_OWN_CODES = {"EU": "EUN"}
_SERIES = {"PARTNER": "WLD", "PRODUCTCODE": "TOTAL", "INDICATOR": INDICATOR}
_DOCUMENT = TypeAdapter(SdmxDocument)


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
