"""The days that a measure's rates and milestones give: what begins, ends or falls due on each."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bot.rates.model.answer import Upcoming, percent_text
from bot.rates.model.measure import Measure, RatePeriod, Status

_A_DAY = timedelta(days=1)


def change_days(measures: Iterable[Measure]) -> tuple[date, ...]:
    """Days on which a period of these measures begins, or the day after one ends."""
    days: set[date] = set()
    for measure in measures:
        for period in measure.periods:
            days.add(period.from_)
            if period.to is not None:
                days.add(period.to + timedelta(days=1))
    return tuple(sorted(days))


def milestone_days(measure: Measure) -> Iterator[Upcoming]:
    """The known days on which something other than its rate is due."""
    for milestone in measure.milestones:
        yield Upcoming(
            on=milestone.on,
            what=milestone.what,
            measure=measure.name,
            measure_id=measure.id,
            imposer=measure.imposer,
            partners=measure.partners,
            not_for=measure.exceptions,
            source=milestone.source,
        )


def rate_days(measure: Measure) -> Iterator[Upcoming]:
    """The day on which each period begins, and the day after one that nothing follows."""
    before: RatePeriod | None = None
    for period in measure.periods:
        if before is not None and before.to is not None and before.to + _A_DAY < period.from_:
            yield _ending(measure, before, before.to)
        yield _item(measure, period, period.from_, _beginning(period, before))
        before = period
    if before is not None and before.to is not None:
        yield _ending(measure, before, before.to)


def _beginning(period: RatePeriod, before: RatePeriod | None) -> str:
    if period.banned:
        return "imports are banned"
    rate = period.specific or "a rate to be announced"
    if period.percent is not None:
        rate = f"{percent_text(period.percent)} %"
    was = before.percent if before is not None and before.charged else None
    if period.status is Status.ANNOUNCED:
        return f"{rate} announced for this day"
    if period.status is Status.SUSPENDED:
        return f"{rate} suspended"
    if period.status is Status.STRUCK_DOWN and not period.percent:
        return "no longer charged, struck down"
    if was is None:
        return f"{rate} begins"
    if was == period.percent:
        return f"{rate} goes on, on a new basis. {period.note}".removesuffix(". ")
    return f"{rate}, from {percent_text(was)} %"


def _ending(measure: Measure, period: RatePeriod, last: date) -> Upcoming:
    rate = f"{percent_text(period.percent)} %" if period.percent else "this rate"
    word = "the suspension" if period.status is Status.SUSPENDED else rate
    return _item(
        measure, period, last + _A_DAY, f"the time of {word} is over; nothing known follows"
    )


def _item(measure: Measure, period: RatePeriod, day: date, what: str) -> Upcoming:
    return Upcoming(
        on=day,
        what=what,
        measure=measure.name,
        measure_id=measure.id,
        imposer=measure.imposer,
        partners=measure.partners,
        not_for=(*measure.exceptions, *period.not_for),
        percent=period.percent,
        source=period.source,
        checked=period.checked,
    )
