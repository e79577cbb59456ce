"""A number in a sentence, with the words that belong to it."""

import re
from typing import NamedTuple


class Clause(NamedTuple):
    """A number in a sentence, with the words back to the previous and on to the next number.

    The number is `folded[start:end]` and the clause is `folded[low:high]`.
    """

    folded: str
    low: int
    start: int
    end: int
    high: int
    is_change: bool
    """Whether the number is a change from one percentage to another."""

    @property
    def before(self) -> str:
        return self.folded[self.low : self.start]

    @property
    def after(self) -> str:
        return self.folded[self.end : self.high]


def find_last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last match of the pattern, or None."""
    found = None
    for match in pattern.finditer(text):
        found = match
    return found
