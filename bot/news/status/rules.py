"""The content of `config/status.yaml`."""

from collections.abc import Iterator, Mapping
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from bot.news.state import CollectionEffect, EventStatus
from bot.news.topics.pattern import PatternCompiler
from bot.values import Frozen, Topic

Patterns = tuple[str, ...]


class StateSilence(Frozen):
    """A kind of title that reports no status. `reason` explains it to readers."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    reason: str = Field(min_length=10)
    terms: Patterns = Field(min_length=1)
    yes: str
    """A sentence that the rule must match."""
    no: str
    """A similar sentence that the rule must not match."""


class StatusRule(StateSilence):
    """A rule for a status."""

    status: EventStatus
    topic: Topic | None = None
    """The topic that the story must have; any topic if it is None."""
    decision: bool = False
    """Whether hedges and conditions rule out a match."""
    contexts: Patterns = ()
    """The sentence must match one of these, unless there are none."""
    vetoes: Patterns = ()
    unhedged: tuple[str, ...] = ()
    """Hedges that do not make this act uncertain: a court that "rejects" a challenge decides."""


class CollectionRule(StateSilence):
    """A rule for what a text says about the collection of a duty."""

    collection: CollectionEffect


class StatusRules(Frozen):
    """The content of `status.yaml`; validation checks every pattern."""

    lists: Mapping[str, Patterns] = {}
    hedges: Patterns = ()
    conditions: Patterns = ()
    background: Patterns = ()
    asides: Patterns = ()
    silences: tuple[StateSilence, ...] = ()
    rules: tuple[StatusRule, ...] = ()
    collection: tuple[CollectionRule, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        errors = [*_find_pattern_errors(self)]
        if errors:
            raise ValidationError.from_exception_data("StatusRules", errors)
        return self


def _find_pattern_errors(rules: StatusRules) -> Iterator[InitErrorDetails]:
    """An error for each pattern that cannot be compiled and each id that is used twice."""
    compiler = PatternCompiler(rules.lists)
    for where, patterns in _list_patterns(rules):
        for place, pattern in enumerate(patterns):
            try:
                compiler.compile(pattern)
            except ValueError as error:
                yield _build_error(str(error), (*where, place), pattern)
    seen: set[str] = set()
    for kind in ("silences", "rules", "collection"):
        for place, rule in enumerate(getattr(rules, kind)):
            if rule.id in seen:
                yield _build_error(f"{rule.id!r} is listed twice", (kind, place, "id"), rule.id)
            seen.add(rule.id)


def _list_patterns(rules: StatusRules) -> Iterator[tuple[tuple[str | int, ...], Patterns]]:
    """Each list of patterns in the file, with its location."""
    for name, members in rules.lists.items():
        yield ("lists", name), members
    for name in ("hedges", "conditions", "background", "asides"):
        yield (name,), getattr(rules, name)
    for kind in ("silences", "rules", "collection"):
        for place, rule in enumerate(getattr(rules, kind)):
            yield (kind, place, "terms"), rule.terms
            for name in ("contexts", "vetoes"):
                yield (kind, place, name), getattr(rule, name, ())


def _build_error(message: str, where: tuple[str | int, ...], given: str) -> InitErrorDetails:
    # Pydantic would interpret braces in a message.
    kind = PydanticCustomError("status_rule", "{problem}", {"problem": message})
    return InitErrorDetails(type=kind, loc=where, input=given)
