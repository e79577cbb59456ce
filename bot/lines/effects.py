"""Finds the lines of a list that something touches.

A change of the ledger or of the schedule touches exactly the lines whose total it changes, on the
given day or on a later one that the ledger knows. They are found in two steps:

    all lines | measures that changed: may they apply to the line? | compare the totals by day

A measure touches the lines on which it may be charged. A story touches the lines of the economies
and goods that it names.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bot.lines.additions import AddedDuty, find_added_duty
from bot.lines.duties import DutyTotal, LineDuties
from bot.lines.model import IMPOSER, ListedLine
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure


class LineEffect(NamedTuple):
    """A line whose total changes."""

    line: ListedLine
    on: date
    """The first day on which the totals differ."""
    before: DutyTotal
    """The total on this day by the old ledger, what its owner knows, or that of the day before."""
    after: DutyTotal


class LedgerChange(NamedTuple):
    """What differs between two ledgers, as far as lines are concerned."""

    measures: tuple[Measure, ...] = ()
    """The measures that differ, as they are in each of the ledgers that has them."""
    is_of_schedule: bool = False
    """Whether the schedule or something else that may concern all lines differs."""

    def __bool__(self) -> bool:
        return bool(self.measures or self.is_of_schedule)


def compare_ledgers(before: Ledger, after: Ledger) -> LedgerChange:
    """What differs between the two ledgers for lines of the schedule. Takes some milliseconds."""
    if before is after:
        return LedgerChange()
    own = set(after.list_codes(IMPOSER))
    changed = []
    for measure_id in before.by_id.keys() | after.by_id.keys():
        pair = (before.by_id.get(measure_id), after.by_id.get(measure_id))
        if pair[0] != pair[1]:
            changed += [one for one in pair if one is not None and one.imposer in own]
    old, new = before.find_imposer_file(IMPOSER), after.find_imposer_file(IMPOSER)
    schedules = before.find_tariff_schedule(IMPOSER), after.find_tariff_schedule(IMPOSER)
    same = (
        (schedules[0] is schedules[1] or schedules[0] == schedules[1])
        and before.get_lists(IMPOSER) == after.get_lists(IMPOSER)
        and list(before.one_of) == list(after.one_of)
        and (old.coverage if old else None) == (new.coverage if new else None)
    )
    return LedgerChange(tuple(changed), not same)


def find_effects(
    lines: Iterable[ListedLine],
    before: LineDuties,
    after: LineDuties,
    day: date,
) -> tuple[LineEffect, ...]:
    """The lines whose total differs on the day or on a later known day, in their order."""
    change = compare_ledgers(before.ledger, after.ledger)
    if not change:
        return ()
    concerned = _select_concerned(lines, before, after, change)
    added = None
    if not change.is_of_schedule:
        added = find_added_duty(change.measures, before.ledger, after.ledger)
    if added is not None:
        effects = (_compare_with(added, one, before, after, day) for one in concerned)
        return tuple(one for one in effects if one is not None)
    starts_later: dict[str, bool] = {}
    found = []
    for line in concerned:
        if line.origin not in starts_later:
            starts_later[line.origin] = _starts_later(change, line.origin, before, after, day)
        later = starts_later[line.origin]
        effect = _compare_line(line, before, after, day, starts_later=later)
        if effect is not None:
            found.append(effect)
    return tuple(found)


def _select_concerned(
    lines: Iterable[ListedLine], before: LineDuties, after: LineDuties, change: LedgerChange
) -> Sequence[ListedLine]:
    """The lines whose total may differ: those to which a measure that changed may apply."""
    every = tuple(lines)
    if change.is_of_schedule:
        return every
    found = [find_touched(one, every, change.measures) for one in (before, after)]
    if len(found[0]) == len(every):
        return every
    touched = {line.key for each in found for line in each}
    return [one for one in every if one.key in touched]


def _compare_line(
    line: ListedLine,
    before: LineDuties,
    after: LineDuties,
    day: date,
    *,
    starts_later: bool = False,
) -> LineEffect | None:
    """The first day from `day` on which the totals of the line differ; None if none is known.

    With `starts_later`, they are known to be equal on the day itself.
    """
    days = {*before.list_change_days(line.key), *after.list_change_days(line.key)}
    first = () if starts_later else (day,)
    for on in (*first, *sorted(one for one in days if one > day)):
        old, new = before.find(line.key, on).total, after.find(line.key, on).total
        if old != new:
            return LineEffect(line, on, old, new)
    return None


def _compare_with(
    added: AddedDuty, line: ListedLine, before: LineDuties, after: LineDuties, day: date
) -> LineEffect | None:
    """The effect of the added duty on a line, like `_compare_line`, without stacking its duties."""
    days = {*before.list_change_days(line.key), *added.days}
    for on in (day, *sorted(one for one in days if one > day)):
        old = before.find(line.key, on).total
        new = added.add_to(old, on)
        if new is None:
            # Its duties without the new one are unknown, or depend on whether there are others.
            return _compare_line(line, before, after, day)
        if old != new:
            return LineEffect(line, on, old, new)
    return None


def _starts_later(
    change: LedgerChange, origin: str, before: LineDuties, after: LineDuties, day: date
) -> bool:
    """Whether no measure that changed matters for totals on the day.

    Most approved rates begin on a later day. This halves the time of their effects.
    """
    if change.is_of_schedule:
        return False
    for duties in (before, after):
        pair = duties.ledger.get_pair(IMPOSER, origin)
        # Without any duty on all goods, the first duty on a line makes an unknown total known.
        if pair.coverage is None or not any(one.applies_to_all_goods for one in pair.measures):
            return False
        if not all(_is_idle(one, day, pair.coverage.checked) for one in change.measures):
            return False
    return True


def _is_idle(measure: Measure, day: date, checked: date) -> bool:
    """Whether the measure has no rate on the day, and none whose end or absence matters then.

    The rate may be unknown. Or it ended after the last check, so that what it replaced is looked up
    on its last day.
    """
    last = measure.periods[-1] if measure.periods else None
    may_return = last is not None and last.to is not None and checked <= last.to < day
    is_unknown = measure.rate_unknown or measure.is_rate_unknown(day)
    return measure.find_period(day) is None and not (is_unknown or may_return)


def find_changes_on(
    lines: Iterable[ListedLine], duties: LineDuties, day: date
) -> tuple[LineEffect, ...]:
    """The lines whose total on the day differs from that of the day before, in their order."""
    day_before = day - timedelta(days=1)
    found = []
    for line in lines:
        old, new = duties.find(line.key, day_before).total, duties.find(line.key, day).total
        if old != new:
            found.append(LineEffect(line, day, old, new))
    return tuple(found)


def find_touched(
    duties: LineDuties, lines: Iterable[ListedLine], measures: Iterable[Measure]
) -> tuple[ListedLine, ...]:
    """The lines on which one of the measures may be charged on some day, in their order."""
    wanted = tuple(measures)
    known: dict[tuple[int, str], bool] = {}
    found = []
    for line in lines:
        of_class = duties.classes.find(line.code)
        place = (of_class.number, line.origin)
        if place not in known:
            ids = duties.ledger.get_pair(IMPOSER, line.origin).ids
            known[place] = any(one.id in ids and duties.touches(one, of_class) for one in wanted)
        if known[place]:
            found.append(line)
    return tuple(found)
