"""Splits a sentence into words for patterns.

Words are in lower case, initials such as "U.S." are one word, and names of parties are marked.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.parties import Mention
from bot.text.folding import fold_case

# Marks in patterns: the name of a party, a number, the beginning of the sentence.
PARTY, NUMBER, START = "@", "#", "^"

_POSSESSIVE = "'s"
# Initials are one word: W.T.O., U.S.
_WORD = re.compile(
    r"[^\W\d_]+(?:(?<=\b[a-z])(?:\.[a-z])+\b\.?)?|\d+(?:[.,]\d+)*|[%$€£¥]"
    rf"|(?<=[a-z.]){_POSSESSIVE}\b"
)
_LONGEST_NAME = 12
"""Maximum words of a party's name."""


class Sentence(NamedTuple):
    """A sentence with its words, in the form in which patterns are looked up."""

    text: str
    where: str
    """`title` or `summary`."""
    words: tuple[str, ...]
    """In lower case, without possessive endings."""
    spans: tuple[tuple[int, int], ...]
    """The offsets of each word in the text."""
    begins: tuple[tuple[tuple[str, int], ...], ...]
    """For each word, the words and marks with which a pattern may begin there: the word itself, and
    the mark of a name, a number or the beginning of the sentence. Each has the index of the next
    word, because a name may have several words."""
    vocabulary: frozenset[str]
    """All words and marks."""


def read_sentence(text: str, where: str, mentions: Sequence[Mention] = ()) -> Sentence:
    """The words of one sentence, with the parties in `mentions`."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    marks: list[tuple[int, tuple[str, int]]] = []
    for match in _WORD.finditer(fold_case(text)):
        word = match[0]
        if word == _POSSESSIVE:
            continue
        if word[0].isdigit():
            marks.append((len(words), (NUMBER, len(words) + 1)))
        elif "." in word:
            word = word.replace(".", "")
        words.append(word)
        spans.append(match.span())
    marks += _mark_parties(spans, mentions)
    if words:
        marks.append((0, (START, 0)))
    begins: list[tuple[tuple[str, int], ...]] = [
        ((word, at),) for at, word in enumerate(words, start=1)
    ]
    for at, mark in marks:
        begins[at] = (*begins[at], mark)
    vocabulary = frozenset([*words, *[mark for _, (mark, _) in marks]])
    return Sentence(text, where, tuple(words), tuple(spans), tuple(begins), vocabulary)


def _mark_parties(
    spans: Sequence[tuple[int, int]], mentions: Sequence[Mention]
) -> Iterator[tuple[int, tuple[str, int]]]:
    """The index of the first word of each name, with its mark and the index of the next word."""
    by_start = {start: at for at, (start, _) in enumerate(spans)} if mentions else {}
    for start, end in {mention.start: mention.end for mention in mentions}.items():
        at = by_start.get(start)
        if at is not None:
            name = spans[at : at + _LONGEST_NAME]
            yield at, (PARTY, at + sum(1 for begin, _ in name if begin < end))
