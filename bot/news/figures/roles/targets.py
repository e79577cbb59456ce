"""Finds on whom or what a duty is charged, by the words after "on", "against" or "for".

parties    "on goods from India", "on Chinese cars", "against the bloc", "for India and China"
payers     "on countries that buy its oil", "on Iran's partners": countries without a name
goods      "on foreign films", "on steel": no party is named
nothing    "on imports", "on 25 July"
"""

import re
from enum import Enum

from bot.news.figures.roles.grammar import Phrase, SentenceGrammar
from bot.news.figures.words import (
    AUXILIARY,
    CONJUNCTIONS,
    COUNTRIES,
    GENERIC,
    GOODS,
    PREPOSITIONS,
    STOPS,
    TARGETS,
    VERBS,
    VerbClass,
)

_DAY = re.compile(
    r"(?:\d+\s)?(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur"
    r"|sun)(?:uary|ruary|ch|il|ust|t?(?:em)?ber|ober|day)?\b"
)


class Target(Enum):
    """On what a duty is charged, by the words after "on"."""

    NONE = "none"
    """Nothing, or goods of any kind: "on imports"."""
    GOODS = "goods"
    """Goods or firms: "on foreign films"."""
    PAYERS = "payers"
    """Parties, or countries without a name: "on India", "on countries that buy its oil"."""


class TargetReader:
    """Reads the targets of the duties in one sentence."""

    def __init__(self, grammar: SentenceGrammar) -> None:
        self._grammar = grammar
        self._tokens = grammar.tokens

    def read(self, phrase: Phrase, at: int, high: int) -> tuple[tuple[str, ...], Target]:
        """The parties on whose goods the duty is charged, and the kind of the target."""
        place, last = min(phrase.head, at), max(phrase.end, at)
        target = Target.NONE
        while place + 1 < len(self._tokens):
            place += 1
            token = self._tokens[place]
            text = token.text
            if token.start >= high or (text in STOPS and place > at):
                break
            if place > last:
                if self._grammar.is_duty(place):
                    break
                if text in CONJUNCTIONS:
                    break
                if self._grammar.find_verb(place) in (
                    VerbClass.SAYS,
                    VerbClass.REACTS,
                    VerbClass.PLEADS,
                    VerbClass.PAYS,
                ):
                    break
            is_origin = text in ("from", "of") and self._grammar.text(place - 1) in GOODS
            if text not in TARGETS and not is_origin:
                continue
            after = self._grammar.text(place + 1)
            if text == "for" and after in ("a", "its", "his", "the", "now", "first"):
                continue
            if text == "on" and _DAY.match(f"{after} {self._grammar.text(place + 2)}"):
                continue
            found, kind = self._read_target(place + 1, high, phrase.start)
            if kind is Target.PAYERS:
                return found, kind
            target = kind if target is Target.NONE else target
        return (), target

    def _read_target(self, at: int, high: int, start: int) -> tuple[tuple[str, ...], Target]:
        found: list[str] = []
        target = Target.NONE
        place = at
        while place < len(self._tokens) and self._tokens[place].start < high:
            token, before = self._tokens[place], self._grammar.text(place - 1)
            text = token.text
            if token.party is not None:
                if self._grammar.is_market(place):
                    # "on phones sold in the United States"
                    break
                if before == "from" and self._grammar.text(place - 2) in GOODS:
                    found = []
                near = range(place + 2, place + 4)
                if self._grammar.text(place + 1) == "'s" and any(
                    self._grammar.text(one) in COUNTRIES for one in near
                ):
                    target = Target.PAYERS
                    break
                if self._grammar.is_duty(place + 1):
                    break
                if self._is_negated(place):
                    break
                if found and self._grammar.find_link(place) in ("in", "into"):
                    # "on Peruvian wine in Chile"
                    break
                is_rest = found and any(
                    self._grammar.text(one) in COUNTRIES for one in (place + 1, place + 2)
                )
                if token.party not in found and not is_rest:
                    found.append(token.party)
            elif text in COUNTRIES and not found:
                target = Target.PAYERS
                break
            elif (
                text in STOPS
                or text in CONJUNCTIONS
                or text == "to"
                or (text in PREPOSITIONS and text not in ("from", "of", "in", "into"))
                or text in AUXILIARY
                or token.rate is not None
                or (text in VERBS and found)
                or (text in (",", "and") and not self._continues_list(place, bool(found)))
            ):
                break
            elif text not in GENERIC and text.isalpha():
                target = Target.GOODS
            place += 1
        if not found and target is not Target.PAYERS:
            found = self._resolve(at, start)
        return tuple(found), Target.PAYERS if found else target

    def _is_negated(self, at: int) -> bool:
        """Whether goods are from elsewhere: "not made in the US"."""
        near = [self._grammar.text(one) for one in range(max(0, at - 5), at)]
        return "in" in near and ("not" in near or "n't" in near)

    def _continues_list(self, at: int, has_party: bool) -> bool:
        """Whether another party or more goods follow a comma or "and"."""
        if not has_party:
            follows = at + 2 if self._grammar.party(at + 1) else at + 1
            is_verb = follows > at + 1 and self._grammar.text(follows).endswith("s")
            if is_verb and not self._grammar.is_noun(follows):
                return False
            return self._grammar.text(follows) not in VERBS
        for place in range(at + 1, min(at + 5, len(self._tokens))):
            text = self._grammar.text(place)
            if self._grammar.party(place) is not None:
                after = self._grammar.text(place + 1)
                if after.endswith("s") and not self._grammar.is_noun(place + 1):
                    # Probably a verb: "and Canada tightens".
                    return False
                return after not in VERBS or (
                    self._grammar.text(at) == "and" and after in AUXILIARY
                )
            if text in VERBS or text in CONJUNCTIONS:
                return False
        return False

    def _resolve(self, at: int, start: int) -> list[str]:
        """The party to which "its goods" or "the country" refers: the one that is named before."""
        words = [self._grammar.text(one) for one in range(at, at + 4)]
        if words[0] in ("its", "their", "it", "them") or set(words[:2]) & {"country", "nation"}:
            before = [token.party for token in self._tokens[:start] if token.party]
            return before[-1:]
        return []
