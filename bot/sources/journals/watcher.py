"""Reads an official journal once an hour, and makes proposals from documents that change duties.

Documents are not saved. The same document makes the same proposal every time, and the inbox ignores
proposals that it already has.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.errors import StoreUnavailable, TariffwireError
from bot.news.reader import Reader
from bot.proposals.model import Proposal
from bot.rates.ledger import Ledger
from bot.sources.journals.federal_register import JournalDocument
from bot.sources.journals.tariff_changes import make_proposal

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
"""The time between two reads of the journal, which is published once a day."""
AGAIN_AFTER = timedelta(minutes=10)
"""The wait after a failed read."""
LOOKS_BACK = timedelta(days=7)
"""Each read covers this time span, so no document is missed if the bot was off for up to a week."""


class JournalDocuments(Protocol):
    """A journal that lists its documents by day."""

    async def list_since(self, day: date) -> Sequence[JournalDocument]:
        """The documents published since `day`; raises SourceError."""


class ProposalIntake(Protocol):
    """Saves and sends proposals. Known proposals have no effect."""

    async def offer(self, proposals: Collection[Proposal]) -> None: ...


class JournalWatcher:
    """Makes proposals from a journal's documents; call `look` regularly."""

    def __init__(
        self,
        documents: JournalDocuments,
        reader: Reader,
        ledger: Callable[[], Ledger],
        offers: ProposalIntake,
        clock: Callable[[], datetime],
    ) -> None:
        """`ledger` returns the current ledger."""
        self._documents, self._reader, self._ledger = documents, reader, ledger
        self._offers, self._clock = offers, clock
        self._next_at: datetime | None = None

    async def look(self) -> None:
        """Reads the journal if that is due. Logs a failure and retries it after `AGAIN_AFTER`."""
        now = self._clock()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + AGAIN_AFTER
        try:
            documents = await self._documents.list_since((now - LOOKS_BACK).date())
            proposals: dict[str, Proposal] = {}
            for document in documents:
                proposal = self._proposal(document, now)
                if proposal is not None:
                    proposals.setdefault(proposal.id, proposal)
                # Each document takes a few milliseconds, so other tasks may run in between.
                await asyncio.sleep(0)
            await self._offers.offer(tuple(proposals.values()))
            self._next_at = now + EVERY
        except StoreUnavailable:
            return
        except TariffwireError as error:
            log.warning("%s", error)

    def _proposal(self, document: JournalDocument, now: datetime) -> Proposal | None:
        try:
            return make_proposal(document, self._reader, self._ledger(), now)
        except Exception:
            # A bug that one document triggers must not block the other documents.
            log.exception("document %s could not be read", document.number)
            return None
