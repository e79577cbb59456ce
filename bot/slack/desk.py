"""Answers questions about rates, and remembers the answers while their ledger is in use."""

from collections import OrderedDict
from datetime import date

from bot.parties import Parties
from bot.rates import agenda
from bot.rates.answer import answer
from bot.rates.ledger import Ledger
from bot.rates.query import Kind, RateQuery, parse
from bot.slack.blocks import Message
from bot.slack.calendar_blocks import calendar
from bot.slack.rate_blocks import rates

REMEMBERED = 500
"""Answers kept ready, about 20 KB each."""


class Answers:
    """What one ledger says, and the answers that it has given."""

    def __init__(self, ledger: Ledger, parties: Parties) -> None:
        self.ledger = ledger
        self._parties = parties
        self._ready: OrderedDict[tuple[str, date], Message] = OrderedDict()

    def to(self, text: str, today: date) -> Message:
        """The answer to a question; raises QueryError where it is none."""
        asked = (" ".join(text.casefold().split()), today)
        ready = self._ready.pop(asked, None)
        if ready is None:
            ready = self._look_up(asked[0], today)
        self._ready[asked] = ready
        if len(self._ready) > REMEMBERED:
            self._ready.popitem(last=False)
        return ready

    def _look_up(self, text: str, today: date) -> Message:
        query = parse(text, self._parties, today, self.ledger.reader)
        if query.kind is Kind.UPCOMING:
            of = f" {self._parties.get(query.partner).name}" if query.partner else ""
            as_file = f"upcoming ics{of}"
            return self._calendar("What comes next", query, today, as_file)
        if query.kind is Kind.CHANGES:
            return self._calendar(f"What changed since {query.since or today}", query, today)
        return rates(answer(query, self.ledger, today), self._parties, text)

    def _calendar(self, title: str, query: RateQuery, today: date, as_file: str = "") -> Message:
        found = agenda.calendar(query, self.ledger, today)
        warning = agenda.how_far_read(query, self.ledger, today)
        return calendar(title, found, self._parties, warning, as_file)


class Desk:
    """Where questions about rates are answered, from the ledger in use.

    The answers belong to the ledger that they were made from: with a new one, none of the old can
    be shown again, nor one that was still being made.
    """

    def __init__(self, ledger: Ledger, parties: Parties) -> None:
        self._parties = parties
        self._answers = Answers(ledger, parties)

    @property
    def ledger(self) -> Ledger:
        """The ledger in use."""
        return self._answers.ledger

    def use(self, ledger: Ledger) -> None:
        """Answers from this ledger from now on."""
        self._answers = Answers(ledger, self._parties)

    def answer(self, text: str, today: date) -> Message:
        """The answer to a question; raises QueryError where it is none."""
        return self._answers.to(text, today)
