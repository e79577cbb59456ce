"""The watcher checks a journal regularly, proposes changes of duties and logs failures."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import pytest

from bot.errors import SourceError, StoreError
from bot.news.reader import Reader, Understanding
from bot.proposals.model import Proposal
from bot.rates.ledger import Ledger
from bot.sources.journals.federal_register import JournalDocument
from bot.sources.journals.watcher import JournalWatcher
from tests.sources.conftest import NOW
from tests.sources.journals.test_tariff_changes import CHANGES, NO_CHANGE


class FakeJournal:
    """A journal that lists these documents, or fails."""

    def __init__(self, listed: Sequence[JournalDocument] | SourceError) -> None:
        self.listed = listed
        self.asked: list[date] = []

    async def list_since(self, day: date) -> Sequence[JournalDocument]:
        self.asked.append(day)
        if isinstance(self.listed, SourceError):
            raise self.listed
        return self.listed


class FakeInbox:
    """An inbox that records offered proposals, or fails."""

    def __init__(self, error: StoreError | None = None) -> None:
        self.error = error
        self.offered: list[Collection[Proposal]] = []

    async def offer(self, proposals: Collection[Proposal]) -> None:
        if self.error is not None:
            raise self.error
        self.offered.append(proposals)


async def test_only_documents_that_change_duties_are_offered_once_each(
    reader: Reader, ledger: Ledger
) -> None:
    lists, keeps = FakeJournal([*NO_CHANGE, CHANGES[0], CHANGES[0]]), FakeInbox()
    await JournalWatcher(lists, reader, lambda: ledger, keeps, lambda: NOW).look()
    [[proposal]] = keeps.offered
    assert proposal.said_by[0].quote == CHANGES[0].title
    assert lists.asked == [date(2026, 11, 17)]


async def test_a_failure_is_one_line_in_the_log(
    reader: Reader, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    for lists, keeps in (
        (FakeJournal(SourceError("The Federal Register", "did not answer")), FakeInbox()),
        (FakeJournal([CHANGES[0]]), FakeInbox(StoreError("the database", "is locked"))),
    ):
        caplog.clear()
        await JournalWatcher(lists, reader, lambda: ledger, keeps, lambda: NOW).look()
        [record] = caplog.records
        assert record.levelname == "WARNING"
        assert keeps.offered == []


async def test_the_journal_is_read_once_an_hour_and_sooner_after_a_failure(
    reader: Reader, ledger: Ledger
) -> None:
    lists, times = FakeJournal(SourceError("The Federal Register", "did not answer")), [NOW]

    def clock() -> datetime:
        return times[-1]

    journal = JournalWatcher(lists, reader, lambda: ledger, FakeInbox(), clock)
    asked = []
    for minutes in (0, 9, 10, 20, 70, 81, 139, 141):
        times.append(NOW + timedelta(minutes=minutes))
        if minutes == 20:
            lists.listed = [CHANGES[0]]
        await journal.look()
        asked.append(len(lists.asked))
    assert asked == [1, 1, 2, 3, 3, 4, 4, 5]


async def test_an_unreadable_document_does_not_block_the_others(
    reader: Reader, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    class FailingReader(Reader):
        def understand(
            self, title: str, summary: str, published: date | None = None
        ) -> Understanding:
            if title == CHANGES[0].title:
                raise ZeroDivisionError
            return reader.understand(title, summary, published)

    keeps = FakeInbox()
    stumbles = FailingReader.__new__(FailingReader)
    await JournalWatcher(
        FakeJournal(CHANGES[:2]), stumbles, lambda: ledger, keeps, lambda: NOW
    ).look()
    [[proposal]] = keeps.offered
    assert proposal.said_by[0].quote == CHANGES[1].title
    assert CHANGES[0].number in caplog.text
