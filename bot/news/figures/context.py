"""The words about one number, and how they name a duty."""

import re
from typing import NamedTuple

DUTY = (
    r"(?:counter-?)?tariffs?|dut(?:y|ies)|lev(?:y|ies)|surcharges?|surtax(?:es)?|import tax(?:es)?"
)
DUTY_WORD = re.compile(rf"\b(?:{DUTY})\b")
# "a 25% tariff", "50% steel and car tariffs"; but not "3% as tariffs bite".
_LINK = (
    "as|after|on|in|because|if|when|while|amid|of|to|from|by|with|over|before|but|than|that|which|"
    "or|due|for|despite|since|until|without|at|against"
)
DUTY_AFTER = re.compile(rf"\s(?:(?!(?:{_LINK})\b)[a-z.&-]+\s){{0,4}}?(?:{DUTY}|tax(?:es)?\son)\b")
# "China's retaliatory tariffs", "the US 25% steel duty".
OWN_DUTY = re.compile(
    r"(?:'s?)?\s(?:(?:own|its|their|new|existing|current|retaliatory|reciprocal|additional|extra|"
    r"import|average|planned|threatened|so-called|blanket|global|steel|car|auto|aluminium|"
    r"aluminum|sweeping|higher|general|baseline|emergency|fentanyl|punitive|special|safeguard|"
    rf"anti-?dumping|section|\d[\d.]*|%|per|cent|percent|and)\s?){{0,6}}?(?:{DUTY})\b"
)
ELSE_BEGINS = "as|while|when|because|amid|since|though|after|before|unless|if"
"""Words with which something else begins to be said."""


class Clause(NamedTuple):
    """The words about one number: from the end of the number before to the start of the next."""

    folded: str
    low: int
    start: int
    end: int
    high: int
    change: bool
    """Whether the number is a pair, from one percentage to another."""

    @property
    def before(self) -> str:
        return self.folded[self.low : self.start]

    @property
    def after(self) -> str:
        return self.folded[self.end : self.high]


def last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for match in pattern.finditer(text):
        last = match
    return last
