"""Finds which of many patterns match a sentence."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.news.topics.pattern import Pattern
from bot.news.topics.tokens import Sentence


class _Entry(NamedTuple):
    name: str
    pattern: Pattern
    first_words: frozenset[str]
    """The words and marks with which a match can begin."""
    needs: tuple[frozenset[str], ...]
    """The pattern's needs, except the one in the index."""


class PatternIndex:
    """An index of patterns by the rarest words that they need."""

    def __init__(self, patterns: Iterable[tuple[str, Pattern]]) -> None:
        """Takes pairs of a name and a pattern; several patterns may share a name."""
        self._entries: list[_Entry] = []
        self._by_word: dict[str, set[int]] = {}
        """For each word, the places in `_entries` of the patterns indexed by it."""
        given = list(patterns)
        commonness = _measure_commonness([_list_needs(pattern) for _, pattern in given])
        for place, (name, pattern) in enumerate(given):
            rarest, *others = sorted(_list_needs(pattern), key=commonness.__getitem__)
            self._entries.append(_Entry(name, pattern, pattern.first_words, tuple(others)))
            for word in rarest:
                self._by_word.setdefault(word, set()).add(place)

    def find(self, sentence: Sentence) -> dict[str, tuple[int, int]]:
        """The names of the matching patterns, each with the offsets of its first match."""
        found: dict[str, tuple[int, int]] = {}
        for at, name, pattern in self._find_candidates(sentence):
            if name not in found:
                end = pattern.find_end(sentence, at)
                if end is not None:
                    found[name] = (sentence.spans[at][0], sentence.spans[end - 1][1])
        return found

    def find_all(self, sentence: Sentence) -> Iterator[tuple[str, int, int]]:
        """Each match: the name of the pattern and the offsets of the match, in order of start."""
        for at, name, pattern in self._find_candidates(sentence):
            end = pattern.find_end(sentence, at)
            if end is not None:
                yield name, sentence.spans[at][0], sentence.spans[end - 1][1]

    def matches_any(self, sentence: Sentence) -> bool:
        """Whether any of the patterns matches."""
        return any(
            pattern.find_end(sentence, at) is not None
            for at, _, pattern in self._find_candidates(sentence)
        )

    def _find_candidates(self, sentence: Sentence) -> Iterator[tuple[int, str, Pattern]]:
        """All patterns that may begin at a word: the word's index, the pattern's name, the pattern.

        A pattern is left out if the sentence does not have the words that the pattern needs.
        """
        words = sentence.vocabulary
        places = set().union(*[self._by_word[word] for word in words if word in self._by_word])
        by_first_word: dict[str, list[_Entry]] = {}
        for place in sorted(places):
            entry = self._entries[place]
            # A loop, because any() takes three times as long.
            for need in entry.needs:
                if need.isdisjoint(words):
                    break
            else:
                for word in entry.first_words & words:
                    by_first_word.setdefault(word, []).append(entry)
        for at, begins in enumerate(sentence.begins) if by_first_word else ():
            for word, _ in begins:
                for entry in by_first_word.get(word, ()):
                    yield at, entry.name, entry.pattern


def _list_needs(pattern: Pattern) -> tuple[frozenset[str], ...]:
    """The sets of words that a pattern needs. If all are optional, it needs one that begins it."""
    return pattern.needs or (pattern.first_words,)


def _measure_commonness(
    needs: Iterable[tuple[frozenset[str], ...]],
) -> dict[frozenset[str], int]:
    """For each set of words, the number of patterns that need the most common of its words."""
    counts: Counter[str] = Counter()
    for sets in needs:
        counts.update(frozenset().union(*sets))
    return {words: max(map(counts.__getitem__, words)) for sets in needs for words in sets}
