"""Exclusions: how a subscription can be narrowed so that stories like a given one no longer match.

An exclusion removes a topic or an economy from the criteria, or adds a word to `without_words`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Blocs, Criteria, match
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.preview import NEWEST, list_sent
from bot.news.story import Story
from bot.text.folding import fold_case
from bot.values import Frozen, Topic

MOST_PROPOSED = 3
_SHORTEST_WORD = 5
_LONGEST_WORD = 40
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_GENERAL = frozenset(
    str.split(
        "about above after again against amid among before being below between billion could "
        "country countries delay during every first from global goods government imports exports "
        "import export increase latest likely market markets million minister month months other "
        "over percent plan plans president rates report reports says should since still their "
        "there these threat today trade trump under until update washington week weeks where "
        "which while white house would year years"
    )
)
"""Words that say nothing about what a story is about."""


class ExclusionKind(StrEnum):
    """What is excluded. The values are parts of buttons."""

    TOPIC = "topic"
    ECONOMY = "economy"
    WORD = "word"


class StoryExclusion(Frozen):
    """A topic, the code of an economy, or a word that stories must not have."""

    kind: ExclusionKind
    value: str


class HiddenStories(Frozen):
    """What an exclusion would have hidden."""

    count: int
    newest: tuple[Story, ...]
    """The newest stories, newest first."""


def exclude(criteria: Criteria, exclusion: StoryExclusion) -> Criteria | None:
    """The narrower criteria; None if nothing would remain, or if they would be the same."""
    value = exclusion.value
    match exclusion.kind:
        case ExclusionKind.TOPIC:
            topics = criteria.topics or frozenset(Topic)
            rest = frozenset(each for each in topics if each != value)
            return _change(criteria, bool(rest) and rest != topics, topics=rest)
        case ExclusionKind.ECONOMY:
            kept = tuple(each for each in criteria.economies if value not in each.codes)
            changes = bool(kept) and len(kept) < len(criteria.economies)
            return _change(criteria, changes, economies=kept)
        case ExclusionKind.WORD:
            known = {fold_case(each) for each in criteria.without_words}
            is_new = bool(value) and fold_case(value) not in known
            return _change(criteria, is_new, without_words=(*criteria.without_words, value))


def propose_exclusions(
    criteria: Criteria,
    story: Story,
    recent: Sequence[Story],
    blocs: Blocs,
    names: Mapping[str, str],
    touching: Collection[str] = (),
) -> tuple[StoryExclusion, ...]:
    """At most three exclusions that hide the story: first a topic, then economies, then words.

    Of the words, those that hide many of the `recent` stories come first, but none hides more than
    half of them. `names` has the names of economies by code, and `touching` the ids of the stories
    that touch a line of the conversation's list.
    """
    if criteria.only_my_lines and story.id in touching:
        # No exclusion changes which stories touch lines.
        recent = [each for each in recent if each.id in touching]
        criteria = criteria.model_copy(update={"only_my_lines": False})
    wide = [*_list_filters(criteria, story, blocs), *_list_names(criteria, story, names)]
    found = [each for each in wide if _hides(criteria, each, story, blocs)]
    words = _list_words(story, names)
    matched = [each for each in recent if match(criteria, each, blocs) is not None]
    counts: dict[StoryExclusion, int] = {}
    for word in words:
        exclusion = StoryExclusion(kind=ExclusionKind.WORD, value=word)
        if _hides(criteria, exclusion, story, blocs):
            counts[exclusion] = sum(_hides(criteria, exclusion, each, blocs) for each in matched)
    by_count = sorted(counts, key=lambda each: -counts[each])
    found += [each for each in by_count if counts[each] * 2 <= max(len(matched), 2)]
    return tuple(dict.fromkeys(found))[:MOST_PROPOSED]


def preview_exclusion(
    subscription: Subscription,
    narrower: Criteria,
    stories: Iterable[Story],
    rules: DeliveryRules,
    max_age: timedelta,
    touching: Collection[str] = (),
) -> HiddenStories:
    """The stories that a subscription would have sent, but not with narrower criteria."""
    every = tuple(stories)
    given = subscription.timing, every, rules, max_age, touching
    before = list_sent(subscription.criteria, *given)
    after = {each.id for each in list_sent(narrower, *given)}
    hidden = [each for each in before if each.id not in after]
    newest = sorted(hidden, key=lambda story: (story.published, story.id), reverse=True)
    return HiddenStories(count=len(hidden), newest=tuple(newest[:NEWEST]))


def _change(criteria: Criteria, changes: bool, **values: object) -> Criteria | None:
    return criteria.model_copy(update=values) if changes else None


def _hides(criteria: Criteria, exclusion: StoryExclusion, story: Story, blocs: Blocs) -> bool:
    narrower = exclude(criteria, exclusion)
    return narrower is not None and match(narrower, story, blocs) is None


def _list_filters(criteria: Criteria, story: Story, blocs: Blocs) -> Iterator[StoryExclusion]:
    """The topics and economies of the criteria that the story has."""
    reason = match(criteria, story, blocs)
    if reason is not None:
        for topic in reason.topics:
            yield StoryExclusion(kind=ExclusionKind.TOPIC, value=topic.value)
        for economy in reason.economies:
            yield StoryExclusion(kind=ExclusionKind.ECONOMY, value=economy.code)


def _list_names(
    criteria: Criteria, story: Story, names: Mapping[str, str]
) -> Iterator[StoryExclusion]:
    """The names of economies in the story that the criteria do not ask for."""
    asked = {code for each in criteria.economies for code in each.codes}
    for code in (story.title_parties or story.parties)[-1:]:
        if code not in asked and code in names:
            yield StoryExclusion(kind=ExclusionKind.WORD, value=names[code])


def _list_words(story: Story, names: Mapping[str, str]) -> list[str]:
    """Goods of the story's figures, and words of its title that name its subject."""
    taken = {fold_case(word) for name in names.values() for word in _WORD.findall(name)}
    taken |= {fold_case(word) for each in story.evidence for word in _WORD.findall(each.words)}
    goods = [figure.product for figure in story.figures if figure.product]
    words = [
        word
        for word in _WORD.findall(story.title)
        if len(word) >= _SHORTEST_WORD
        and fold_case(word) not in taken
        and fold_case(word) not in _GENERAL
    ]
    known = {fold_case(each): each for each in (*goods, *words) if len(each) <= _LONGEST_WORD}
    return [each.lower() if each.istitle() else each for each in known.values()]
