"""Answers list the reports that are newer than the check of their sources."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.commands.answers import AnswerService
from bot.commands.rates.replies import RateAnswers, RateCalendar
from bot.errors import StoreUnavailable
from bot.news.state import EventState, EventStatus, Relation
from bot.news.story import Story
from bot.rates.model.answer import Answer, Report
from bot.values import Topic
from tests.news.examples import reported
from tests.slack.fakes import ledger

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class FakeReports:
    """Returns these stories, newest first, if they are new enough. None states a deadline."""

    def __init__(self, *stories: Story) -> None:
        self._stories = sorted(stories, key=lambda story: story.published, reverse=True)

    async def reported_since(self, since: datetime) -> Sequence[Story]:
        return [story for story in self._stories if story.published >= since]

    async def with_deadlines(self, first: date, last: date) -> Sequence[Story]:
        return []

    async def of_event(self, event_id: str) -> Sequence[Story]:
        return [story for story in self._stories if story.event_id == event_id]


class UnreachableStories(FakeReports):
    async def reported_since(self, since: datetime) -> Sequence[Story]:
        raise StoreUnavailable("the database", "no connection")

    async def with_deadlines(self, first: date, last: date) -> Sequence[Story]:
        raise StoreUnavailable("the database", "no connection")


def story(title: str, *parties: str, days_ago: float = 1, **more: object) -> Story:
    given = {"parties": parties, "published": NOW - timedelta(days=days_ago), **more}
    given.setdefault("topics", (Topic.TARIFF,))
    return reported(title).model_copy(update=given)


async def ask(text: str, *stories: Story, on: date | None = None) -> Answer:
    service = AnswerService(ledger(), stories=FakeReports(*stories))
    reply = await service.answer(service.parse(text, NOW, on=on))
    assert isinstance(reply, RateAnswers)
    return reply.answers[0]


async def titles(text: str, *stories: Story, on: date | None = None) -> list[str]:
    return [report.title for report in (await ask(text, *stories, on=on)).reports]


async def test_an_answer_is_given_without_reports_while_the_database_is_unreachable() -> None:
    service = AnswerService(ledger(), stories=UnreachableStories())
    reply = await service.answer(service.parse("us on china", NOW))
    assert isinstance(reply, RateAnswers)
    assert reply.answers[0].total_percent is not None
    assert reply.answers[0].reports == ()
    calendar = await service.answer(service.parse("upcoming", NOW))
    assert isinstance(calendar, RateCalendar)
    assert calendar.items
    assert calendar.deadlines == ()


async def test_an_answer_lists_newer_reports_on_its_parties_newest_first() -> None:
    older = story("US and China", "US", "CN", days_ago=3)
    newer = story("US on all", "US")
    others = story("US and India", "US", "IN"), story("China on Japan", "CN", "JP")
    assert await titles("us on china", older, newer, *others) == ["US on all", "US and China"]


async def test_a_report_has_its_source_link_day_and_status() -> None:
    state = EventState(status=EventStatus.STAYED)
    ruling = story(
        "Stay", "US", link="https://w.example", state=state, topics=(Topic.COURT_RULING,)
    )
    answer = await ask("us on china", ruling)
    assert answer.reports == (
        Report("Stay", "https://w.example", "Wire", ruling.published, "ruling_stayed"),
    )


async def test_each_event_is_listed_once_by_its_newest_development() -> None:
    first = story("First", "US", "CN", days_ago=3, event_id="e")
    again = story("Again", "US", "CN", days_ago=2, event_id="e", relation=Relation.REPORT)
    later = story("Later", "US", "CN", event_id="e", relation=Relation.DEVELOPMENT)
    assert await titles("us on china", first, again, later) == ["Later"]


async def test_reports_up_to_the_check_and_on_talks_alone_are_left_out() -> None:
    answer = await ask("us on china")
    assert answer.checked is not None
    at_check = datetime.combine(answer.checked, NOW.time(), UTC)
    old = story("Old", "US", "CN").model_copy(update={"published": at_check})
    talks = story("Talks", "US", "CN", topics=(Topic.NEGOTIATION,))
    assert await titles("us on china", old, talks) == []


async def test_an_answer_about_a_past_day_has_no_reports() -> None:
    new = story("New", "US", "CN")
    assert await titles("us on china", new, on=date(2026, 10, 1)) == []


async def test_a_report_on_a_bloc_concerns_its_members() -> None:
    assert await titles("us on france", story("EU", "US", "EU")) == ["EU"]
