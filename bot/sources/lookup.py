"""Answers what the ledger lacks from the sources that are on, within a deadline.

    lookups | each to the sources that know such things | whatever came in time, else a silence

A source that is slower than the deadline is not cut off: what it says is kept, and whoever asks
next has it at once.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.errors import SourceError
from bot.rates.model.lookup import Finding, Found, Lack, Lookup, LookupFailure
from bot.sources.cache import LookupCache

log = logging.getLogger(__name__)

DEADLINE_S = 1.5
"""Seconds that an answer waits for all its sources together."""


class LookupSource(Protocol):
    """A live source of one kind of figure."""

    name: str
    """As warnings name it."""
    lack: Lack
    """What it knows."""
    probe: Lookup
    """A lookup that it must be able to answer."""

    async def find(self, lookup: Lookup) -> Finding | None:
        """What it says, None where it has nothing; raises SourceError."""
        ...


class LiveLookups:
    """The live sources of figures, each with what it said lately."""

    def __init__(
        self,
        sources: Mapping[Lack, Sequence[tuple[LookupSource, LookupCache[Finding]]]],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._sources, self._deadline_s = sources, deadline_s

    async def find(self, lookups: Sequence[Lookup]) -> tuple[Found, ...]:
        """What was found of the lookups in time, and silences; nothing of what has no source.

        Never raises SourceError, and never takes longer than the deadline.
        """
        asked = {
            asyncio.ensure_future(self._ask(source, recall, lookup)): (source.name, lookup)
            for lookup in lookups
            for source, recall in self._sources.get(lookup.lack, ())
        }
        if not asked:
            return ()
        try:
            done, late = await asyncio.wait(asked, timeout=self._deadline_s)
        finally:
            # Only the waiting ends; the requests themselves go on.
            for task in asked:
                task.cancel()
        said = [task.result() for task in done]
        said += [
            LookupFailure(of=lookup, source=name, why="did not answer in time")
            for name, lookup in (asked[task] for task in late)
        ]
        return _best([one for one in said if one is not None])

    async def close(self) -> None:
        """Ends what is still being asked."""
        for sources in self._sources.values():
            for _, recall in sources:
                await recall.close()

    async def _ask(
        self, source: LookupSource, recall: LookupCache[Finding], lookup: Lookup
    ) -> Found | None:
        key = f"{lookup.economy} {lookup.code}"
        try:
            return await recall.get(key, lambda: source.find(lookup))
        except SourceError as error:
            log.warning("%s", error)
            return LookupFailure(of=lookup, source=source.name, why="could not be read just now")
        except Exception:
            # Whatever is wrong with a source, the ledger's answer must come.
            log.exception("asking %s", source.name)
            return LookupFailure(of=lookup, source=source.name, why="could not be read just now")


def _best(said: Sequence[Found]) -> tuple[Found, ...]:
    """For each lookup the finding of the newest year; a silence only where there is no finding."""
    best: dict[Lookup, Found] = {}
    for one in sorted(said, key=_rank):
        best[one.of] = one
    return tuple(best.values())


def _rank(one: Found) -> int:
    return one.year if isinstance(one, Finding) else 0
