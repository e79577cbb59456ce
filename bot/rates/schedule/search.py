"""Finds the headings of a tariff schedule that have the words of a text."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from bot.rates.schedule.lines import HEADING_DIGITS, TariffLines, split_description

_MIN_LETTERS, _SHORTEST_PHRASE = 3, 2
_MAX_HEADINGS = 100
"""Maximum headings that have all the words. If there are more, the words say too little."""
_NO_NOUN = re.compile(
    r"[(…]|\b(?:except|of|for|with|without|in|to|by|from|on|than|not|whether|containing|suitable|used"
    r"|having|including|there(?:of|for)|designed|fitted|made of|made from)\b"
)
"""Ends the nouns that say what the goods are: `Parts of umbrellas` are parts."""
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_NEXT_NOUN = re.compile(r"[,;]|\band\b|\bor\b")


class GoodsName(NamedTuple):
    """A name of goods under a heading, which has a word that is searched for."""

    name: str
    is_noun: bool
    """Whether the word says what the goods are: `linen` of `bed linen`."""


class FoundHeading(NamedTuple):
    """A heading that has the words, with the description of its line that fits them best."""

    code: str
    description: str

    @property
    def label(self) -> str:
        """`HS 6808: Panels, boards and tiles`."""
        return f"HS {self.code}: {self.description}"


class _Word(NamedTuple):
    forms: frozenset[str]
    """The word and its plural."""
    lines: Mapping[str, int]
    """By heading, how many lines have the word."""
    names: Mapping[str, GoodsName]
    """By heading, the name of goods that has the word."""

    def is_in(self, heading: str) -> bool:
        return heading in self.lines or heading in self.names

    def is_noun_in(self, phrases: Sequence[str]) -> bool:
        """Whether the word is the last of a phrase: `linen` of `bed linen`."""
        return any(one.rsplit(maxsplit=1)[-1] in self.forms for one in phrases)

    @property
    def headings(self) -> set[str]:
        return {*self.lines, *self.names}


class _Ranked(NamedTuple):
    code: str
    description: str
    score: float
    nouns: int
    """How many of the words say what its goods are."""
    has_head: bool
    """Whether the last word says what its goods are."""


def find_headings(
    lines: TariffLines,
    words: Sequence[str],
    most: int,
    names: Mapping[str, Mapping[str, GoodsName]] | None = None,
    optional: Collection[str] = (),
) -> tuple[FoundHeading, ...]:
    """The headings that fit the words best, at most `most` of them.

    A heading must have all the words, whole or as plurals, in the descriptions of its lines or in
    the names of its goods; `names` has these by word and heading. One of the words must be a noun
    that says what the goods are. If the last word is no such noun in these headings, those in which
    it is are found too, even if words in `optional` are missing: `car wax` finds waxes. Headings
    with rarer words, and with more lines that have them, come first. Words of one or two letters
    are ignored.
    """
    wanted = [word for word in dict.fromkeys(words) if len(word) >= _MIN_LETTERS]
    found = [_find_word(lines, word, (names or {}).get(word, {})) for word in wanted]
    if not found:
        return ()
    own = _rank_all(found[-1].headings.intersection(*(one.headings for one in found)), lines, found)
    ranked = [one for one in own if one.nouns]
    if not any(one.has_head for one in ranked):
        required = [
            each for word, each in zip(wanted[:-1], found[:-1], strict=True) if word not in optional
        ]
        headings = found[-1].headings.intersection(*(each.headings for each in required))
        ranked += [one for one in _rank_all(headings, lines, found) if one.has_head]
    ranked.sort(key=lambda one: (-one.score, one.code))
    return tuple(FoundHeading(one.code, one.description) for one in ranked[:most])


def find_phrase(lines: TariffLines, words: Sequence[str], most: int) -> tuple[FoundHeading, ...]:
    """The headings whose descriptions have the words as the name of the goods: `caustic soda`.

    Those with more lines that have it come first. A single word is no phrase.
    """
    if len(words) < _SHORTEST_PHRASE:
        return ()
    having = lines.list_with_all(_list_forms(one) for one in words if len(one) >= _MIN_LETTERS)
    if not having:
        return ()
    phrase = re.compile(rf"\b{' '.join(map(_match_forms, words))}\b")
    found: dict[str, list[str]] = {}
    for line in having:
        phrases = _list_phrases(line.description.casefold())
        if any((match := phrase.search(one)) and match.end() == len(one) for one in phrases):
            found.setdefault(line.code[:HEADING_DIGITS], []).append(line.description)
    codes = sorted(found, key=lambda code: (-len(found[code]), code))[:most]
    return tuple(FoundHeading(code, found[code][0]) for code in codes)


def _rank_all(
    headings: Collection[str], lines: TariffLines, words: Sequence[_Word]
) -> list[_Ranked]:
    return [_rank(code, lines, words) for code in headings if len(headings) <= _MAX_HEADINGS]


def _find_word(lines: TariffLines, word: str, names: Mapping[str, GoodsName]) -> _Word:
    forms = _list_forms(word)
    return _Word(forms, lines.count_rows(forms), names)


def _list_forms(word: str) -> frozenset[str]:
    """The word and its plural."""
    if word.endswith("y"):
        return frozenset({word, f"{word[:-1]}ies"})
    return frozenset({word, f"{word}s", f"{word}es"})


def _match_forms(word: str) -> str:
    return f"(?:{'|'.join(sorted(_list_forms(word)))})"


def _rank(code: str, lines: TariffLines, words: Sequence[_Word]) -> _Ranked:
    own = lines.list_lines(code)
    has = [
        [not one.forms.isdisjoint(tokens) for one in words]
        for tokens in (split_description(line.description) for line in own)
    ]
    having = [at for at, each in enumerate(has) if any(each)]
    phrases = {at: list(_list_phrases(own[at].description.casefold())) for at in having}
    score, are_nouns = 0.0, []
    for word in words:
        name = word.names.get(code)
        in_nouns = sum(word.is_noun_in(phrases[at]) for at in having)
        alone = not word.forms.isdisjoint(chain(*phrases.values()))
        are_nouns.append(in_nouns > 0 or (name is not None and name.is_noun))
        weight = (2 if word is words[-1] else 1) / max(len(word.headings), 1)
        share = 1.0 if name is not None else (word.lines.get(code, 0) + in_nouns) / len(own)
        score += weight * (word.is_in(code) + 2 * are_nouns[-1] + 2 * alone + share)

    def fit(at: int) -> tuple[int, int]:
        return sum(has[at]), sum(word.is_noun_in(phrases[at]) for word in words)

    name = next((word.names[code] for word in reversed(words) if code in word.names), None)
    best = max(having, key=fit, default=None)
    text = own[best].description if best is not None else name.name if name is not None else ""
    return _Ranked(code, text, score, sum(are_nouns), are_nouns[-1])


def _list_phrases(description: str) -> Iterator[str]:
    """The phrases that say what the goods of a line are: `Bed linen, printed: Of cotton`."""
    inside = _PARENTHESES.findall(description)
    for part in (*_PARENTHESES.sub(" ", description).split(": "), *inside):
        for phrase in _NEXT_NOUN.split(_NO_NOUN.split(part, maxsplit=1)[0]):
            if phrase := phrase.strip():
                yield phrase
