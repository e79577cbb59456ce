"""Finds tariff lines by code. A line is parsed when it is looked up, so that loading is fast."""

import csv
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from bot.rates.schedule.model import LINE_DIGITS, TariffLine
from bot.text.word_set import WordSet

HEADING_DIGITS = 4
_WORD = re.compile(r"[a-z]{3,}(?![a-z…])")
"""A whole word. Long descriptions are cut off within a word: `si…`."""


class TariffLines:
    """The lines of a schedule, in the order of their codes."""

    def __init__(self, rows: Sequence[str]) -> None:
        """`rows` are CSV rows in the order of the fields of `TariffLine`, sorted by code."""
        self._rows = rows

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TariffLines) and self._rows == other._rows

    __hash__ = None  # type: ignore[assignment] # compared, but not hashed

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[TariffLine]:
        return (TariffLine(*row) for row in csv.reader(self._rows))

    def find(self, code: str) -> TariffLine | None:
        """The line of a code with 8 or 10 digits; None if the schedule does not have it."""
        key = code[:LINE_DIGITS]
        place = bisect_left(self._rows, key)
        if len(key) < LINE_DIGITS or place == len(self._rows) or self.get_code(place) != key:
            return None
        return self._parse(place)

    def list_lines(self, prefix: str) -> list[TariffLine]:
        """The lines under a chapter, heading or subheading, sorted by code."""
        first = bisect_left(self._rows, prefix)
        last = bisect_left(self._rows, f"{prefix}~")
        return [TariffLine(*row) for row in csv.reader(self._rows[first:last])]

    def list_codes(self, prefix: str) -> list[str]:
        """The codes of the lines under a chapter, heading or subheading, sorted."""
        first = bisect_left(self._rows, prefix)
        found = []
        for place in range(first, len(self._rows)):
            code = self.get_code(place)
            if not code.startswith(prefix):
                break
            found.append(code)
        return found

    def count_matches(self, part: str, pattern: re.Pattern[str]) -> dict[str, int]:
        """By heading, how many of its rows have a match of the pattern.

        Each match must begin with `part`. Both are in lower case.
        """
        text, starts = self._folded
        found: Counter[str] = Counter()
        at = text.find(part)
        while at >= 0:
            if pattern.match(text, at):
                place = bisect_right(starts, at) - 1
                found[self._rows[place][:HEADING_DIGITS]] += 1
                at = starts[place + 1] - 1
            at = text.find(part, at + 1)
        return dict(found)

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        """All rows in lower case as one text, which is fast to search, and where each begins."""
        rows = [row.casefold() for row in self._rows]
        starts = list(accumulate((len(row) + 1 for row in rows), initial=0))
        return "\n".join(rows), starts

    @cached_property
    def words(self) -> WordSet:
        """The words of all descriptions, in lower case."""
        return WordSet(_WORD.findall(self._folded[0]))

    def get_code(self, place: int) -> str:
        """The code of the line at this place."""
        return self._rows[place][:LINE_DIGITS]

    def _parse(self, place: int) -> TariffLine:
        return TariffLine(*next(csv.reader([self._rows[place]])))
