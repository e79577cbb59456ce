"""Finds the state that a story reports, by the rules of `config/status.yaml`. The steps, in order:

silences    explainers, reactions and previews report nothing
            matches "How the steel tariffs reached a village", "Ottawa slams the new duties"
status      the act in the title; if the title has none, in the first sentences of the text
            matches "Brussels suspends the duties on bourbon" (suspended)
            not     "Stocks fall after Brussels suspends duties" (background: after, amid, since),
                    "Brussels may suspend the duties" (hedge), "Brussels suspends the duties unless
                    talks succeed" (condition), "Did Brussels suspend the duties?" (question)
day         the day from which the measure applies, see `dates`
            From this day on, a decision is in force; before it, the decision is announced.
collection  whether the text says that the duty is collected; after a stay of a ruling, it still is
severity    see `severity`

If several acts match in a sentence, the first one decides, because headlines begin with the news.
Talks give way to any other act: "At talks in Geneva, China suspends its duties". If the title has
only talks, they give way to a deal or an announcement in the first sentence of the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

from bot.news.state import CollectionEffect, EventState, EventStatus
from bot.news.status.dates import (
    find_delayed_day,
    find_effective_day,
    find_end_day,
    find_entry_day,
    find_stated_day,
)
from bot.news.status.rules import StatusRule, StatusRules
from bot.news.status.severity import find_reach, rate_severity
from bot.news.story_text import TITLE, StoryText
from bot.news.topics.index import PatternIndex
from bot.news.topics.pattern import PatternCompiler
from bot.news.topics.tokens import Sentence
from bot.parties import Parties
from bot.values import Topic

_LEAD_SENTENCES = 2
# A sign that ends a part of a sentence; not the comma in "1,000".
_BREAK = re.compile(r"[,;:](?=\s)|\s[-\u2013\u2014]+\s|\u2014")
# Numbers of dockets, each a sentence of its own: "Slip Op.", "25-66.", "No. 25-1248."
_DOCKET = re.compile(
    r"slip\sop\.?|(?:slip\sop\.?\s|(?:case\s|docket\s)?nos?\.?\s)?\d[\w:-]*\.?", re.IGNORECASE
)
_FIRST_WORD = re.compile(r"[^\W\d_]+")
# A verb after these words describes the future, not the present.
_FUTURE = re.compile(r"\b(?:to|will|shall|must)\s+(?:be\s+)?$", re.IGNORECASE)
_HEDGE, _CONDITION, _BACKGROUND, _ASIDE = "?hedge", "?condition", "?background", "?aside"
_MARKS = frozenset({_HEDGE, _CONDITION, _BACKGROUND, _ASIDE})
_DATED = frozenset(EventStatus) - {EventStatus.TALKS, EventStatus.INVESTIGATED}
_TALK_STATUSES = frozenset({EventStatus.TALKS, EventStatus.DEAL})
_RESULTS = frozenset({EventStatus.DEAL, EventStatus.ANNOUNCED})
"""Statuses that talks may end with."""
_COURT_STATUSES = frozenset({EventStatus.UNLAWFUL, EventStatus.STAYED, EventStatus.UPHELD})


class StateEvidence(NamedTuple):
    """Why a story has a status or a collection: the rule, and the words that matched it."""

    rule: str
    """The id of the rule in `config/status.yaml`."""
    words: str
    """The words that matched, unchanged."""
    where: str
    """`title` or `summary`."""


class StateReading(NamedTuple):
    """The state of a story, with the words that decided it."""

    state: EventState
    evidence: tuple[StateEvidence, ...] = ()


class _Match(NamedTuple):
    name: str
    start: int
    end: int


class StateReader:
    """The compiled rules. The time of `read` is linear in the length of the text."""

    def __init__(self, rules: StatusRules, parties: Parties, goods: Sequence[str] = ()) -> None:
        """`goods` are names in lower case; names of several words are ignored."""
        compiler = PatternCompiler(rules.lists)
        marks = {
            _HEDGE: rules.hedges,
            _CONDITION: rules.conditions,
            _BACKGROUND: rules.background,
            _ASIDE: rules.asides,
        }
        terms = {
            **{rule.id: rule.terms for rule in rules.rules},
            **{rule.id: rule.terms for rule in rules.silences},
            **marks,
        }
        self._parties = parties
        self._goods = frozenset(name for name in goods if name.isalpha())
        self._rules: Mapping[str, StatusRule] = {rule.id: rule for rule in rules.rules}
        self._order = {rule.id: place for place, rule in enumerate(rules.rules)}
        self._silences = frozenset(rule.id for rule in rules.silences)
        self._collection: Mapping[str, CollectionEffect] = {
            rule.id: rule.collection for rule in rules.collection
        }
        self._index = _build_index(compiler, terms)
        self._collection_index = _build_index(
            compiler, {**{rule.id: rule.terms for rule in rules.collection}, **marks}
        )
        self._contexts = {
            rule.id: _build_index(compiler, {rule.id: rule.contexts})
            for rule in rules.rules
            if rule.contexts
        }
        self._vetoes = {
            rule.id: _build_index(compiler, {rule.id: rule.vetoes})
            for rule in rules.rules
            if rule.vetoes
        }

    def read(
        self,
        story: StoryText,
        published: date | None,
        topics: Sequence[Topic],
    ) -> StateReading:
        """The state of a story. Without `published`, days that count from it are ignored."""
        head = story.read(TITLE)
        found = list(self._index.find_all(head))
        silent_from = self._find_silence(found)
        lead = _list_lead(story)
        heard = [each for each in found if silent_from is None or each[1] < silent_from]
        decided = self._find_act(head, heard, topics)
        if decided is None and silent_from is None:
            acts = (self._find_lead_act(story.read(place), topics) for place in lead)
            decided = next(filter(None, acts), None)
        elif decided is not None and decided[0].status is EventStatus.TALKS and lead:
            # "Lima trade meeting": the first sentence tells what was agreed.
            act = self._find_lead_act(story.read(lead[0]), topics)
            decided = act if act is not None and act[0].status in _RESULTS else decided
        if decided is None:
            return StateReading(EventState())
        rule, evidence = decided
        lead_text = " ".join(story.sentences[place - 1] for place in lead)
        status, effective = _find_day(rule.status, story.title, lead_text, published)
        sentences = (story.read(place) for place in (TITLE, *lead))
        collection, since, said = self._find_collection(status, sentences, published)
        goods = [word for word in head.words if word in self._goods]
        reach = find_reach(story.title, [mention.code for mention in story.in_title], goods)
        state = EventState(
            status=status,
            effective=effective,
            collection=collection,
            collection_from=since,
            severity=rate_severity(status, reach),
        )
        return StateReading(state, (evidence, *said))

    def _find_lead_act(
        self, sentence: Sentence, topics: Sequence[Topic]
    ) -> tuple[StatusRule, StateEvidence] | None:
        """The act in a sentence of the text."""
        return self._find_act(sentence, list(self._index.find_all(sentence)), topics)

    def find_rules(self, sentence: str) -> frozenset[str]:
        """The ids of the silences and rules that match a title, including those that only say
        something about collection."""
        head = StoryText(sentence, "", self._parties).read(TITLE)
        found = list(self._index.find_all(head))
        said = list(self._collection_index.find_all(head))
        acts = self._find_acts(head, found, tuple(Topic))
        return frozenset(
            [match.name for match in acts]
            + [name for name, _, _ in found if name in self._silences]
            + [match.name for match in _find_sure(head, said)]
        )

    def _find_silence(self, found: Sequence[tuple[str, int, int]]) -> int | None:
        """The offset of the first silence of a title. An act before the silence still counts:
        "Ottawa lifts its duties, Brussels welcomes the deal"."""
        return min((start for name, start, _ in found if name in self._silences), default=None)

    def _find_act(
        self,
        sentence: Sentence,
        found: Sequence[tuple[str, int, int]],
        topics: Sequence[Topic],
    ) -> tuple[StatusRule, StateEvidence] | None:
        asides = [start for name, start, _ in found if name == _ASIDE]
        acts = list(self._find_acts(sentence, found, topics))
        if sentence.where != "title":
            acts = [act for act in acts if not _is_aside(sentence.text, act.start, asides)]
        if not acts:
            return None
        first = min(
            acts,
            key=lambda act: (
                _is_aside(sentence.text, act.start, asides),
                self._rules[act.name].status is EventStatus.TALKS,
                act.start,
                self._order[act.name],
            ),
        )
        words = sentence.text[first.start : first.end]
        return self._rules[first.name], StateEvidence(first.name, words, sentence.where)

    def _find_acts(
        self,
        sentence: Sentence,
        found: Sequence[tuple[str, int, int]],
        topics: Sequence[Topic],
    ) -> Iterator[_Match]:
        """The matches that are acts: not background, not vetoed, and not decisions in doubt."""
        matches = [_Match(*each) for each in found]
        applies: dict[str, bool] = {}
        is_question = sentence.text.rstrip(" \"'\u2019\u201d").endswith("?")
        asked_from = _find_part(sentence.text, len(sentence.text)) if is_question else None
        for match in matches:
            rule = self._rules.get(match.name)
            if rule is None or not (rule.topic is None or rule.topic in topics):
                continue
            if asked_from is not None and match.start >= asked_from:
                continue
            if not _is_sure(match, sentence, matches, rule.decision, rule.unhedged):
                continue
            if match.name not in applies:
                applies[match.name] = self._applies(rule, sentence)
            if applies[match.name]:
                yield match

    def _applies(self, rule: StatusRule, sentence: Sentence) -> bool:
        contexts, vetoes = self._contexts.get(rule.id), self._vetoes.get(rule.id)
        if contexts is not None and not contexts.matches_any(sentence):
            return False
        return vetoes is None or not vetoes.matches_any(sentence)

    def _find_collection(
        self,
        status: EventStatus,
        sentences: Iterable[Sentence],
        published: date | None,
    ) -> tuple[CollectionEffect | None, date | None, tuple[StateEvidence, ...]]:
        """The collection, the day of its change, and the words that say so."""
        if status in _TALK_STATUSES:
            return None, None, ()
        for sentence in sentences:
            matches = list(self._collection_index.find_all(sentence))
            for match in _find_sure(sentence, matches):
                words = sentence.text[match.start : match.end]
                evidence = (StateEvidence(match.name, words, sentence.where),)
                effect = self._collection[match.name]
                if effect is CollectionEffect.COLLECTED:
                    return effect, None, evidence
                day = find_stated_day(sentence.text[match.start :], published)
                if day is not None and published is not None and day > published:
                    effect = CollectionEffect.CHANGES
                elif _FUTURE.search(sentence.text[: match.start]):
                    continue
                return effect, day, evidence
        if status is EventStatus.STAYED:
            return CollectionEffect.COLLECTED, None, ()
        return None, None, ()


def _list_lead(story: StoryText) -> list[int]:
    """The places of the first sentences of the text, without dockets such as "Slip Op. 25-66."."""
    sentences = enumerate(story.sentences, start=1)
    places = (place for place, text in sentences if not _DOCKET.fullmatch(text))
    return list(islice(places, _LEAD_SENTENCES))


def _build_index(compiler: PatternCompiler, terms: Mapping[str, Sequence[str]]) -> PatternIndex:
    return PatternIndex(
        (name, compiler.compile(term)) for name, patterns in terms.items() for term in patterns
    )


def _find_sure(sentence: Sentence, found: Sequence[tuple[str, int, int]]) -> Iterator[_Match]:
    """The matches that are statements without doubt."""
    matches = [_Match(*each) for each in found]
    for match in matches:
        if match.name not in _MARKS and _is_sure(match, sentence, matches, True, ("no", "not")):
            yield match


def _is_sure(
    match: _Match,
    sentence: Sentence,
    matches: Sequence[_Match],
    is_decision: bool,
    unhedged: Sequence[str],
) -> bool:
    """Whether a match is news: it is not background and, for a decision, not in doubt."""
    begin = _find_part(sentence.text, match.start)
    if is_decision and _has_no_subject(sentence.text, begin, match.start):
        begin = _find_part(sentence.text, max(begin - 2, 0))
    if _BREAK.search(sentence.text, match.start, match.end):
        return False
    for mark in matches:
        if mark.name == _BACKGROUND and begin <= mark.start < match.start:
            return False
        if not is_decision:
            continue
        if mark.name == _CONDITION:
            return False
        if mark.name == _HEDGE and begin <= mark.start < match.end:
            words = sentence.text[mark.start : mark.end].lower()
            if words not in unhedged:
                return False
    return True


def _has_no_subject(text: str, begin: int, at: int) -> bool:
    """Whether a part of a sentence begins with a verb in its base form or a gerund. Then the hedge
    of the part before it still counts: "China offers to buy more corn, cut tariffs"."""
    if begin == 0 or text[begin:at].strip():
        return False
    verb = _FIRST_WORD.match(text, at)
    return verb is not None and not verb.group().lower().endswith(("s", "ed"))


def _is_aside(text: str, at: int, asides: Sequence[int]) -> bool:
    """Whether a word such as "as" stands before `at` in the same part of the sentence."""
    begin = _find_part(text, at) if asides else 0
    return any(begin <= aside < at for aside in asides)


def _find_part(text: str, at: int) -> int:
    """The offset at which the part of the sentence that contains `at` begins."""
    begin = 0
    for sign in _BREAK.finditer(text, 0, at):
        begin = sign.end()
    return begin


def _find_day(
    status: EventStatus, title: str, lead: str, published: date | None
) -> tuple[EventStatus, date | None]:
    """The status with its day. Whether a decision is in force depends on the day."""
    if status not in _DATED or status in _COURT_STATUSES:
        return status, None
    if status in (EventStatus.ENDED, EventStatus.SUSPENDED):
        day = find_end_day(title, published) if status is EventStatus.ENDED else None
        day = day or find_effective_day(title, "", published)
        return status, day or find_entry_day(lead, published)
    if status is EventStatus.DELAYED:
        return status, find_delayed_day(title, published) or find_delayed_day(lead, published)
    day = find_effective_day(title, lead, published)
    if day is not None and published is not None:
        if status is EventStatus.IN_FORCE and day > published:
            status = EventStatus.ANNOUNCED
        elif status is EventStatus.ANNOUNCED and day <= published:
            status = EventStatus.IN_FORCE
    return status, day
