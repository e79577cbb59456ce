"""Finds the event of a story among recent stories, and the relation of the story to that event.

1. The story is compared with each recent story (`bot.news.events.comparison`).
2. If it reports one state together with a story, it belongs to that story's event; the story with
   the highest score wins. Otherwise, if it belongs to one matter with a story, it is a development
   of that story's event.
3. It is another report, although its state differs from that of one story, if any story of the
   event has its state: a late report is no news.
4. It is a development, although it resembles one story, if its rate, sum or status contradicts all
   stories of the event: a story without a rate does not connect two rates.
5. It is a development if it corrects or retracts what its outlet reported in the event.
6. It is another report in any case if it is much older than a story of the event: what arrives late
   is no news.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.news.events.comparison import Comparison, Veto, compare, judge_all
from bot.news.events.event import is_marked_correction
from bot.news.events.facts import find_new_facts
from bot.news.events.features import get_features
from bot.news.state import JoinResult, NewFactKind, Relation
from bot.news.story import Story

_CONTRADICTIONS = frozenset({NewFactKind.RATE, NewFactKind.SUM})
"""The kinds of new facts that make a story a development even if it resembles another story."""

_EXPLAINS = re.compile(
    r"(?:^|[:;]\s|\s[\u2013\u2014-]\s)(?:what|how|why)\b(?!\s?[:;])|\bwhat\sto\sknow\b|\bexplain(?:ed|er)\b",
    re.IGNORECASE,
)
"""Titles that explain what is known: "What Peru and Chile have agreed"."""

_LATE = timedelta(hours=12)
"""A story counts as late if it is older than another story of its event by more than this. Many
notices have a date without a time of day, so a smaller difference tells nothing about the order.
"""


def find_event(story: Story, recent: Sequence[Story]) -> JoinResult:
    """The event of the most similar recent story, or a new event with the story's own id.

    `recent` contains the event's earlier stories, each with its event id, in order of publication.
    """
    same: Story | None = None
    matter: Story | None = None
    best_same = best_matter = 0.0
    differs: tuple[Veto, ...] = ()
    others = (other for other in recent if other.id != story.id)
    for other, (relation, score, matter_score, vetoes) in judge_all(story, others):
        if relation is Relation.REPORT and score >= best_same:
            same, best_same = other, score
        elif relation is Relation.DEVELOPMENT and matter_score >= best_matter:
            matter, best_matter, differs = other, matter_score, vetoes
    joined = same or matter
    if joined is None:
        return JoinResult(story.id, Relation.NEW)
    event_id = joined.event_id or joined.id
    event = [each for each in recent if (each.event_id or each.id) == event_id]
    facts = find_new_facts(story, [each for each in event if each.id != story.id])
    if same is not None:
        facts = tuple(fact for fact in facts if fact.kind in _CONTRADICTIONS)
        is_development = bool(facts) and not _EXPLAINS.search(story.title)
    else:
        # A commentary or a recap without a new fact is counted, but is no news.
        is_comment = get_features(story).comment or _EXPLAINS.search(story.title) is not None
        is_development = bool(facts or differs) and not is_comment
    is_development = is_development or _corrects(story, event)
    is_late = any(each.published - story.published > _LATE for each in event)
    if is_development and not is_late:
        return JoinResult(event_id, Relation.DEVELOPMENT, facts)
    return JoinResult(event_id, Relation.REPORT)


def explain_join(story: Story, event: Sequence[Story]) -> Comparison | None:
    """How a story compares with the most similar earlier story of its event; None if it is the
    first.
    """
    earlier = [each for each in event if each.published <= story.published and each.id != story.id]
    compared = (compare(story, each) for each in earlier)
    return max(compared, key=lambda one: (one.score, one.matter_score), default=None)


def _corrects(story: Story, event: Sequence[Story]) -> bool:
    """Whether a story corrects another one of its outlet in the event."""
    return is_marked_correction(story) and any(
        each.feed_id == story.feed_id and each.id != story.id for each in event
    )
