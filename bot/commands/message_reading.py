"""Reads a message that a person points at: whether it is about tariffs, and the rates it concerns.

text | topics, parties, figures (`bot.news`) | pairs with a duty in the ledger | MessageReading
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.commands.answers import AnswerService
from bot.commands.rates.rate_now import RateNow, find_rate_now
from bot.commands.request import Reply
from bot.errors import QueryError
from bot.news.reader import Understanding
from bot.rates.ledger import Ledger
from bot.rates.question.query import QueryKind, RateQuery, format_query

MOST_READ = 5000
"""Maximum characters of a message that are read."""
_TITLE = 300
_MOST_RATES = 3
_MOST_PAIRS = 12


class MessageReader(Protocol):
    """Finds topics, parties and figures in a text."""

    def understand(
        self, title: str, summary: str, published: date | None = None
    ) -> Understanding: ...


@dataclass(frozen=True)
class ReadRate:
    """A duty that the message concerns, and the question that asks for it."""

    rate: RateNow
    question: str


class MessageReading(Reply):
    """What a message is about; without topics, it is not about tariffs."""

    understood: Understanding
    rates: tuple[ReadRate, ...]
    question: str
    """The question that the message asks or concerns; empty if there is none."""
    is_empty: bool = False
    """Whether the message has no text."""


class MessageService:
    """Reads messages with the topic rules and the current ledger."""

    def __init__(self, reader: MessageReader, answers: AnswerService) -> None:
        self._reader, self._answers = reader, answers

    async def read(self, text: str, now: datetime) -> MessageReading:
        """The content of the message. The work is done in a worker thread."""
        if not text.strip():
            return MessageReading(Understanding(), (), "", is_empty=True)
        return await asyncio.to_thread(self._read, text.strip()[:MOST_READ], now)

    def _read(self, text: str, now: datetime) -> MessageReading:
        first, _, rest = text.partition("\n")
        title, rest = first[:_TITLE], f"{first[_TITLE:]}\n{rest}".strip()
        understood = self._reader.understand(title, rest)
        rates = tuple(_find_rates(understood, self._answers.ledger, now))[:_MOST_RATES]
        question = rates[0].question if rates else self._find_question(first, now)
        return MessageReading(understood, rates, question)

    def _find_question(self, line: str, now: datetime) -> str:
        """The line as a question; empty if it is none."""
        try:
            return format_query(self._answers.parse(line, now).query)
        except QueryError:
            return ""


def _find_rates(understood: Understanding, ledger: Ledger, now: datetime) -> Iterator[ReadRate]:
    """The duties in the ledger on the pairs that the message names."""
    for imposer, partner, product in _list_pairs(understood, ledger):
        today = ledger.find_duty_day(now, imposer)
        # If the ledger does not know the product, the duty on goods in general is offered.
        for goods in dict.fromkeys([product, None]):
            rate = find_rate_now(ledger, imposer, partner, goods, today)
            if rate is not None:
                kind = QueryKind.PAIR
                query = RateQuery(kind=kind, imposer=imposer, partner=partner, product=goods)
                yield ReadRate(rate, format_query(query))
                break


def _list_pairs(understood: Understanding, ledger: Ledger) -> Iterator[tuple[str, str, str | None]]:
    """The pairs of the figures, then the other pairs of the named economies."""
    imposers = ledger.list_imposers()
    pairs: dict[tuple[str, str], str | None] = {}
    for figure in understood.figures:
        if figure.imposer in imposers and figure.partner:
            pairs.setdefault((str(figure.imposer), figure.partner), figure.product)
    named = [code for code in understood.parties if code in ledger.parties]
    for imposer in sorted(set(named) & set(imposers), key=lambda code: (code != "US", code)):
        for partner in named:
            if partner != imposer and not {(imposer, partner), (partner, imposer)} & pairs.keys():
                pairs[imposer, partner] = None
    yield from ((*pair, product) for pair, product in list(pairs.items())[:_MOST_PAIRS])
