"""Finds parties that agree on a rate, so that it is not clear which of them charges the rate.

1. find_agreeing   matches "Japan and the US agree on", "Japan agrees with the US on"; not "Japan
                   and the US raise"
2. only_agrees     matches "Vietnam agrees to a (20%)", because Vietnam may pay or charge the 20%;
                   not "Vietnam agrees and raises"
3. is_deal_rate    matches "a (15%) tariff deal"; not "a (15%) tariff"
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.news.figures.context import DUTY, Clause
from bot.parties import Mention

_DEAL_AFTER = re.compile(
    rf"\s(?:[a-z-]+\s){{0,2}}?(?:{DUTY})\s(?:[a-z]+\s)?(?:deals?|agreements?|pacts?|accords?|truces?)\b"
)
_AND = re.compile(r"(?:,?\s(?:and|&)|,)\s(?:the\s)?")
_AGREE = (
    r"\s(?:(?:have|has|had|both|are|to|will|would|set|close|finally|jointly)\s){0,3}"
    r"(?:agree\w*|settl\w+|sign\w*|reach\w*|str(?:ike|uck)|seal\w*|clinch\w*|finali[sz]\w+)\b"
)
_AGREES = re.compile(_AGREE)
_AGREES_WITH = re.compile(rf"{_AGREE}[^,;]{{0,40}}\swith\s(?:the\s)?")
_AGREES_TO = re.compile(
    r"\s(?:(?:has|have|had|to|will)\s){0,2}agree\w*\s(?:up)?(?:on|to)\s(?:an?\s|the\s)?"
)


def find_agreeing(clause: Clause, mentions: Sequence[Mention]) -> list[Mention]:
    """The parties that agree with each other. One of them or both may charge the rate."""
    found: list[Mention] = []
    for one, other in pairwise(mentions):
        between = clause.folded[one.end : other.start]
        both = _AND.fullmatch(between) and _AGREES.match(clause.folded, other.end)
        if one.code != other.code and (both or _AGREES_WITH.fullmatch(between)):
            found += [one, other]
    return found


def only_agrees(clause: Clause, mention: Mention) -> bool:
    """Whether the sentence says only that the party agrees to the rate."""
    return _AGREES_TO.fullmatch(clause.folded, mention.end, clause.start) is not None


def is_deal_rate(clause: Clause) -> bool:
    """Whether the rate is part of a deal. The party that makes the deal may pay the rate."""
    return _DEAL_AFTER.match(clause.after) is not None
