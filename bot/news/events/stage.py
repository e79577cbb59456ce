"""Decides whether a duty is decided or only discussed, and finds the day from which it is charged.

is_decided           matches "raises", "will charge"; not "threatens", "may", "if", "on average"
is_change            matches "raises to 25%", "will cut to 10%"; not "raised to 25%", which may be
                     long ago
find_effective_day   matches "from 1 December", "takes effect on Dec. 1", "effective 2026-12-01";
                     not "by 1 December"
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.text.folding import fold, fold_case
from bot.text.months import MONTH, MONTHS

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

_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?(?:"
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{MONTH})\b\.?(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y3>\d{{4}}))?)"
)
_EFFECT = re.compile(
    r"\b(?:effective|in\sforce|(?:tak(?:e|es|ing)|com(?:e|es|ing)|go(?:es|ing)?)\s+(?:into\s+)?"
    r"(?:effect|force)|(?:start|begin|commenc)(?:s|ing)?|apply|applies|kick(?:s|ing)?\sin)\s+"
    rf"(?:(?:as\s)?(?:of|on|from)\s+(?:and\safter\s)?)?{_DAY}"
)
_FROM = re.compile(rf"\b(?:from|as\sof|with\seffect\sfrom|on\sand\safter|on)\s+{_DAY}")
_MAX_BACK, _MAX_AHEAD = timedelta(days=60), timedelta(days=500)
"""How far an effective date may be from the date of publication."""


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


def find_effective_day(sentence: str, rest: str, published: date) -> date | None:
    """The first day of the duty, as stated in the sentence, or else in `rest`, the other text.

    A date without a year is taken in the year that brings it nearest to `published`. The result is
    None if the text has no date, or several different dates.
    """
    for text, pattern in ((sentence, _EFFECT), (sentence, _FROM), (rest, _EFFECT)):
        days = set(_find_days(text, pattern, published))
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def _find_days(text: str, pattern: re.Pattern[str], published: date) -> Iterator[date]:
    for match in pattern.finditer(fold_case(text)):
        given = [match[name] for name in ("y", "y2", "y3")]
        year = next((int(one) for one in given if one), None)
        month = match["m"] or match["m2"] or match["m3"]
        number = int(month) if month.isdigit() else MONTHS[month]
        day = int(match["d"] or match["d2"] or match["d3"])
        years = (year,) if year else (published.year - 1, published.year, published.year + 1)
        found = [made for each in years if (made := _make_date(each, number, day))]
        near = [one for one in found if published - _MAX_BACK <= one <= published + _MAX_AHEAD]
        if near:
            # If two years are possible, the earlier day is nearer: at most 60 days before
            # `published`, while the other is at least 305 days after.
            yield min(near)


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
