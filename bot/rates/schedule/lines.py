"""Finds tariff lines by code. A line is parsed when it is looked up, so that loading is fast."""

import csv
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from bot.rates.schedule.model import LINE_DIGITS, TariffLine

HEADING_DIGITS = 4
_WORD = re.compile(r"[a-z]{3,}(?![a-z…])")
"""A whole word. Long descriptions are cut off within a word: `si…`."""


class TariffLines:
    """The lines of a schedule, in the order of their codes."""

    def __init__(self, rows: Sequence[str]) -> None:
        """`rows` are CSV rows in the order of the fields of `TariffLine`, sorted by code."""
        self._rows = rows
        self._parsed: dict[str, TariffLine] = {}
        """The lines that were looked up. All lines of the US schedule take 7 MB."""

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
        if (known := self._parsed.get(key)) is not None:
            return known
        place = bisect_left(self._rows, key)
        if len(key) < LINE_DIGITS or place == len(self._rows) or self.get_code(place) != key:
            return None
        found = self._parsed[key] = TariffLine(*next(csv.reader([self._rows[place]])))
        return found

    def list_lines(self, prefix: str) -> list[TariffLine]:
        """The lines under a chapter, heading or subheading, sorted by code."""
        return [TariffLine(*row) for row in csv.reader(self._list_rows(prefix))]

    def list_codes(self, prefix: str) -> list[str]:
        """The codes of the lines under a chapter, heading or subheading, sorted."""
        return [row[:LINE_DIGITS] for row in self._list_rows(prefix)]

    def has_lines(self, prefix: str) -> bool:
        """Whether there are lines under a chapter, heading or subheading."""
        place = bisect_left(self._rows, prefix)
        return place < len(self._rows) and self.get_code(place).startswith(prefix)

    def _list_rows(self, prefix: str) -> Sequence[str]:
        first = bisect_left(self._rows, prefix)
        return self._rows[first : bisect_left(self._rows, f"{prefix}~", first)]

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
    def words(self) -> frozenset[str]:
        """The words of all descriptions, in lower case."""
        return frozenset(_WORD.findall(self._folded[0]))

    def get_code(self, place: int) -> str:
        """The code of the line at this place."""
        return self._rows[place][:LINE_DIGITS]
