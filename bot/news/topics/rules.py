"""Finds the topics of a story by the rules of `config/topics.yaml`. They run in this order:

1. `silences`, on the title. If a silence matches, the story has no topics, except if a pattern in
   the silence's `unless` also matches.
       matches       "European shares slip as tariff worries return" (market-wrap)
       does not      "Copper importers brace for a 50% tariff"
2. `silences` again, on the title without a label such as "Live updates:".
       matches       "Business live: stocks slip on tariff worries"
       does not      "Tariffs: stocks slip", because the label itself matches a rule
3. `rules`, on the title and on each sentence of the lead (the first sentences of the summary). A
   rule matches a sentence if all of these are true:
   - the sentence has one of the rule's `terms`;
   - the sentence or the title has one of the rule's `contexts`, or the rule has no contexts; for a
     term in the title, the context may also be in the lead;
   - neither the sentence nor the title has one of the rule's `vetoes`;
   - in the lead, the term is before the sentence's aside: the part that begins with one of the
     `asides` and gives background ("which comes as the US threatens tariffs");
   - the rule has no `kinds`, or the feed is of one of these kinds. Titles of agencies follow fixed
     forms that mean something else in a newspaper.
       matches       "Delhi raises the customs duty on gold" (duties-on-goods)
       does not      "The prince resumes his royal duties after an operation"

Each rule that matches is evidence: its topic, its id and the words it found. Each silence and rule
in the file has a sentence that it must match (`yes`) and one that it must not match (`no`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from bot.feeds.model import FeedKind
from bot.news.story import Evidence, Match
from bot.news.story_text import TITLE, StoryText
from bot.news.topics.index import PatternIndex
from bot.news.topics.pattern import PatternCompiler
from bot.news.topics.tokens import Sentence
from bot.parties import Parties
from bot.values import Frozen, Topic

# News agencies put the news into the first sentences; the rest is background.
_LEAD_SENTENCES = 2
# A label before a title: the name of the paper or the column, "Live updates".
_LABEL = re.compile(r"[^:|]{2,40}[:|]\s+(?=\S)")

Patterns = tuple[str, ...]


class _RuleBase(Frozen):
    """The common fields of rules and silences. `reason` explains the rule to readers."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    reason: str = Field(min_length=10)
    terms: Patterns = Field(min_length=1)
    yes: str
    """A sentence that the rule must match."""
    no: str
    """A similar sentence that the rule must not match."""


class Rule(_RuleBase):
    """A rule for a topic. A story is about the topic if one of its rules matches."""

    topic: Topic
    contexts: Patterns = ()
    vetoes: Patterns = ()
    lead: bool = True
    """Whether the rule is matched against the lead as well as the title.

    False for terms that are ambiguous outside a title.
    """
    kinds: frozenset[FeedKind] = frozenset()
    """The kinds of feeds for which the rule is used; empty means all."""


class Silence(_RuleBase):
    """A kind of title that is never news, although it may match a rule."""

    unless: Patterns = ()


class TopicRules(Frozen):
    """The content of `topics.yaml`; validation checks every pattern."""

    lists: Mapping[str, Patterns] = {}
    asides: Patterns = ()
    """Words with which the background begins in a sentence of a lead."""
    silences: tuple[Silence, ...] = ()
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        errors = [*_find_pattern_errors(self), *_find_duplicate_ids(self)]
        if errors:
            raise ValidationError.from_exception_data("TopicRules", errors)
        return self


def _find_pattern_errors(rules: TopicRules) -> Iterator[InitErrorDetails]:
    """An error for each pattern that cannot be compiled or is twice in one list."""
    compiler = PatternCompiler(rules.lists)
    for where, patterns in _list_patterns(rules):
        seen: set[tuple[str, ...]] = set()
        for place, pattern in enumerate(patterns):
            spelling = tuple(pattern.split())
            if spelling in seen:
                yield _build_error(f"{pattern!r} is listed twice", (*where, place), pattern)
            seen.add(spelling)
            try:
                compiler.compile(pattern)
            except ValueError as error:
                yield _build_error(str(error), (*where, place), pattern)


def _list_patterns(rules: TopicRules) -> Iterator[tuple[tuple[str | int, ...], Patterns]]:
    """Each list of patterns in the file, with its location."""
    for name, members in rules.lists.items():
        yield ("lists", name), members
    yield ("asides",), rules.asides
    keys = {"silences": ("terms", "unless"), "rules": ("terms", "contexts", "vetoes")}
    for kind, names in keys.items():
        for place, rule in enumerate(getattr(rules, kind)):
            for name in names:
                yield (kind, place, name), getattr(rule, name)


