"""Which of many patterns stand in a sentence, and which texts are not worth a look."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.news.topics.pattern import NUMBER, PARTY, START, Pattern
from bot.news.topics.tokens import Word

_UNASKED = frozenset({PARTY, NUMBER, START})


class Index:
    """Finds which of many patterns stand in a sentence, in one pass over its words."""

    def __init__(self, patterns: Iterable[tuple[str, Pattern]]) -> None:
        """Each pattern comes with the name it is reported by; several may share one."""
        entries = tuple(patterns)
        numbers: dict[str, list[int]] = {}
        for number, (_, pattern) in enumerate(entries):
            for word in pattern.first_words:
                numbers.setdefault(word, []).append(number)
        # Words of one list begin the same patterns, so they share one tuple of them.
        shared: dict[tuple[int, ...], tuple[tuple[str, Pattern], ...]] = {}
        self._by_word: Mapping[str, tuple[tuple[str, Pattern], ...]] = {}
        for word, begun in numbers.items():
            key = tuple(begun)
            if key not in shared:
                shared[key] = tuple(entries[number] for number in key)
            self._by_word[word] = shared[key]

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


class Sieve:
    """Lets texts pass in which one of many patterns may stand; far quicker than `Index.find`."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        numbers: dict[tuple[frozenset[str], ...], int] = {}
        by_need: dict[str, set[int]] = {}
        self._always = False
        for pattern in patterns:
            # Whether there are parties or numbers is not asked, so these count as being there.
            needs = [need for need in pattern.needs if need.isdisjoint(_UNASKED)]
            self._always = self._always or not needs
            # What else a text must hold beside a word, each only once.
            others = numbers.setdefault(tuple(needs[1:]), len(numbers))
            for word in needs[0] if needs else ():
                by_need.setdefault(word, set()).add(others)
        shared: dict[frozenset[int], frozenset[int]] = {}
        self._by_need = {
            word: shared.setdefault(key := frozenset(asked), key) for word, asked in by_need.items()
        }
        self._needed = frozenset(by_need)
        self._others = tuple(numbers)

    def passes(self, spelt: set[str]) -> bool:
        """Whether a pattern may stand in a text with these words; False for most that are about
        something else.
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
