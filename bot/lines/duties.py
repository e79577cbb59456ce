"""Computes the duty on a listed line on a day: an exact total, or a range.

The duty is that of the answer to a question about the line (`bot.rates.answer`), with the base duty
in the total. A duty is computed once for all lines that share it (`bot.lines.classes`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

from bot.lines.classes import DutyClasses, LineKind, LineKinds, ScheduleIndex, list_scope_codes
from bot.lines.model import IMPOSER, LineKey
from bot.lines.rules import OriginRules
from bot.rates.answer.lines.line_duties import compute_added
from bot.rates.answer.select import Selection, build_line_context, select_layers
from bot.rates.answer.standing import compute_total
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure, RatePeriod
from bot.rates.model.warnings import Reason
from bot.rates.schedule.treatment import COLUMN_2, LineDuty, Treatment, find_line_duty
from bot.rates.stacking import StackedLayers

_A_DAY = timedelta(days=1)
_ZERO = Decimal(0)
_MAX_SHARED = 10_000
"""Maximum shared duties in `LineDuties._by_key`, each of some KB. A table of 5,000 lines has 3,300.

If there are more, all are forgotten, with what was found from them: `_shared` and `_totals`. These
two have more entries, but each is small.
"""


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


class TotalChange(NamedTuple):
    """A day on which the total of a line changes."""

    on: date
    before: DutyTotal
    after: DutyTotal


@dataclass(frozen=True, eq=False)
class _SharedDuty:
    """What all lines of a class pay for goods of an origin on a day, apart from the base duty."""

    selection: Selection
    is_known: bool
    """Whether the ledger knows the total of the duties, or its range."""

    @cached_property
    def possible(self) -> tuple[RatePeriod, ...]:
        """The rates that some of the goods may pay."""
        return tuple(one.layer.period for one in self.selection.stacked.excluded if one.may_apply)

    @cached_property
    def specific(self) -> tuple[str, ...]:
        """The duties among them that are not percentages, in words."""
        return tuple(dict.fromkeys(one.specific for one in self.possible if one.specific))

    @cached_property
    def bans_some(self) -> bool:
        """Whether some of the goods are banned."""
        return any(one.banned for one in self.possible)

    @cached_property
    def free(self) -> tuple[StackedLayers, ...]:
        """The duties of the cases that are not banned; empty if no total is known."""
        stacked, finding = self.selection.stacked, self.selection.line
        if finding is None or not (self.is_known or self.bans_some):
            return ()
        if stacked is not finding.stacked:
            # A duty may not be charged again after the end of another: the cases still count it.
            return (stacked,)
        return tuple(one.stacked for one in finding.cases if one.stacked.ban is None) or (stacked,)

    @cached_property
    def _added(self) -> tuple[Decimal, Decimal] | None:
        """What is added to any base duty, see `_add`; None if that depends on the base duty."""
        includes_base = any(each.period.is_all_in for one in self.free for each in one.counted)
        return None if includes_base else self._add(_ZERO)

    def find_range(self, base: Decimal | None) -> tuple[Decimal, Decimal] | None:
        """The lowest and highest total with the base duty; None if no total is known.

        The totals are without a base duty that is not a percentage.
        """
        stacked = self.selection.stacked
        if not self.free:
            return None
        if base is None:
            totals = [one.total for one in self.free] if self.bans_some else [stacked.total]
            return stacked.span or (min(totals), max(totals))
        low, high = self._added or self._add(base)
        return base + low, base + high

    def _add(self, base: Decimal) -> tuple[Decimal, Decimal]:
        """The lowest and highest percent that is added to the base duty."""
        stacked, finding = self.selection.stacked, self.selection.line
        if stacked.span is not None and finding is not None and stacked is not finding.stacked:
            return stacked.span
        added = [compute_added(one.counted, base) for one in self.free]
        return min(added), max(added)


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
        if like is None or like.schedule is not schedule:
            self.classes = DutyClasses(ScheduleIndex(schedule), codes)
        elif like.classes.scope_codes != codes:
            self.classes = DutyClasses(like.classes.index, codes)
        else:
            self.classes = like.classes
        self._rules: dict[str, OriginRules] = {}
        self._kinds: dict[str, LineKinds] = {}
        self._by_key: dict[tuple[object, str, date], _SharedDuty] = {}
        self._shared: dict[tuple[int, str, date], _SharedDuty] = {}
        """The duties in `_by_key` by the numbers of classes."""
        self._totals: dict[tuple[LineKind, str, date], DutyTotal] = {}

    def find(self, key: LineKey, day: date) -> ListedDuty:
        """The duty on a line on the day."""
        kind, origin = self.find_kind(key), key.origin
        base = self._find_base(kind, origin, day)
        if base is None:
            return ListedDuty(NOT_A_LINE)
        total = self.find_kind_total(kind, origin, day)
        return _describe(self._find_shared(kind, origin, day), base, total)

    def find_total(self, key: LineKey, day: date) -> DutyTotal:
        """The total on a line on the day."""
        return self.find_kind_total(self.find_kind(key), key.origin, day)

    def find_kind_total(self, kind: LineKind, origin: str, day: date) -> DutyTotal:
        """The total on lines of a kind on the day."""
        place = (kind, origin, day)
        found = self._totals.get(place)
        if found is None:
            base = self._find_base(kind, origin, day)
            if base is None:
                found = NOT_A_LINE
            else:
                found = _compute_total(self._find_shared(kind, origin, day), base)
            self._totals[place] = found
        return found

    def find_kind(self, key: LineKey) -> LineKind:
        """The kind of a line. Lines of one kind and origin have the same duties on all days."""
        return self.get_kinds(key.origin).find(key.code)

    def get_kinds(self, origin: str) -> LineKinds:
        """The kinds of lines for the origin."""
        found = self._kinds.get(origin)
        if found is None:
            rules = self.get_rules(origin)
            found = self.classes.get_kinds(rules.lists, may_pay_column2=bool(rules.column2_days))
            self._kinds[origin] = found
        return found

    def get_rules(self, origin: str) -> OriginRules:
        """The measures on goods of the origin."""
        found = self._rules.get(origin)
        if found is None:
            found = self._rules[origin] = OriginRules(self.ledger, origin)
        return found

    def list_totals(self, key: LineKey, day: date) -> tuple[tuple[date, DutyTotal], ...]:
        """The total on the day, and each later one that is known and differs, with their days."""
        found = [(day, self.find_total(key, day))]
        for later in self.list_change_days(key):
            if later > day and (total := self.find_total(key, later)) != found[-1][1]:
                found.append((later, total))
        return tuple(found)

    def find_next_change(self, key: LineKey, day: date) -> TotalChange | None:
        """The first later day on which the total is another one; None if none is known."""
        now = self.find_total(key, day)
        for later in self.list_change_days(key):
            if later > day and (then := self.find_total(key, later)) != now:
                return TotalChange(later, now, then)
        return None

    def find_last_change(self, key: LineKey, day: date) -> TotalChange | None:
        """The day since when the total is that of the day.

        None if the ledger knows no other total.
        """
        now = self.find_total(key, day)
        earlier = [one for one in self.list_change_days(key) if one <= day]
        for change in reversed(earlier):
            eve = change - _A_DAY
            before = self.find_total(key, eve) if eve >= self.schedule.header.since else None
            if before is None or not before.is_known:
                return None
            if before != now:
                return TotalChange(change, before, now)
        return None

    def list_change_days(self, key: LineKey) -> tuple[date, ...]:
        """All days on which the total of the line may change, in order of time."""
        kind = self.find_kind(key)
        days = self.get_rules(key.origin).list_change_days(kind.of_class)
        return tuple(sorted({*days, *(one + _A_DAY for one in kind.ends)})) if kind.ends else days

    def touches(self, measures: Iterable[Measure], key: LineKey) -> bool:
        """Whether one of the measures may apply to goods of the line on some day."""
        return self.get_rules(key.origin).touches(self.find_kind(key).of_class, measures)

    def _find_base(self, kind: LineKind, origin: str, day: date) -> LineDuty | None:
        """The base duty of lines of the kind; None if the schedule does not have them."""
        line = self.schedule.find_line(kind.code, day) if kind.ends else kind.line
        if line is None:
            return None
        since = self.get_rules(origin).column2_days
        pays_column2 = bool(since) and min(since) <= day
        return find_line_duty(line, Treatment(column2=pays_column2))

    def _find_shared(self, kind: LineKind, origin: str, day: date) -> _SharedDuty:
        place = (kind.of_class.number, origin, day)
        found = self._shared.get(place)
        if found is not None:
            return found
        rules = self.get_rules(origin).on(day)
        key = (rules.find_key(kind.of_class), origin, day)
        found = self._by_key.get(key)
        if found is None:
            if len(self._by_key) >= self._max_shared:
                self._clear()
            measures = rules.list_measures(kind.of_class)
            found = _compute_shared(self.ledger, kind.code, origin, day, measures)
            self._by_key[key] = found
        self._shared[place] = found
        return found

    def _clear(self) -> None:
        """Forgets all duties."""
        self._by_key.clear()
        self._shared.clear()
        self._totals.clear()


def _compute_shared(
    ledger: Ledger, code: str, origin: str, day: date, measures: tuple[Measure, ...]
) -> _SharedDuty:
    context = build_line_context(ledger, IMPOSER, origin, day, code, measures)
    selection = select_layers(context)
    is_known = selection.stacked.span is not None or compute_total(context, selection) is not None
    return _SharedDuty(selection, is_known)


def _compute_total(shared: _SharedDuty, base: LineDuty) -> DutyTotal:
    if shared.selection.stacked.ban is not None:
        return DutyTotal(None, None, ban=BanExtent.ALL)
    percent = base.percent
    low, high = shared.find_range(percent) or (None, None)
    words = shared.specific if percent is not None else (base.text, *shared.specific)
    return DutyTotal(low, high, words, BanExtent.SOME if shared.bans_some else BanExtent.NONE)


def _describe(shared: _SharedDuty, base: LineDuty, total: DutyTotal) -> ListedDuty:
    """The total with its parts and questions."""
    percent, stacked = base.percent, shared.selection.stacked
    if stacked.ban is not None:
        return ListedDuty(
            total, (DutyPart(stacked.ban.measure.id, stacked.ban.measure.name, None),)
        )
    base_name = f"Base duty, {COLUMN_2}" if base.column else "Base duty"
    own = DutyPart("", base_name, percent) if percent is not None else None
    certain = (
        DutyPart(one.measure.id, one.measure.name, one.period.percent) for one in stacked.counted
    )
    some = (
        DutyPart(left.layer.measure.id, left.layer.measure.name, left.layer.period.percent, False)
        for left in stacked.excluded
        if left.may_apply and left.exclusion.reason in _DEPENDS
    )
    return ListedDuty(
        total,
        (*([own] if own else []), *certain, *sorted(some, key=lambda one: one.measure_id)),
        shared.selection.line.questions if shared.selection.line else (),
    )


_DEPENDS = frozenset({Reason.DEPENDS, Reason.SPECIFIC, Reason.LINE_DECIDES})
