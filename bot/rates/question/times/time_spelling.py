"""Writes the times of a question in the spellings that `bot.rates.question.times.periods` reads.

aug 1 25, 01-aug-2025     1 aug 2025
september last year       september 2025
by spring                 by 2027-05-31
11/2025, 4q25             2025-11, q4 2025
end of year, until now    end of this year, until today
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from bot.text.months import MONTH, MONTHS

_A_DAY = timedelta(days=1)
YEAR = r"20[1-3]\d"
ORDINAL = r"(?:st|nd|rd|th)?"
LAST, NEXT = "last|past|previous|prior|preceding", "next|coming|following|upcoming"
_BARE_UNIT = re.compile(
    r"\b(?P<part>end|close|start|beginning|middle) of (?:the )?"
    r"(?P<unit>week|month|quarter|year)\b(?! (?:of )?20)"
)
_SHORT_YEAR = re.compile(
    rf"\b(?P<day>\d{{1,2}}){ORDINAL}[ -](?P<name>{MONTH})\b[,.]?[ -]'?(?P<year>(?:20)?[1-3]\d)"
    r"\b(?![.%:]|\d)"
    rf"|\b(?P<name2>{MONTH})\b\.? (?P<day2>\d{{1,2}}){ORDINAL},? '?(?P<year2>[1-3]\d)"
    r"\b(?![.%:]|\d)"
    rf"|\b(?P<name3>{MONTH})\b\.? ?['’](?P<year3>[1-3]\d)\b"
)
"""`1 aug 25`, `aug 1 25`, `aug '25`, `01-aug-2025`."""
_YEAR_FIRST = re.compile(
    rf"(?<![\w.,$/-])(?P<year>{YEAR})[ ,/.-]+"
    rf"(?P<name>(?!(?:may|mar|march)\b(?![ .-]*\d))(?:{MONTH}))\b\.?"
    rf"(?:[ .-]*(?P<day>\d{{1,2}}){ORDINAL}\b(?![.%:]|\d))?"
)
"""`2025 jul 14`, `2025-jul`."""
_OF_NAMED_YEAR = re.compile(
    rf"\b(?P<what>(?:\d{{1,2}}{ORDINAL} )?(?:{MONTH})\b|[qh][1-4]),? (?:of )?(?:the )?"
    rf"(?P<which>{LAST}|{NEXT}|this|current) year\b"
    rf"|\b(?P<which2>{LAST}|{NEXT}|this|current) year,? (?:in |during |on )?"
    rf"(?P<what2>(?:{MONTH})\b(?: \d{{1,2}}{ORDINAL})?|[qh][1-4])(?! ?20)"
)
"""`september last year`, `last year in september`."""
_OF_YEAR = re.compile(
    r"\b(?P<nth>first|second|third|fourth|[1-4](?:st|nd|rd|th)) (?P<kind>quarter|half),? "
    rf"(?:of |in )?(?:the )?(?P<which>{LAST}|{NEXT}|this|current) year\b"
)
_NAMED_MONTH = re.compile(
    rf"\b(?P<which>{LAST}|{NEXT}|this(?! (?:may|march|mar)\b))(?: coming)? (?P<name>{MONTH})\b"
    r"(?! ?20)"
)
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_BARE_WEEKDAY = re.compile(
    rf"\b(?P<head>on|by|until|till|since|from|before|after) (?P<day>{_WEEKDAYS})\b"
)
_ASKS_PAST = re.compile(r"\b(?:was|were|did|had|paid|charged|arrived|entered|cleared|landed)\b")
_CLOCK = re.compile(
    r",?\s*\b(?:at |around |about |by )?(?:\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|a\.m\.|p\.m\.|hrs|hours)"
    r"|noon|midnight|\d{1,2}:\d\d)(?!\w)\.?"
    r"(?: (?:est|edt|et|eastern(?: time)?|utc|gmt|local time))?"
)
_SAME_TIME = re.compile(r"\b(?:at )?(?:this|the same|same) (?:time|day|date|month) last year\b")
_BACK = re.compile(r"(?<=day|eek|nth|ear|ays|eks|ths|ars) (?:back|earlier|before now)\b")
_UNTIL_NOW = re.compile(
    r"\b(?:up )?(?<!year )(?P<head>until|till|to|through)(?: the)? (?:now|date|present)\b"
)
_NUMBERED_MONTH = re.compile(rf"(?<![\d/.-])(?P<month>0?[1-9]|1[0-2])/(?P<year>{YEAR})\b(?!/)")
_SHORT_QUARTER = re.compile(
    r"\b(?:q(?P<a>[1-4])\s?'(?P<b>[123]\d)|(?P<c>[1-4])q\s?'?(?:20)?(?P<d>[123]\d))\b"
)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The first month of each season."""
_SEASON = re.compile(
    r"\b(?:(?P<head>since|from|starting|until|till|through|by|before|after|in|during|over|of)\s+)?"
    rf"(?:the\s+)?(?P<which>{LAST}|{NEXT}|this)\s+(?P<season>{'|'.join(_SEASONS)})\b"
    r"|\b(?P<head2>since|until|till|by|before|after|in|during)\s+(?:the\s+)?"
    rf"(?P<season2>{'|'.join(_SEASONS)})\b"
    rf"(?:\s+(?:of\s+)?(?P<year>{YEAR})\b|(?=\s*(?:$|[?.!,;)]|and\b|or\b|if\b)))"
)
_LIBERATION_DAY = re.compile(
    r"(?<=\bon )liberation day\b|(?<=\bsince )liberation day\b|(?<=\bbefore )liberation day\b"
    r"|(?<=\bafter )liberation day\b|(?<=\buntil )liberation day\b"
)
SINCE = frozenset({"since", "from", "starting", "beginning", "effective"})
UNTIL = frozenset({"until", "till", "through", "thru", "by", "up to"})


