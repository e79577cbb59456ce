"""What a story is about, by the rules of `config/topics.yaml`. They run in this order:

1. `silences`, on the title: a market wrap or a player's trade is no trade news, whatever else it
   says. `unless` lifts the silence.
2. `rules`, on the title and on the lead (the first sentences of the summary): a rule holds where
   one of its `terms` stands in a sentence, one of its `contexts` (if it has any) stands near, and
   none of its `vetoes` does. Near is the sentence and the title; for the title also the lead.

Each rule that holds is evidence: its topic, its id and the words it found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from bot.news.story import Evidence, Match
from bot.news.topics.index import Index, Sieve
from bot.news.topics.pattern import Compiler
from bot.news.topics.tokens import Word, rough_spellings, words_of
from bot.parties import Parties
from bot.text.sentences import sentences
from bot.values import Frozen, Topic

# News agencies put what happened into the first sentences; what follows is background.
_LEAD_SENTENCES = 2
_LONGEST_SENTENCE = 600
# What papers put before a title: their name, a column's, "Live updates".
_LABEL = re.compile(r"[^:|]{2,40}[:|]\s+(?=\S)")

Patterns = tuple[str, ...]


class Rule(Frozen):
    """One way in which a story shows that it is about a topic; `reason` says why it is one."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    topic: Topic
    reason: str = Field(min_length=10)
    terms: Patterns = Field(min_length=1)
    contexts: Patterns = ()
    vetoes: Patterns = ()
    lead: bool = True
    """Whether it may hold in the summary too; False for terms that are loose."""
    yes: str
    """A sentence that the rule must take."""
    no: str
    """A sentence that comes near and that it must not take."""


