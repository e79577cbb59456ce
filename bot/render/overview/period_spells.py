"""The totals of a period, each with its first day."""

from collections.abc import Iterator

from bot.rates.model.answer import Answer
from bot.rates.model.history import PeriodTotals, Step
from bot.render import words
from bot.text.dates import format_day, format_period, format_yearless_day

_MOST = 12
"""Spells in one sentence. The history of the answer has the others."""


def format_during(period: PeriodTotals) -> str:
    """`during Q2 2025`, `from 1 Jun 2026 to 30 Nov 2026`."""
    text = format_period(period.since, period.until)
    return f"from {text}" if " to " in text else f"during {text}"


def describe_period_spells(answer: Answer) -> str:
    """The totals of the period in order of time: `0% from 1 Jan, 10% from 5 Apr 2025`.

    Empty if the total stays the same, or if it changes too often for a sentence.
    """
    spells = list(_list_spells(answer))
    if not 1 < len(spells) <= _MOST:
        return ""
    texts = []
    for number, (step, total) in enumerate(spells):
        following = spells[number + 1][0].on if number + 1 < len(spells) else None
        # The year is said once for the days of one year.
        is_last = following is None or following.year != step.on.year
        day = format_day(step.on) if is_last else format_yearless_day(step.on)
        planned = " (scheduled)" if step.on > answer.on else ""
        texts.append(f"{total} from {day}{planned}")
    return ", ".join(texts)


def _list_spells(answer: Answer) -> Iterator[tuple[Step, str]]:
    """The steps that change the total, with the total from their day on."""
    before = ""
    for step in answer.history:
        if step.ruling is not None:
            continue
        total = words.format_step_total(step)
        if total != before:
            before = total
            yield step, total
