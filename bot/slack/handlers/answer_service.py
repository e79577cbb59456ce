"""Answers questions about rates, and remembers the answers while their ledger is in use.

Where live sources are on, what the ledger lacks is asked of them first; what they said is part of
what is remembered, so another word of theirs is another answer.
"""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import permutations

from bot.parties import Parties
from bot.rates.answer.build import answer
from bot.rates.answer.live_lookups import lookups, supplied
from bot.rates.calendar import upcoming
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.lookup import Found, Lookup
from bot.rates.question.canonical import question
from bot.rates.question.parse import Kind, RateQuery, parse
from bot.slack.blockkit.blocks import Message
from bot.slack.ports import LiveData
from bot.slack.views.rates.answer import rates
from bot.slack.views.rates.calendar import calendar
from bot.slack.views.rates.table import rates_table

REMEMBERED = 1_000
"""Answers kept ready, about 20 KB each."""
_UNDERSTOOD = 2_000
"""Texts of which is remembered what they ask."""
PAUSE_S = 0.02
"""Between two answers that are made ready, for all else that the program does."""


class AnswerCache:
    """What one ledger says, and the answers that it has given.

    They are kept by what is asked, not by its words: `us china` and `usa prc` are one question.
    """

    def __init__(self, ledger: Ledger, parties: Parties) -> None:
        self.ledger = ledger
        self.ready_for: date | None = None
        """The day for which the answers that most ask for were made."""
        self._parties = parties
        self._understood = lru_cache(_UNDERSTOOD)(self._parse)
        self._made = lru_cache(REMEMBERED)(self._make)
        # What most ask for stays ready, however many ask for something else.
        self._ready: dict[tuple[RateQuery, date], Message] = {}
        self._lacking = lru_cache(REMEMBERED)(self._find_lacks)

    def to(self, text: str, today: date, found: tuple[Found, ...] = ()) -> Message:
        """The answer to a question; raises QueryError where it is none."""
        return self._message(self._understood(_folded(text), today), today, found)

    def table(self, text: str, today: date, found: tuple[Found, ...] = ()) -> Message:
        """The answer as a table, or as it is where it has no parts; raises QueryError."""
        query = self._understood(_folded(text), today)
        paragraphs = self._message(query, today, found)
        if query.kind in (Kind.UPCOMING, Kind.CHANGES):
            return paragraphs
        return rates_table(self._answer(query, today, found), self._parties, paragraphs)

    def today(self, text: str, now: datetime) -> date:
        """Today by the clock of the importing country asked about; raises QueryError."""
        day = self.ledger.duty_day(now)
        imposer = self._understood(_folded(text), day).imposer
        return self.ledger.duty_day(now, imposer) if imposer else day

    def lacks(self, text: str, today: date) -> tuple[Lookup, ...]:
        """What live sources could add to the answer; raises QueryError."""
        return self._lacking(self._understood(_folded(text), today), today)

    def most_asked(self) -> Iterator[RateQuery]:
        """Questions about the economies that the ledger follows, and their main partners."""
        yield RateQuery(kind=Kind.UPCOMING)
        for one in self.ledger.main_economies:
            yield RateQuery(kind=Kind.PARTY, partner=one)
        for imposer, partner in permutations(self.ledger.main_economies, 2):
            for both_ways in (True, False):
                yield RateQuery(
                    kind=Kind.PAIR, imposer=imposer, partner=partner, both_ways=both_ways
                )

    def make(self, query: RateQuery, today: date) -> None:
        """Makes the answer, so that it is ready; those of other days are forgotten."""
        if self._ready and (query, today) not in self._ready:
            self._ready = {key: made for key, made in self._ready.items() if key[1] == today}
        self._ready[query, today] = self._made(query, today, ())

    def _message(self, query: RateQuery, today: date, found: tuple[Found, ...]) -> Message:
        ready = None if found else self._ready.get((query, today))
        return ready or self._made(query, today, found)

    def _parse(self, text: str, today: date) -> RateQuery:
        return parse(text, self._parties, today, self.ledger.reader)

    def _find_lacks(self, query: RateQuery, today: date) -> tuple[Lookup, ...]:
        return lookups(answer(query, self.ledger, today), query, self.ledger, today)

    def _make(self, query: RateQuery, today: date, found: tuple[Found, ...]) -> Message:
        if query.kind is Kind.UPCOMING:
            return self._calendar("What comes next", query, today, f"{question(query)} ics")
        if query.kind is Kind.CHANGES:
            return self._calendar(f"What changed since {query.since or today}", query, today)
        return rates(self._answer(query, today, found), self._parties, question(query))

    def _answer(
        self, query: RateQuery, today: date, found: tuple[Found, ...]
    ) -> tuple[Answer, ...]:
        answers = answer(query, self.ledger, today)
        return supplied(answers, found, query, self.ledger, today) if found else answers

    def _calendar(self, title: str, query: RateQuery, today: date, as_file: str = "") -> Message:
        found = upcoming.calendar(query, self.ledger, today)
        warning = upcoming.how_far_read(query, self.ledger, today)
        on = f" on {query.product}" if query.product else ""
        seen = f", seen from {query.on}" if query.on else ""
        return calendar(f"{title}{on}{seen}", found, self._parties, warning, as_file)


class AnswerService:
    """Where questions about rates are answered, from the ledger in use.

    The answers belong to the ledger that they were made from: with a new one, none of the old can
    be shown again, nor one that was still being made.
    """

    def __init__(self, ledger: Ledger, parties: Parties, live: LiveData | None = None) -> None:
        """`live` are the live sources; None where all are off."""
        self._parties, self._live = parties, live
        self._answers = AnswerCache(ledger, parties)

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
        self._answers = AnswerCache(ledger, self._parties)

    async def prepare(self, today: date, pause_s: float = PAUSE_S) -> None:
        """Makes ready what most ask for, with `pause_s` between two answers; does it once a day.

        A ledger that comes into use is a new beginning. May be cancelled anywhere.
        """
        answers = self._answers
        if answers.ready_for == today:
            return
        for query in answers.most_asked():
            answers.make(query, today)
            await asyncio.sleep(pause_s)
            if answers is not self._answers:
                return
        answers.ready_for = today

    def today(self, text: str, now: datetime) -> date:
        """Today by the clock of the importing country asked about; raises QueryError."""
        return self._answers.today(text, now)

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

    async def ask(self, text: str, today: date, *, as_table: bool = False) -> Message:
        """The answer to a question, with what live sources say in time; raises QueryError."""
        lacks = self._answers.lacks(text, today) if self._live is not None else ()
        found = await self._live.find(lacks) if self._live is not None and lacks else ()
        told = self._answers.table if as_table else self._answers.to
        return told(text, today, tuple(found))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