class Silence(Frozen):
    """A kind of title that makes no alert, though it has the words of one."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    reason: str = Field(min_length=10)
    terms: Patterns = Field(min_length=1)
    unless: Patterns = ()
    yes: str
    no: str


class TopicRules(Frozen):
    """`topics.yaml` as it stands; every pattern in it has been checked."""

    lists: Mapping[str, Patterns] = {}
    silences: tuple[Silence, ...] = ()
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        errors = [*_pattern_errors(self), *_doubles(self), *_repeats(self)]
        if errors:
            raise ValidationError.from_exception_data("TopicRules", errors)
        return self


def _pattern_errors(rules: TopicRules) -> Iterator[InitErrorDetails]:
    """What is wrong with single patterns, each with its place in the file."""
    compiler = Compiler(rules.lists)
    for where, patterns in _parts(rules):
        for place, pattern in enumerate(patterns):
            try:
                compiler.compile(pattern)
            except ValueError as error:
                yield _detail(str(error), (*where, place), pattern)


def _parts(rules: TopicRules) -> Iterator[tuple[tuple[str | int, ...], Patterns]]:
    """Each list of patterns in the file, with its place there."""
    for name, members in rules.lists.items():
        yield ("lists", name), members
    for kind, parts in (("silences", ("terms", "unless")), ("rules", _RULE_PARTS)):
        for place, rule in enumerate(getattr(rules, kind)):
            for part in parts:
                yield (kind, place, part), getattr(rule, part)


_RULE_PARTS = ("terms", "contexts", "vetoes")


def _doubles(rules: TopicRules) -> Iterator[InitErrorDetails]:
    seen: set[str] = set()
    for kind in ("silences", "rules"):
        for place, rule in enumerate(getattr(rules, kind)):
            if rule.id in seen:
                yield _detail(f"{rule.id!r} is given twice", (kind, place, "id"), rule.id)
            seen.add(rule.id)


def _repeats(rules: TopicRules) -> Iterator[InitErrorDetails]:
    """Patterns that stand twice in one list: the second does nothing, and hides what was meant."""
    for where, patterns in _parts(rules):
        seen: set[tuple[str, ...]] = set()
        for place, pattern in enumerate(patterns):
            spelling = tuple(pattern.split())
            if spelling in seen:
                yield _detail(f"{pattern!r} is given twice", (*where, place), pattern)
            seen.add(spelling)


def _detail(message: str, where: tuple[str | int, ...], given: str) -> InitErrorDetails:
    # A message may hold braces, which pydantic would take for its own.
    kind = PydanticCustomError("topic_rule", "{problem}", {"problem": message})
    return InitErrorDetails(type=kind, loc=where, input=given)


class _Sentence(NamedTuple):
    text: str
    where: str
    words: tuple[Word, ...]


class _Rule(NamedTuple):
    """A rule as it is applied: what it asks of the words around its terms."""

    topic: Topic
    lead: bool
    contexts: Index | None
    vetoes: Index | None


class Matcher:
    """The rules, compiled once; `match` is pure and takes time in proportion to the text."""

    def __init__(self, rules: TopicRules, parties: Parties) -> None:
        self._parties = parties
        compiler = Compiler(rules.lists)
        self._terms = _index(compiler, rules.rules)
        self._sieve = Sieve(compiler.compile(term) for rule in rules.rules for term in rule.terms)
        self._silences = _index(compiler, rules.silences)
        self._unless = {
            silence.id: _index_of(compiler, silence.unless) for silence in rules.silences
        }
        self._rules = {
            rule.id: _Rule(
                rule.topic,
                rule.lead,
                _index_of(compiler, rule.contexts),
                _index_of(compiler, rule.vetoes),
            )
            for rule in rules.rules
        }

    def match(self, title: str, summary: str) -> Match:
        """The topics of a story in plain text, each with its evidence; none means: stay silent."""
        # Cheaper than finding its sentences; longer ones are looked at in part.
        if len(summary) <= _LONGEST_SENTENCE and not self._possible(title, summary):
            return Match()
        said = sentences(summary)[:_LEAD_SENTENCES]
        if not self._possible(title, *said):
            return Match()
        head = self._sentence(title, "title")
        if self._silence(head) is not None:
            return Match()
        lead = [self._sentence(text, "summary") for text in said]
        evidence = tuple(self._evidence(head, lead))
        topics = tuple(topic for topic in Topic if any(e.topic is topic for e in evidence))
        return Match(topics=topics, evidence=evidence)

    def _possible(self, *texts: str) -> bool:
        """Whether a rule may hold in the texts; False for most that are about something else."""
        words = rough_spellings("\n".join(text[:_LONGEST_SENTENCE] for text in texts))
        return self._sieve.passes(words)

    def silenced_by(self, title: str) -> str | None:
        """The id of the silence that a title falls under, or None."""
        return self._silence(self._sentence(title, "title"))

    def _silence(self, head: _Sentence) -> str | None:
        return self._silence_of(head) or self._silence_behind_label(head)

    def _silence_behind_label(self, head: _Sentence) -> str | None:
        """As for the title "Stocks slip", if it is "Business live: Stocks slip"; a label that has
        words of a rule is a part of what the title says.
        """
        label = _LABEL.match(head.text)
        if label is None or self._sieve.passes(rough_spellings(label.group())):
            return None
        return self._silence_of(self._sentence(head.text[label.end() :], head.where))

    def _silence_of(self, head: _Sentence) -> str | None:
        for silence in self._silences.find(head.words):
            unless = self._unless[silence]
            if unless is None or not unless.any(head.words):
                return silence
        return None

    def _evidence(self, head: _Sentence, lead: Sequence[_Sentence]) -> Iterator[Evidence]:
        given: set[str] = set()
        for sentence in (head, *lead):
            near = (head, *lead) if sentence is head else (sentence, head)
            for rule_id, (start, end) in self._terms.find(sentence.words).items():
                rule = self._rules[rule_id]
                if rule_id in given or not (rule.lead or sentence is head):
                    continue
                if self._holds(rule_id, sentence, head, near):
                    given.add(rule_id)
                    words = sentence.text[start:end]
                    yield Evidence(
                        topic=rule.topic, rule=rule_id, words=words, where=sentence.where
                    )

    def _holds(
        self, rule_id: str, sentence: _Sentence, head: _Sentence, near: Sequence[_Sentence]
    ) -> bool:
        _, _, contexts, vetoes = self._rules[rule_id]
        if contexts is not None and not any(contexts.any(other.words) for other in near):
            return False
        return vetoes is None or not (vetoes.any(sentence.words) or vetoes.any(head.words))

    def _sentence(self, text: str, where: str) -> _Sentence:
        text = text[:_LONGEST_SENTENCE]
        return _Sentence(text, where, words_of(text, self._parties.mentions(text)))


def _index(compiler: Compiler, parts: Sequence[Rule] | Sequence[Silence]) -> Index:
    return Index((part.id, compiler.compile(term)) for part in parts for term in part.terms)


def _index_of(compiler: Compiler, patterns: Patterns) -> Index | None:
    """None where there is nothing to look for."""
    if not patterns:
        return None
    return Index(("", compiler.compile(pattern)) for pattern in patterns)
