"""Builds the live sources that are switched on, and tests them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from bot.errors import SourceError
from bot.feeds.http.limits import FetchLimits
from bot.news.reader import Reader
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.model.lookup import Finding, MissingFigure
from bot.sources.api import SourceTools
from bot.sources.api_client import JsonApi
from bot.sources.cache import LookupCache, Times
from bot.sources.hts import Hts
from bot.sources.journals.federal_register import FederalRegister
from bot.sources.journals.watcher import JournalWatcher, ProposalIntake
from bot.sources.lookup import LiveLookups, LookupSource
from bot.sources.settings import SourceSettings
from bot.sources.wits import Wits
from bot.sources.wto import Wto
from bot.values import Frozen

LONGEST_FETCH_S = 10.0
"""Maximum seconds of one request. It may continue after the answer to the user is sent."""
_FEDERAL_REGISTER = "federal-register"
_FIGURES: dict[str, Callable[[SourceSettings, SourceTools], LookupSource]] = {
    "usitc-hts": Hts,
    "wits": Wits,
    "wto": Wto,
}
"""The sources of figures, by their names in TARIFFWIRE_LIVE_SOURCES."""
_CACHED = {
    MissingFigure.BASE_DUTY: (Times(), "the line 8507.60.00"),
    MissingFigure.MFN_AVERAGE: (Times(keep_s=7 * 86_400.0), "the average of the United States"),
}
"""For each kind of figure: how long it is cached, and what the probe looks up, in words."""
_PROBED_DAYS = 14


class SourceProbe(Frozen):
    """The result of a test of one source."""

    name: str
    """The source's name in TARIFFWIRE_LIVE_SOURCES."""
    ok: bool
    says: str


class SourceRegistry:
    """The live sources that are on. Connects at the first lookup. Call `close` when done."""

    def __init__(
        self,
        settings: SourceSettings,
        limits: FetchLimits,
        parties: Parties,
        clock: Callable[[], datetime],
    ) -> None:
        deadline_s = min(limits.deadline_s, LONGEST_FETCH_S)
        self._api = JsonApi(limits.model_copy(update={"deadline_s": deadline_s}))
        self._clock = clock
        tools = SourceTools(self._api, parties, clock)
        self._figures = {
            name: build(settings, tools)
            for name, build in _FIGURES.items()
            if name in settings.live_sources
        }
        self._journal = (
            FederalRegister(settings, tools) if _FEDERAL_REGISTER in settings.live_sources else None
        )
        self.reference = LiveLookups(self._group_sources()) if self._figures else None
        """The sources of figures; None if all of these are off."""

    def _group_sources(
        self,
    ) -> dict[MissingFigure, Sequence[tuple[LookupSource, LookupCache[Finding]]]]:
        found: dict[MissingFigure, list[tuple[LookupSource, LookupCache[Finding]]]] = {}
        for source in self._figures.values():
            times, _ = _CACHED[source.lack]
            cache: LookupCache[Finding] = LookupCache(source.name, _read_seconds, times)
            found.setdefault(source.lack, []).append((source, cache))
        return dict(found)

    def build_journal_watcher(
        self, reader: Reader, ledger: Callable[[], Ledger], offers: ProposalIntake
    ) -> JournalWatcher | None:
        """The watcher that makes proposals from the journal; None if the journal is off."""
        if self._journal is None:
            return None
        return JournalWatcher(self._journal, reader, ledger, offers, self._clock)

    async def find_tariff_revision(self) -> str | None:
        """The revision of the US tariff schedule in force; None if its source is off.

        Raises SourceError.
        """
        for source in self._figures.values():
            if isinstance(source, Hts):
                return await source.find_revision()
        return None

    async def close(self) -> None:
        """Cancels the requests in progress, and closes all connections."""
        if self.reference is not None:
            await self.reference.close()
        await self._api.close()

    async def run_probes(self) -> AsyncIterator[SourceProbe]:
        """Tests each source that is on with a request that it must be able to answer.

        Failures are in the results; SourceError is not raised.
        """
        if self._journal is not None:
            yield await self._probe_journal(self._journal)
        for name, source in self._figures.items():
            yield await _probe(name, source)

    async def _probe_journal(self, journal: FederalRegister) -> SourceProbe:
        since = (self._clock() - timedelta(days=_PROBED_DAYS)).date()
        try:
            found = await journal.list_since(since, most_pages=1)
        except SourceError as error:
            return SourceProbe(name=_FEDERAL_REGISTER, ok=False, says=error.cause)
        says = f"answers: {len(found)} documents of the last {_PROBED_DAYS} days on its first page"
        return SourceProbe(name=_FEDERAL_REGISTER, ok=bool(found), says=says)


async def _probe(name: str, source: LookupSource) -> SourceProbe:
    _, of = _CACHED[source.lack]
    try:
        found = await source.find(source.probe)
    except SourceError as error:
        return SourceProbe(name=name, ok=False, says=error.cause)
    if found is None:
        return SourceProbe(name=name, ok=False, says=f"answers, but not about {of}")
    value = found.words if found.percent is None else f"{found.percent:f}%"
    return SourceProbe(name=name, ok=True, says=f"answers: {of} is {value} ({found.year})")


def _read_seconds() -> float:
    return asyncio.get_running_loop().time()
