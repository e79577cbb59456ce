"""Finds tariff lines by code. A line is parsed when it is looked up, so that loading is fast."""

import csv
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from bot.rates.schedule.model import LINE_DIGITS, TariffLine
from bot.text.word_set import WordSet

HEADING_DIGITS = 4
_WORD = re.compile(r"(?<!\w)(?=\d*[a-z])[a-z0-9]{3,}(?![\w…])")
"""A whole word, such as `vitamin` or `b12`. Long descriptions are cut off within a word: `si…`."""


def split_description(text: str) -> frozenset[str]:
    """The whole words of a description, in lower case."""
    return frozenset(_WORD.findall(text.casefold()))


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

    def count_rows(self, forms: Collection[str]) -> Mapping[str, int]:
        """The number of rows of each heading that have a form of a word."""
        places = frozenset[int]().union(*(self._places.get(form, ()) for form in forms))
        return Counter(self._rows[place][:HEADING_DIGITS] for place in places)

    def list_with_all(self, words: Iterable[Collection[str]]) -> list[TariffLine]:
        """The lines that have all the words, sorted by code. A word is given by its forms."""
        places = [{*chain(*(self._places.get(form, ()) for form in forms))} for forms in words]
        shared = set.intersection(*places) if places else set()
        return [TariffLine(*row) for row in csv.reader(self._rows[at] for at in sorted(shared))]

    @cached_property
    def _places(self) -> Mapping[str, Sequence[int]]:
        """The places of the rows that have each word."""
        found: dict[str, list[int]] = {}
        for place, row in enumerate(self._rows):
            for word in split_description(row):
                found.setdefault(word, []).append(place)
        return found

    @cached_property
    def words(self) -> WordSet:
        """The words of all descriptions, in lower case."""
        return WordSet(self._places)

    def get_code(self, place: int) -> str:
        """The code of the line at this place."""
        return self._rows[place][:LINE_DIGITS]
