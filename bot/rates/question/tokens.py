"""The words of a question with their roles: each word ends with exactly one.

The steps of `bot.rates.question.parse` take what they read out of the text. `Tokens.settle`
compares the text before and after a step, and gives the words that are gone the role of the step.
Words that are left at the end are small words, or they were not read; the answer names the latter.
"""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}|->|[^\s,;?!()\[\]\"]+")
EDGES = ".'`*_~<>:"


class Role(StrEnum):
    """What a word of a question is for its answer."""

    ECONOMY = "economy"
    GOODS = "goods"
    DAY = "day"
    LAW = "law"
    VALUE = "value"
    PERCENT = "percent"
    INTENT = "intent"
    FILLER = "filler"
    """A word without which the question means the same."""
    UNREAD = "unread"


def split_text(text: str) -> list[str]:
    """The words of the text without punctuation at their ends."""
    return [word for run in _WORD.findall(text) if (word := run.strip(EDGES))]


class Tokens:
    """The words of a question, in order, each with its role once a step has read it."""

    def __init__(self, text: str) -> None:
        self.words: Sequence[str] = split_text(text)
        self.roles: list[Role | None] = [None] * len(self.words)
        self._left = text

    def settle(self, rest: str, role: Role | Callable[[str], Role]) -> None:
        """Gives the role to all words without a role that are not in `rest`, the text that a step
        left. A function returns the role of each word."""
        if rest == self._left:
            return
        self._left = rest
        open_at = [place for place, role_of in enumerate(self.roles) if role_of is None]
        before, left = [self.words[place] for place in open_at], split_text(rest)
        kept = SequenceMatcher(None, before, left, autojunk=False).get_matching_blocks()
        stays = {start + step for start, _, size in kept for step in range(size)}
        for at, place in enumerate(open_at):
            if at not in stays:
                self.roles[place] = role(self.words[place]) if callable(role) else role

    def list_words(self, role: Role) -> tuple[str, ...]:
        """The different words with this role."""
        pairs = zip(self.words, self.roles, strict=True)
        return tuple(dict.fromkeys(word for word, one in pairs if one is role))
