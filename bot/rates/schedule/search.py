"""Finds the headings of a tariff schedule whose lines have the words of a text.

The lines are read once for each search, which takes a few milliseconds and needs no index.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.model import TariffLine

_HEADING_DIGITS = 4
_MIN_LETTERS, _MIN_BEGINNING = 3, 6


class FoundHeading(NamedTuple):
    """A heading that has the words, with the description of its line that fits them best."""

    code: str
    description: str


class _Match(NamedTuple):
    """A line with some of the words."""

    rarity: float
    """The sum over its words, of which a word that few lines have counts more."""
    leads: bool
    """Whether its text begins with one of the words: `Umbrellas`, not `Parts of umbrellas`."""
    line: TariffLine


def find_headings(lines: TariffLines, words: Sequence[str], most: int) -> tuple[FoundHeading, ...]:
    """The headings that fit the words best, at most `most` of them.

    The last word says what the goods are, so only lines that have it count: `coffee grinder` finds
    grinders. Of headings with equal matches, those with more lines that begin with a word come
    first. `words` are in lower case. Each matches the beginning of a word in a description:
    `guitar` finds `Guitars`. A short word matches only itself and its plural. Words of one or two
    letters are ignored.
    """
    wanted = [word for word in dict.fromkeys(words) if len(word) >= _MIN_LETTERS]
    if not wanted:
        return ()
    best: dict[str, _Match] = {}
    counts: Counter[str] = Counter()
    for match in _list_matches(lines.list_with_any(wanted[-1:]), wanted):
        heading = match.line.code[:_HEADING_DIGITS]
        counts[heading] += match.leads
        if heading not in best or match[:2] > best[heading][:2]:
            best[heading] = match
    # Sorting keeps the order of equal headings.
    ranks = {code: (*match[:2], counts[code]) for code, match in best.items()}
    codes = sorted(best, key=lambda code: ranks[code], reverse=True)[:most]
    return tuple(FoundHeading(code, best[code].line.description) for code in codes)


def _list_matches(lines: Sequence[TariffLine], wanted: Sequence[str]) -> Iterator[_Match]:
    short = [word for word in wanted if len(word) < _MIN_BEGINNING]
    long = [word for word in wanted if len(word) >= _MIN_BEGINNING]
    patterns = [
        re.compile(rf"\b({'|'.join(map(re.escape, words))}){end}")
        for words, end in ((short, r"(?:e?s)?\b(?!…)"), (long, ""))
        if words
    ]
    texts = [line.description.casefold() for line in lines]
    found = [{word for each in patterns for word in each.findall(text)} for text in texts]
    counts = Counter(word for each in found for word in each)
    for line, text, each in zip(lines, texts, found, strict=True):
        if wanted[-1] in each:
            leads = text.startswith(tuple(each)) or any(f": {word}" in text for word in each)
            yield _Match(sum(1 / counts[word] for word in each), leads, line)
