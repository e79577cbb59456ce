"""The words of a text as patterns see them: folded, initials in one piece, parties marked."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.parties import Mention
from bot.text.folding import fold_case

# Initials are one word, as some papers write them: W.T.O., U.S.
_WORD = re.compile(r"(?<=[a-z.])'s\b|\b[a-z](?:\.[a-z])+\b\.?|\d+(?:[.,]\d+)*|[^\W\d_]+|[%$€£¥]")


class Word(NamedTuple):
    """One word of a sentence: folded text, where it stands, and the party it begins to name."""

    text: str
    start: int
    end: int
    party: str
    """Empty for words that name no party, and for all but the first word of a name."""
    reach: int
    """How many words the name has; 1 for other words."""
    number: bool
    """Whether it is a number in digits."""


def words_of(text: str, mentions: Sequence[Mention] = ()) -> tuple[Word, ...]:
    """The words of one sentence, with the parties that `mentions` found in it."""
    codes = {mention.start: mention for mention in mentions}
    matches = [match for match in _WORD.finditer(fold_case(text)) if match.group() != "'s"]
    words: list[Word] = []
    for index, match in enumerate(matches):
        word, (start, end) = match.group(), match.span()
        if "." in word and not word[0].isdigit():
            word = word.replace(".", "")
        mention = codes.get(start)
        if mention is None:
            words.append(Word(word, start, end, "", 1, word[0].isdigit()))
        else:
            reach = sum(1 for other in matches[index : index + 12] if other.start() < mention.end)
            words.append(Word(word, start, end, mention.code, reach, word[0].isdigit()))
    return tuple(words)


def spellings(text: str) -> set[str]:
    """The texts of all words in it, as `words_of` spells them."""
    found = set(_WORD.findall(fold_case(text)))
    dotted = {word for word in found if "." in word and not word[0].isdigit()}
    return (found - dotted) | {word.replace(".", "") for word in dotted} if dotted else found


# Of ASCII: small letters as they are, the rest blanks.
_LETTERS = str.maketrans({code: " " for code in range(128) if not 97 <= code <= 122})
_INITIALS = re.compile(r"[a-z]\.[a-z]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def rough_spellings(text: str) -> set[str]:
    """At the least what `spellings` gives, but for a possessive 's, and sooner."""
    folded = fold_case(text)
    if not folded.isascii() or _INITIALS.search(folded):
        return spellings(text)
    found = set(folded.translate(_LETTERS).split())
    found.update(_NUMBER.findall(folded))
    return found | {sign for sign in "%$" if sign in folded}
