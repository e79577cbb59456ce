"""Decides whether the rate in a sentence is decided or only discussed.

This is stricter than the status of a story: a rate that goes into the ledger needs a sentence
without any doubt, while a status needs only the act.

is_decided   matches "raises", "will charge"; not "threatens", "may", "if", "on average"
is_change    matches "raises to 25%", "will cut to 10%"; not "raised to 25%", which may be
             long ago
"""

import re

from bot.text.folding import fold, fold_case

# The verb 'may' has its own pattern: May is a month.
_UNDECIDED = re.compile(
    r"\b(?:threat\w*|could|might|would|should|consider\w*|mull\w*|weigh\w*|ponder\w*|propos\w+|"
    r"plan(?:s|ned|ning)?|vow\w*|warn\w*|want\w*|seek\w*|recommend\w*|urg(?:e|es|ed|ing)|"
    r"call(?:s|ed|ing)?\s(?:for|on)|demand\w*|likely|possibl[ey]|potential\w*|perhaps|expect\w*|"
    r"draft\w*|rumou?r\w*|reported(?:ly)?|if|unless|hint\w*|float\w*|suggest\w*|ask(?:s|ed)?|"
    r"bill|lawmakers?|senators?|candidates?|analysts?|economists?|poll|scenario|instead\sof|"
    r"averag\w*|anti-?dumping|countervailing|preliminary|denie[sd]|deny|rejects?|rejected|not|no\slonger|never|without|avoid\w*|avert\w*|dodg\w+)\b"
)
# The past tense does not match, because stories repeat old changes ("since the US raised tariffs to
# 25%, ...").
_CHANGE = re.compile(
    r"\b(?:(?:raise|increase|hike|lift|double|triple|quadruple|cut|lower|reduce|slash|halve|boost)s|"
    r"(?:will|is|are|to)\s(?:be\s)?(?:rais|increas|hik|lift|doubl|tripl|quadrupl|cut|lower|reduc|"
    r"slash|halv|boost|ris)\w*|rises?|rising|go(?:es)?\s(?:up|down))\b[^.;]{0,120}?"
    r"\bto\s(?:[a-z]+\s){0,4}\d"
)
_MAY = re.compile(r"\bmay\s+[a-z]")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def is_decided(*sentences: str, year: int) -> bool:
    """Whether the duty is decided: no sentence mentions a plan, a doubt or a year before `year`.

    Questions and averages count as undecided. Antidumping and countervailing cases do too, because
    they set a rate for each company.
    """
    for sentence in sentences:
        if sentence.rstrip().endswith("?") or _UNDECIDED.search(fold_case(sentence)):
            return False
        if _MAY.search(fold(sentence)):
            return False
        if any(int(named) < year for named in _YEAR.findall(sentence)):
            return False
    return True


def is_change(sentence: str) -> bool:
    """Whether a verb in the present or future tense says that a rate changes."""
    return _CHANGE.search(fold_case(sentence)) is not None
