"""Selects the deadlines of official notices for a calendar of duties.

`upcoming china` has the deadlines of notices that name China, `upcoming us china` of those that
name both, `upcoming steel` of those whose event names steel, and `upcoming court-rulings` of those
on this topic.
"""

import re
from collections.abc import Iterable
from datetime import date

from bot.alerts.dated_events import DatedEvent, DeadlineStore, find_dated_events
from bot.news.deadlines.events import EventDeadline
from bot.news.story import Story
from bot.parties import Parties
from bot.rates.calendar.upcoming import find_window
from bot.rates.question.query import QueryKind, RateQuery
from bot.values import Topic

_CALENDARS = frozenset({"upcoming", "calendar", "changes"})
_TOPICS = {
    "court": Topic.COURT_RULING,
    "courts": Topic.COURT_RULING,
    "ruling": Topic.COURT_RULING,
    "rulings": Topic.COURT_RULING,
    "court-ruling": Topic.COURT_RULING,
    "court-rulings": Topic.COURT_RULING,
    "negotiation": Topic.NEGOTIATION,
    "negotiations": Topic.NEGOTIATION,
    "talks": Topic.NEGOTIATION,
}


def split_topics(text: str) -> tuple[str, frozenset[Topic]]:
    """A question about a calendar without its topics, and these topics.

    Another question is returned as it is. `tariffs` stays, because all calendars are about them.
    """
    words = text.split()
    if not words or words[0].lower() not in _CALENDARS:
        return text, frozenset()
    topics = frozenset(_TOPICS[word.lower()] for word in words if word.lower() in _TOPICS)
    rest = [word for word in words if word.lower() not in _TOPICS]
    return (" ".join(rest), topics) if topics else (text, topics)


async def find_deadlines(
    store: DeadlineStore, query: RateQuery, topics: frozenset[Topic], today: date, parties: Parties
) -> tuple[EventDeadline, ...]:
    """The deadlines in the window of a calendar, in its order."""
    window = find_window(query, today)
    first = window.first
    if query.kind is QueryKind.UPCOMING and query.since is None and query.on is None:
        # Unlike a duty, a deadline of today can still be met.
        first = min(first, today)
    events = await find_dated_events(store, first, window.last)
    return _select(events, query, topics, parties)


async def find_later_deadlines(
    store: DeadlineStore, query: RateQuery, topics: frozenset[Topic], today: date, parties: Parties
) -> tuple[EventDeadline, ...]:
    """The deadlines for a calendar file, which is not limited to the next days."""
    first = query.since or query.on or today
    events = await find_dated_events(store, first, query.until or date.max)
    return _select(events, query, topics, parties)


def _select(
    events: Iterable[DatedEvent], query: RateQuery, topics: frozenset[Topic], parties: Parties
) -> tuple[EventDeadline, ...]:
    named = [set(parties.list_codes(code)) for code in (query.imposer, query.partner) if code]
    goods = _compile_words(query.product or "")
    found = [
        each
        for event in events
        if all(_names(event.stories, word) for word in goods)
        for each in event.deadlines
        if all(not codes.isdisjoint(each.parties) for codes in named)
        and (not topics or not topics.isdisjoint(each.topics))
    ]
    is_past = query.kind is QueryKind.CHANGES
    return tuple(sorted(found, key=lambda each: (each.on, each.key), reverse=is_past))


def _compile_words(product: str) -> list[re.Pattern[str]]:
    return [re.compile(rf"(?<!\w){re.escape(word)}") for word in product.casefold().split()]


def _names(stories: Iterable[Story], word: re.Pattern[str]) -> bool:
    return any(word.search(f"{story.title}\n{story.text}".casefold()) for story in stories)
