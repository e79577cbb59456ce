"""Selects reports that may concern the duties of an answer since its sources were checked."""

from collections.abc import Iterable, Iterator

from bot.news.state import Relation
from bot.news.story import Story
from bot.parties import WORLD
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, Report
from bot.values import Topic

_TOPICS = frozenset({Topic.TARIFF, Topic.COURT_RULING})


def select_reports(stories: Iterable[Story], answer: Answer, ledger: Ledger) -> tuple[Report, ...]:
    """The stories published after the answer's check that concern its parties, in the given order.

    Each event has one report: its first story here, so its newest if `stories` is newest first.
    """
    events: dict[str, Report] = {}
    for story in _select_stories(stories, answer, ledger):
        report = Report(
            title=story.title,
            url=story.link,
            source=story.source,
            published=story.published,
            status=story.state.status or "",
        )
        events.setdefault(story.event_id or story.id, report)
    return tuple(events.values())


def _select_stories(stories: Iterable[Story], answer: Answer, ledger: Ledger) -> Iterator[Story]:
    """The stories about duties or rulings that name the importing country and the origin.

    A story that names the importing country alone may concern all origins, so it counts too.
    """
    imposers, partners = (set(ledger.list_codes(code)) for code in (answer.imposer, answer.partner))
    for story in stories:
        if answer.checked is None or story.published.date() <= answer.checked:
            continue
        if story.relation is Relation.REPORT or not _TOPICS.intersection(story.topics):
            continue
        others = set(story.parties) - imposers
        if len(others) == len(set(story.parties)):
            continue
        if not others or answer.partner == WORLD or others & partners:
            yield story
