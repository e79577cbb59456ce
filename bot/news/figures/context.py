"""The words around a number, and patterns for words that name a duty. The patterns match:

DUTY_WORD     "tariffs", "duty", "surcharge"; not "tax"
DUTY_AFTER    "(a 25%) tariff", "(50%) steel and car tariffs"; not "(3%) as tariffs rise"
OWN_DUTY      "(China)'s retaliatory tariffs", "(the US) 25% steel duty"; not "(China) on tariffs"
"""

import re
from typing import NamedTuple

DUTY = (
    r"(?:counter-?)?tariffs?|dut(?:y|ies)|lev(?:y|ies)|surcharges?|surtax(?:es)?|import tax(?:es)?"
)
DUTY_WORD = re.compile(rf"\b(?:{DUTY})\b")
_NOT_BETWEEN = (
    "as|after|on|in|because|if|when|while|amid|of|to|from|by|with|over|before|but|than|that|which|"
    "or|due|for|despite|since|until|without|at|against"
)
DUTY_AFTER = re.compile(
    rf"\s(?:(?!(?:{_NOT_BETWEEN})\b)[a-z.&-]+\s){{0,4}}?(?:{DUTY}|tax(?:es)?\son)\b"
)
OWN_DUTY = re.compile(
    r"(?:'s?)?\s(?:(?:own|its|their|new|existing|current|retaliatory|reciprocal|additional|extra|"
    r"import|average|planned|threatened|so-called|blanket|global|steel|car|auto|aluminium|"
    r"aluminum|sweeping|higher|general|baseline|emergency|fentanyl|punitive|special|safeguard|"
    rf"anti-?dumping|section|\d[\d.]*|%|per|cent|percent|and)\s?){{0,6}}?(?:{DUTY})\b"
)
CONJUNCTIONS = "as|while|when|because|amid|since|though|after|before|unless|if"
"""Words that begin another clause."""


class Clause(NamedTuple):
    """A number in a sentence, with the words back to the previous and on to the next number.

    The number is `folded[start:end]` and the clause is `folded[low:high]`.
    """

    folded: str
    low: int
    start: int
    end: int
    high: int
    is_change: bool
    """Whether the number is a change from one percentage to another."""

    @property
    def before(self) -> str:
        return self.folded[self.low : self.start]

    @property
    def after(self) -> str:
        return self.folded[self.end : self.high]


def find_last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last match of the pattern, or None."""
    found = None
    for match in pattern.finditer(text):
        found = match
    return found
