"""Looks up MFN averages at the WTO's Timeseries API, which needs a subscription key.

GET {base}reporters lists the economies as `{"code": "840", "iso3A": "USA", "name": ...}`; GET
{base}data with `i=TP_A_0010` (simple average of applied MFN duties, all products) and `r` (a
reporter's code) answers with `{"Dataset": [{"Year": 2024, "Value": 3.3, ...}]}` for the last eight
years, or with 204 if there is no data. The key is sent in the header Ocp-Apim-Subscription-Key. The
API is documented at apiportal.wto.org (Timeseries API, version 1), where keys are free.
"""

import asyncio
from decimal import Decimal

from pydantic import BaseModel, Field, SecretStr, TypeAdapter

from bot.rates.model.lookup import Finding, Lookup, MissingFigure
from bot.rates.model.measure import Source
from bot.sources.api import ApiModel, ApiUrl, Query, SourceTools, make_average_finding, parse_answer

NAME = "The WTO"
PAGE = "https://stats.wto.org/"
INDICATOR = "TP_A_0010"
_SOURCE = "WTO, simple average of applied MFN duties, all products"
KEY_HEADER = "Ocp-Apim-Subscription-Key"

# The list of reporters has no ISO code for the EU, and its own code for Taiwan (Chinese Taipei).
_EU = "918"
_OWN_CODES = {"TW": "CHT"}


class _Reporter(ApiModel):
    code: str
    iso3A: str | None = None  # noqa: N815 - the WTO's own name


class _Row(ApiModel):
    Year: int
    Value: Decimal | None = None
    ReportingEconomyCode: str | None = None


class _Data(ApiModel):
    Dataset: tuple[_Row, ...] = ()


_REPORTERS = TypeAdapter(list[_Reporter])
_DATA = TypeAdapter(_Data)


class WtoSettings(BaseModel):
    """The settings of this source."""

    wto_url: ApiUrl = Field(
        "https://api.wto.org/timeseries/v1/", description="The address of the WTO's API."
    )
    wto_key: SecretStr | None = Field(
        None, description="The key for the source wto, free at apiportal.wto.org."
    )


class Wto:
    """Looks up an economy's simple average of its applied MFN duties, all goods."""

    name = NAME
    lack = MissingFigure.MFN_AVERAGE
    probe = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="US")
    """A lookup that the source must be able to answer."""

    def __init__(self, settings: WtoSettings, tools: SourceTools) -> None:
        self._settings, self._tools = settings, tools
        self._codes: dict[str, str] = {}
        self._learning = asyncio.Lock()

    async def find(self, lookup: Lookup) -> Finding | None:
        """The newest average of the economy; None if the WTO has none. Raises SourceError."""
        code = await self._find_code(lookup.economy)
        if code is None:
            return None
        query = [("i", INDICATOR), ("r", code), ("fmt", "json"), ("mode", "full")]
        answer = await self._get("data", query)
        if answer is None:
            return None
        found = [
            (row.Year, row.Value)
            for row in parse_answer(NAME, answer, _DATA).Dataset
            if row.Value is not None and row.ReportingEconomyCode in (None, code)
        ]
        if not found:
            return None
        source = Source(text=_SOURCE, url=PAGE)
        return make_average_finding(NAME, lookup, max(found), source, self._tools.clock())

    async def _find_code(self, economy: str) -> str | None:
        """The WTO's code of an economy; the list of codes is fetched once."""
        if economy == "EU":
            return _EU
        async with self._learning:
            if not self._codes:
                answer = await self._get("reporters", [("lang", "1")])
                self._codes = {
                    each.iso3A: each.code
                    for each in parse_answer(NAME, answer or [], _REPORTERS)
                    if each.iso3A
                }
        alpha3 = _OWN_CODES.get(economy) or self._tools.parties.get(economy).alpha3
        return self._codes.get(alpha3) or self._codes.get(self._tools.parties.get(economy).alpha3)

    async def _get(self, path: str, query: Query) -> object:
        key = self._settings.wto_key
        headers = {KEY_HEADER: key.get_secret_value()} if key else {}
        url = f"{self._settings.wto_url}{path}"
        return await self._tools.api.get(NAME, url, query, headers, nothing={204})
