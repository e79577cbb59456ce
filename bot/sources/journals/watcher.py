"""Reads an official journal now and then, and offers what changes duties to the operators.

    due? | documents of the last days | which change duties? | offered, each once

Of the documents nothing is remembered here: each makes the same proposal every time, and whoever
takes it in knows it already.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.errors import StoreAway, TariffwireError
from bot.news.reader import Reader
from bot.proposals.model import Proposal
from bot.rates.ledger import Ledger
from bot.sources.journals.federal_register import JournalDocument
from bot.sources.journals.tariff_changes import proposal_of

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
"""Journals appear once a day; an hour is soon enough and no burden."""
AGAIN_AFTER = timedelta(minutes=10)
"""After a failure."""
LOOKS_BACK = timedelta(days=7)
"""Documents so old are still read, so that a week's absence loses none."""


class JournalDocuments(Protocol):
    """A journal that lists its documents by day."""

    async def since(self, day: date) -> Sequence[JournalDocument]:
        """Those published since `day`; raises SourceError."""
        ...


class Offers(Protocol):
    """Takes proposals in; what was offered before changes nothing."""

    async def offer(self, proposals: Collection[Proposal]) -> None: ...


class JournalWatcher:
    """Turns a journal's documents into proposals."""

    def __init__(
        self,
        documents: JournalDocuments,
        reader: Reader,
        ledger: Callable[[], Ledger],
        offers: Offers,
        clock: Callable[[], datetime],
    ) -> None:
        """`ledger` gives the one in use, which may change."""
        self._documents, self._reader, self._ledger = documents, reader, ledger
        self._offers, self._clock = offers, clock
        self._next_at: datetime | None = None

    async def look(self) -> None:
        """Offers what the journal has, at most once an hour; to be called now and then.

        A failure is one line in the log, and tried again after ten minutes.
        """
        now = self._clock()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + AGAIN_AFTER
        try:
            documents = await self._documents.since((now - LOOKS_BACK).date())
            proposals: dict[str, Proposal] = {}
            for document in documents:
                proposal = self._proposal(document, now)
                if proposal is not None:
                    proposals.setdefault(proposal.id, proposal)
                # One document takes a few milliseconds; others must not wait for hundreds.
                await asyncio.sleep(0)
            await self._offers.offer(tuple(proposals.values()))
            self._next_at = now + EVERY
        except StoreAway:
            return
        except TariffwireError as error:
            log.warning("%s", error)

    def _proposal(self, document: JournalDocument, now: datetime) -> Proposal | None:
        try:
            return proposal_of(document, self._reader, self._ledger(), now)
        except Exception:
            # One document that we cannot read must not keep the others from the operators.
            log.exception("document %s could not be understood", document.number)
            return None
