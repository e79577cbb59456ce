"""The history of totals as a Slack bar chart on a true time axis.

The x axis of Slack's charts has at most 20 categories and no time scale. So the time from the first
to the last day is divided into at most 20 periods of equal length, and each period is one bar. Bars
form steps; a line would show slopes that never were.

1. If the total changes in a period, its bar is the day of the largest change, compared with the
   total before the period. Of several such days it is the latest.
2. Otherwise its bar is its first day or, in the last period, its last day.

The label of a bar is its day, and its value is the total on this day. A chart without a first day
begins with one period before the first change.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from bot.rates.model.answer import Answer
from bot.render import words
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block
from bot.slack.blockkit.mrkdwn import cut
from bot.text.dates import format_day
from bot.text.single_line import to_single_line

_ADDED, _WITH_BASE = "Additional duty", "Duty, normal duty included"
_MIXED = "Duty, normal duty included in part"
_Y_LABEL = "percent of customs value"
_TYPE = "data_visualization"


def render_history_chart(
    answers: Sequence[Answer], since: date | None = None, until: date | None = None
) -> Block | None:
    """A chart with one row of bars for each direction, or two for a range.

    It ends on `until`, but not later than the latest date of the answers, and begins on `since` or
    shortly before the first change. None if no total changes in this time.
    """
    parts = [part for answer in answers for part in split_range(answer)]
    last = max((answer.on for answer in answers), default=date.min)
    last = min(last, until or last)
    drawn = _select_answers(parts, since or date.min, last)
    if not drawn:
        return None
    days, length = _sample_days(drawn, since, last)
    series = [
        {"name": name, "data": [_build_bar(answer, day) for day in days]}
        for name, answer in zip(_list_names(drawn), drawn, strict=True)
    ]
    unit = "day" if length == 1 else f"{length} days"
    axis = {
        "categories": [format_day(day) for day in days],
        "x_label": f"one bar per {unit}, at the largest change",
        "y_label": _Y_LABEL,
    }
    chart = {"type": "bar", "series": series, "axis_config": axis}
    return {"type": _TYPE, "title": _name_totals(drawn, last), "chart": chart}


def _name_totals(drawn: Iterable[Answer], last: date) -> str:
    """What the bars count: only the added duties, or also the normal duty."""
    included = {
        step.includes_base
        for answer in drawn
        for step in answer.history
        if step.moves_total and step.percent and step.on <= last
    }
    if included == {True}:
        return _WITH_BASE
    return _MIXED if True in included else _ADDED


def split_range(answer: Answer) -> tuple[Answer, ...]:
    """If the answer's history has a range, two answers: one with the lowest and one with the
    highest totals. Otherwise the answer itself."""
    if all(step.up_to is None for step in answer.history):
        return (answer,)
    lowest = tuple(step._replace(up_to=None) for step in answer.history)
    highest = tuple(
        step._replace(percent=step.percent if step.up_to is None else step.up_to, up_to=None)
        for step in answer.history
    )
    return tuple(
        answer._replace(
            partner=f"{answer.partner}, {word}",
            partner_name=f"{answer.partner_name}, {word}",
            history=history,
        )
        for word, history in (("lowest", lowest), ("highest", highest))
    )


def _select_answers(answers: Iterable[Answer], first: date, last: date) -> list[Answer]:
    """One answer for each direction whose total changes in this time, but not more answers than a
    chart can have series."""
    found = {
        (each.imposer, each.partner, each.goods, each.codes): each
        for each in answers
        if any(_list_change_days(each, first, last))
    }
    return list(found.values())[: limits.CHART_SERIES]


def _list_change_days(answer: Answer, first: date, last: date) -> Iterator[date]:
    """The dates in this time on which the total changes. If a duty is replaced by another at the
    same rate, the total does not change."""
    before = None
    for step in answer.history:
        if step.moves_total:
            if step.percent != before and first <= step.on <= last:
                yield step.on
            before = step.percent


def _sample_days(drawn: Sequence[Answer], since: date | None, last: date) -> tuple[list[date], int]:
    """The day of each bar in order, and the length of a period in days."""
    found = {day for one in drawn for day in _list_change_days(one, since or date.min, last)}
    changes = sorted(day.toordinal() for day in found)
    end = last.toordinal()
    if since is None:
        length = math.ceil((end + 1 - changes[0]) / (limits.CHART_POINTS - 1))
        start = max(changes[0] - length, date.min.toordinal())
    else:
        start = since.toordinal()
        length = math.ceil((end + 1 - start) / limits.CHART_POINTS)
    days = [
        _choose_day(drawn, changes, first, min(first + length - 1, end), end)
        for first in range(start, end + 1, length)
    ]
    return days, length


def _choose_day(
    drawn: Sequence[Answer], changes: Sequence[int], first: int, last: int, end: int
) -> date:
    """The day of the bar for the period from `first` to `last`, all as ordinals."""
    moved = [date.fromordinal(day) for day in changes if first <= day <= last]
    if not moved:
        return date.fromordinal(end if last == end else first)
    start = date.fromordinal(first)
    return max(moved, key=lambda day: (_measure_change(drawn, start, day), day))


def _measure_change(drawn: Sequence[Answer], first: date, day: date) -> Decimal:
    """By how much the totals on `day` differ from those before the period that begins on
    `first`."""
    return sum(
        (abs(_find_total(one, day) - _find_total(one, first, before=True)) for one in drawn),
        Decimal(0),
    )


def _find_total(answer: Answer, day: date, *, before: bool = False) -> Decimal:
    """The total on the day or, with `before`, on the day before it; 0 before the first step."""
    past = (
        step
        for step in answer.history
        if step.moves_total and (step.on < day or (step.on == day and not before))
    )
    latest = max(past, key=lambda step: step.on, default=None)
    return latest.percent if latest else Decimal(0)


def _build_bar(answer: Answer, day: date) -> dict[str, object]:
    return {"label": format_day(day), "value": float(_find_total(answer, day))}


def _list_names(answers: Sequence[Answer]) -> list[str]:
    """The names for the legend, all of one kind: full names or, if one of these is too long, codes.
    Series of one pair about several goods have the names of the goods."""
    if len({(each.goods, each.codes) for each in answers}) > 1:
        return _name_goods(answers)
    full = [to_single_line(f"{each.imposer_name} on {each.partner_name}") for each in answers]
    half = [to_single_line(f"{each.imposer} on {each.partner_name}") for each in answers]
    for names in (full, half):
        if max(map(len, names)) <= limits.CHART_LABEL and len(set(names)) == len(names):
            return names
    return [cut(f"{each.imposer} on {each.partner}", limits.CHART_LABEL) for each in answers]


def _name_goods(answers: Sequence[Answer]) -> list[str]:
    """The goods of each series, cut to leave room for the pair or the end of a range. Series whose
    names would be the same are numbered, because Slack refuses a chart with equal names."""
    pairs = {(each.imposer, each.partner.partition(", ")[0]) for each in answers}
    names: list[str] = []
    for each in answers:
        code, _, end = each.partner.partition(", ")
        pair = f" {each.imposer}-{code}" if len(pairs) > 1 else ""
        rest = f"{pair}{f', {end}' if end else ''}"
        # The texts of approved rates may have no character that is shown.
        goods = to_single_line(", ".join(each.goods)) or to_single_line(words.describe_goods(each))
        goods = goods or f"{each.imposer}-{code}"
        name, number = _cut_before(rest, goods), 1
        while name in names:
            number += 1
            name = _cut_before(f" {number}{rest}", goods)
        names.append(name)
    return names


def _cut_before(rest: str, text: str) -> str:
    """The text with what follows it, cut so that both fit on the legend."""
    return f"{cut(text, limits.CHART_LABEL - len(rest))}{rest}"
