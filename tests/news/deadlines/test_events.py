"""The deadlines of an event are those of its newest notices."""

from datetime import date, timedelta

from bot.feeds.model import FeedKind
from bot.news.deadlines.events import list_deadlines
from bot.news.deadlines.model import DeadlineKind
from bot.news.events.event import summarize_event
from bot.news.state import EventState, EventStatus, Relation
from bot.news.story import Story
from tests.news.deadlines.made import PUBLISHED, deadline, notice

COMMENTS = deadline(DeadlineKind.COMMENTS_CLOSE, date(2027, 1, 12))
LATER = deadline(DeadlineKind.COMMENTS_CLOSE, date(2027, 1, 26))
HEARING = deadline(DeadlineKind.HEARING, date(2027, 2, 3))
EFFECTIVE = deadline(DeadlineKind.EFFECTIVE, date(2027, 1, 1))


def report(status: EventStatus, relation: Relation) -> Story:
    """An outlet's story of the next day about the event of notice `a`."""
    return notice(
        "report",
        kind=FeedKind.WIRE,
        event_id="a",
        published=PUBLISHED + timedelta(days=1),
        relation=relation,
        state=EventState(status=status),
    )


def test_deadlines_are_listed_by_day_with_their_notice() -> None:
    first, second = list_deadlines([notice("a", HEARING, COMMENTS)])
    assert [first.on, second.on] == [COMMENTS.day, HEARING.day]
    assert first.deadline == COMMENTS
    assert (first.title, first.source) == ("Notice a", "Gazette")
    assert (first.event_id, first.link) == ("a", "https://gazette.example/a")
    assert first.key != second.key


def test_an_extension_replaces_only_the_deadline_that_it_states() -> None:
    after = notice("b", LATER, event_id="a", published=PUBLISHED + timedelta(days=1))
    found = list_deadlines([notice("a", COMMENTS, HEARING), after])
    assert [each.deadline for each in found] == [LATER, HEARING]
    assert [each.title for each in found] == ["Notice b", "Notice a"]


def test_a_day_of_effect_ends_with_a_delay_but_not_with_a_recap_of_one() -> None:
    start = notice("a", EFFECTIVE, HEARING)
    delayed = report(EventStatus.DELAYED, Relation.DEVELOPMENT)
    assert [each.deadline for each in list_deadlines([start, delayed])] == [HEARING]
    for status, relation in (
        (EventStatus.DELAYED, Relation.REPORT),
        (EventStatus.IN_FORCE, Relation.DEVELOPMENT),
    ):
        assert len(list_deadlines([start, report(status, relation)])) == 2


def test_an_event_has_the_deadlines_of_its_stories() -> None:
    stories = [notice("a", COMMENTS, HEARING)]
    assert summarize_event(stories).deadlines == list_deadlines(stories)
