"""The deadlines of an event, from its notices.

stories, oldest first | the newest notice that states a kind of deadline replaces the days of older
                      | notices for this kind: an extension, a new hearing
                      | a first day is dropped once the measure is delayed, suspended, ended or void
"""

from collections.abc import Iterable
from datetime import date

from pydantic import AwareDatetime

from bot.news.deadlines.model import Deadline, DeadlineKind
from bot.news.state import EventStatus, Relation
from bot.news.story import Story
from bot.values import Frozen, Topic

_NOT_IN_EFFECT = frozenset(
    {EventStatus.DELAYED, EventStatus.SUSPENDED, EventStatus.ENDED, EventStatus.UNLAWFUL}
)


class EventDeadline(Frozen):
    """A deadline of an event, with the notice that states it."""

    key: str
    """Identifies the deadline: the event, the kind and the day."""
    on: date
    deadline: Deadline
    event_id: str
    title: str
    """The title of the notice."""
    source: str
    link: str
    published: AwareDatetime
    topics: tuple[Topic, ...]
    """The topics of the notice."""
    parties: tuple[str, ...]
    """The economies that the notice names."""


def list_deadlines(stories: Iterable[Story]) -> tuple[EventDeadline, ...]:
    """The deadlines of an event by day. `stories` are those of the event, oldest first."""
    by_kind: dict[DeadlineKind, list[EventDeadline]] = {}
    for story in stories:
        is_news = story.relation is not Relation.REPORT
        if is_news and story.state.status in _NOT_IN_EFFECT:
            by_kind.pop(DeadlineKind.EFFECTIVE, None)
        of_story: dict[DeadlineKind, list[EventDeadline]] = {}
        for deadline in story.deadlines:
            of_story.setdefault(deadline.kind, []).append(_build(deadline, story))
        by_kind |= of_story
    found = (each for listed in by_kind.values() for each in listed)
    return tuple(sorted(found, key=lambda each: (each.on, each.deadline.kind)))


def _build(deadline: Deadline, story: Story) -> EventDeadline:
    event_id = story.event_id or story.id
    return EventDeadline(
        key=f"{event_id} {deadline.kind} {deadline.day}",
        on=deadline.day,
        deadline=deadline,
        event_id=event_id,
        title=story.title,
        source=story.source,
        link=story.link,
        published=story.published,
        topics=story.topics,
        parties=story.parties,
    )
