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
from typing import NamedTuple

from bot.folding import fold_case
from bot.parties import Mention

PARTY = "@"
NUMBER = "#"
START = "^"
_UNASKED = frozenset({PARTY, NUMBER, START})

# Initials are one word, as some papers write them: W.T.O., U.S.
_WORD = re.compile(r"(?<=[a-z.])'s\b|\b[a-z](?:\.[a-z])+\b\.?|\d+(?:[.,]\d+)*|[^\W\d_]+|[%$€£¥]")
_GAP = re.compile(r"\.\.(\d*)")
_PLAIN_GAP = 3
_WIDEST_GAP = 12
_PLAIN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*|[@#%$€£]")


class Word(NamedTuple):
    """One word of a sentence: folded text, where it stands, and the party it begins to name."""

    text: str
    start: int
    end: int
    party: str
    """Empty for words that name no party, and for all but the first word of a name."""
    reach: int
    """How many words the name has; 1 for other words."""
    number: bool
    """Whether it is a number in digits."""


def words_of(text: str, mentions: Sequence[Mention] = ()) -> tuple[Word, ...]:
    """The words of one sentence, with the parties that `mentions` found in it."""
    codes = {mention.start: mention for mention in mentions}
    matches = [match for match in _WORD.finditer(fold_case(text)) if match.group() != "'s"]
    words: list[Word] = []
    for index, match in enumerate(matches):
        word, (start, end) = match.group(), match.span()
        if "." in word and not word[0].isdigit():
            word = word.replace(".", "")
        mention = codes.get(start)
        if mention is None:
            words.append(Word(word, start, end, "", 1, word[0].isdigit()))
        else:
            reach = sum(1 for other in matches[index : index + 12] if other.start() < mention.end)
            words.append(Word(word, start, end, mention.code, reach, word[0].isdigit()))
    return tuple(words)


def spellings(text: str) -> set[str]:
    """The texts of all words in it, as `words_of` spells them."""
    found = set(_WORD.findall(fold_case(text)))
    dotted = {word for word in found if "." in word and not word[0].isdigit()}
    return (found - dotted) | {word.replace(".", "") for word in dotted} if dotted else found


# Of ASCII: small letters as they are, the rest blanks.
_LETTERS = str.maketrans({code: " " for code in range(128) if not 97 <= code <= 122})
_INITIALS = re.compile(r"[a-z]\.[a-z]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def rough_spellings(text: str) -> set[str]:
    """At the least what `spellings` gives, but for a possessive 's, and sooner."""
    folded = fold_case(text)
    if not folded.isascii() or _INITIALS.search(folded):
        return spellings(text)
    found = set(folded.translate(_LETTERS).split())
    found.update(_NUMBER.findall(folded))
    return found | {sign for sign in "%$" if sign in folded}


class Slot(NamedTuple):
    """What one place of a pattern takes."""

    words: frozenset[str]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    """What is longer than a word: first word -> the words that may follow it."""
    gap: int
    """How many other words may stand before it."""
    optional: bool

    def ends(self, words: Sequence[Word], at: int) -> list[int]:
        """Every place at which the slot may end if it begins at word `at`."""
        word = words[at]
        found: list[int] = []
        if word.text in self.words or (word.number and NUMBER in self.words):
            found.append(at + 1)
        if word.party and PARTY in self.words:
            found.append(at + word.reach)
        for rest in self.phrases.get(word.text, ()):
            end = at + 1 + len(rest)
            if tuple(following.text for following in words[at + 1 : end]) == rest:
                found.append(end)
        return found

    @property
    def first_words(self) -> frozenset[str]:
        """The words that the slot can begin with."""
        return self.words.union(self.phrases)


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
        first: set[str] = set()
        for slot in self.slots:
            first |= slot.first_words
            if not slot.optional:
                break
        return frozenset(first)


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


def compile_pattern(source: str, lists: Mapping[str, Sequence[str]]) -> Pattern:
    """The pattern that `source` writes; raises ValueError saying what is wrong with it."""
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
            slots.append(_slot(source, piece, gap, lists))
            gap = 0
    if gap or not slots or slots[-1].optional:
        raise ValueError(f"{source!r}: a pattern must end with a word")
    if slots[0].gap and not at_start:
        raise ValueError(f"{source!r}: a pattern must begin with a word")
    # The smallest first: it fails soonest.
    needs = sorted((slot.first_words for slot in slots if not slot.optional), key=len)
    return Pattern(tuple(slots), at_start, tuple(needs))


def _slot(source: str, piece: str, gap: int, lists: Mapping[str, Sequence[str]]) -> Slot:
    words: set[str] = set()
    phrases: dict[str, tuple[tuple[str, ...], ...]] = {}
    for member in _members(source, piece.removesuffix("?").split("/"), lists, ()):
        for word in member.split():
            if not _PLAIN.fullmatch(word):
                raise ValueError(f"{source!r}: {word!r} is not one word in lower-case letters")
        first, *rest = member.split()
        if rest:
            phrases[first] = (*phrases.get(first, ()), tuple(rest))
        else:
            words.add(first)
    return Slot(frozenset(words), phrases, gap, piece.endswith("?"))


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


class Index:
    """Finds which of many patterns stand in a sentence, in one pass over its words."""

    def __init__(self, patterns: Iterable[tuple[str, Pattern]]) -> None:
        """Each pattern comes with the name it is reported by; several may share one."""
        self._by_word: dict[str, list[tuple[str, Pattern]]] = {}
        # What else a text must hold beside a word, each only once.
        self._by_need: dict[str, set[int]] = {}
        numbers: dict[tuple[frozenset[str], ...], int] = {}
        self._always = False
        for name, pattern in patterns:
            for word in pattern.first_words:
                self._by_word.setdefault(word, []).append((name, pattern))
            # Whether there are parties or numbers is not asked, so these count as being there.
            needs = [need for need in pattern.needs if need.isdisjoint(_UNASKED)]
            self._always = self._always or not needs
            others = numbers.setdefault(tuple(needs[1:]), len(numbers))
            for word in needs[0] if needs else ():
                self._by_need.setdefault(word, set()).add(others)
        self._needed = frozenset(self._by_need)
        self._others = tuple(numbers)

    def possible(self, spelt: set[str]) -> bool:
        """Whether one of the patterns may stand in a text with these words; far quicker than
        `find`, and False for most texts that are about something else.
        """
        if self._always:
            return True
        asked = set().union(*(self._by_need[word] for word in self._needed & spelt))
        for number in asked:
            for need in self._others[number]:
                if need.isdisjoint(spelt):
                    break
            else:
                return True
        return False

    def find(self, words: Sequence[Word]) -> dict[str, tuple[int, int]]:
        """Names found -> first and last character of the first place where each stands."""
        found: dict[str, tuple[int, int]] = {}
        for at, name, pattern in self._candidates(words):
            if name not in found:
                end = pattern.end(words, at)
                if end is not None:
                    found[name] = (words[at].start, words[end - 1].end)
        return found

    def any(self, words: Sequence[Word]) -> bool:
        """Whether one of the patterns stands in the sentence."""
        return any(pattern.end(words, at) is not None for at, _, pattern in self._candidates(words))

    def _candidates(self, words: Sequence[Word]) -> Iterator[tuple[int, str, Pattern]]:
        keys = [_keys(word, at) for at, word in enumerate(words)]
        present = set().union(*keys)
        for at, of_word in enumerate(keys):
            for key in of_word:
                for name, pattern in self._by_word.get(key, ()):
                    for need in pattern.needs:
                        if need.isdisjoint(present):
                            break
                    else:
                        yield at, name, pattern


def _keys(word: Word, at: int) -> list[str]:
    """What patterns that may begin with the word are listed under."""
    keys = [word.text]
    if word.party:
        keys.append(PARTY)
    if word.number:
        keys.append(NUMBER)
    if at == 0:
        keys.append(START)
    return keys