def spell_out_times(text: str, today: date) -> str:
    """The text with longer forms of `end of year`, `11/2025`, `4q25` and `last summer`."""
    text = _LIBERATION_DAY.sub("2025-04-02", text)
    text = _SHORT_YEAR.sub(_spell_short_year, text)
    text = _YEAR_FIRST.sub(lambda at: f"{at['day'] or ''} {at['name']} {at['year']}".strip(), text)
    text = _CLOCK.sub(" ", text)
    text = _BACK.sub(" ago", _SAME_TIME.sub("a year ago", text))
    text = _BARE_WEEKDAY.sub(lambda match: _spell_weekday(match, today), text)
    text = _NAMED_MONTH.sub(lambda match: _spell_named_month(match, today), text)
    text = _OF_YEAR.sub(lambda match: _spell_part_of_year(match, today), text)
    text = _OF_NAMED_YEAR.sub(lambda match: _spell_named_year(match, today), text)
    text = _UNTIL_NOW.sub(r"\g<head> today", text)
    text = _SEASON.sub(lambda match: _spell_season(match, today), text)
    text = _BARE_UNIT.sub(r"\g<part> of this \g<unit>", text)
    text = _NUMBERED_MONTH.sub(lambda at: f"{at['year']}-{int(at['month']):02}", text)
    return _SHORT_QUARTER.sub(
        lambda at: f"q{at['a'] or at['c']} 20{at['b'] or at['d']}",
        text,
    )


def _spell_short_year(match: re.Match[str]) -> str:
    """`1 aug 2025` for `aug 1 25`, `aug 2025` for `aug '25`."""
    day = match["day"] or match["day2"] or ""
    name = match["name"] or match["name2"] or match["name3"]
    year = match["year"] or match["year2"] or match["year3"]
    return f"{day} {name} 20{year[-2:]}".strip()


def _spell_named_year(match: re.Match[str], today: date) -> str:
    """`september 2025` for `last year in september`."""
    which = match["which"] or match["which2"]
    return f"{match['what'] or match['what2']} {_move_year(which, today)}"


def _spell_part_of_year(match: re.Match[str], today: date) -> str:
    """`first half of 2027` for `the first half of next year`."""
    return f"{match['nth']} {match['kind']} of {_move_year(match['which'], today)}"


def _spell_weekday(match: re.Match[str], today: date) -> str:
    """`on last friday` for `on friday` in a question about the past."""
    head, day = match["head"], match["day"]
    if _WEEKDAYS.split("|").index(day) == today.weekday():
        return f"{head} this {day}"
    is_past = head in {"since", "after"} or _ASKS_PAST.search(match.string) is not None
    is_past = is_past and head not in {"by", "until", "till", "before"}
    return f"{head} {'last' if is_past else 'next'} {day}"


def _move_year(which: str, today: date) -> int:
    step = -1 if which in LAST.split("|") else 1 if which in NEXT.split("|") else 0
    return today.year + step


def _spell_named_month(match: re.Match[str], today: date) -> str:
    """`in june 2026` for `last june`."""
    month = MONTHS[match["name"]]
    if match["which"] in LAST.split("|"):
        year = today.year - (month >= today.month)
    elif match["which"] in NEXT.split("|"):
        year = today.year + (month <= today.month)
    else:
        year = today.year
    return f"in {match['name']} {year}"


def _spell_season(match: re.Match[str], today: date) -> str:
    """The months of a season: `since june 2026` for `since last summer`."""
    month = _SEASONS[match["season"] or match["season2"]]
    head = match["head"] or match["head2"]
    which = match["which"] or ("last" if head in {"since", "after"} else "next")
    starts = [date(today.year + step, month, 1) for step in (-2, -1, 0, 1, 2)]
    if match["year"]:
        start = date(int(match["year"]), month, 1)
    elif which in NEXT.split("|"):
        start = next(day for day in starts if day > today)
    elif which == "this":
        start = next(day for day in starts if add_months(day, 3) > today)
    else:
        start = next(day for day in reversed(starts) if add_months(day, 3) <= today)
    end = add_months(start, 3) - _A_DAY
    if head in SINCE:
        return f"{head} {start}"
    if head in UNTIL | {"before", "after"}:
        return f"{head} {start if head == 'before' else end}"
    return f"from {start} to {end}"


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
