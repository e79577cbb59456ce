"""Finds the parts of a question that its answer about a rate leaves out.

toys from china and why is it so high     why is it so high
toys from china, who pays it              who pays it
toys from china, and can you check        nothing, because this asks for the rate
toys from china, and will we pay in may   nothing, because the month was read
"""

import re
from collections.abc import Iterator

from bot.rates.question.tokens import Role, Tokens, split_text

_PART = re.compile(
    r"(?:[,;.?!]\s*(?:(?:and|but|also|so) )?|\b(?:and|but|also) )\s*(?P<asked>(?:"
    r"why|who|where|how(?! (?:much|many|high|low|about|long|often|come))|what (?:if|happens)"
    r"|(?:will|can|could|should|would|must) (?:it|they|this|that|these|those|we|i)"
    r")\b[^,;?!]*)"
)
"""A part that asks for something else than a figure or a day."""
_READ = frozenset(Role) - {Role.FILLER, Role.UNREAD}
_MOST_WORDS = 12


def list_unread_parts(text: str, tokens: Tokens) -> tuple[str, ...]:
    """The parts after the first one of which no word was read, as they are in the text."""
    return tuple(_list_parts(text, frozenset().union(*map(tokens.list_words, _READ))))


def _list_parts(text: str, read: frozenset[str]) -> Iterator[str]:
    for match in _PART.finditer(text):
        words = split_text(match["asked"])
        if match.start() and 1 < len(words) <= _MOST_WORDS and read.isdisjoint(words):
            yield " ".join(words)
