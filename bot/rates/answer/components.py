"""The layers of an answer as parts: those in the total, and those beside it with a word why."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.parties import WORLD
from bot.rates.answer.select import Case, Judged, Way
from bot.rates.model.answer import Part, rate_text
from bot.rates.model.goods import Fit
from bot.rates.model.law import standing
from bot.rates.model.measure import Measure, RatePeriod, Status

_A_YEAR = 365
_A_DAY = timedelta(days=1)


def counted(case: Case, judged: Judged) -> tuple[Part, ...]:
    """The parts that make the total."""
    return tuple(
        _part(case, layer.measure, layer.period, counted=True, note=layer.measure.note)
        for layer in judged.stacked.counted
    )


def _part(
    case: Case, measure: Measure, period: RatePeriod, *, counted: bool, note: str = ""
) -> Part:
    events = case.ledger.events_of(measure)
    return Part(
        measure=measure.name,
        measure_id=measure.id,
        percent=period.percent,
        legal_basis=measure.legal_basis,
        status=period.status,
        from_=period.from_,
        to=period.to,
        rate_since=_rate_since(case, measure, period),
        source=period.source,
        counted=counted,
        note=" ".join(filter(None, (note, period.note if counted else ""))),
        covers=measure.covers,
        calc=period.calc,
        standing=standing(events, measure, case.day) if events else "",
        announced=period.announced,
        void_on=period.void_on,
        checked=period.checked or measure.verified_as_of,
        confidence=measure.confidence,
        in_words=rate_text(period) if period.banned or period.specific else "",
    )


def _rate_since(case: Case, measure: Measure, period: RatePeriod) -> date | None:
    """The first day of its rate, where periods just before it have the same one."""
    since = period.from_
    for earlier in reversed(measure.periods):
        if earlier.from_ >= since:
            continue
        same = (earlier.percent, earlier.calc) == (period.percent, period.calc) and earlier.charged
        if not same or earlier.to != since - _A_DAY or not case.charged.isdisjoint(earlier.not_for):
            break
        since = earlier.from_
    return since if since < period.from_ and period.charged else None


def _bare_part(measure: Measure, note: str) -> Part:
    """A measure that has set no rate."""
    return Part(
        measure=measure.name,
        measure_id=measure.id,
        percent=None,
        legal_basis=measure.legal_basis,
        status=Status.IN_FORCE if measure.rate_unknown else Status.ANNOUNCED,
        source=measure.source,
        counted=False,
        note=note,
        covers=measure.covers,
        checked=measure.verified_as_of,
        confidence=measure.confidence,
    )


def _unknown_part(measure: Measure) -> Part:
    """A measure that was charged on the day at a rate that the ledger does not hold."""
    until = measure.periods[0].from_ - _A_DAY
    part = _bare_part(measure, "it was charged, at a rate that is not in our data")
    return part._replace(status=Status.EXPIRED, from_=measure.charged_since, to=until)


def beside(case: Case, judged: Judged) -> Iterator[Part]:
    """What is not in the total, with a word why: undecided, particular, over, or still to come."""
    in_total = {layer.measure.id for layer in judged.stacked.counted}
    told: set[str] = set(in_total)
    rivals = {measure.id for measure in case.measures if measure.general}
    for left in sorted(judged.stacked.left_out, key=lambda left: not left.unsure):
        measure = left.layer.measure
        told.add(measure.id)
        # The baseline gives way to a partner's own rate everywhere; that is no news.
        if measure.general and rivals & set(measure.excluded_by):
            continue
        note = left.why if left.layer.fit is not Fit.PERHAPS else f"{left.why} ({measure.covers})"
        yield _part(case, measure, left.layer.period, counted=False, note=note)
    pool = judged.chosen if judged.way is not Way.GENERAL else case.measures
    for measure in sorted(pool, key=lambda measure: WORLD in measure.partners):
        # With goods named, what has a rate that day and was not told lost to a surer fit.
        lost = judged.way is not Way.GENERAL and measure.on(case.day) is not None
        if measure.id not in told and not lost:
            yield from _aside(case, measure, rivals)


def _aside(case: Case, measure: Measure, rivals: set[str]) -> Iterator[Part]:
    """A measure that no layer of the day stands for; `rivals` are ids of general measures."""
    if measure.general and rivals & set(measure.excluded_by):
        return
    period = measure.on(case.day)
    if period is not None:
        yield _part(case, measure, period, counted=False, note=_particular(measure, period))
    elif not measure.periods:
        yield _bare_part(measure, ". ".join(filter(None, (measure.aside, measure.note))))
    elif measure.unknown_on(case.day):
        yield _unknown_part(measure)
    elif (past := measure.before(case.day)) and _worth_telling(measure, past, case.day):
        yield _part(case, measure, past, counted=False, note=f"ended on {past.to}")
    elif ahead := measure.after(case.day):
        note = f"not before {ahead.from_}; {measure.aside}".rstrip("; ")
        yield _part(case, measure, ahead, counted=False, note=note)


def _worth_telling(measure: Measure, past: RatePeriod, day: date) -> bool:
    """Whether what is over still belongs in an answer: goods in general, or within a year."""
    return measure.general or (past.to is not None and (day - past.to).days <= _A_YEAR)


def _particular(measure: Measure, period: RatePeriod) -> str:
    if measure.aside:
        return measure.aside
    word = {Status.SUSPENDED: "suspended; ", Status.ANNOUNCED: "announced; "}.get(period.status, "")
    return f"{word}only on: {measure.covers}"
