"""Computes the duty on a listed line on a day: an exact total, or a range.

The duty is that of the answer to a question about the line (`bot.rates.answer`), with the base duty
in the total. A duty is computed once for all lines that share it (`bot.lines.classes`).
"""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Self

from bot.lines.classes import (
    DutyClass,
    DutyClasses,
    ScheduleIndex,
    list_codes_of,
    list_scope_codes,
)
from bot.lines.model import IMPOSER, LineKey
from bot.rates.answer.history import list_change_days
from bot.rates.answer.lines.line_duties import compute_added
from bot.rates.answer.select import Selection, build_context, select_layers
from bot.rates.answer.standing import compute_total
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure
from bot.rates.model.warnings import Reason
from bot.rates.schedule.treatment import COLUMN_2, LineDuty, Treatment, find_line_duty

_A_DAY = timedelta(days=1)
_MAX_SHARED = 10_000
"""Maximum shared duties that are kept, each with some KB. A table of 5,000 lines has 3,300."""


class BanExtent(StrEnum):
    """Whether goods of a line may be imported."""

    NONE = ""
    SOME = "some"
    """Some goods of the line are banned. The total is that of the others."""
    ALL = "all"


class DutyPart(NamedTuple):
    """A duty in the total of a line."""

    measure_id: str
    """Empty for the base duty."""
    name: str
    percent: Decimal | None
    """None for a duty that is not a percentage of the value."""
    is_certain: bool = True
    """Whether all goods of the line pay it."""


class DutyTotal(NamedTuple):
    """What a line pays. Two duties differ for its owner if their totals differ."""

    low: Decimal | None
    """The lowest total in percent, with the base duty; None if it is unknown or all is banned."""
    high: Decimal | None
    """The highest total in percent; equal to `low` if all goods of the line pay the same."""
    words: tuple[str, ...] = ()
    """Duties that are not percentages and not in the total: `13.2¢/kg`."""
    ban: BanExtent = BanExtent.NONE
    is_line: bool = True
    """Whether the schedule has the line on the day."""

    @property
    def is_known(self) -> bool:
        """Whether a total or a ban is known."""
        return self.low is not None or self.ban is BanExtent.ALL


NOT_A_LINE = DutyTotal(None, None, is_line=False)
"""The total of a code that is no line on the day."""


class ListedDuty(NamedTuple):
    """The duty on a listed line on a day."""

    total: DutyTotal
    parts: tuple[DutyPart, ...] = ()
    """The base duty, then the other duties, certain ones first."""
    questions: tuple[str, ...] = ()
    """The questions about the goods whose answers decide the total within a range."""


class DatedDuty(NamedTuple):
    """The duty from a day until the next one."""

    on: date
    duty: ListedDuty


class TotalChange(NamedTuple):
    """A day on which the total of a line changes."""

    on: date
    before: DutyTotal
    after: DutyTotal


class _SharedDuty(NamedTuple):
    """What all lines of a class pay for goods of an origin on a day, apart from the base duty."""

    selection: Selection
    is_known: bool
    """Whether the ledger knows the total of the duties, or its range."""


