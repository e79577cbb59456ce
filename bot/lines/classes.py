"""Sorts tariff lines into classes on which the same duties are charged.

The lines of a class agree in three things: the groups of codes that name the line, the groups that
name its tariff numbers, and the codes in the scopes of measures that concern it. So their duties,
apart from the base duty, are the same for each origin and day, and are computed once for the class.

Lines of a **kind** also have the same base duty. Kinds are found for origins whose measures have
the same lists. Lines that differ only in other lists may be of one kind.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure
from bot.rates.schedule.model import LINE_DIGITS, MembershipGroup, TariffLine
from bot.rates.schedule.schedule import TariffSchedule

_A_DAY = timedelta(days=1)


class ScopeFit(NamedTuple):
    """A code in the scope of a measure that concerns the lines of a class."""

    code: str
    includes: bool
    """True if the code includes the lines; False if it is a part of them."""


class DutyClass(NamedTuple):
    """Lines with the same duties apart from the base duty."""

    number: int
    lists: frozenset[str]
    """The lists that name the lines or a part of them, on any day."""
    groups: tuple[MembershipGroup, ...]
    """The groups of these lists that do so."""
    numbers: tuple[tuple[MembershipGroup, ...], ...]
    """The groups that name each tariff number of a line; numbers with the same groups once."""
    scopes: tuple[ScopeFit, ...]
    """The codes of scopes that include the lines, or that are a part of them."""
    days: tuple[tuple[str, date], ...]
    """Each list, with a day on which it begins or stops naming the lines or a part of them."""


@dataclass(frozen=True, slots=True, eq=False)
class LineKind:
    """Lines with the same duties on all days, for goods of an origin. Kinds are compared by
    identity."""

    of_class: DutyClass
    """The class of the lines, or an earlier one that the origin's lists name in the same way."""
    code: str
    """The code of one of the lines."""
    line: TariffLine | None
    """The line of this code; None if the schedule does not have it today."""
    ends: tuple[date, ...]
    """The last days of the former duties of the line. With former duties, the kind has one line."""


class _Naming(NamedTuple):
    """The groups that name a line or a part of it."""

    number: int
    groups: tuple[MembershipGroup, ...]
    numbers: tuple[tuple[MembershipGroup, ...], ...]


def _list_days(group: MembershipGroup) -> Iterator[date]:
    yield group.from_
    if group.to is not None:
        yield group.to + _A_DAY


def identify(groups: Iterable[MembershipGroup]) -> frozenset[int]:
    """A key of the groups. They are compared by identity, because hashing their codes is slow."""
    return frozenset(map(id, groups))


class ScheduleIndex:
    """Looks lines up in a schedule and keeps the results, which do not depend on measures."""

    def __init__(self, schedule: TariffSchedule) -> None:
        self.schedule = schedule
        self._ends: dict[str, list[date]] = {}
        for one in schedule.former:
            self._ends.setdefault(one.line.code, []).append(one.to)
        self._namings: dict[str, _Naming] = {}
        self._by_key: dict[object, _Naming] = {}

    def list_former_ends(self, code: str) -> tuple[date, ...]:
        """The last days of the former duties of a line."""
        return tuple(self._ends.get(code[:LINE_DIGITS], ()))

    def find_naming(self, code: str) -> _Naming:
        """How groups name the line. Lines that are named in the same way have the same result."""
        known = self._namings.get(code)
        if known is None:
            groups = tuple(self.schedule.list_groups(code, self.schedule.lists))
            numbers = self.schedule.list_number_groups(code)
            key = (identify(groups), frozenset(map(identify, numbers)))
            known = self._by_key.setdefault(key, _Naming(len(self._by_key), groups, numbers))
            self._namings[code] = known
        return known


