"""Finds which of many patterns match a sentence."""

from collections.abc import Iterable, Iterator, Sequence

from bot.news.topics.pattern import NUMBER, PARTY, START, Pattern
from bot.news.topics.tokens import Word


class PatternIndex:
    """An index of patterns by first word, so that one pass over a sentence finds all matches."""

    def __init__(self, patterns: Iterable[tuple[str, Pattern]]) -> None:
        """Takes pairs of a name and a pattern; several patterns may share a name."""
        self._by_word: dict[str, list[tuple[str, Pattern, tuple[frozenset[str], ...]]]] = {}
        for name, pattern in patterns:
            needs = _list_other_needs(pattern)
            for word in pattern.first_words:
                self._by_word.setdefault(word, []).append((name, pattern, needs))

    def find(self, words: Sequence[Word]) -> dict[str, tuple[int, int]]:
        """The names of the matching patterns, each with the offsets of its first match."""
        found: dict[str, tuple[int, int]] = {}
        for at, name, pattern in self._find_candidates(words):
            if name not in found:
                end = pattern.find_end(words, at)
                if end is not None:
                    found[name] = (words[at].start, words[end - 1].end)
        return found

    def find_all(self, words: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
        """Each match: the name of the pattern and the offsets of the match, in order of start."""
        for at, name, pattern in self._find_candidates(words):
            end = pattern.find_end(words, at)
            if end is not None:
                yield name, words[at].start, words[end - 1].end

    def matches_any(self, words: Sequence[Word]) -> bool:
        """Whether any of the patterns matches."""
        return any(
            pattern.find_end(words, at) is not None
            for at, _, pattern in self._find_candidates(words)
        )

    def _find_candidates(self, words: Sequence[Word]) -> Iterator[tuple[int, str, Pattern]]:
        """All patterns that may begin at a word: the word's index, the pattern's name, the pattern.

        A pattern is left out if the sentence does not have the words that the pattern needs.
        """
        keys = [_list_keys(word, at) for at, word in enumerate(words)]
        present = set().union(*keys)
        for at, of_word in enumerate(keys):
            for key in of_word:
                for name, pattern, needs in self._by_word.get(key, ()):
                    # A loop, because a generator inside any() takes twice the time.
                    for need in needs:
                        if need.isdisjoint(present):
                            break
                    else:
                        yield at, name, pattern


def _list_other_needs(pattern: Pattern) -> tuple[frozenset[str], ...]:
    """The sets of words that a sentence needs besides the word with which a match begins."""
    first = pattern.slots[0]
    if pattern.at_start or first.optional:
        return pattern.needs
    needs = list(pattern.needs)
    needs.remove(first.first_words)
    return tuple(needs)


def _list_keys(word: Word, at: int) -> list[str]:
    """The keys in `_by_word` of the patterns that may begin with the word."""
    keys = [word.text]
    if word.party:
        keys.append(PARTY)
    if word.is_number:
        keys.append(NUMBER)
    if at == 0:
        keys.append(START)
    return keys
