"""Builds the history of a total, with court rulings on its duties."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from bot.rates.answer.days.timeline import Timeline
from bot.rates.answer.lines.line_duties import LineFinding, is_levied
from bot.rates.answer.select import RateContext, Selection, select_layers
from bot.rates.model.answer import TotalBasis
from bot.rates.model.changes import Change, ChangeKind, RateChange
from bot.rates.model.history import Step
from bot.rates.model.law import RULINGS, LegalEvent
from bot.rates.model.measure import DutyRate, Source, merge_sources
from bot.rates.stacking import Layer, StackedLayers

_A_DAY = timedelta(days=1)


class DatedTotal(NamedTuple):
    """A total that applies from the day `on` until the next change, and its layers."""

    on: date
    percent: Decimal
    """The lowest total, if the total depends on the goods."""
    stacked: StackedLayers
    up_to: Decimal | None = None
    """The highest total, if the total depends on the goods."""
    line: LineFinding | None = None
    """The duties by tariff line, if they are known."""


def build_history(timeline: Timeline) -> tuple[Step, ...]:
    """All changes of the total and all rulings on its duties, in order of time."""
    changes = list_totals(timeline)
    steps = _mark_open(timeline.context, _build_steps(changes))
    rulings = _build_ruling_steps(timeline.context, timeline.selection, [changes])
    return _sort_steps([*steps, *rulings])


def build_range_history(
    context: RateContext, selection: Selection, choices: Sequence[RateContext]
) -> tuple[Step, ...]:
    """Like `build_history`, for goods whose total depends on the tariff line.

    Each step has the lowest and the highest total of the `choices`.
    """
    changes = [list_totals(Timeline(one, select_layers(one))) for one in choices]
    return _sort_steps(
        [
            *_mark_open(context, _build_range_steps(changes)),
            *_build_ruling_steps(context, selection, changes),
        ]
    )


def _mark_open(context: RateContext, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps; from the end of a rate after the last check, the total is not known.

    The importing economy may extend such a rate or replace it. If another rate begins on the same
    day, that one replaces it.
    """
    coverage = context.ledger.find_coverage(context.imposer, context.partner)
    last = {one.id: one.periods[-1] for one in context.measures if one.periods}
    is_open = False
    for step in steps:
        ends = [one for one in step.changes if one.change.kind is ChangeKind.ENDS]
        if coverage is not None and step.on > coverage.checked and len(ends) == len(step.changes):
            is_open |= any(last[one.measure.id].to == step.on - _A_DAY for one in ends)
        yield step._replace(is_open=True) if is_open and not step.banned else step


def find_last_change(timeline: Timeline) -> Step | None:
    """The last change of the total up to the day of the question, or None."""
    # A step shows the difference from the previous total, so the newest two totals are enough.
    newest = [*islice(_walk_back(timeline, timeline.context.day), 2)]
    return _build_step(newest[0], newest[1] if len(newest) > 1 else None) if newest else None


def list_later_steps(timeline: Timeline, day: date) -> tuple[Step, ...]:
    """The changes of the total after the day, as in `build_history`."""
    steps: list[Step] = []
    later: DatedTotal | None = None
    for total in _walk_back(timeline, date.max):
        if later is not None:
            steps.append(_build_step(later, total))
        if total.on <= day:
            return tuple(steps[::-1])
        later = total
    first = [_build_step(later, None)] if later is not None else []
    return (*first, *steps[::-1])


def find_last_step(steps: Sequence[Step], day: date) -> Step | None:
    """The last change of the total up to the day, or None."""
    past = [step for step in steps if step.on <= day and step.moves_total]
    return past[-1] if past else None


def list_totals(timeline: Timeline) -> tuple[DatedTotal, ...]:
    """One total for each day on which the total or its components changed, in order of time.

    If a duty replaces another at the same rate, the components change although the total does not.
    """
    return tuple(_walk_back(timeline, date.max))[::-1]


def _sort_steps(steps: list[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: (step.on, not step.moves_total)))


def _build_range_steps(changes: Sequence[Sequence[DatedTotal]]) -> Iterator[Step]:
    before = (Decimal(0), Decimal(0))
    for day in sorted({change.on for each in changes for change in each}):
        percents = [_find_total(each, day) for each in changes]
        span = (min(percents), max(percents))
        if span == before:
            continue
        before = span
        made = [step for each in changes for step in _build_steps(each) if step.on == day]
        yield Step(
            on=day,
            percent=span[0],
            up_to=span[1] if span[1] != span[0] else None,
            changes=tuple(dict.fromkeys(one for step in made for one in step.changes)),
            includes_base=any(step.includes_base for step in made),
            source=merge_sources([step.source for step in made]),
        )


