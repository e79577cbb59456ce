"""Answers questions about rates from the ledger and from live sources.

text | RateQuery and date | ledger | live lookups of missing figures | RateAnswers
                          |-- `upcoming` and `changes` -----------> RateCalendar, with deadlines
                          |-- laws and topics --------------------> RateCard, CardList
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Protocol

from bot.commands.rates.deadlines import find_deadlines, find_later_deadlines, split_topics
from bot.commands.rates.percents import add_deal, resolve_percent
from bot.commands.rates.replies import CalendarFile, CardList, RateAnswers, RateCalendar, RateCard
from bot.commands.rates.reports import select_reports
from bot.errors import StoreError
from bot.news.deadlines.events import EventDeadline
from bot.news.story import Story
from bot.rates.answer.build import answer_query
from bot.rates.answer.lines.line_counts import LineCounts
from bot.rates.answer.live_lookups import add_results, list_lookups
from bot.rates.calendar.entries import list_entries
from bot.rates.calendar.spells import list_spells
from bot.rates.calendar.surroundings import NO_SURROUNDINGS, find_surroundings
from bot.rates.calendar.upcoming import find_checked_period, list_calendar
from bot.rates.cards.facts import CardFacts, DutyState, build_card_facts
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.changes import Upcoming
from bot.rates.model.lookup import Lookup, LookupResult
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, build_total_query, override_query
from bot.rates.question.reading.question import Vocabulary
from bot.rates.question.reading.refusals import ask_for_origin
from bot.values import Topic

log = logging.getLogger(__name__)

_PAUSE_S = 0.05
_SHORT_TEXT = 150
"""Maximum characters of a question that are parsed at once. This takes a few milliseconds, even if
all words are misspelled."""
_MAX_COUNTED = 6
"""Maximum answers for which counts of tariff lines are computed if they are not prepared."""


class LiveSources(Protocol):
    """Public sources for figures that the ledger lacks."""

    async def find(self, lookups: Sequence[Lookup]) -> Sequence[LookupResult]:
        """The results, within about two seconds. A failure is a result too; it raises nothing."""


class ReportStore(Protocol):
    """The stories that the bot has read, for answers."""

    async def reported_since(self, since: datetime) -> Sequence[Story]:
        """The stories published since then, newest first."""

    async def with_deadlines(self, first: date, last: date) -> Sequence[Story]:
        """The stories that state a deadline from the first to the last of these days."""

    async def of_event(self, event_id: str) -> Sequence[Story]:
        """The stories of an event, in order of publication."""


@dataclass(frozen=True, slots=True)
class DatedQuery:
    """A parsed question, with the time at which it was asked."""

    query: RateQuery
    today: date
    """Today's date in the importing country."""
    now: datetime
    topics: frozenset[Topic] = frozenset()
    """The topics of the deadlines that a calendar is to have instead of duties; empty for all."""


