"""Replies to questions about rates, as values."""

from datetime import date

from bot.commands.request import Reply
from bot.news.deadlines.events import EventDeadline
from bot.rates.calendar.entries import CalendarEntry
from bot.rates.calendar.spells import Spell
from bot.rates.calendar.surroundings import NO_SURROUNDINGS, Surroundings
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.cards.facts import CardFacts
from bot.rates.cards.model import Card
from bot.rates.model.answer import Answer
from bot.rates.model.changes import Upcoming
from bot.rates.question.query import RateQuery
from bot.values import Topic


class RateAnswers(Reply):
    """The answers to a question about rates, one for each direction or partner."""

    query: RateQuery
    answers: tuple[Answer, ...]
    today: date
    as_table: bool = False
    cards: tuple[Card, ...] = ()
    """The cards that the question also names."""
    spells: tuple[Spell, ...] = ()
    """The days on which the percentage of the question was charged; empty if it has none."""
    ended: tuple[CardFacts, ...] = ()
    """The cards that the question names and whose duties are no longer charged."""
    total: Answer | None = None
    """All duties on the goods of the pair, for an answer about a law that charges nothing."""


class RateCalendar(Reply):
    """The upcoming or past changes for which a question asks."""

    query: RateQuery
    today: date
    items: tuple[Upcoming, ...]
    checked_period: CheckedPeriod | None
    """When the sources were last checked; None if today."""
    around: Surroundings = NO_SURROUNDINGS
    """The current duties, and the nearest change outside the days of the calendar."""
    shows_overdue: bool = False
    """Whether to list the changes since the last check, which is for operators."""
    deadlines: tuple[EventDeadline, ...] = ()
    """The deadlines of official notices in the same days."""
    topics: frozenset[Topic] = frozenset()
    """The topics of the deadlines; empty for all. Without tariffs, the calendar has no changes of
    duties."""


class RateCard(Reply):
    """The card of a law or topic, with the facts of a day."""

    query: RateQuery
    facts: CardFacts
    others: tuple[CardFacts, ...] = ()
    """The other cards that the question names."""


class CardList(Reply):
    """All cards."""

    query: RateQuery
    cards: tuple[Card, ...]


class CalendarFile(Reply):
    """The changes of duties and the deadlines for a calendar file. Both may be empty."""

    query: RateQuery
    entries: tuple[CalendarEntry, ...]
    checked_period: CheckedPeriod | None
    """When the sources were last checked; None if today."""
    deadlines: tuple[EventDeadline, ...] = ()
    about: str = ""
    """The title of the event, if the file has only the deadlines of one event."""
