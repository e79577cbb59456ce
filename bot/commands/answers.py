"""Answers questions about rates from the ledger and from live sources.

text | RateQuery and date | ledger | live lookups of missing figures | RateAnswers
                          |-- `upcoming` and `changes` -----------> RateCalendar
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from bot.commands.ports import LiveSources, ReportStore
from bot.commands.replies import CalendarFile, RateAnswers, RateCalendar
from bot.commands.reports import select_reports
from bot.rates.answer.build import answer_query
from bot.rates.answer.live_lookups import add_results, list_lookups
from bot.rates.calendar.entries import list_entries
from bot.rates.calendar.upcoming import find_checked_period, list_calendar
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.parse import QueryKind, RateQuery, override_query, parse_query


@dataclass(frozen=True, slots=True)
class DatedQuery:
    """A parsed question, and today's date in the importing country."""

    query: RateQuery
    today: date


class AnswerService:
    """Answers questions from the current ledger."""

    def __init__(
        self,
        ledger: Ledger,
        live: LiveSources | None = None,
        stories: ReportStore | None = None,
    ) -> None:
        """`live` has the live sources; None if all are off. `stories` has the reports since the
        last check; None if the answers need not list them.
        """
        self.ledger, self._live, self._stories = ledger, live, stories

    @property
    def uses_live_sources(self) -> bool:
        """Whether an answer may have to wait for a live source."""
        return self._live is not None

    def replace_ledger(self, ledger: Ledger) -> None:
        """Makes this ledger the current one, from which later questions are answered."""
        self.ledger = ledger

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
        today = ledger.find_duty_day(now)
        query = parse_query(text, ledger.parties, today, ledger.reader)
        if query.imposer and (there := ledger.find_duty_day(now, query.imposer)) != today:
            today = there
            query = parse_query(text, ledger.parties, today, ledger.reader)
        return DatedQuery(override_query(query, on, product, value), today)

    async def answer(self, asked: DatedQuery) -> RateAnswers | RateCalendar:
        """The answer, with missing figures from live sources. Raises QueryError."""
        query, today, ledger = asked.query, asked.today, self.ledger
        if query.kind in (QueryKind.UPCOMING, QueryKind.CHANGES):
            items = list_calendar(query, ledger, today)
            return RateCalendar(query, today, items, find_checked_period(query, ledger, today))
        answers = answer_query(query, ledger, today)
        if self._live is not None and (wanted := list_lookups(answers, query, ledger, today)):
            found = await self._live.find(wanted)
            answers = add_results(answers, found, query, ledger, today)
        if query.on is None or query.on >= today:
            answers = await self._add_reports(answers)
        return RateAnswers(query, answers)

    async def _add_reports(self, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """The answers with the reports since their sources were last checked.

        Answers about past days do not need them: later reports do not change the past.
        """
        days = [one.checked for one in answers if one.checked is not None]
        if self._stories is None or not days:
            return answers
        stories = await self._stories.reported_since(datetime.combine(min(days), time(), UTC))
        return tuple(
            one._replace(reports=select_reports(stories, one, self.ledger)) for one in answers
        )

    def build_calendar_file(self, text: str, now: datetime) -> CalendarFile:
        """The entries of the calendar that the question asks for. Raises QueryError."""
        ledger = self.ledger
        today = ledger.find_duty_day(now)
        query = parse_query(text, ledger.parties, today, ledger.reader)
        entries = list_entries(query, ledger, today)
        return CalendarFile(query, entries, find_checked_period(query, ledger, today))
