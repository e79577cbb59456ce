"""The totals over a period."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from bot.rates.model.history import PeriodTotals, Step

_ZERO = Decimal(0)


def find_day(since: date, until: date, today: date) -> date:
    """The day of an answer about a period: its last day, or today if the period includes it."""
    return today if since <= today < until else until


def cut_window(
    window: tuple[date, date] | None, known_from: date | None
) -> tuple[date, date] | None:
    """The part of the period that the data covers; None if there is none."""
    if window is None:
        return None
    since = window[0] if known_from is None else max(window[0], known_from)
    return (since, window[1]) if since <= window[1] else None


def cut_history(history: Sequence[Step], since: date, until: date) -> Iterator[Step]:
    """The total on the first day of the period, and the steps inside the period.

    The first one has no changes, unless they are of the first day. It is 0 if the history begins
    later. Empty without a history.
    """
    before = [step for step in history if step.on <= since and step.ruling is None]
    if before:
        last = before[-1]
        yield last if last.on == since else last._replace(on=since, changes=(), banned=False)
    elif history:
        yield Step(since, _ZERO, history[0].source)
    yield from (step for step in history if since < step.on <= until)


def compute_period(steps: Iterable[Step], since: date, until: date) -> PeriodTotals | None:
    """The lowest and the highest known total of the steps from `cut_history`; None if there is
    none."""
    totals = [step for step in steps if step.ruling is None and not step.is_open]
    if not totals:
        return None
    high = max(step.percent if step.up_to is None else step.up_to for step in totals)
    return PeriodTotals(since, until, min(step.percent for step in totals), high)
