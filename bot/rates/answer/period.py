"""Totals over a period, and the days on which a total had a percent."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.rates.model.answer import PercentSpan, PeriodTotals, Step
from bot.rates.model.measure import Measure

_ZERO = Decimal(0)
_A_DAY = timedelta(days=1)


def find_day(since: date, until: date, today: date) -> date:
    """The day of an answer about a period: its last day, or today if the period includes it."""
    return today if since <= today < until else until


def cut_history(history: Sequence[Step], since: date, until: date) -> Iterator[Step]:
    """The total on the first day of the period, and the steps inside the period.

    The first one is 0 if the history begins later. Empty without a history.
    """
    before = [step for step in history if step.on <= since and step.ruling is None]
    if before:
        yield before[-1]._replace(on=since)
    elif history:
        yield Step(since, _ZERO, history[0].source)
    yield from (step for step in history if since < step.on <= until)


def compute_period(steps: Iterable[Step], since: date, until: date) -> PeriodTotals | None:
    """The lowest and the highest total of the steps from `cut_history`; None without steps."""
    totals = [step for step in steps if step.ruling is None]
    if not totals:
        return None
    high = max(step.percent if step.up_to is None else step.up_to for step in totals)
    return PeriodTotals(since, until, min(step.percent for step in totals), high)


def list_percent_spans(
    history: Sequence[Step], measures: Iterable[Measure], percent: Decimal
) -> Iterator[PercentSpan]:
    """When the total had the percent; if it never had, when one of the measures had."""
    totals = [step for step in history if step.moves_total]
    spans = [
        (step.on, following.on - _A_DAY if following else None)
        for step, following in zip(totals, [*totals, None][1:], strict=True)
        if percent in (step.percent, step.up_to)
    ]
    found = [PercentSpan(*span) for span in _join(spans)]
    yield from found
    if found:
        return
    for measure in measures:
        days = [
            (one.from_, one.to)
            for one in measure.periods
            if one.is_charged and one.percent == percent
        ]
        yield from (PercentSpan(*span, measure.ref) for span in _join(days))


def _join(spans: Sequence[tuple[date, date | None]]) -> Iterator[tuple[date, date | None]]:
    """The spans in order of time, with adjacent ones joined."""
    open_: tuple[date, date | None] | None = None
    for since, until in sorted(spans, key=lambda span: span[0]):
        if open_ is not None and open_[1] is not None and since <= open_[1] + _A_DAY:
            open_ = (open_[0], until)
            continue
        if open_ is not None:
            yield open_
        open_ = (since, until)
    if open_ is not None:
        yield open_