def _walk_back(timeline: Timeline, until: date) -> Iterator[DatedTotal]:
    """The changes of the total up to a day, newest first."""
    later: DatedTotal | None = None
    for day in reversed(timeline.days):
        if day > until:
            continue
        selected = timeline.select(day)
        stacked = selected.stacked
        low, high = stacked.span or (stacked.total, None)
        here = DatedTotal(day, low, stacked, high, selected.line)
        if later is not None and _comparison_key(later) != _comparison_key(here):
            yield later
        later = here
    if later is not None and (later.percent or later.up_to or later.stacked.ban):
        yield later


def _comparison_key(total: DatedTotal) -> tuple[object, ...]:
    """A key that is equal for two totals with the same percent and the same layers above 0%, which
    include the base duty or not."""
    layers = (
        (one, layer.period.percent, layer.period.is_all_in)
        for one, layer in _index_layers(total).items()
    )
    return total.percent, total.up_to, frozenset(layers)


def _build_steps(changes: Sequence[DatedTotal]) -> Iterator[Step]:
    for place, change in enumerate(changes):
        yield _build_step(change, changes[place - 1] if place else None)


def _build_step(total: DatedTotal, before: DatedTotal | None) -> Step:
    now, then = _index_layers(total), _index_layers(before) if before else {}
    if (ban := total.stacked.ban) is not None:
        # If imports are banned, a total of 0% would mislead, so the step keeps the last total.
        last = before.percent if before else Decimal(0)
        change = _build_change(ban, ChangeKind.BEGINS, ban.period.rate)
        return Step(total.on, last, ban.period.source, (change,), banned=True)
    return Step(
        on=total.on,
        percent=total.percent,
        up_to=total.up_to,
        changes=tuple(_list_differences(now, then)),
        includes_base=any(layer.period.is_all_in for layer in total.stacked.counted),
        lines=total.line.totals if total.line and total.up_to is not None else (),
        source=_merge_sources(total.on, now, then),
    )


def _index_layers(total: DatedTotal) -> dict[str, Layer]:
    """The layers that the total counts or, if it depends on the goods, may count."""
    layers = list(total.stacked.counted)
    if total.up_to is not None:
        layers += [left.layer for left in total.stacked.excluded if left.may_apply]
    return {layer.measure.id: layer for layer in layers if layer.period.percent}


def _list_differences(now: dict[str, Layer], before: dict[str, Layer]) -> Iterator[RateChange]:
    for one, layer in now.items():
        was = before.get(one)
        rate = layer.period.rate
        if was is None:
            yield _build_change(layer, ChangeKind.BEGINS, rate)
        elif (was.period.percent, was.period.is_all_in) != (rate.percent, layer.period.is_all_in):
            yield _build_change(layer, ChangeKind.CHANGES, rate, was.period.percent)
    for one, layer in before.items():
        if one not in now:
            yield _build_change(layer, ChangeKind.ENDS, layer.period.rate)


def _build_change(
    layer: Layer, kind: ChangeKind, rate: DutyRate, was: Decimal | None = None
) -> RateChange:
    return RateChange(layer.measure.ref, Change(kind, rate, was))


def _merge_sources(day: date, now: dict[str, Layer], before: dict[str, Layer]) -> Source:
    """The sources of all duties that began, changed or ended, merged into one."""
    found = []
    for one, layer in now.items():
        # A new period at the same rate is not a change.
        if one not in before or before[one].period.percent != layer.period.percent:
            found.append(layer.period.source)
    for one, layer in before.items():
        if one not in now:
            exempt = [one.why for one in layer.measure.exempt if one.from_ == day]
            found += [Source(text=why) for why in exempt]
            following = layer.measure.find_period(day)
            # A rate that goes on does not end by its own source: another duty replaces it.
            if not exempt and following != layer.period:
                found.append(following.source if following else layer.period.source)
    if not found:
        # Only exemptions of goods changed.
        found = [layer.period.source for layer in (now or before).values()]
    return merge_sources(found)


def _build_ruling_steps(
    context: RateContext, selection: Selection, changes: Sequence[Sequence[DatedTotal]]
) -> Iterator[Step]:
    """The rulings on the duties that the totals ever counted, or that the question names."""
    paid = {one for totals in changes for total in totals for one in _list_levied(total.stacked)}
    seen: dict[LegalEvent, None] = {}
    for measure in selection.chosen:
        if measure.id in paid or selection.basis is TotalBasis.LAYER:
            seen.update(dict.fromkeys(context.ledger.events_of.get(measure.id, ())))
    for event in seen:
        if event.effect in RULINGS:
            total = _find_total(changes[0], event.on)
            yield Step(event.on, total, event.source, ruling=event)


def _list_levied(stacked: StackedLayers) -> Iterator[str]:
    """The ids of the duties that charge, or may charge, the goods."""
    left = [one.layer for one in stacked.excluded if one.may_apply]
    for layer in (*stacked.counted, *left, *([stacked.ban] if stacked.ban else [])):
        if is_levied(layer.period):
            yield layer.measure.id


def _find_total(changes: Sequence[DatedTotal], day: date) -> Decimal:
    return next((change.percent for change in reversed(changes) if change.on <= day), Decimal(0))
