"""Which live sources are on, built from the settings; and whether they answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from bot.errors import SourceError
from bot.feeds.http.limits import FetchLimits
from bot.news.reader import Reader
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.model.lookup import Finding, Lack, Lookup
from bot.runtime.settings import LiveSource, Settings
from bot.sources.api_client import JsonApi
from bot.sources.cache import LookupCache, Times
from bot.sources.hts import Hts
from bot.sources.journals.federal_register import FederalRegister
from bot.sources.journals.watcher import JournalWatcher, Offers
from bot.sources.lookup import LiveLookups, LookupSource
from bot.sources.wits import Wits
from bot.sources.wto import Wto
from bot.values import Frozen

LONGEST_FETCH_S = 10.0
"""Seconds for one request, also after whoever asked for it has had another answer."""
_AVERAGES = Times(keep_s=7 * 86_400.0)
_LINE = Lookup(lack=Lack.BASE_DUTY, economy="US", code="85076000")
_AVERAGE = Lookup(lack=Lack.MFN_AVERAGE, economy="US")
_AVERAGE_OF = "the average of the United States"
_LATELY = timedelta(days=14)


class SourceProbe(Frozen):
    """What a source said when it was tried."""

    name: str
    """As in TARIFFWIRE_LIVE_SOURCES."""
    ok: bool
    says: str


class SourceRegistry:
    """The live sources that are on; `close` when done. Nothing is connected until it is asked."""

    def __init__(
        self,
        settings: Settings,
        limits: FetchLimits,
        parties: Parties,
        clock: Callable[[], datetime],
    ) -> None:
        self._clock = clock
        on = settings.live_sources
        shortest_s = min(limits.deadline_s, LONGEST_FETCH_S)
        self._api = JsonApi(limits.model_copy(update={"deadline_s": shortest_s}))
        self._hts = Hts(self._api, settings.usitc_hts_url, clock) if "usitc-hts" in on else None
        self._wits = Wits(self._api, settings.wits_url, parties, clock) if "wits" in on else None
        self._wto = (
            Wto(self._api, settings.wto_url, settings.wto_key, parties, clock)
            if "wto" in on and settings.wto_key is not None
            else None
        )
        self.federal_register = (
            FederalRegister(self._api, settings.federal_register_url)
            if "federal-register" in on
            else None
        )
        """The journal whose documents become proposals; None where it is off."""
        figures = self._figures()
        self.reference = LiveLookups(figures) if figures else None
        """The sources of figures beside the ledger's; None where all are off."""

    def _figures(self) -> dict[Lack, Sequence[tuple[LookupSource, LookupCache[Finding]]]]:
        found: dict[Lack, Sequence[tuple[LookupSource, LookupCache[Finding]]]] = {}
        if self._hts is not None:
            found[Lack.BASE_DUTY] = ((self._hts, LookupCache(self._hts.name, _seconds)),)
        averages = [source for source in (self._wits, self._wto) if source is not None]
        if averages:
            found[Lack.MFN_AVERAGE] = [
                (source, LookupCache(source.name, _seconds, _AVERAGES)) for source in averages
            ]
        return found

    def journal(
        self, reader: Reader, ledger: Callable[[], Ledger], offers: Offers
    ) -> JournalWatcher | None:
        """What turns the journal's documents into proposals; None where it is off."""
        if self.federal_register is None:
            return None
        return JournalWatcher(self.federal_register, reader, ledger, offers, self._clock)

    async def close(self) -> None:
        """Ends what is being asked, and all connections."""
        if self.reference is not None:
            await self.reference.close()
        await self._api.close()

    async def probes(self) -> AsyncIterator[SourceProbe]:
        """Tries each source that is on with something that it must know; never raises."""
        if self.federal_register is not None:
            yield await self._probed(self.federal_register)
        if self._hts is not None:
            yield await _figure("usitc-hts", self._hts, _LINE, "the line 8507.60.00")
        if self._wits is not None:
            yield await _figure("wits", self._wits, _AVERAGE, _AVERAGE_OF)
        if self._wto is not None:
            yield await _figure("wto", self._wto, _AVERAGE, _AVERAGE_OF)

    async def _probed(self, journal: FederalRegister) -> SourceProbe:
        name: LiveSource = "federal-register"
        try:
            found = await journal.since((self._clock() - _LATELY).date(), most_pages=1)
        except SourceError as error:
            return SourceProbe(name=name, ok=False, says=error.cause)
        says = f"answers: {len(found)} documents of the last {_LATELY.days} days on its first page"
        return SourceProbe(name=name, ok=bool(found), says=says)


async def _figure(name: LiveSource, source: LookupSource, lookup: Lookup, of: str) -> SourceProbe:
    try:
        found = await source.find(lookup)
    except SourceError as error:
        return SourceProbe(name=name, ok=False, says=error.cause)
    if found is None:
        return SourceProbe(name=name, ok=False, says=f"answers, but knows nothing of {of}")
    said = found.words if found.percent is None else f"{found.percent:f} %"
    return SourceProbe(name=name, ok=True, says=f"answers: {of} is {said} ({found.year})")


def _seconds() -> float:
    return asyncio.get_running_loop().time()
