"""How a total went from day to day, with the rulings that bore on it."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from bot.rates.answer.select import Case, Judged, judge
from bot.rates.change_days import change_days
from bot.rates.model.answer import Step, percent_text
from bot.rates.model.law import Effect, LegalEvent
from bot.rates.model.measure import Source
from bot.rates.stacking import Layer, Stacked

# What merely opens a case or sets refunds moves no rate and would bury the rest.
_TOLD = (Effect.HELD_UNLAWFUL, Effect.STAYED, Effect.UPHELD, Effect.STRUCK_DOWN)


class Total(NamedTuple):
    """A total from a day on, and the layers that make it until the next one."""

    on: date
    percent: Decimal
    stacked: Stacked


def history_of(case: Case, judged: Judged) -> tuple[Step, ...]:
    """Every change of the total asked for, and every ruling on its duties, in order of time."""
    changes = totals(case, judged)
    steps = [*_rate_steps(changes), *_legal_steps(case, judged, changes)]
    return tuple(sorted(steps, key=lambda step: (step.on, step.legal)))


def last_change_of(case: Case, judged: Judged) -> Step | None:
    """The last change of the total until the day of the case; None where there was none."""
    # A change is told by what differs from the one before it; no older one is looked at.
    newest = [*islice(_backwards(case, judged, case.day), 2)]
    return _step(newest[0], newest[1] if len(newest) > 1 else None) if newest else None


def history_of_range(case: Case, judged: Judged, ways: Sequence[Case]) -> tuple[Step, ...]:
    """The same where the line decides: the lowest and the highest total of all these `ways`."""
    changes = [totals(one, judge(one)) for one in ways]
    steps = [*_range_steps(changes), *_legal_steps(case, judged, changes[0])]
    return tuple(sorted(steps, key=lambda step: (step.on, step.legal)))


def _range_steps(changes: Sequence[Sequence[Total]]) -> Iterator[Step]:
    before = (Decimal(0), Decimal(0))
    for day in sorted({change.on for each in changes for change in each}):
        percents = [_total_on(each, day) for each in changes]
        span = (min(percents), max(percents))
        if span == before:
            continue
        before = span
        made = [step for each in changes for step in _rate_steps(each) if step.on == day]
        what = dict.fromkeys(part for step in made for part in step.what.split("; "))
        sources = dict.fromkeys(step.source for step in made)
        yield Step(
            on=day,
            percent=span[0],
            up_to=span[1] if span[1] != span[0] else None,
            what="; ".join(what),
            source=Source(
                text="; ".join(dict.fromkeys(source.text for source in sources)),
                url=next((source.url for source in sources if source.url), None),
            ),
        )


def last_step(steps: Sequence[Step], day: date) -> Step | None:
    """The last change of a total until the day; None where there was none."""
    past = [step for step in steps if step.on <= day and not step.legal]
    return past[-1] if past else None


def totals(case: Case, judged: Judged) -> tuple[Total, ...]:
    """Every day on which the total or what makes it changed, in order of time, from its first duty.

    A duty that takes the place of another at the same rate is a change: who reads that a duty is in
    force since July must not read that nothing changed since February.
    """
    return tuple(_backwards(case, judged, date.max))[::-1]


def _backwards(case: Case, judged: Judged, until: date) -> Iterator[Total]:
    """The changes of the total until a day, the newest first."""
    past = case._replace(measures=judged.chosen)
    later: Total | None = None
    for day in reversed(change_days(judged.chosen)):
        if day > until:
            continue
        stacked = judge(past._replace(day=day)).stacked
        here = Total(day, stacked.total, stacked)
        if later is not None and _made_of(later) != _made_of(here):
            yield later
        later = here
    if later is not None and (later.percent or later.stacked.ban):
        yield later


def _made_of(total: Total) -> tuple[Decimal, frozenset[tuple[str, Decimal]]]:
    """What two totals that are told as one have alike; parts of 0 percent are no matter."""
    parts = ((one.measure.id, one.period.percent or Decimal(0)) for one in total.stacked.counted)
    return total.percent, frozenset(part for part in parts if part[1])


def _rate_steps(changes: Sequence[Total]) -> Iterator[Step]:
    for place, change in enumerate(changes):
        yield _step(change, changes[place - 1] if place else None)


def _step(change: Total, before: Total | None) -> Step:
    now, then = _by_id(change), _by_id(before) if before else {}
    if (ban := change.stacked.ban) is not None:
        # The duties end with the imports, not before them: a total of 0 would mislead.
        last = before.percent if before else Decimal(0)
        what = f"{ban.name}: may not be imported"
        return Step(on=change.on, percent=last, what=what, source=ban.period.source, legal=True)
    return Step(
        on=change.on,
        percent=change.percent,
        what="; ".join(_differences(now, then)),
        source=_source(now, then),
    )


def _by_id(total: Total) -> dict[str, Layer]:
    return {layer.measure.id: layer for layer in total.stacked.counted if layer.period.percent}


def _differences(now: dict[str, Layer], before: dict[str, Layer]) -> Iterator[str]:
    for one, layer in now.items():
        was = before.get(one)
        rate = percent_text(layer.period.percent)
        if was is None:
            yield f"{layer.measure.name} {rate} begins"
        elif was.period.percent != layer.period.percent:
            yield f"{layer.measure.name} {percent_text(was.period.percent)} to {rate}"
    for one, layer in before.items():
        if one not in now:
            yield f"{layer.measure.name} {percent_text(layer.period.percent)} ends"


def _source(now: dict[str, Layer], before: dict[str, Layer]) -> Source:
    """The sources of all that began, changed or ended, as one; a total changes by these alone."""
    found: dict[Source, None] = {}
    for one, layer in now.items():
        # A new basis at the same rate is another day's, and changes nothing.
        if one not in before or before[one].period.percent != layer.period.percent:
            found[layer.period.source] = None
    for one, layer in before.items():
        if one not in now:
            following = layer.measure.after(layer.period.from_)
            found[following.source if following else layer.period.source] = None
    url = next((source.url for source in found if source.url), None)
    return Source(text="; ".join(source.text for source in found), url=url)


def _legal_steps(case: Case, judged: Judged, changes: Sequence[Total]) -> Iterator[Step]:
    seen: dict[LegalEvent, None] = {}
    for measure in judged.chosen:
        seen.update(dict.fromkeys(case.ledger.events_of(measure)))
    for event in seen:
        if event.effect in _TOLD:
            yield Step(
                on=event.on,
                percent=_total_on(changes, event.on),
                what=f"{event.body}: {event.what}",
                source=event.source,
                legal=True,
            )


def _total_on(changes: Sequence[Total], day: date) -> Decimal:
    return next((change.percent for change in reversed(changes) if change.on <= day), Decimal(0))
