"""Answers questions about rates, and remembers the answers while their ledger is in use.

Where live sources are on, what the ledger lacks is asked of them first; what they said is part of
what is remembered, so another word of theirs is another answer.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date

from bot.parties import Parties
from bot.rates import agenda
from bot.rates.answer import answer
from bot.rates.finding import Found, Lookup
from bot.rates.ledger import Ledger
from bot.rates.live import lookups, supplied
from bot.rates.query import Kind, RateQuery, parse
from bot.slack.blocks import Message
from bot.slack.calendar_blocks import calendar
from bot.slack.ports import Live
from bot.slack.rate_blocks import rates

REMEMBERED = 500
"""Answers kept ready, about 20 KB each."""


class Answers:
    """What one ledger says, and the answers that it has given."""

    def __init__(self, ledger: Ledger, parties: Parties) -> None:
        self.ledger = ledger
        self._parties = parties
        self._ready: OrderedDict[tuple[str, date, Sequence[Found]], Message] = OrderedDict()
        self._lacks: OrderedDict[tuple[str, date], tuple[Lookup, ...]] = OrderedDict()

    def to(self, text: str, today: date, found: Sequence[Found] = ()) -> Message:
        """The answer to a question; raises QueryError where it is none."""
        asked = (" ".join(text.casefold().split()), today, tuple(found))
        ready = self._ready.pop(asked, None)
        if ready is None:
            ready = self._look_up(*asked)
        self._ready[asked] = ready
        if len(self._ready) > REMEMBERED:
            self._ready.popitem(last=False)
        return ready

    def lacks(self, text: str, today: date) -> tuple[Lookup, ...]:
        """What live sources could add to the answer; raises QueryError."""
        asked = (" ".join(text.casefold().split()), today)
        lacks = self._lacks.pop(asked, None)
        if lacks is None:
            query = parse(asked[0], self._parties, today, self.ledger.reader)
            lacks = lookups(answer(query, self.ledger, today), query, self.ledger, today)
        self._lacks[asked] = lacks
        if len(self._lacks) > REMEMBERED:
            self._lacks.popitem(last=False)
        return lacks

    def _look_up(self, text: str, today: date, found: Sequence[Found]) -> Message:
        query = parse(text, self._parties, today, self.ledger.reader)
        if query.kind is Kind.UPCOMING:
            of = f" {self._parties.get(query.partner).name}" if query.partner else ""
            as_file = f"upcoming ics{of}"
            return self._calendar("What comes next", query, today, as_file)
        if query.kind is Kind.CHANGES:
            return self._calendar(f"What changed since {query.since or today}", query, today)
        answers = answer(query, self.ledger, today)
        if found:
            answers = supplied(answers, found, query, self.ledger, today)
        return rates(answers, self._parties, text)

    def _calendar(self, title: str, query: RateQuery, today: date, as_file: str = "") -> Message:
        found = agenda.calendar(query, self.ledger, today)
        warning = agenda.how_far_read(query, self.ledger, today)
        return calendar(title, found, self._parties, warning, as_file)


class Desk:
    """Where questions about rates are answered, from the ledger in use.

    The answers belong to the ledger that they were made from: with a new one, none of the old can
    be shown again, nor one that was still being made.
    """

    def __init__(self, ledger: Ledger, parties: Parties, live: Live | None = None) -> None:
        """`live` are the live sources; None where all are off."""
        self._parties, self._live = parties, live
        self._answers = Answers(ledger, parties)

    @property
    def may_wait(self) -> bool:
        """Whether an answer may have to wait for somebody else's server."""
        return self._live is not None

    @property
    def ledger(self) -> Ledger:
        """The ledger in use."""
        return self._answers.ledger

    def use(self, ledger: Ledger) -> None:
        """Answers from this ledger from now on."""
        self._answers = Answers(ledger, self._parties)

    def answer(self, text: str, today: date) -> Message:
        """The ledger's answer to a question; raises QueryError where it is none."""
        return self._answers.to(text, today)

    def at_once(self, text: str, today: date) -> Message | None:
        """The answer to a question, None where live sources are to be asked for it first.

        Raises QueryError where it is no question about rates.
        """
        if self._live is not None and self._answers.lacks(text, today):
            return None
        return self._answers.to(text, today)

    async def ask(self, text: str, today: date) -> Message:
        """The answer to a question, with what live sources say in time; raises QueryError."""
        lacks = self._answers.lacks(text, today) if self._live is not None else ()
        found = await self._live.find(lacks) if self._live is not None and lacks else ()
        return self._answers.to(text, today, found)
