"""Who agrees on a rate: of two who do, either may be the one who charges it, or both.

accord    "Japan and the US agree on", "Japan agrees with the US on"
deal      "a 15% tariff deal"
consent   "Vietnam agrees to a 20% tariff": it may take it or set it
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.news.figures.context import DUTY, Clause
from bot.parties import Mention

_DEAL_BEHIND = re.compile(
    rf"\s(?:[a-z-]+\s){{0,2}}?(?:{DUTY})\s(?:[a-z]+\s)?(?:deals?|agreements?|pacts?|accords?|truces?)\b"
)
_BESIDE = re.compile(r"(?:,?\s(?:and|&)|,)\s(?:the\s)?")
_ACCORD = (
    r"\s(?:(?:have|has|had|both|are|to|will|would|set|close|finally|jointly)\s){0,3}"
    r"(?:agree\w*|settl\w+|sign\w*|reach\w*|str(?:ike|uck)|seal\w*|clinch\w*|finali[sz]\w+)\b"
)
_IN_ACCORD = re.compile(_ACCORD)
_IN_ACCORD_WITH = re.compile(rf"{_ACCORD}[^,;]{{0,40}}\swith\s(?:the\s)?")
_CONSENTS = re.compile(
    r"\s(?:(?:has|have|had|to|will)\s){0,2}agree\w*\s(?:up)?(?:on|to)\s(?:an?\s|the\s)?"
)


def in_accord(clause: Clause, mentions: Sequence[Mention]) -> list[Mention]:
    """Those of whom two are said to agree: each may be the one who charges, or both."""
    found: list[Mention] = []
    for one, other in pairwise(mentions):
        between = clause.folded[one.end : other.start]
        beside = _BESIDE.fullmatch(between) and _IN_ACCORD.match(clause.folded, other.end)
        if one.code != other.code and (beside or _IN_ACCORD_WITH.fullmatch(between)):
            found += [one, other]
    return found


def consents(clause: Clause, mention: Mention) -> bool:
    """Whether all that is said of the party is that it agrees to the rate."""
    return _CONSENTS.fullmatch(clause.folded, mention.end, clause.start) is not None


def is_of_a_deal(clause: Clause) -> bool:
    """Whether the number is that of a deal: who makes it need not be who charges."""
    return _DEAL_BEHIND.match(clause.after) is not None
