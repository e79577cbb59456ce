"""Splits a sentence into words for patterns.

Words are in lower case, initials such as "U.S." are one word, and names of parties are marked.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.parties import Mention
from bot.text.folding import fold_case

# Initials are one word: W.T.O., U.S.
_WORD = re.compile(r"(?<=[a-z.])'s\b|\b[a-z](?:\.[a-z])+\b\.?|\d+(?:[.,]\d+)*|[^\W\d_]+|[%$€£¥]")


class Word(NamedTuple):
    """A word of a sentence: its folded text, its offsets, and the party whose name it begins."""

    text: str
    start: int
    end: int
    party: str
    """The party's code on the first word of its name; empty on all other words."""
    word_count: int
    """The number of words in the party's name, on the first word of a name; 1 on other words."""
    is_number: bool
    """Whether it is a number in digits."""


def split_words(text: str, mentions: Sequence[Mention] = ()) -> tuple[Word, ...]:
    """The words of one sentence, with the parties in `mentions`."""
    by_start = {mention.start: mention for mention in mentions}
    matches = [match for match in _WORD.finditer(fold_case(text)) if match.group() != "'s"]
    words: list[Word] = []
    for index, match in enumerate(matches):
        word, (start, end) = match.group(), match.span()
        if "." in word and not word[0].isdigit():
            word = word.replace(".", "")
        mention = by_start.get(start)
        if mention is None:
            words.append(Word(word, start, end, "", 1, word[0].isdigit()))
        else:
            reach = sum(1 for other in matches[index : index + 12] if other.start() < mention.end)
            words.append(Word(word, start, end, mention.code, reach, word[0].isdigit()))
    return tuple(words)
