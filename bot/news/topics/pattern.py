"""Patterns over words: how a rule in `config/topics.yaml` says what to look for.

    tariff/tariffs       one of these words, in any case
    trade talks          words side by side; blanks, hyphens, commas and quotes all count as such
    @                    a party: "U.S.", "South Korea", "Beijing"
    #                    a number
    {court}              what a list of that name holds: words, phrases and other {lists}
    {court}/{wto}/panel  the same, of several
    new?                 a word that may be missing
    ..                   up to three other words; `..8` up to eight
    ^                    the beginning of the sentence

A possessive 's counts for nothing: `@ tariffs` finds "China's tariffs". Matching is a walk over
words with bounded gaps, so no rule and no text can make it run away.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from sys import intern
from typing import NamedTuple

from bot.news.topics.tokens import Word

PARTY = "@"
NUMBER = "#"
START = "^"

_GAP = re.compile(r"\.\.(\d*)")
_PLAIN_GAP = 3
_WIDEST_GAP = 12
_ALONE: tuple[tuple[str, ...], ...] = ((),)
_PLAIN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*|[@#%$€£]")


class Slot(NamedTuple):
    """What one place of a pattern takes."""

    first_words: frozenset[str]
    """The words that the slot can begin with."""
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    """What may follow a first word, where something may; there, nothing only if it says so."""
    gap: int
    """How many other words may stand before it."""
    optional: bool

    def ends(self, words: Sequence[Word], at: int) -> list[int]:
        """Every place at which the slot may end if it begins at word `at`."""
        word = words[at]
        found: list[int] = []
        if word.number and self._is_enough(NUMBER):
            found.append(at + 1)
        if word.party and self._is_enough(PARTY):
            found.append(at + word.reach)
        if word.text in self.first_words:
            for rest in self.phrases.get(word.text, _ALONE):
                end = at + 1 + len(rest)
                if tuple(following.text for following in words[at + 1 : end]) == rest:
                    found.append(end)
        return found

    def _is_enough(self, mark: str) -> bool:
        """Whether the slot takes the mark with nothing behind it."""
        return mark in self.first_words and () in self.phrases.get(mark, _ALONE)


class Pattern(NamedTuple):
    """A compiled pattern; `slots` are walked from left to right."""

    slots: tuple[Slot, ...]
    at_start: bool
    needs: tuple[frozenset[str], ...]
    """Of each of these sets the sentence must hold a word, or there is no use in walking."""

    def end(self, words: Sequence[Word], at: int) -> int | None:
        """Where the pattern ends if it begins at word `at`; None when it does not match."""
        return _walk(self.slots, 0, words, at)

    @property
    def first_words(self) -> frozenset[str]:
        """The words that a match can begin with; `^` for one at the start of a sentence."""
        if self.at_start:
            return frozenset({START})
        first = self.slots[0].first_words
        for before, slot in pairwise(self.slots):
            if not before.optional:
                break
            first |= slot.first_words
        return first


def _walk(slots: Sequence[Slot], index: int, words: Sequence[Word], at: int) -> int | None:
    if index == len(slots):
        return at
    slot = slots[index]
    for place in range(at, min(at + slot.gap + 1, len(words))):
        for end in slot.ends(words, place):
            last = _walk(slots, index + 1, words, end)
            if last is not None:
                return last
    return _walk(slots, index + 1, words, at) if slot.optional else None


class _Taken(NamedTuple):
    """What a piece of a pattern takes, as `Slot` has it."""

    first_words: frozenset[str]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]


class Compiler:
    """Compiles patterns over the same lists. What several have in common is made and kept once:
    rules name the same lists again and again, and a list may hold hundreds of words.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._taken: dict[str, _Taken] = {}
        self._slots: dict[tuple[str, int], Slot] = {}
        self._patterns: dict[str, Pattern] = {}

    def compile(self, source: str) -> Pattern:
        """The pattern that `source` writes; raises ValueError saying what is wrong with it."""
        if source not in self._patterns:
            self._patterns[source] = self._compile(source)
        return self._patterns[source]

    def _compile(self, source: str) -> Pattern:
        slots: list[Slot] = []
        gap, at_start = 0, False
        for place, piece in enumerate(source.split()):
            if piece == START and place == 0:
                at_start = True
            elif wide := _GAP.fullmatch(piece):
                gap = int(wide.group(1) or _PLAIN_GAP)
                if gap > _WIDEST_GAP:
                    raise ValueError(f"{source!r}: a gap is at most {_WIDEST_GAP} words")
            else:
                slots.append(self._slot(source, piece, gap))
                gap = 0
        if gap or not slots or slots[-1].optional:
            raise ValueError(f"{source!r}: a pattern must end with a word")
        if slots[0].gap and not at_start:
            raise ValueError(f"{source!r}: a pattern must begin with a word")
        # The smallest first: it fails soonest.
        needs = sorted((slot.first_words for slot in slots if not slot.optional), key=len)
        return Pattern(tuple(slots), at_start, tuple(needs))

    def _slot(self, source: str, piece: str, gap: int) -> Slot:
        slot = self._slots.get((piece, gap))
        if slot is None:
            taken = self._takes(source, piece.removesuffix("?"))
            slot = self._slots[piece, gap] = Slot(*taken, gap, piece.endswith("?"))
        return slot

    def _takes(self, source: str, piece: str) -> _Taken:
        if piece not in self._taken:
            rests: dict[str, tuple[tuple[str, ...], ...]] = {}
            for member in _members(source, piece.split("/"), self._lists, ()):
                for word in member.split():
                    if not _PLAIN.fullmatch(word):
                        raise ValueError(
                            f"{source!r}: {word!r} is not one word in lower-case letters"
                        )
                first, *rest = map(intern, member.split())
                rests[first] = (*rests.get(first, ()), tuple(rest))
            phrases = {first: rest for first, rest in rests.items() if rest != _ALONE}
            self._taken[piece] = _Taken(frozenset(rests), phrases)
        return self._taken[piece]


def _members(
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
            raise ValueError(f"{source!r}: list {name!r} holds itself")
        yield from _members(source, lists[name], lists, (*above, name))
