"""Finds the lines of a list that something touches.

A change of the ledger or of the schedule touches exactly the lines whose total it changes, on the
given day or on a later one that the ledger knows. They are found in two steps:

    all lines | measures that changed: may they apply to the line? | compare the totals by day

A measure touches the lines on which it may be charged. A story touches the lines of the economies
and goods that it names.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bot.lines.additions import AddedDuty, find_added_duty
from bot.lines.classes import DutyClass, LineKind
from bot.lines.duties import DutyTotal, LineDuties
from bot.lines.model import IMPOSER, ListedLine
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure

_A_DAY = timedelta(days=1)


class LineEffect(NamedTuple):
    """A line whose total changes."""

    line: ListedLine
    on: date
    """The first day on which the totals differ."""
    before: DutyTotal
    """The total on this day by the old ledger, what its owner knows, or that of the day before."""
    after: DutyTotal


class _Difference(NamedTuple):
    """The fields of an effect without the line."""

    on: date
    before: DutyTotal
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
    added = None
    if not change.is_of_schedule:
        added = find_added_duty(change.measures, before.ledger, after.ledger)
    found = []
    by_origin: dict[str, _OriginComparison] = {}
    for line in lines:
        comparison = by_origin.get(line.origin)
        if comparison is None:
            comparison = _OriginComparison(before, after, change, added, line.origin, day)
            by_origin[line.origin] = comparison
        difference = comparison.find(line.code)
        if difference is not None:
            found.append(LineEffect(line, *difference))
    return tuple(found)


class _OriginComparison:
    """Compares the totals of goods of an origin by two ledgers: once for all lines of a kind."""

    def __init__(
        self,
        before: LineDuties,
        after: LineDuties,
        change: LedgerChange,
        added: AddedDuty | None,
        origin: str,
        day: date,
    ) -> None:
        self._before, self._after, self._change, self._added = before, after, change, added
        self._origin, self._day = origin, day
        self._kinds = (before.get_kinds(origin), after.get_kinds(origin))
        self._rules = (before.get_rules(origin), after.get_rules(origin))
        # Most approved rates begin on a later day. This halves the time of their effects.
        self._starts_later = not change.is_of_schedule and not any(
            one.on(day).matter(change.measures) for one in self._rules
        )
        self._days: dict[tuple[int, int], tuple[date, ...]] = {}
        self._found: dict[tuple[LineKind, LineKind], _Difference | None] = {}

    def find(self, code: str) -> _Difference | None:
        """The first day from the given one on which the totals differ; None if none is known."""
        first, second = self._kinds
        old = first.find(code)
        place = (old, old if first is second else second.find(code))
        if place not in self._found:
            self._found[place] = self._compare(*place)
        return self._found[place]

    def _compare(self, old: LineKind, new: LineKind) -> _Difference | None:
        for on in self._list_days(old, new):
            first = self._before.find_kind_total(old, self._origin, on)
            second = self._added.add_to(first, on) if self._added is not None else None
            if second is None:
                second = self._after.find_kind_total(new, self._origin, on)
            if first != second:
                return _Difference(on, first, second)
        return None

    def _list_days(self, old: LineKind, new: LineKind) -> Sequence[date]:
        """The days from the given one on which totals of the kinds may differ, sorted."""
        place = (old.of_class.number, new.of_class.number)
        if place not in self._days:
            self._days[place] = tuple(self._find_class_days(old.of_class, new.of_class))
        days = self._days[place]
        if not days or not (old.ends or new.ends):
            return days
        ends = (one + _A_DAY for one in (*old.ends, *new.ends))
        return sorted({*days, *(one for one in ends if one > self._day)})

    def _find_class_days(self, *classes: DutyClass) -> Iterator[date]:
        """The days for two classes; none if no measure that changed may apply to their lines."""
        both, measures = list(zip(self._rules, classes, strict=True)), self._change.measures
        touches = any(rules.touches(one, measures) for rules, one in both)
        if not (self._change.is_of_schedule or touches):
            return
        if not self._starts_later:
            yield self._day
        days = {day for rules, one in both for day in rules.list_change_days(one)}
        yield from sorted(one for one in days if one > self._day)


def find_changes_on(
    lines: Iterable[ListedLine], duties: LineDuties, day: date
) -> tuple[LineEffect, ...]:
    """The lines whose total on the day differs from that of the day before, in their order."""
    day_before = day - _A_DAY
    found = []
    for line in lines:
        old, new = duties.find_total(line.key, day_before), duties.find_total(line.key, day)
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
        place = (duties.find_kind(line.key).of_class.number, line.origin)
        if place not in known:
            known[place] = duties.touches(wanted, line.key)
        if known[place]:
            found.append(line)
    return tuple(found)
