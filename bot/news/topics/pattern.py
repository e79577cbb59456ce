"""Patterns over words, the language of the rules in `config/topics.yaml`.

    tariff/tariffs       one of these words, in upper or lower case
    trade talks          adjacent words; there may be hyphens, commas or quotes between them
    @                    a party: "U.S.", "South Korea", "Beijing"
    #                    a number
    {court}              an entry of the list `court`, which has words, phrases and other {lists}
    {court}/{wto}/panel  an entry of one of these lists, or the word
    new?                 an optional word
    ..                   up to three other words; `..8` up to eight
    ^                    the beginning of the sentence
    END                  the end of the sentence

A possessive 's is ignored: `@ tariffs` finds "China's tariffs". Gaps have a maximum length, so the
time of a match is bounded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.news.topics.tokens import NUMBER, PARTY, START, Sentence

END = "END"

_GAP = re.compile(r"\.\.(\d*)")
_PLAIN_GAP = 3
_WIDEST_GAP = 12
_ALONE: tuple[tuple[str, ...], ...] = ((),)
_PLAIN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*|[@#%$€£]")


class Slot(NamedTuple):
    """One place of a pattern: the words and phrases that match it."""

    first_words: frozenset[str]
    """The words with which a match can begin."""
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    """Maps first words to the words that must follow. Single words have no entry."""
    gap: int
    """Maximum number of other words between the previous slot and this one."""
    optional: bool


class Pattern(NamedTuple):
    """A compiled pattern; its slots match from left to right."""

    slots: tuple[Slot, ...]
    at_start: bool
    at_end: bool
    needs: tuple[frozenset[str], ...]
    """Sets of words; a sentence needs at least one word of each set."""

    def find_end(self, sentence: Sentence, at: int) -> int | None:
        """The index after a match that begins at word `at`; None if there is no match."""
        return _match_slots(self, 0, sentence, at)

    @property
    def first_words(self) -> frozenset[str]:
        """The words with which a match can begin; `^` for the start of a sentence."""
        if self.at_start:
            return frozenset({START})
        first = self.slots[0].first_words
        for before, slot in pairwise(self.slots):
            if not before.optional:
                break
            first |= slot.first_words
        return first


def _match_slots(pattern: Pattern, index: int, sentence: Sentence, at: int) -> int | None:
    if index == len(pattern.slots):
        return None if pattern.at_end and at < len(sentence.words) else at
    first_words, phrases, gap, optional = pattern.slots[index]
    for begins in sentence.begins[at : at + gap + 1]:
        # Of alternatives, a mark is tried before a word.
        for first, end in reversed(begins):
            if first in first_words:
                for rest in phrases.get(first, _ALONE):
                    after = end + len(rest)
                    if sentence.words[end:after] == rest:
                        last = _match_slots(pattern, index + 1, sentence, after)
                        if last is not None:
                            return last
    return _match_slots(pattern, index + 1, sentence, at) if optional else None


class PatternCompiler:
    """Compiles patterns. They may refer to `lists` by name."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        # Cached, because rules use the same lists many times and a list may have hundreds of words.
        self._slots: dict[tuple[str, int], Slot] = {}

    def compile(self, source: str) -> Pattern:
        """The compiled pattern. Raises ValueError with a description of the mistake in `source`."""
        slots: list[Slot] = []
        pieces = source.split()
        at_start, at_end = pieces[:1] == [START], pieces[-1:] == [END]
        gap = 0
        for piece in pieces[at_start : len(pieces) - at_end]:
            if wide := _GAP.fullmatch(piece):
                gap = int(wide.group(1) or _PLAIN_GAP)
                if gap > _WIDEST_GAP:
                    raise ValueError(f"{source!r}: a gap is at most {_WIDEST_GAP} words")
            else:
                slots.append(self._compile_slot(source, piece, gap))
                gap = 0
        if gap or not slots or (slots[-1].optional and not at_end):
            raise ValueError(f"{source!r}: a pattern must end with a word")
        if slots[0].gap and not at_start:
            raise ValueError(f"{source!r}: a pattern must begin with a word")
        needs = tuple(slot.first_words for slot in slots if not slot.optional)
        return Pattern(tuple(slots), at_start, at_end, needs)

    def _compile_slot(self, source: str, piece: str, gap: int) -> Slot:
        if (piece, gap) not in self._slots:
            rests: dict[str, tuple[tuple[str, ...], ...]] = {}
            for member in _expand_alternatives(
                source, piece.removesuffix("?").split("/"), self._lists, ()
            ):
                first, *rest = member.split()
                for word in (first, *rest):
                    if not _PLAIN.fullmatch(word):
                        raise ValueError(
                            f"{source!r}: {word!r} is not one word in lower-case letters"
                        )
                if {PARTY, NUMBER} & {*rest}:
                    raise ValueError(f"{source!r}: in {member!r} a mark may only come first")
                rests[first] = (*rests.get(first, ()), tuple(rest))
            phrases = {first: rest for first, rest in rests.items() if rest != _ALONE}
            self._slots[piece, gap] = Slot(frozenset(rests), phrases, gap, piece.endswith("?"))
        return self._slots[piece, gap]


def _expand_alternatives(
    source: str,
    alternatives: Iterable[str],
    lists: Mapping[str, Sequence[str]],
    above: tuple[str, ...],
) -> Iterator[str]:
    for alternative in alternatives:
        if not alternative.startswith("{"):
            yield alternative
            continue
        name = alternative[1:-1]
        if not alternative.endswith("}") or name not in lists:
            raise ValueError(f"{source!r}: there is no list {alternative!r}")
        if name in above:
            raise ValueError(f"{source!r}: list {name!r} contains itself")
        yield from _expand_alternatives(source, lists[name], lists, (*above, name))
