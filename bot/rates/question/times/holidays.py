"""Writes the holidays of a question as days: `on bastille day`, `before christmas`."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bot.rates.question.times.time_spelling import LAST, NEXT, YEAR

_WEEK = timedelta(days=7)


def _on(month: int, day: int) -> Callable[[int], date | None]:
    return lambda year: date(year, month, day)


def _on_weekday(month: int, weekday: int, count: int) -> Callable[[int], date | None]:
    """The holiday on such a weekday of the month, counted from its first day."""

    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7) + (count - 1) * _WEEK

    return find


def _find_easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, left = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _find_black_friday(year: int) -> date:
    return date(year, 11, 1) + timedelta(days=(3 - date(year, 11, 1).weekday()) % 7 + 22)


_LUNAR_NEW_YEARS = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
}
_HOLIDAYS: Mapping[str, Callable[[int], date | None]] = {
    r"(?:chinese|lunar) new year(?:'?s)?(?: day)?": _LUNAR_NEW_YEARS.get,
    r"new year'?s eve": _on(12, 31),
    r"new year(?:'?s)?(?: day)?": _on(1, 1),
    r"valentine'?s(?: day)?": _on(2, 14),
    r"st\.? patrick'?s(?: day)?": _on(3, 17),
    r"easter(?: sunday)?": _find_easter,
    r"may day": _on(5, 1),
    r"memorial day": lambda year: date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday()),
    r"juneteenth": _on(6, 19),
    r"canada day": _on(7, 1),
    r"(?:independence day|(?:the )?fourth of july)": _on(7, 4),
    r"bastille day": _on(7, 14),
    r"labou?r day": _on_weekday(9, 0, 1),
    r"(?:golden week|national day of china)": _on(10, 1),
    r"hall?owee?n": _on(10, 31),
    r"singles'? day": _on(11, 11),
    r"veterans'? day": _on(11, 11),
    r"thanksgiving(?: day)?": _on_weekday(11, 3, 4),
    r"black friday": _find_black_friday,
    r"(?:christmas|xmas|x-mas) eve": _on(12, 24),
    r"(?:christmas|xmas|x-mas)(?: day)?(?! islands?)": _on(12, 25),
    r"boxing day": _on(12, 26),
}
_NAMES = "|".join(_HOLIDAYS)
_NO_GOODS = (
    r"(?! (?:decor|decorations?|trees?|lights?|ornaments?|toys|gifts?|cards?|goods|articles"
    r"|islands?))"
)
_HOLIDAY = re.compile(
    r"\b(?P<head>on|before|by|until|till|since|after|from|at|over|around|through) (?:the )?"
    rf"(?:(?P<which>{LAST}|{NEXT}|this)(?: coming)? )?(?P<name>{_NAMES})"
    rf"(?:,? (?:of |in )?(?:(?P<year>{YEAR})|(?P<of>{LAST}|{NEXT}|this) year))?\b"
    rf"{_NO_GOODS}"
    rf"|\b(?P<which2>{LAST}|{NEXT}|this) (?P<name2>{_NAMES})\b{_NO_GOODS}"
    rf"|\b(?P<name3>{_NAMES})(?=\s*[?.!]*$)"
)
_PAST = re.compile(r"\b(?:was|were|did|had|paid|charged|been|applied)\b")
_AHEAD = frozenset({"before", "by", "until", "till"})
_HEADS = {"at": "on", "over": "on", "around": "on"}


def spell_out_holidays(text: str, today: date) -> str:
    """The text with days for its holidays: `before 2026-12-25` for `before christmas`."""
    is_past = _PAST.search(text) is not None

    def write(match: re.Match[str]) -> str:
        head = match["head"] or "on"
        which = match["which"] or match["which2"] or match["of"] or ""
        name = match["name"] or match["name2"] or match["name3"]
        find = next(one for form, one in _HOLIDAYS.items() if re.fullmatch(form, name))
        years = [int(match["year"])] if match["year"] else range(today.year - 1, today.year + 2)
        if match["of"]:
            step = -1 if which in LAST.split("|") else 1 if which in NEXT.split("|") else 0
            years = [today.year + step]
        days = [day for day in map(find, years) if day is not None]
        gone = [day for day in days if day < today]
        ahead = [day for day in days if day >= today]
        if not days:
            return match.group()
        if len(days) == 1:
            day = days[0]
        elif which in LAST.split("|") or (not which and is_past and head not in _AHEAD):
            day = gone[-1]
        elif which in NEXT.split("|") or head in _AHEAD:
            day = ahead[0]
        elif which:
            day = next(each for each in days if each.year == today.year)
        else:
            day = min(days, key=lambda each: abs(each - today))
        return f"{_HEADS.get(head, head)} {day.isoformat()}"

    return _HOLIDAY.sub(write, text)
