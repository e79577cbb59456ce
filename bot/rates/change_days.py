"""Lists the dates of a measure: when its rates begin and end, and its milestones."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.measure import Measure, Milestone, RatePeriod, Status

_A_DAY = timedelta(days=1)


def list_milestone_days(measure: Measure) -> Iterator[Upcoming]:
    """The milestones of the measure, in the order of the file."""
    for milestone in measure.milestones:
        change = Change(ChangeKind.MILESTONE, text=milestone.what)
        yield _build_upcoming(measure, milestone, milestone.on, change)


def list_rate_days(measure: Measure) -> Iterator[Upcoming]:
    """The beginning of each rate period, and the ending of each period without a direct successor.

    An ending is on the day after the period's last day. A power or an investigation, which has a
    reason why no total counts it, has no announced beginning: nothing says that a duty follows.
    """
    before: RatePeriod | None = None
    for period in measure.periods:
        if before is not None and before.to is not None and before.to + _A_DAY < period.from_:
            yield _build_ending(measure, before, before.to)
        if not (period.status is Status.ANNOUNCED and measure.excluded_reason):
            yield _build_upcoming(measure, period, period.from_, _build_beginning(period, before))
        before = period
    if before is not None and before.to is not None:
        yield _build_ending(measure, before, before.to)


def _build_beginning(period: RatePeriod, before: RatePeriod | None) -> Change:
    was = before.percent if before is not None and before.is_charged else None
    if period.status is Status.ANNOUNCED:
        return Change(ChangeKind.ANNOUNCED, period.rate)
    if period.status is Status.SUSPENDED:
        return Change(ChangeKind.SUSPENDED, period.rate)
    if period.status is Status.STRUCK_DOWN and not period.percent:
        return Change(ChangeKind.STRUCK_DOWN, period.rate)
    if was is None:
        return Change(ChangeKind.BEGINS, period.rate)
    if was == period.percent:
        return Change(ChangeKind.CONTINUES, period.rate, text=period.note)
    return Change(ChangeKind.CHANGES, period.rate, was)


def _build_ending(measure: Measure, period: RatePeriod, last: date) -> Upcoming:
    suspended = period.status is Status.SUSPENDED
    kind = ChangeKind.SUSPENSION_ENDS if suspended else ChangeKind.ENDS
    return _build_upcoming(measure, period, last + _A_DAY, Change(kind, period.rate))


def _build_upcoming(
    measure: Measure, of: RatePeriod | Milestone, day: date, change: Change
) -> Upcoming:
    own = (of.not_for, of.checked) if isinstance(of, RatePeriod) else ((), None)
    return Upcoming(
        on=day,
        change=change,
        measure=measure.name,
        measure_id=measure.id,
        imposer=measure.imposer,
        partners=measure.partners,
        not_for=(*measure.exceptions, *own[0]),
        checked=own[1],
        on_all_goods=measure.applies_to_all_goods,
        source=of.source,
    )
