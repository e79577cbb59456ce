"""Decides whether two stories report one event: a score from 0 to 1. The rules, in this order:

1. Two stories more than 72 hours apart report two events. For two court stories, the limit is 7
   days.
2. Shared words raise the score most. Names and rare words count more than common words of trade
   news.
       same       "Judges void the tariffs" and "Court strikes down US tariffs"
       different  "Judges void the tariffs" and "Judges weigh a patent on tyres"
3. Shared parties raise the score. The United States counts little, because most stories name it.
       same       "India raises its duty on gold" and "New Delhi lifts the gold levy"
       different  "India raises its duty on gold" and "Turkey raises its duty on gold"
4. A shared percentage raises the score.
       same       "Trump sets tariffs of 39% on Swiss goods" and "Switzerland faces tariffs of 39%"
       different  "Trump sets tariffs of 39% on Swiss goods" and "Switzerland faces tariffs of 15%"
5. Shared steps of a court case raise the score. A case at the WTO and a case at another court are
   two events.
       same       "US trade court strikes down Trump's tariffs" and "White House appeals the ruling
                  against its tariffs"
       different  "WTO panel rules on duties" and "US court rules on duties"
6. Contradictions lower the score (`_find_contradictions`, `_have_other_names`): different partners,
   goods, sums or pacts, a rise and a cut, and titles that name different firms.
       same       "EU raises duties on steel" and "Brussels hikes steel duties"
       different  "EU raises duties on steel" and "EU cuts duties on wine"
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from bot.news.events.synonyms import find_goods, find_names, weigh_words
from bot.news.state import JoinResult, Relation
from bot.news.story import Story
from bot.text.folding import fold_case
from bot.values import Topic

SAME_SCORE = 0.52
"""The lowest score of two stories that report one event."""
_MAX_DISTANCE = timedelta(hours=72)
_MAX_DISTANCE_IN_COURT = timedelta(days=7)
_MAX_TEXT = 400

_SUM = re.compile(r"\b(\d[\d.,]*)[\s-]?(?:bn|billion|million|m|trillion)\b")

_STEPS = frozenset({"court", "ruling", "void", "stay", "appeal", "emergency", "refund", "ieepa"})
_PACTS = frozenset({"mercosur", "nafta", "usmca", "cptpp", "rcep", "brexit", "afcfta"})


class _Features(NamedTuple):
    """The parts of a story that are compared."""

    words: Mapping[str, float]
    names: frozenset[str]
    """Capitalized words of the title, in lower case."""
    goods: frozenset[str]
    parties: frozenset[str]
    percents: frozenset[Decimal]
    sums: frozenset[str]
    """Amounts of millions, billions or trillions in the title, as written."""


def score_similarity(a: Story, b: Story) -> float:
    """A score from 0 to 1. If it is at least `SAME_SCORE`, both stories report one event."""
    return 0.0 if _are_far_apart(a, b) else _compare(a, b, _get_features(a), _get_features(b))


def find_event(story: Story, recent: Sequence[Story]) -> JoinResult:
    """The event of the most similar recent story, or a new event with the story's own id.

    `recent` contains the event's earlier stories, each with its event id, in order of publication.
    """
    features = _get_features(story)
    best, event = SAME_SCORE, story.id
    for other in recent:
        if other.id == story.id or _are_far_apart(story, other) or _is_unrelated(story, other):
            continue
        likeness = _compare(story, other, features, _get_features(other))
        if likeness >= best:
            best, event = likeness, other.event_id or other.id
    return JoinResult(event, Relation.NEW if event == story.id else Relation.REPORT)


def _are_far_apart(a: Story, b: Story) -> bool:
    bound = _MAX_DISTANCE_IN_COURT if _is_about_court(a) and _is_about_court(b) else _MAX_DISTANCE
    return abs(a.published - b.published) > bound


def _is_unrelated(a: Story, b: Story) -> bool:
    """Whether two stories share no topic or no party, and so cannot report one event.

    This check is quick and makes most comparisons unnecessary.
    """
    if a.topics and b.topics and not set(a.topics) & set(b.topics):
        return True
    return bool(a.parties and b.parties and not set(a.parties) & set(b.parties))


def _is_about_court(story: Story) -> bool:
    return Topic.COURT_RULING in story.topics


def _compare(a: Story, b: Story, of_a: _Features, of_b: _Features) -> float:
    parts = [
        (0.55, _score_words(of_a.words, of_b.words)),
        (0.25, _score_parties(of_a.parties, of_b.parties)),
    ]
    if of_a.percents and of_b.percents:
        parts.append((0.15, 1.0 if of_a.percents & of_b.percents else 0.0))
    total = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    if _is_about_court(a) and _is_about_court(b):
        total = _score_court_steps(total, of_a, of_b)
    elif _is_about_court(a) != _is_about_court(b):
        total *= 0.75
    elif _have_other_names(of_a, of_b):
        total *= 0.65
    if a.topics and b.topics and not set(a.topics) & set(b.topics):
        total *= 0.8
    for factor in _find_contradictions(of_a, of_b):
        total *= factor
    return round(min(1.0, total), 4)


def _score_court_steps(total: float, a: _Features, b: _Features) -> float:
    """The score of two court stories, raised for shared steps of a case or lowered for two courts.

    Two stories about one case share few other words.
    """
    if ("wto" in a.words) != ("wto" in b.words):
        return total * 0.6
    steps = a.words.keys() & b.words.keys() & _STEPS
    return total + 0.05 * min(len(steps), 3) if a.parties == b.parties else total


def _have_other_names(a: _Features, b: _Features) -> bool:
    """Whether the titles name different firms or people, and share no country but the US."""
    abroad = (a.parties & b.parties) - {"US"}
    return not abroad and bool(a.names and b.names) and not a.names & b.names


def _find_contradictions(a: _Features, b: _Features) -> Iterator[float]:
    """A factor below 1 for each sign of different events."""
    others_a, others_b = a.parties - {"US"}, b.parties - {"US"}
    if others_a and others_b and not others_a & others_b:
        yield 0.5
    if a.goods and b.goods and not a.goods & b.goods:
        yield 0.4
    if (a.goods and not b.goods and others_b and not others_a) or (
        b.goods and not a.goods and others_a and not others_b
    ):
        yield 0.6
    elif bool(a.goods) != bool(b.goods):
        yield 0.88
    if a.sums and b.sums and not a.sums & b.sums:
        yield 0.8
    if (a.words.keys() & _PACTS) != (b.words.keys() & _PACTS):
        yield 0.65
    if _find_direction(a) * _find_direction(b) < 0:
        yield 0.75


def _find_direction(features: _Features) -> int:
    """1 if duties rise, -1 if they fall, 0 if the story reports both changes or none."""
    return ("raise" in features.words) - ("cut" in features.words)


def _score_words(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    common = sum(min(weight, b[word]) for word, weight in a.items() if word in b)
    size = sqrt(sum(a.values()) * sum(b.values()))
    return min(1.0, 1.8 * common / size) if size else 0.0


def _score_parties(a: frozenset[str], b: frozenset[str]) -> float:
    if not a or not b:
        return 0.5
    weight = {"US": 0.3}
    both = sum(weight.get(code, 1.0) for code in a & b)
    return both / sum(weight.get(code, 1.0) for code in a | b)


def _get_features(story: Story) -> _Features:
    percents = (
        percent
        for figure in story.figures
        for percent in (figure.from_percent, figure.to_percent)
        if percent is not None
    )
    return _extract_features(
        story.title, story.text[:_MAX_TEXT], frozenset(story.parties), frozenset(percents)
    )


# Cached, because each new story is compared with all recent stories.
@lru_cache(maxsize=4096)
def _extract_features(
    title: str, text: str, parties: frozenset[str], percents: frozenset[Decimal]
) -> _Features:
    words: dict[str, float] = {}
    for part, share in ((title, 1.0), (text, 0.6)):
        for word, weight in weigh_words(part):
            words[word] = max(words.get(word, 0.0), share * weight)
    return _Features(
        words=words,
        names=find_names(title),
        goods=find_goods(title),
        parties=parties,
        percents=percents,
        sums=frozenset(_SUM.findall(fold_case(title))),
    )
