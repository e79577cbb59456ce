"""MFN averages from the WTO's Timeseries API, which wants a subscription key.

GET {base}reporters lists the economies as `{"code": "840", "iso3A": "USA", "name": ...}`; GET
{base}data with `i=TP_A_0010` (simple average of applied MFN duties, all products) and `r` (a
reporter's code) answers with `{"Dataset": [{"Year": 2024, "Value": 3.3, ...}]}` for the last eight
years, or with 204 where there is nothing. The key goes into the header Ocp-Apim-Subscription-Key.
Documented at apiportal.wto.org (Timeseries API, version 1); keys are free there.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr, TypeAdapter

from bot.parties import Parties
from bot.rates.model.lookup import Finding, Lookup
from bot.rates.model.measure import Source
from bot.sources.api_client import Api, ApiModel, Query, shaped
from bot.sources.mfn_average import average

NAME = "The WTO"
PAGE = "https://stats.wto.org/"
INDICATOR = "TP_A_0010"
KEY_HEADER = "Ocp-Apim-Subscription-Key"

# The EU is listed without an ISO code; Taiwan is a member as Chinese Taipei.
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


class Wto:
    """Looks up an economy's simple average of its applied MFN duties, all goods."""

    name = NAME

    def __init__(
        self,
        api: Api,
        base: str,
        key: SecretStr,
        parties: Parties,
        clock: Callable[[], datetime],
    ) -> None:
        """`base` ends with a slash: `https://api.wto.org/timeseries/v1/`."""
        self._api, self._base, self._key = api, base, key
        self._parties, self._clock = parties, clock
        self._codes: dict[str, str] = {}
        self._learning = asyncio.Lock()

    async def find(self, lookup: Lookup) -> Finding | None:
        """The newest average of the economy; None where the WTO has none. Raises SourceError."""
        code = await self._code(lookup.economy)
        if code is None:
            return None
        query = [("i", INDICATOR), ("r", code), ("fmt", "json"), ("mode", "full")]
        answer = await self._get("data", query)
        if answer is None:
            return None
        found = [
            (row.Year, row.Value)
            for row in shaped(NAME, answer, _DATA).Dataset
            if row.Value is not None and row.ReportingEconomyCode in (None, code)
        ]
        return average(NAME, lookup, max(found), self._clock(), _source) if found else None

    async def _code(self, economy: str) -> str | None:
        """The WTO's code of an economy; the list is read once."""
        if economy == "EU":
            return _EU
        async with self._learning:
            if not self._codes:
                answer = await self._get("reporters", [("lang", "1")])
                self._codes = {
                    each.iso3A: each.code
                    for each in shaped(NAME, answer or [], _REPORTERS)
                    if each.iso3A
                }
        alpha3 = _OWN_CODES.get(economy) or self._parties.get(economy).alpha3
        return self._codes.get(alpha3) or self._codes.get(self._parties.get(economy).alpha3)

    async def _get(self, path: str, query: Query) -> object:
        key = {KEY_HEADER: self._key.get_secret_value()}
        return await self._api.get(NAME, f"{self._base}{path}", query, key, nothing={204})


def _source(_: int) -> Source:
    return Source(text="WTO, simple average of applied MFN duties, all products", url=PAGE)
