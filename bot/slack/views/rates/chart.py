"""The history of totals as a Slack line chart.

The x axis of Slack's charts has categories and no time scale, and the line between two categories
is straight. So each change gets two categories: the day before with the old total, and the day of
the change with the new total. The line is then level between changes and steep at each change, as
in a step chart.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.rates.model.answer import Answer
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, Message
from bot.slack.blockkit.mrkdwn import cut
from bot.text.dates import format_day
from bot.text.single_line import to_single_line

_TITLE = "Duty in percent of customs value, as it changed"
_X_LABEL = "days of change, not to scale"
_X_LABEL_CUT = "newest days of change, not to scale"
_Y_LABEL = "percent"
_DAY = timedelta(days=1)


_TYPE = "data_visualization"


def render_history_chart(answers: Sequence[Answer]) -> Block | None:
    """A chart with one line for each direction, up to the latest date of the answers.

    If there are too many changes for a chart, it shows the newest ones. None if nothing has changed
    by the latest date.
    """
    answers = [line for answer in answers for line in split_range(answer)]
    last = max((answer.on for answer in answers), default=date.min)
    drawn = _select_answers(answers, last)
    changes = sorted({day for answer in drawn for day in _list_change_days(answer, last)})
    if not changes:
        return None
    days = _list_axis_days(changes, last)
    series = [
        {"name": name, "data": [_build_point(answer, day) for day in days]}
        for name, answer in zip(_list_names(drawn), drawn, strict=True)
    ]
    axis = {
        "categories": [format_day(day) for day in days],
        "x_label": _X_LABEL if days[0] < changes[0] else _X_LABEL_CUT,
        "y_label": _Y_LABEL,
    }
    chart = {"type": "line", "series": series, "axis_config": axis}
    return {"type": _TYPE, "title": _TITLE, "chart": chart}


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


def remove_charts(message: Message) -> Message:
    """The message without its charts."""
    kept = tuple(block for block in message.blocks if block["type"] != _TYPE)
    return Message(message.text, kept)


def _select_answers(answers: Iterable[Answer], last: date) -> list[Answer]:
    """One answer for each direction whose total has changed, but not more answers than a chart can
    have lines."""
    found = {
        (each.imposer, each.partner): each for each in answers if _list_change_days(each, last)
    }
    return list(found.values())[: limits.CHART_SERIES]


def _list_change_days(answer: Answer, last: date) -> list[date]:
    """The dates on which the total changes. If a duty is replaced by another at the same rate, the
    total does not change."""
    steps = [step for step in answer.history if step.moves_total and step.on <= last]
    before = [None, *(step.percent for step in steps)]
    return [step.on for step, was in zip(steps, before, strict=False) if step.percent != was]


def _list_axis_days(changes: Sequence[date], last: date) -> list[date]:
    """The categories of the x axis in order: two for each of the newest changes, and `last`."""
    days = {last}
    for day in reversed(changes):
        wider = days | {day, day - _DAY} if day > date.min else days | {day}
        if len(wider) > limits.CHART_POINTS:
            break
        days = wider
    return sorted(days)


def _build_point(answer: Answer, day: date) -> dict[str, object]:
    past = [step for step in answer.history if step.on <= day and step.moves_total]
    total = float(max(past, key=lambda step: step.on).percent) if past else 0.0
    return {"label": format_day(day), "value": total}


def _list_names(answers: Sequence[Answer]) -> list[str]:
    """The names for the legend. Either all are full names or, if one of these is too long, all are
    codes."""
    full = [to_single_line(f"{each.imposer_name} on {each.partner_name}") for each in answers]
    half = [to_single_line(f"{each.imposer} on {each.partner_name}") for each in answers]
    for names in (full, half):
        if max(map(len, names)) <= limits.CHART_LABEL and len(set(names)) == len(names):
            return names
    return [cut(f"{each.imposer} on {each.partner}", limits.CHART_LABEL) for each in answers]