class LineDuties:
    """The duties on lines by a ledger. Not safe for use by several threads at once."""

    def __init__(
        self, ledger: Ledger, like: Self | None = None, max_shared: int = _MAX_SHARED
    ) -> None:
        """With `like`, reuses the classes of the duties by an earlier ledger, if they still fit.

        Raises ValueError if the ledger has no tariff schedule.
        """
        schedule = ledger.find_tariff_schedule(IMPOSER)
        if schedule is None:
            raise ValueError("the ledger has no tariff schedule")
        self.ledger, self.schedule, self._max_shared = ledger, schedule, max_shared
        codes = list_scope_codes(ledger, IMPOSER)
        index = ScheduleIndex(schedule)
        if like is not None and like.schedule is schedule:
            index = like.classes.index
        is_same = like is not None and like.classes.index is index
        self.classes: DutyClasses = (
            like.classes
            if like and is_same and like.classes.scope_codes == codes
            else DutyClasses(index, codes)
        )
        self._lists_of = ledger.get_lists(IMPOSER)
        self._duties: dict[tuple[str, str, date], ListedDuty] = {}
        self._shared: dict[tuple[object, str, date], _SharedDuty] = {}
        self._by_base: dict[tuple[int, LineDuty], ListedDuty] = {}
        self._days: dict[tuple[object, str], tuple[date, ...]] = {}
        self._treatments: dict[tuple[str, date], Treatment] = {}
        self._names: dict[str, frozenset[str]] = {}

    def find(self, key: LineKey, day: date) -> ListedDuty:
        """The duty on a line on the day."""
        place = (*key, day)
        found = self._duties.get(place)
        if found is None:
            found = self._duties[place] = self._compute(key, day)
        return found

    def list_from(self, key: LineKey, day: date) -> tuple[DatedDuty, ...]:
        """The duty on the day, and each later one that is known with another total."""
        found = [DatedDuty(day, self.find(key, day))]
        for later in self.list_change_days(key):
            if later > day:
                duty = self.find(key, later)
                if duty.total != found[-1].duty.total:
                    found.append(DatedDuty(later, duty))
        return tuple(found)

    def find_next_change(self, key: LineKey, day: date) -> TotalChange | None:
        """The first later day on which the total is another one; None if none is known."""
        now = self.find(key, day).total
        for later in self.list_change_days(key):
            if later > day and (then := self.find(key, later).total) != now:
                return TotalChange(later, now, then)
        return None

    def find_last_change(self, key: LineKey, day: date) -> TotalChange | None:
        """The day since when the total is that of the day.

        None if the ledger knows no other total.
        """
        now = self.find(key, day).total
        earlier = [one for one in self.list_change_days(key) if one <= day]
        for change in reversed(earlier):
            eve = change - _A_DAY
            before = self.find(key, eve).total if eve >= self.schedule.header.since else None
            if before is None or not before.is_known:
                return None
            if before != now:
                return TotalChange(change, before, now)
        return None

    def list_change_days(self, key: LineKey) -> tuple[date, ...]:
        """All days on which the total of the line may change, in order of time."""
        of_class = self.classes.find(key.code)
        place = (self._narrow(of_class, key.origin), key.origin)
        if place not in self._days:
            self._days[place] = tuple(sorted(self._list_class_days(of_class, key.origin)))
        ends = self.classes.index.list_former_ends(key.code)
        if not ends:
            return self._days[place]
        return tuple(sorted({*self._days[place], *(one + _A_DAY for one in ends)}))

    def _list_class_days(self, of_class: DutyClass, origin: str) -> set[date]:
        pair = self.ledger.get_pair(IMPOSER, origin)
        measures = [one for one in pair.measures if self.touches(one, of_class)]
        names = {name for one in measures for name in self._lists_of.get(one.id, ())}
        groups = [one for one in of_class.groups if one.list in names]
        header = self.schedule.header
        return {
            *list_change_days(measures, exemptions=True),
            *(one.from_ for one in groups),
            *(one.to + _A_DAY for one in groups if one.to is not None),
            *(since for code, since in header.column2.items() if code in pair.charged),
            *(one.charged_since for one in measures if one.charged_since is not None),
            header.since,
            *([pair.coverage.since] if pair.coverage else []),
        }

    def touches(self, measure: Measure, of_class: DutyClass) -> bool:
        """Whether a measure may apply to lines of the class on some day, or exempts them."""
        if measure.applies_to_all_goods:
            return True
        lists = self._lists_of.get(measure.id)
        if lists is not None:
            return not lists.isdisjoint(of_class.lists)
        return not set(of_class.scopes).isdisjoint(list_codes_of(measure))

    def _compute(self, key: LineKey, day: date) -> ListedDuty:
        line = self.classes.index.find_line(key.code, day)
        if line is None:
            return ListedDuty(NOT_A_LINE)
        base = find_line_duty(line, self._find_treatment(key.origin, day))
        alike = self._narrow(self.classes.find(key.code), key.origin)
        place = (alike, key.origin, day)
        shared = self._shared.get(place)
        if shared is None:
            if len(self._shared) >= self._max_shared:
                self._clear()
            shared = self._shared[place] = _compute_shared(self.ledger, key, day)
        built = self._by_base.get((id(shared), base))
        if built is None:
            built = self._by_base[id(shared), base] = _build_duty(shared, base)
        return built

    def _clear(self) -> None:
        """Forgets all duties. Those that were built are found by the ids of the shared ones."""
        self._shared.clear()
        self._by_base.clear()
        self._duties.clear()
        self._treatments.clear()

    def _narrow(self, of_class: DutyClass, origin: str) -> object:
        """A key that is equal for classes that the measures on goods of the origin treat alike."""
        if origin not in self._names:
            ids = self.ledger.get_pair(IMPOSER, origin).ids
            names = (name for one in ids for name in self._lists_of.get(one, ()))
            self._names[origin] = frozenset(names)
        return self.classes.narrow(of_class, self._names[origin])

    def _find_treatment(self, origin: str, day: date) -> Treatment:
        place = (origin, day)
        if place not in self._treatments:
            charged = self.ledger.get_pair(IMPOSER, origin).charged
            since = self.schedule.header.column2
            is_column2 = any(start <= day for code, start in since.items() if code in charged)
            self._treatments[place] = Treatment(column2=is_column2)
        return self._treatments[place]