class AnswerService:
    """Answers questions from the current ledger."""

    def __init__(
        self,
        ledger: Ledger,
        live: LiveSources | None = None,
        stories: ReportStore | None = None,
    ) -> None:
        """`live` has the live sources; None if all are off. `stories` has the reports since the
        last check and the deadlines of notices; None if the answers need not list them.
        """
        self.ledger, self._live, self._stories = ledger, live, stories
        self._line_counts = LineCounts(ledger)

    @property
    def uses_live_sources(self) -> bool:
        """Whether an answer may have to wait for a live source."""
        return self._live is not None

    def replace_ledger(self, ledger: Ledger) -> None:
        """Makes this ledger the current one, from which later questions are answered."""
        self.ledger = ledger
        self._line_counts = LineCounts(ledger)

    async def prepare(self, now: datetime) -> None:
        """Indexes the words of the schedules and counts the tariff lines of all pairs for today, so
        that no question has to wait for this.

        The work is done in a worker thread, one partner at a time with a pause after each, so that
        it delays no answer. Does nothing if all is counted.
        """
        counts, ledger = self._line_counts, self.ledger
        await asyncio.to_thread(ledger.reader.headings.prepare)
        for imposer in ledger.list_imposers():
            day = ledger.find_duty_day(now, imposer)
            for partner in counts.list_unprepared(imposer, day):
                await asyncio.to_thread(counts.find, imposer, partner, day)
                await asyncio.sleep(_PAUSE_S)

    def parse(
        self,
        text: str,
        now: datetime,
        *,
        on: date | None = None,
        product: str | None = None,
        value: Decimal | None = None,
    ) -> DatedQuery:
        """The question in the text. `on`, `product` and `value` override those in it.

        Raises QueryError if the text is not a question.
        """
        ledger = self.ledger
        text, topics = split_topics(text)
        today = ledger.find_duty_day(now)
        query = parse_query(text, ledger.parties, today, ledger.reader, ledger.cards)
        if query.kind is QueryKind.PERCENT:
            query = resolve_percent(query, ledger, today)
        if query.imposer and (there := ledger.find_duty_day(now, query.imposer)) != today:
            today = there
            again = parse_query(text, ledger.parties, today, ledger.reader, ledger.cards)
            query = query if again.kind is QueryKind.PERCENT else again
        query = add_deal(override_query(query, on, product, value), ledger)
        return DatedQuery(query, today, now, topics)

    async def parse_soon(self, text: str, now: datetime) -> DatedQuery:
        """The question in the text. A long one is parsed in a worker thread."""
        if len(text) <= _SHORT_TEXT:
            return self.parse(text, now)
        return await asyncio.to_thread(self.parse, text, now)

    async def answer(self, asked: DatedQuery) -> RateAnswers | RateCalendar | RateCard | CardList:
        """The answer, with missing figures from live sources. Raises QueryError."""
        query, today, ledger = asked.query, asked.today, self.ledger
        if query.kind is QueryKind.CARD:
            card = ledger.cards.by_id.get(query.card or "")
            if card is None:
                return CardList(query, ledger.cards.all)
            on = query.on or today
            others = (
                build_card_facts(one, ledger, on, today)
                for one in ledger.cards.get_all(query.cards)
            )
            facts = build_card_facts(card, ledger, on, today, query.heading)
            return RateCard(query, facts, tuple(others))
        if query.kind in (QueryKind.UPCOMING, QueryKind.CHANGES):
            return await self._answer_calendar(asked)
        has_steps = query.history or query.until is not None or query.percent is not None
        if query.product or has_steps or query.kind is QueryKind.PARTY:
            # A chapter, a history or all partners take longer than the event loop should wait.
            answers = await asyncio.to_thread(answer_query, query, ledger, today, asked.now)
        else:
            answers = answer_query(query, ledger, today, asked.now)
        self._ask_for_origin_if_needed(query, answers)
        answers = await self._count_lines(answers, query)
        if self._live is not None and (wanted := list_lookups(answers, query, ledger, today)):
            found = await self._live.find(wanted)
            answers = add_results(answers, found, query, ledger, today)
        if query.on is None or query.on >= today:
            answers = await self._add_reports(answers)
        return RateAnswers(
            query,
            answers,
            today,
            cards=ledger.cards.get_all(query.cards),
            spells=list_spells(query, answers, ledger, today),
            ended=self._list_ended(query, today),
            total=self._find_total(query, answers, today, asked.now),
        )

    async def _answer_calendar(self, asked: DatedQuery) -> RateCalendar:
        query, today, topics = asked.query, asked.today, asked.topics
        around = NO_SURROUNDINGS
        items: tuple[Upcoming, ...] = ()
        if not topics:
            around = await asyncio.to_thread(find_surroundings, query, self.ledger, today)
            items = await asyncio.to_thread(list_calendar, query, self.ledger, today)
        return RateCalendar(
            query,
            today,
            items,
            find_checked_period(query, self.ledger, today),
            around,
            deadlines=await self._find_deadlines(query, topics, today),
            topics=topics,
        )

    async def _find_deadlines(
        self, query: RateQuery, topics: frozenset[Topic], today: date
    ) -> tuple[EventDeadline, ...]:
        """The deadlines of a calendar. If the database cannot be read, there are none."""
        if self._stories is None:
            return ()
        try:
            return await find_deadlines(self._stories, query, topics, today, self.ledger.parties)
        except StoreError as error:
            log.info("a calendar lacks the deadlines of notices: %s", error)
            return ()

    def _list_ended(self, query: RateQuery, today: date) -> tuple[CardFacts, ...]:
        """The cards that the question names and whose duties are no longer charged."""
        found = (
            build_card_facts(one, self.ledger, query.on or today, today)
            for one in self.ledger.cards.get_all(query.cards)
        )
        ended = (DutyState.ENDED, DutyState.NOT_COLLECTED)
        return tuple(one for one in found if one.overall is not None and one.overall.state in ended)

    def _find_total(
        self, query: RateQuery, answers: tuple[Answer, ...], today: date, now: datetime
    ) -> Answer | None:
        """All duties on goods of the pair, if the answer is about a law that charges nothing."""
        if query.kind is not QueryKind.PAIR or not answers or not answers[0].is_uncharged_law:
            return None
        return answer_query(build_total_query(query), self.ledger, today, now)[0]

    def _ask_for_origin_if_needed(self, query: RateQuery, answers: tuple[Answer, ...]) -> None:
        """Raises UnclearQuestion for a history of goods without an origin, unless a duty on these
        goods in particular is charged on most origins: kitchen cabinets, but not toys."""
        if not (query.history and query.partner_implied and query.imposer_assumed):
            return
        counted = [one for answer in answers for one in answer.components if one.is_counted]
        measures = [self.ledger.by_id[one.measure_id] for one in counted if one.percent]
        if all(measure.applies_to_all_goods for measure in measures):
            build = partial(RateQuery, product=query.product, history=True)
            vocabulary = Vocabulary(self.ledger.parties, self.ledger.reader, None, date.min)
            ask_for_origin(build, query.product or "the goods", vocabulary)

    async def _count_lines(
        self, answers: tuple[Answer, ...], query: RateQuery
    ) -> tuple[Answer, ...]:
        """The answers with the number of tariff lines for each total, where that is known.

        Of many answers, only those with prepared counts have them, unless they are compared.
        """
        counts = self._line_counts
        waiting = [one for one in answers if not counts.is_ready_for(one)]
        most = len(answers) if query.kind is QueryKind.COMPARE else _MAX_COUNTED
        if 0 < len(waiting) <= most:
            return await asyncio.to_thread(lambda: tuple(map(counts.add_to, answers)))
        return tuple(counts.add_to(one) if counts.is_ready_for(one) else one for one in answers)

    async def _add_reports(self, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """The answers with the reports since their sources were last checked.

        Answers about past days do not need them: later reports do not change the past. If the
        database cannot be read, the answers are given without reports.
        """
        days = [one.checked for one in answers if one.checked is not None]
        if self._stories is None or not days:
            return answers
        try:
            stories = await self._stories.reported_since(datetime.combine(min(days), time(), UTC))
        except StoreError as error:
            log.info("an answer lacks the reports since the last check: %s", error)
            return answers
        ledger = self.ledger

        def select() -> tuple[Answer, ...]:
            return tuple(
                one._replace(reports=select_reports(stories, one, ledger)) for one in answers
            )

        # In a thread, because 15 answers and 2,000 stories take 80 ms.
        return await asyncio.to_thread(select)

    async def find_next_changes(self, now: datetime) -> tuple[Upcoming, ...]:
        """The changes of all duties in the next 60 days. They are listed in a worker thread."""
        ledger, query = self.ledger, RateQuery(kind=QueryKind.UPCOMING)
        today = ledger.find_duty_day(now)
        items = await asyncio.to_thread(list_calendar, query, ledger, today)
        return tuple(item for item in items if not item.passed)

    async def find_next_deadlines(self, now: datetime) -> tuple[EventDeadline, ...]:
        """The deadlines of all notices in the next 60 days."""
        query = RateQuery(kind=QueryKind.UPCOMING)
        return await self._find_deadlines(query, frozenset(), self.ledger.find_duty_day(now))

    async def build_calendar_file(self, text: str, now: datetime) -> CalendarFile:
        """The changes and deadlines of the calendar that the question asks for.

        Raises QueryError, and StoreError if the database cannot be read.
        """
        ledger, asked = self.ledger, self.parse(text, now)
        query, today, topics = asked.query, asked.today, asked.topics
        deadlines: tuple[EventDeadline, ...] = ()
        if self._stories is not None:
            deadlines = await find_later_deadlines(
                self._stories, query, topics, today, ledger.parties
            )
        # In a thread, because the duties on all goods of all economies take 200 ms.
        entries = () if topics else await asyncio.to_thread(list_entries, query, ledger, today)
        checked = find_checked_period(query, ledger, today)
        return CalendarFile(query, entries, checked, deadlines)
