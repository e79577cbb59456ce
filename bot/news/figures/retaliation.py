"""Who answers duties with one: "Canada answers 25% US tariffs with 30%", "with 30% of its own"."""

import re
from collections.abc import Sequence

from bot.news.figures.context import DUTY, ELSE_BEGINS, OWN_DUTY, Clause
from bot.parties import Mention

_RETORT = (
    r"\s(?:(?:has|have|will|would|to|vow\w*|plan\w*|threat\w*|prepar\w*)\s){0,3}"
    r"(?:retaliat\w+|hits?\sback|str(?:ikes?|uck)\sback|respon(?:ds?|ded)|answer\w*|counter(?:s|ed)?|"
    r"match\w*)\s"
    rf"(?:(?!(?:{ELSE_BEGINS})\s)[^\s,;]+\s){{0,8}}?"
)
_RETORTS_WITH = re.compile(rf"{_RETORT}with\s(?:[a-z]+\s){{0,3}}")
_RETORTS = re.compile(_RETORT)
_OF_ITS_OWN = re.compile(rf"(?:\s(?:{DUTY}))?\sof\s(?:its|their|his)\sown\b")


def is_of_its_own(clause: Clause) -> bool:
    """Whether the number is said to be the answering party's own, not that of a name beside it."""
    return _OF_ITS_OWN.match(clause.after) is not None


def retort(clause: Clause, mentions: Sequence[Mention]) -> tuple[str, str | None] | None:
    """Who answers with the duty, and whose duties; None where the number is no answer.

    Both may stand before the number that is answered, so give all mentions of the sentence.
    """
    by = _retorter(clause, mentions)
    return (by.code, _answered(clause, by, mentions)) if by else None


def _retorter(clause: Clause, mentions: Sequence[Mention]) -> Mention | None:
    how = _RETORTS if is_of_its_own(clause) else _RETORTS_WITH
    found = [each for each in mentions if how.fullmatch(clause.folded, each.end, clause.start)]
    return found[-1] if found else None


def _answered(clause: Clause, by: Mention, mentions: Sequence[Mention]) -> str | None:
    """Whose duties are answered: "against 25% US tariffs with"."""
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