class DutyClasses:
    """The classes and kinds of the lines of a schedule."""

    def __init__(self, index: ScheduleIndex, scope_codes: Sequence[str]) -> None:
        """`scope_codes` are the codes in the scopes of measures without lists, sorted."""
        self.index, self.scope_codes = index, scope_codes
        self._known_scopes = frozenset(scope_codes)
        self._by_key: dict[object, DutyClass] = {}
        self._by_code: dict[str, DutyClass] = {}
        self._kinds: dict[tuple[frozenset[str], bool], LineKinds] = {}

    def find(self, code: str) -> DutyClass:
        """The class of a line or of a number with ten digits."""
        known = self._by_code.get(code)
        if known is None:
            known = self._by_code[code] = self._build(code)
        return known

    def get_kinds(self, lists: frozenset[str], *, may_pay_column2: bool) -> "LineKinds":
        """The kinds of lines for origins whose measures have these lists.

        `may_pay_column2` is whether their goods pay column 2 on some days.
        """
        place = (lists, may_pay_column2)
        if place not in self._kinds:
            self._kinds[place] = LineKinds(self, *place)
        return self._kinds[place]

    def _build(self, code: str) -> DutyClass:
        naming, scopes = self.index.find_naming(code), tuple(self._list_scopes(code))
        key = (naming.number, scopes)
        found = self._by_key.get(key)
        if found is None:
            lists = frozenset(one.list for one in naming.groups)
            days = tuple({(one.list, day) for one in naming.groups for day in _list_days(one)})
            found = DutyClass(len(self._by_key), lists, naming.groups, naming.numbers, scopes, days)
            self._by_key[key] = found
        return found

    def _list_scopes(self, code: str) -> Iterator[ScopeFit]:
        for size in range(2, len(code) + 1):
            if code[:size] in self._known_scopes:
                yield ScopeFit(code[:size], includes=True)
        for place in range(bisect_left(self.scope_codes, code), len(self.scope_codes)):
            scope = self.scope_codes[place]
            if not scope.startswith(code):
                break
            if scope != code:
                yield ScopeFit(scope, includes=False)


class LineKinds:
    """The kinds of lines for origins whose measures have the same lists."""

    def __init__(self, classes: DutyClasses, lists: frozenset[str], may_pay_column2: bool) -> None:
        self._classes, self._lists = classes, lists
        self._may_pay_column2 = may_pay_column2
        self._by_code: dict[str, LineKind] = {}
        self._by_key: dict[object, LineKind] = {}
        self._narrowed: dict[int, DutyClass] = {}
        self._by_naming: dict[object, DutyClass] = {}

    def find(self, code: str) -> LineKind:
        """The kind of a line or of a number with ten digits."""
        found = self._by_code.get(code)
        if found is None:
            found = self._by_code[code] = self._build(code)
        return found

    def _build(self, code: str) -> LineKind:
        index = self._classes.index
        of_class, line = self._narrow(self._classes.find(code)), index.schedule.lines.find(code)
        ends = index.list_former_ends(code)
        column2 = line.column2 if line is not None and self._may_pay_column2 else ""
        base = (line.general, column2) if line is not None else None
        key = (of_class.number, base, code if ends else "")
        return self._by_key.setdefault(key, LineKind(of_class, code, line, ends))

    def _narrow(self, of_class: DutyClass) -> DutyClass:
        """The class, or an earlier one that the lists name in the same way.

        The lists of an origin's measures name far fewer classes than all lists do.
        """
        found = self._narrowed.get(of_class.number)
        if found is None:
            named = [
                identify(one for one in groups if one.list in self._lists)
                for groups in (of_class.groups, *of_class.numbers)
            ]
            key = (named[0], frozenset(named[1:]), of_class.scopes)
            found = self._by_naming.setdefault(key, of_class)
            self._narrowed[of_class.number] = found
        return found


def list_scope_codes(ledger: Ledger, imposer: str) -> tuple[str, ...]:
    """The codes in the scopes of the imposer's measures without lists, sorted."""
    lists_of = ledger.get_lists(imposer)
    own = set(ledger.list_codes(imposer))
    codes = {
        code
        for measure in ledger.measures
        if measure.imposer in own and measure.id not in lists_of
        for code in list_codes_of(measure)
    }
    return tuple(sorted(codes))


def list_codes_of(measure: Measure) -> Iterator[str]:
    """The codes in the scopes of a measure: those it applies to, may apply to, and exempts."""
    yield from measure.scope.hs
    yield from measure.partial_scope.hs
    for exemption in measure.exempt:
        yield from exemption.scope.hs
