"""Finds retaliation: a party that answers duties with its own duties.

1. is_own_rate        matches "(30%) of its own"; not "(30%) of its exports"
2. find_retaliation   matches "Canada answers 25% US tariffs with (30%)"; not "Canada answers 25% US
                      tariffs as prices rise (30%)"
"""

import re
from collections.abc import Sequence

from bot.news.figures.context import CONJUNCTIONS, DUTY, OWN_DUTY, Clause
from bot.parties import Mention

_ANSWER = (
    r"\s(?:(?:has|have|will|would|to|vow\w*|plan\w*|threat\w*|prepar\w*)\s){0,3}"
    r"(?:retaliat\w+|hits?\sback|str(?:ikes?|uck)\sback|respon(?:ds?|ded)|answer\w*|counter(?:s|ed)?|"
    r"match\w*)\s"
    rf"(?:(?!(?:{CONJUNCTIONS})\s)[^\s,;]+\s){{0,8}}?"
)
_ANSWERS_WITH = re.compile(rf"{_ANSWER}with\s(?:[a-z]+\s){{0,3}}")
_ANSWERS = re.compile(_ANSWER)
_OWN = re.compile(rf"(?:\s(?:{DUTY}))?\sof\s(?:its|their|his)\sown\b")


def is_own_rate(clause: Clause) -> bool:
    """Whether "of its own" or similar words follow the rate."""
    return _OWN.match(clause.after) is not None


def find_retaliation(clause: Clause, mentions: Sequence[Mention]) -> tuple[str, str | None] | None:
    """The party that retaliates with the rate, and the party against which it retaliates.

    The second is None if the sentence does not name it; the result is None if there is no
    retaliation. `mentions` are all mentions of the sentence, because both parties may be named
    before the previous rate, outside the clause.
    """
    pattern = _ANSWERS if is_own_rate(clause) else _ANSWERS_WITH
    found = [one for one in mentions if pattern.fullmatch(clause.folded, one.end, clause.start)]
    return (found[-1].code, _find_answered(clause, found[-1], mentions)) if found else None


def _find_answered(clause: Clause, by: Mention, mentions: Sequence[Mention]) -> str | None:
    """The party against whose duties `by` retaliates: the US in "answers 25% US tariffs with"."""
    return next(
        (
            each.code
            for each in mentions
            if by.end <= each.start < clause.start
            and each.code != by.code
            and OWN_DUTY.match(clause.folded, each.end, clause.start)
        ),
        None,
    )
