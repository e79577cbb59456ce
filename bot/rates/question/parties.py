"""Finds the economies in a question, and which of them charges the other.

The first economy charges the second (`us china`, `us on china`), unless small words reverse the
direction (`china from us`, `goods from china to us`). A single economy is the imposer, unless words
make it the origin of the goods (`steel from canada`, `tariffs on canada`, `canadian steel`).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.parties import Parties
from bot.text.folding import fold

_MAX_NAME_WORDS = 6
_TOKEN = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}|->|[^\s,;?!()\[\]\"]+")
_FLAG = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}")
_ALNUM = re.compile(r"[a-z0-9]")
_ARROWS = re.compile(r"\s*(?:-+>|=+>|→|⇒|➡️?|⟶)\s*")
_EDGES = ".'`*_~<>"
_ADJECTIVE = re.compile(
    r"(?:american|[a-z]+(?:ese|ians?|eans?|icans?|ish|tch|nch|ani|eli|ino|wiss|hai|rman|reek))"
)
NOISE = frozenset(
    str.split(
        "a about additional all an and applied are as at between be by charge charged "
        "charges current currently customs do does duties duty for from give goods has have "
        "how i import imports imposed imposes impose in is it levies levy me much of on "
        "paid pay pays please product products rate rates show tariff tariffs tell that the "
        "there to under what what's whats which with against vs versus it's that's there's "
        "would should could will into faces made produced grown imported importing export "
        "exports exported exporting shipping now today right effect force when since & / + "
        "x ->"
    )
)
_UNITS = frozenset({"cc", "cm", "gb", "kg", "kw", "lb", "mg", "ml", "mm", "tb"})
"""Units that are also codes of economies. After a number, they are units."""
_DUTIES = frozenset({"tariff", "tariffs", "duty", "duties", "levy", "levies", "rate", "rates"})
_INTO = frozenset({"to", "in", "into"})
_MADE = frozenset({"made", "produced", "grown"})
_OF_ORIGIN = frozenset({"on", "from", "against"})
_ONE_WAY = frozenset({"on", "by", "pay", "pays", "paid", "against", "imposes", "charges"})


def normalize_question(text: str) -> str:
    """The folded text in lower case, with `->` for all arrows and spaces around flags."""
    lowered = _ARROWS.sub(" -> ", fold(text)).lower()
    return _FLAG.sub(r" \g<0> ", lowered)


class TokenizedQuestion:
    """A question split into the economies it names and its other words."""

    def __init__(self, text: str, parties: Parties) -> None:
        """`text` comes from `normalize_question`."""
        bare = [run if run == "->" else run.strip(_EDGES) for run in _TOKEN.findall(text)]
        tokens = [run for run in bare if run]
        self.other_words: list[str] = []
        self.codes: list[str] = []
        self.words_before: list[str] = []
        """For each party, the words between it and the party before it, joined by spaces."""
        self.has_adjective = False
        """Whether an adjective before goods names a party: `canadian steel`."""
        between: list[str] = []
        # In 'us in', 'in' is the code of India. In a longer text, it is a preposition.
        named = [each for each in tokens if each != "->"]
        codes_only = len(named) == 2 and parties.find(named[0]) is not None
        at = 0
        while at < len(tokens):
            size, code = _find_party(tokens, at, parties, small_words=not codes_only)
            if code is None:
                between.append(tokens[at])
                self.other_words.append(tokens[at])
                at += 1
                continue
            if code not in self.codes:
                self.codes.append(code)
                self.words_before.append(" ".join(between))
            between = []
            goods = tokens[at + size : at + size + 1]
            adjective = size == 1 and _ADJECTIVE.fullmatch(tokens[at]) is not None
            self.has_adjective |= adjective and bool(goods) and goods[0] not in NOISE
            at += size
        self.words_after = between
        """Words after the last party."""
        if len(self.codes) == 1 and len(self.other_words) == 1:
            self._take_code(parties)

    def _take_code(self, parties: Parties) -> None:
        """Reads the only other word as the code of a party, if it is a small word such as `in`."""
        (word,) = self.other_words
        party = parties.find(word) if word in NOISE else None
        if party is None or party.code in self.codes:
            return
        leads = self.words_before == [word]
        self.codes.insert(0 if leads else 1, party.code)
        self.words_before, self.other_words = ["", ""], []


def names_origin(words: TokenizedQuestion) -> bool:
    """Whether words make the question's only economy the origin of the goods."""
    before = words.words_before[0].split()
    made_in = before[-1:] == ["in"] and not _MADE.isdisjoint(before)
    return words.has_adjective or made_in or not _OF_ORIGIN.isdisjoint(before[-1:])


class Direction(NamedTuple):
    """Imposer and partner. `is_explicit` is False if only their order states the direction."""

    imposer: str
    partner: str
    is_explicit: bool


def find_direction(words: TokenizedQuestion) -> Direction:
    """The direction between the first two economies of the question."""
    first, second = words.codes[:2]
    if _is_second_imposer(words):
        return Direction(second, first, True)
    return Direction(first, second, not _ONE_WAY.isdisjoint(words.words_before[1].split()))


def _is_second_imposer(words: TokenizedQuestion) -> bool:
    before, between = words.words_before[0].split(), words.words_before[1].split()
    into = not _INTO.isdisjoint(between)
    if "by" in between and "by" not in before:
        return True
    # 'goods from china to us', 'steel from india in the us'
    if ("from" in before and into) or ({"from", "of"} & set(before) and "to" in between):
        return True
    # 'china pays in the us', 'india faces in the us', but not 'face masks'
    if {"pay", "pays", "paid"} & set(between) or ({"face", "faces"} & set(between) and into):
        return True
    # 'tariffs on china from us', 'on chinese goods in the us': the origin comes first
    if before[-1:] == ["on"] and (into or "from" in between):
        return True
    # 'japanese cars in the us', and 'swiss watches us tariff', but not 'us tariffs in china'
    goods = bool(between) and not set(between) <= NOISE
    charged = not _DUTIES.isdisjoint(between)
    return goods and not charged and (into or not _DUTIES.isdisjoint(words.words_after[:1]))


def _find_party(
    tokens: Sequence[str], at: int, parties: Parties, *, small_words: bool
) -> tuple[int, str | None]:
    """The number of tokens and the code of the longest name at `at`; (1, None) if there is none."""
    longest = _MAX_NAME_WORDS if parties.may_begin(tokens[at]) else 1
    for size in range(min(longest, len(tokens) - at), 0, -1):
        run = tokens[at : at + size]
        # `find` ignores punctuation, so a run must not begin or end with punctuation or a flag.
        if size > 1 and not (_is_word(run[0]) and _is_word(run[-1])):
            continue
        words = " ".join(run)
        if size == 1 and small_words and words in NOISE:
            continue
        if words in _UNITS and at and tokens[at - 1].isdigit():
            continue
        party = parties.find(words)
        if party is not None:
            return size, party.code
    return 1, None


def _is_word(token: str) -> bool:
    return _ALNUM.search(token) is not None and _FLAG.fullmatch(token) is None
