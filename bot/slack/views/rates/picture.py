"""A picture of histories. It says the same as the chart, on a scale of time, with every change."""

from collections.abc import Sequence
from datetime import date

from bot.rates.model.answer import Answer, lines_of
from bot.slack.blockkit import limits
from bot.slack.blockkit.mrkdwn import cut
from bot.slack.blockkit.picture import Picture, PictureLine
from bot.text.single_line import single_line

_TITLE_CHARACTERS = 90


def picture_of(answers: Sequence[Answer]) -> Picture | None:
    """A line for each direction with a history; None where nothing has changed."""
    answers = [line for answer in answers for line in lines_of(answer)]
    until = max((answer.on for answer in answers), default=date.min)
    told = {(each.imposer, each.partner): each for each in answers if _steps(each, until)}
    drawn = list(told.values())[: limits.CHART_SERIES]
    if not drawn:
        return None
    lines = tuple(
        PictureLine(
            name=single_line(f"{each.imposer_name} on {each.partner_name}"),
            steps=_steps(each, until),
        )
        for each in drawn
    )
    goods = single_line(drawn[0].read_as)
    return Picture(
        title=cut(f"Duties over time: {goods}", _TITLE_CHARACTERS),
        lines=lines,
        until=until,
        footer=_footer(drawn, until),
        in_words=f"Duties on {goods} in steps. " + " ".join(map(_in_words, lines)),
    )


def _steps(answer: Answer, until: date) -> tuple[tuple[date, float], ...]:
    # The last of several on one day holds from it on.
    days = {
        step.on: float(step.percent)
        for step in answer.history
        if not step.legal and step.on <= until
    }
    return tuple(sorted(days.items()))


def _footer(answers: Sequence[Answer], until: date) -> str:
    first = answers[0]
    newest = max(
        (step for each in answers for step in each.history if not step.legal and step.on <= until),
        key=lambda step: step.on,
    )
    read = min((each.as_of for each in answers if each.as_of), default=None)
    said = [
        first.meaning[:1].upper() + first.meaning[1:].partition(";")[0],
        f"Newest change {newest.on}: {newest.source.text}",
        f"Sources read up to {read}" if read else "",
    ]
    return ". ".join(
        cut(single_line(part), 120).rstrip(".") for part in (*said, "Tariffwire") if part
    )


def _in_words(line: PictureLine) -> str:
    first, last = line.steps[0], line.steps[-1]
    highest = max(line.steps, key=lambda step: step[1])
    return (
        f"{line.name}: {_percent(first[1])} from {first[0]}, at most {_percent(highest[1])} "
        f"({highest[0]}), {_percent(last[1])} since {last[0]}."
    )


def _percent(value: float) -> str:
    return f"{value:g} %"
