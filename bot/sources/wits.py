"""Looks up MFN averages at WITS, the World Bank's service for UNCTAD's tariff data.

GET {base}datasource/tradestats-tariff/reporter/can/year/all/partner/wld/product/total/indicator/
MFN-SMPL-AVRG?format=JSON answers in SDMX-JSON. The address follows the WITS API user guide 1.4.1
(wits.worldbank.org/witsapiintro.aspx), which allows 'all' in at most two dimensions. The newest
figures are one to three years old. An unknown economy or indicator is answered with 404.
"""

from pydantic import BaseModel, Field, TypeAdapter

from bot.rates.model.lookup import Finding, Lookup, MissingFigure
from bot.rates.model.measure import Source
from bot.sources.api import ApiUrl, SourceTools, make_average_finding, parse_answer
from bot.sources.sdmx import SdmxDocument, find_newest

NAME = "WITS"
PAGE = "https://wits.worldbank.org/CountryProfile/en/Country/"
INDICATOR = "MFN-SMPL-AVRG"

# The World Bank's codes that differ from ISO 3166-1.
_OWN_CODES = {"EU": "EUN"}
_SERIES = {"PARTNER": "WLD", "PRODUCTCODE": "TOTAL", "INDICATOR": INDICATOR}
_DOCUMENT = TypeAdapter(SdmxDocument)


class WitsSettings(BaseModel):
    """The settings of this source."""

    wits_url: ApiUrl = Field(
        "https://wits.worldbank.org/API/V1/SDMX/V21/",
        description="The address of the World Bank's API.",
    )


class Wits:
    """Looks up an economy's simple average of its applied MFN duties, all goods."""

    name = NAME
    lack = MissingFigure.MFN_AVERAGE
    probe = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="US")
    """A lookup that the source must be able to answer."""

    def __init__(self, settings: WitsSettings, tools: SourceTools) -> None:
        self._url, self._tools = settings.wits_url, tools

    async def find(self, lookup: Lookup) -> Finding | None:
        """The newest average of the economy; None if WITS has none. Raises SourceError."""
        code = _OWN_CODES.get(lookup.economy) or self._tools.parties.get(lookup.economy).alpha3
        if not code:
            return None
        path = (
            f"datasource/tradestats-tariff/reporter/{code.lower()}/year/all"
            f"/partner/wld/product/total/indicator/{INDICATOR}"
        )
        query = [("format", "JSON")]
        answer = await self._tools.api.get(NAME, f"{self._url}{path}", query, nothing={404})
        if answer is None:
            return None
        found = find_newest(parse_answer(NAME, answer, _DOCUMENT), {**_SERIES, "REPORTER": code})
        if found is None:
            return None
        source = Source(
            text="World Bank, WITS, simple average of applied MFN duties",
            url=f"{PAGE}{code}/Year/{found[0]}/Summary",
        )
        return make_average_finding(NAME, lookup, found, source, self._tools.clock())
