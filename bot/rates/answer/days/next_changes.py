"""Lists what changes for the goods of an answer after its day.

The changes of the total are those of its history. Other duties, such as those on particular goods
of a question about goods in general, and milestones come from the rates themselves.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.rates.answer.days.timeline import Timeline
from bot.rates.answer.law_rows import count_listed_lines
from bot.rates.answer.lines.line_duties import is_levied
from bot.rates.calendar.upcoming import list_upcoming, move_passed_last
from bot.rates.ledger import Ledger
from bot.rates.model.answer import TotalBasis
from bot.rates.model.changes import ChangeKind, Upcoming
from bot.rates.model.history import Step

_A_DAY = timedelta(days=1)
_ZERO = Decimal(0)


def list_next(
    timeline: Timeline, later: Sequence[Step], checked: date | None, today: date
) -> tuple[Upcoming, ...]:
    """Changes after the day of the answer, then changes that fell due after their last check.

    `later` are the steps of the history after the day of the answer. Their changes are marked: the
    others do not change the total. Within a day, those that change the most goods come first.
    """
    context, selection = timeline.context, timeline.selection
    on_all = selection.basis is TotalBasis.GENERAL
    measures = context.measures if on_all else selection.chosen
    read = checked or context.day
    # If a layer was checked before its pair, only its own changes are listed from the earlier day.
    stale = {
        layer.measure.id: layer.checked
        for layer in selection.stacked.involved
        if layer.checked is not None and layer.checked < read
    }

    def read_of(item: Upcoming) -> date:
        return stale.get(item.measure_id, read)

    first = min((context.day, read, *stale.values()))
    coming = list_upcoming(
        context.ledger,
        first,
        measures=measures,
        partner_codes=context.charged,
        pays=_build_goods_filter(timeline),
    )
    marked = _mark_steps(coming, later, context.ledger)
    return move_passed_last(marked, read_of, today, context.day)


def _mark_steps(items: Iterable[Upcoming], later: Iterable[Step], ledger: Ledger) -> list[Upcoming]:
    """The items and the other changes of the steps, such as exemptions that begin; in order of
    time, and within a day by effect."""

    def find_key(measure_id: str, on: date) -> tuple[date, str]:
        # Rows of a schedule that change on the same day are one item.
        return on, ledger.by_id[measure_id].family or measure_id

    moved = {
        find_key(one.measure.id, step.on): (step, one) for step in later for one in step.changes
    }
    found = []
    for item in items:
        key = find_key(item.measure_id, item.on)
        is_duty = item.change.kind is not ChangeKind.MILESTONE
        found.append(item._replace(moves_total=is_duty and key in moved))
        if is_duty:
            moved.pop(key, None)
    for step, one in moved.values():
        measure = ledger.by_id[one.measure.id]
        ends = one.change.kind is ChangeKind.ENDS
        found.append(
            Upcoming(
                on=step.on,
                change=one.change._replace(text=step.source.text if ends else ""),
                measure=measure.name,
                measure_id=measure.id,
                imposer=measure.imposer,
                partners=measure.partners,
                source=step.source,
                on_all_goods=measure.applies_to_all_goods,
                moves_total=True,
            )
        )
    return sorted(found, key=lambda item: (item.on, *_rank_effect(item, ledger)))


def _rank_effect(item: Upcoming, ledger: Ledger) -> tuple[bool, int, Decimal]:
    """The place of a change within its day: changes of the total, then those of the most lines,
    then the largest."""
    if item.change.kind is ChangeKind.MILESTONE:
        return True, 0, _ZERO
    lines = count_listed_lines(item.measure_id, ledger, item.imposer, item.on)
    rate = item.change.up_to or item.change.rate.percent or _ZERO
    return not item.moves_total, -lines, -abs(rate - (item.change.from_percent or _ZERO))


def _build_goods_filter(timeline: Timeline) -> Callable[[Upcoming], bool]:
    """A function that says whether an item may change what the goods of the question pay.

    It returns False if the item's measure is charged before or after the change, but not on these
    goods. Golf carts are among the lines of passenger cars, but their duties are not those of cars.
    """
    ledger, selection = timeline.context.ledger, timeline.selection
    if selection.line is None or selection.stacked.ban:
        return lambda _: True

    def pays(item: Upcoming) -> bool:
        measure = ledger.by_id[item.measure_id]
        periods = ((day, measure.find_period(day)) for day in (item.on, item.on - _A_DAY))
        levied = [day for day, period in periods if period is not None and is_levied(period)]
        return not levied or any(
            measure.id in timeline.select(day).stacked.paid_ids for day in levied
        )

    return pays