def _find_duplicate_ids(rules: TopicRules) -> Iterator[InitErrorDetails]:
    seen: set[str] = set()
    for kind in ("silences", "rules"):
        for place, rule in enumerate(getattr(rules, kind)):
            if rule.id in seen:
                yield _build_error(f"{rule.id!r} is listed twice", (kind, place, "id"), rule.id)
            seen.add(rule.id)


def _build_error(message: str, where: tuple[str | int, ...], given: str) -> InitErrorDetails:
    # Pydantic would interpret braces in a message.
    kind = PydanticCustomError("topic_rule", "{problem}", {"problem": message})
    return InitErrorDetails(type=kind, loc=where, input=given)


class TopicMatcher:
    """The compiled rules. The time of `match` is linear in the length of the text."""

    def __init__(self, rules: TopicRules, parties: Parties) -> None:
        self._parties = parties
        compiler = PatternCompiler(rules.lists)
        self._terms = _index_terms(compiler, rules.rules)
        self._asides = _index_patterns(compiler, rules.asides)
        self._silences = _index_terms(compiler, rules.silences)
        self._unless = {each.id: _index_patterns(compiler, each.unless) for each in rules.silences}
        self._rules = {rule.id: rule for rule in rules.rules}
        self._contexts = {rule.id: _index_patterns(compiler, rule.contexts) for rule in rules.rules}
        self._vetoes = {rule.id: _index_patterns(compiler, rule.vetoes) for rule in rules.rules}

    def match(self, story: StoryText, kind: FeedKind | None = None) -> Match:
        """The topics of a story with their evidence; no topics if no rule matches.

        Without the `kind` of its feed, rules for certain kinds are not used.
        """
        head = story.read(TITLE)
        if self._find_silence(head) is not None:
            return Match()
        lead = [story.read(place) for place in range(1, len(story.parts))[:_LEAD_SENTENCES]]
        evidence = tuple(self._find_evidence(head, lead, kind))
        topics = tuple(topic for topic in Topic if any(e.topic is topic for e in evidence))
        return Match(topics=topics, evidence=evidence)

    def find_silence(self, title: str) -> str | None:
        """The id of the first silence that the title matches, or None."""
        return self._find_silence(self._read_title(title))

    def _find_silence(self, head: Sentence) -> str | None:
        found = self._match_silences(head)
        label = _LABEL.match(head.text)
        if found is not None or label is None:
            return found
        if self._terms.matches_any(self._read_title(label.group())):
            return None
        return self._match_silences(self._read_title(head.text[label.end() :]))

    def _match_silences(self, head: Sentence) -> str | None:
        for silence in self._silences.find(head):
            unless = self._unless[silence]
            if unless is None or not unless.matches_any(head):
                return silence
        return None

    def _find_evidence(
        self, head: Sentence, lead: Sequence[Sentence], kind: FeedKind | None
    ) -> Iterator[Evidence]:
        matched: set[str] = set()
        for sentence in (head, *lead):
            found = self._terms.find(sentence)
            if not found:
                continue
            near = (head, *lead) if sentence is head else (sentence, head)
            aside = len(sentence.text) if sentence is head else self._find_aside(sentence)
            for rule_id, (start, end) in found.items():
                rule = self._rules[rule_id]
                if rule_id in matched or start >= aside or not (rule.lead or sentence is head):
                    continue
                if rule.kinds and kind not in rule.kinds:
                    continue
                if self._applies(rule, sentence, head, near):
                    matched.add(rule_id)
                    words = sentence.text[start:end]
                    yield Evidence(
                        topic=rule.topic, rule=rule_id, words=words, where=sentence.where
                    )

    def _find_aside(self, sentence: Sentence) -> int:
        """The offset at which the background of a sentence begins; its length if it has none."""
        found = self._asides.find(sentence) if self._asides else {}
        return found[""][0] if found else len(sentence.text)

    def _applies(
        self, rule: Rule, sentence: Sentence, head: Sentence, near: Sequence[Sentence]
    ) -> bool:
        contexts, vetoes = self._contexts[rule.id], self._vetoes[rule.id]
        if contexts is not None and not any(contexts.matches_any(other) for other in near):
            return False
        return vetoes is None or not (vetoes.matches_any(sentence) or vetoes.matches_any(head))

    def _read_title(self, title: str) -> Sentence:
        return StoryText(title, "", self._parties).read(TITLE)


def _index_terms(
    compiler: PatternCompiler, rules: Sequence[Rule] | Sequence[Silence]
) -> PatternIndex:
    return PatternIndex((rule.id, compiler.compile(term)) for rule in rules for term in rule.terms)


def _index_patterns(compiler: PatternCompiler, patterns: Patterns) -> PatternIndex | None:
    """An index of the patterns; None if there are none."""
    if not patterns:
        return None
    return PatternIndex(("", compiler.compile(pattern)) for pattern in patterns)
