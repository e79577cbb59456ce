"""Do two stories report one event? A score from 0 to 1, from what two accounts share:

    words       names and rare words weigh most, the common words of the field little
    parties     who is in it; the United States, which is in nearly everything, counts for little
    figures     the same percentages

What contradicts lowers it: other partners, goods, firms or topics, another court, up against down.
Two stories more than three days apart are two events. Courts are slower: a ruling, the appeal
against it and its stay make one thread for a week.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from bot.news.events.synonyms import goods, names, weighed
from bot.news.story import Story
from bot.text.folding import fold_case
from bot.values import Topic

SAME_FROM = 0.52
_APART = timedelta(hours=72)
_APART_IN_COURT = timedelta(days=7)
_TEXT_READ = 400

_SUM = re.compile(r"\b(\d[\d.,]*)[\s-]?(?:bn|billion|million|m|trillion)\b")

_STEPS = frozenset({"court", "ruling", "void", "stay", "appeal", "emergency", "refund", "ieepa"})
_PACTS = frozenset({"mercosur", "nafta", "usmca", "cptpp", "rcep", "brexit", "afcfta"})


class _Account(NamedTuple):
    """What a story is compared by."""

    words: Mapping[str, float]
    names: frozenset[str]
    """Words of the title with a capital, lower-cased."""
    goods: frozenset[str]
    parties: frozenset[str]
    percents: frozenset[Decimal]
    sums: frozenset[str]
    """Billions and millions in the title, as written."""


def score(a: Story, b: Story) -> float:
    """How sure it is that both report one event, from 0 to 1."""
    return 0.0 if _far_apart(a, b) else _likeness(a, b, _account(a), _account(b))


def same(a: Story, b: Story) -> bool:
    """Whether both report one event."""
    return score(a, b) >= SAME_FROM


def join(story: Story, recent: Sequence[Story]) -> str:
    """The id of the event that the story belongs to: that of the most alike, or its own."""
    account = _account(story)
    best, event = SAME_FROM, story.id
    for other in recent:
        if other.id == story.id or _far_apart(story, other) or _unlike_at_sight(story, other):
            continue
        likeness = _likeness(story, other, account, _account(other))
        if likeness >= best:
            best, event = likeness, other.event_id or other.id
    return event


def _far_apart(a: Story, b: Story) -> bool:
    bound = _APART_IN_COURT if _in_court(a) and _in_court(b) else _APART
    return abs(a.published - b.published) > bound


def _unlike_at_sight(a: Story, b: Story) -> bool:
    """A cheap look that rules out most pairs before their words are compared."""
    if a.topics and b.topics and not set(a.topics) & set(b.topics):
        return True
    return bool(a.parties and b.parties and not set(a.parties) & set(b.parties))


def _in_court(story: Story) -> bool:
    return Topic.COURT_RULING in story.topics


def _likeness(a: Story, b: Story, of_a: _Account, of_b: _Account) -> float:
    parts = [
        (0.55, _shared_words(of_a.words, of_b.words)),
        (0.25, _shared_parties(of_a.parties, of_b.parties)),
    ]
    if of_a.percents and of_b.percents:
        parts.append((0.15, 1.0 if of_a.percents & of_b.percents else 0.0))
    total = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    if _in_court(a) and _in_court(b):
        total = _one_case(total, of_a, of_b)
    elif _in_court(a) != _in_court(b):
        total *= 0.75
    elif _other_names(of_a, of_b):
        total *= 0.65
    if a.topics and b.topics and not set(a.topics) & set(b.topics):
        total *= 0.8
    for factor in _contradictions(of_a, of_b):
        total *= factor
    return round(min(1.0, total), 4)


def _one_case(total: float, a: _Account, b: _Account) -> float:
    """Steps of one case are told in different words; those of the trade body are other cases."""
    if ("wto" in a.words) != ("wto" in b.words):
        return total * 0.6
    steps = a.words.keys() & b.words.keys() & _STEPS
    return total + 0.05 * min(len(steps), 3) if a.parties == b.parties else total


def _other_names(a: _Account, b: _Account) -> bool:
    """Whether, with no country in common, the titles name different firms or people."""
    abroad = (a.parties & b.parties) - {"US"}
    return not abroad and bool(a.names and b.names) and not a.names & b.names


def _contradictions(a: _Account, b: _Account) -> Iterator[float]:
    """Factors below 1, one for each sign that two accounts are of different events."""
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
    if _turn(a) * _turn(b) < 0:
        yield 0.75


def _turn(account: _Account) -> int:
    """1 where duties go up, -1 where they go down, 0 where both or neither is said."""
    return ("raise" in account.words) - ("cut" in account.words)


def _shared_words(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    common = sum(min(weight, b[word]) for word, weight in a.items() if word in b)
    size = sqrt(sum(a.values()) * sum(b.values()))
    return min(1.0, 1.8 * common / size) if size else 0.0


def _shared_parties(a: frozenset[str], b: frozenset[str]) -> float:
    if not a or not b:
        return 0.5
    weight = {"US": 0.3}
    both = sum(weight.get(code, 1.0) for code in a & b)
    return both / sum(weight.get(code, 1.0) for code in a | b)


def _account(story: Story) -> _Account:
    percents = (
        percent
        for figure in story.figures
        for percent in (figure.from_percent, figure.to_percent)
        if percent is not None
    )
    return _account_of(
        story.title, story.text[:_TEXT_READ], frozenset(story.parties), frozenset(percents)
    )


# A new story is held against every recent one, so each is read hundreds of times.
@lru_cache(maxsize=4096)
def _account_of(
    title: str, text: str, parties: frozenset[str], percents: frozenset[Decimal]
) -> _Account:
    words: dict[str, float] = {}
    for told, share in ((title, 1.0), (text, 0.6)):
        for word, weight in weighed(told):
            words[word] = max(words.get(word, 0.0), share * weight)
    return _Account(
        words=words,
        names=names(title),
        goods=goods(title),
        parties=parties,
        percents=percents,
        sums=frozenset(_SUM.findall(fold_case(title))),
    )
