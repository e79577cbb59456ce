"""Sorts tariff lines into classes that the same duties are charged on.

Two lines of a class are named by the same groups of codes in the same way, and by the same codes in
the scopes of measures. So their duties, apart from the base duty, are the same for each origin and
day, and are computed once for the class.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure
from bot.rates.schedule.model import LINE_DIGITS, MembershipGroup, TariffLine
from bot.rates.schedule.schedule import TariffSchedule


class DutyClass(NamedTuple):
    """Lines with the same duties apart from the base duty."""

    number: int
    lists: frozenset[str]
    """The lists that name the lines or a part of them, on any day."""
    groups: tuple[MembershipGroup, ...]
    """The groups of these lists that do so."""
    scopes: tuple[str, ...]
    """The codes of scopes that include the lines, or that are a part of them."""
    naming: tuple[tuple[str, MembershipGroup], ...]
    """How each group names the lines: as a whole, by their usual number, or by a longer code."""


class _Naming(NamedTuple):
    """How groups of codes name a line: as a whole, by its usual number, or by a longer code."""

    number: int
    groups: tuple[tuple[str, MembershipGroup], ...]


class ScheduleIndex:
    """What is looked up in a schedule for its lines. It does not depend on the measures."""

    def __init__(self, schedule: TariffSchedule) -> None:
        self.schedule = schedule
        self._ends: dict[str, list[date]] = {}
        for one in schedule.former:
            self._ends.setdefault(one.line.code, []).append(one.to)
        self._lines: dict[str, TariffLine | None] = {}
        self._namings: dict[str, _Naming] = {}
        self._by_key: dict[object, _Naming] = {}

    def find_line(self, code: str, day: date) -> TariffLine | None:
        """The line of a code on the day, like `TariffSchedule.find_line`."""
        if code[:LINE_DIGITS] in self._ends:
            return self.schedule.find_line(code, day)
        if code not in self._lines:
            self._lines[code] = self.schedule.find_line(code, day)
        return self._lines[code]

    def list_former_ends(self, code: str) -> Sequence[date]:
        """The last days of the former duties of a line."""
        return self._ends.get(code[:LINE_DIGITS], ())

    def find_naming(self, code: str) -> _Naming:
        """How groups name the line. Lines that are named in the same way have the same result."""
        known = self._namings.get(code)
        if known is None:
            memberships = self.schedule.memberships
            usual = self.schedule.header.usual_numbers.get(code, code)
            groups = (
                *(("whole", one.group) for one in memberships.find_covering(code)),
                *(("usual", one.group) for one in memberships.find_covering(usual)),
                *((one.code[len(code) :], one.group) for one in memberships.find_inside(code)),
            )
            # Groups are compared by identity, because hashing their codes would be slow.
            key = frozenset((how, id(group)) for how, group in groups)
            known = self._by_key.setdefault(key, _Naming(len(self._by_key), groups))
            self._namings[code] = known
        return known


class DutyClasses:
    """The classes of the lines of a schedule."""

    def __init__(self, index: ScheduleIndex, scope_codes: Sequence[str]) -> None:
        """`scope_codes` are the codes in the scopes of measures without lists, sorted."""
        self.index, self.scope_codes = index, scope_codes
        self._known_scopes = frozenset(scope_codes)
        self._by_key: dict[object, DutyClass] = {}
        self._by_code: dict[str, DutyClass] = {}
        self._narrowed: dict[tuple[int, frozenset[str]], object] = {}

    def find(self, code: str) -> DutyClass:
        """The class of a line or of a number with ten digits."""
        known = self._by_code.get(code)
        if known is None:
            known = self._by_code[code] = self._build(code)
        return known

    def narrow(self, of_class: DutyClass, lists: frozenset[str]) -> object:
        """A key that is equal for classes that these lists name in the same way.

        The lists of an origin's measures name far fewer classes than all lists do.
        """
        place = (of_class.number, lists)
        found = self._narrowed.get(place)
        if found is None:
            # Groups are compared by identity, because hashing their codes would be slow.
            named = ((how, id(group)) for how, group in of_class.naming if group.list in lists)
            found = self._narrowed[place] = (tuple(sorted(set(named))), of_class.scopes)
        return found

    def _build(self, code: str) -> DutyClass:
        naming = self.index.find_naming(code)
        scopes = tuple(self._list_scopes(code))
        key = (naming.number, scopes, tuple(scope[len(code) :] for scope in scopes))
        found = self._by_key.get(key)
        if found is None:
            groups = tuple({id(group): group for _, group in naming.groups}.values())
            lists = frozenset(one.list for one in groups)
            found = DutyClass(len(self._by_key), lists, groups, scopes, naming.groups)
            self._by_key[key] = found
        return found

    def _list_scopes(self, code: str) -> Iterator[str]:
        for size in range(2, len(code) + 1):
            if code[:size] in self._known_scopes:
                yield code[:size]
        for place in range(bisect_left(self.scope_codes, code), len(self.scope_codes)):
            scope = self.scope_codes[place]
            if not scope.startswith(code):
                break
            if scope != code:
                yield scope


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
