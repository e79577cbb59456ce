"""Looks up figures that are missing from the ledger in the live sources, within a deadline.

A request that misses the deadline continues, and its result is cached for the next question.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.errors import SourceError
from bot.rates.model.lookup import Finding, Lookup, LookupFailure, LookupResult, MissingFigure
from bot.sources.cache import LookupCache

log = logging.getLogger(__name__)

DEADLINE_S = 1.5
"""Maximum seconds that an answer to a user waits for the sources, which are asked in parallel."""


class LookupSource(Protocol):
    """A live source of one kind of figure."""

    name: str
    """The source's name in warnings."""
    lack: MissingFigure
    """The kind of figure that the source looks up."""
    probe: Lookup
    """A lookup that the source must be able to answer; used to test the source."""

    async def find(self, lookup: Lookup) -> Finding | None:
        """The figure; None if the source does not have it. Raises SourceError."""


class LiveLookups:
    """The live sources of figures, each with its cache."""

    def __init__(
        self,
        sources: Mapping[MissingFigure, Sequence[tuple[LookupSource, LookupCache[Finding]]]],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._sources, self._deadline_s = sources, deadline_s

    async def find(self, lookups: Sequence[Lookup]) -> tuple[LookupResult, ...]:
        """The figures found in time, and the failures.

        For each lookup, the result is a figure, or else a failure if a source failed. There is no
        result if the lookup has no source, or if its sources answered that they have no such
        figure. This method does not raise SourceError.
        """
        asked = {
            asyncio.ensure_future(self._ask(source, cache, lookup)): (source.name, lookup)
            for lookup in lookups
            for source, cache in self._sources.get(lookup.lack, ())
        }
        if not asked:
            return ()
        try:
            done, late = await asyncio.wait(asked, timeout=self._deadline_s)
        finally:
            # This cancels only the waiting for the requests; the requests themselves continue.
            for task in asked:
                task.cancel()
        results = [task.result() for task in done]
        results += [
            LookupFailure(of=lookup, source=name, why="did not answer in time")
            for name, lookup in (asked[task] for task in late)
        ]
        return _choose_best([result for result in results if result is not None])

    async def close(self) -> None:
        """Cancels the requests in progress."""
        for sources in self._sources.values():
            for _, cache in sources:
                await cache.close()

    async def _ask(
        self, source: LookupSource, cache: LookupCache[Finding], lookup: Lookup
    ) -> LookupResult | None:
        key = f"{lookup.economy} {lookup.code}"
        try:
            return await cache.get(key, lambda: source.find(lookup))
        except SourceError as error:
            log.warning("%s", error)
        except Exception:
            # A bug in a source must not prevent an answer from the ledger.
            log.exception("a lookup from %s failed", source.name)
        return LookupFailure(of=lookup, source=source.name, why="could not be read")


def _choose_best(results: Sequence[LookupResult]) -> tuple[LookupResult, ...]:
    """For each lookup, the finding of the newest year, or a failure if there is no finding."""
    best: dict[Lookup, LookupResult] = {}
    for result in sorted(results, key=_rank_result):
        best[result.of] = result
    return tuple(best.values())


def _rank_result(result: LookupResult) -> int:
    return result.year if isinstance(result, Finding) else 0