def _compute_shared(ledger: Ledger, key: LineKey, day: date) -> _SharedDuty:
    context = build_context(ledger, IMPOSER, key.origin, day, key.code)
    selection = select_layers(context)
    is_known = selection.stacked.span is not None or compute_total(context, selection) is not None
    return _SharedDuty(selection, is_known)


def _build_duty(shared: _SharedDuty, base: LineDuty) -> ListedDuty:
    percent, stacked = base.percent, shared.selection.stacked
    base_name = f"Base duty, {COLUMN_2}" if base.column else "Base duty"
    own = DutyPart("", base_name, percent) if percent is not None else None
    if stacked.ban is not None:
        ban = DutyPart(stacked.ban.measure.id, stacked.ban.measure.name, None)
        return ListedDuty(DutyTotal(None, None, ban=BanExtent.ALL), (ban,))
    possible = [one.layer for one in stacked.excluded if one.may_apply]
    some_banned = any(one.period.banned for one in possible)
    total = _find_range(shared, percent, some_banned=some_banned)
    low, high = total if total is not None else (None, None)
    specific = [one.period.specific for one in possible if one.period.specific]
    words = tuple(dict.fromkeys([*([] if percent is not None else [base.text]), *specific]))
    certain = (
        DutyPart(one.measure.id, one.measure.name, one.period.percent) for one in stacked.counted
    )
    some = (
        DutyPart(left.layer.measure.id, left.layer.measure.name, left.layer.period.percent, False)
        for left in stacked.excluded
        if left.may_apply and left.exclusion.reason in _DEPENDS
    )
    return ListedDuty(
        DutyTotal(low, high, words, BanExtent.SOME if some_banned else BanExtent.NONE),
        (*([own] if own else []), *certain, *some),
        shared.selection.line.questions if shared.selection.line else (),
    )


_DEPENDS = frozenset({Reason.DEPENDS, Reason.SPECIFIC, Reason.LINE_DECIDES})


def _find_range(
    shared: _SharedDuty, base: Decimal | None, *, some_banned: bool
) -> tuple[Decimal, Decimal] | None:
    """The lowest and highest total with the base duty; None if no total is known."""
    stacked, finding = shared.selection.stacked, shared.selection.line
    if finding is None or not (shared.is_known or some_banned):
        return None
    free = [one.stacked for one in finding.cases if one.stacked.ban is None] or [stacked]
    if base is None:
        totals = [one.total for one in free] if some_banned else [stacked.total]
        return stacked.span or (min(totals), max(totals))
    if stacked is not finding.stacked:
        # A duty may not be charged again after the end of another: the cases still count it.
        if stacked.span is not None:
            return base + stacked.span[0], base + stacked.span[1]
        free = [stacked]
    added = [one for each in free if (one := compute_added(each.counted, base)) is not None]
    return (base + min(added), base + max(added)) if added else None
