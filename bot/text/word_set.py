"""A set of words that also finds them by their first letter."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby


class WordSet(frozenset[str]):
    """The words of a vocabulary."""

    @cached_property
    def _by_letter(self) -> Mapping[str, Sequence[str]]:
        return {letter: [*words] for letter, words in groupby(sorted(self), lambda word: word[:1])}

    def starting_with(self, letters: str) -> list[str]:
        """The words that begin with one of the letters, sorted for each letter."""
        found = (self._by_letter.get(letter, ()) for letter in dict.fromkeys(letters))
        return [*chain.from_iterable(found)]
