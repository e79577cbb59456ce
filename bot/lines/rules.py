"""Finds the measures on goods of an origin that concern a class of lines on a day.

Most measures concern few lines, and many have ended or begin later. The measures that are left
decide which classes of lines have the same duties on the day.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from bot.lines.classes import DutyClass, identify, list_codes_of
from bot.lines.model import IMPOSER
from bot.rates.answer.days.timeline import list_change_days
from bot.rates.answer.lines.line_duties import is_levied
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure
from bot.rates.schedule.model import MembershipGroup, MembershipKind


class OriginRules:
    """The measures on goods of an origin."""

    def __init__(self, ledger: Ledger, origin: str) -> None:
        self.pair = ledger.get_pair(IMPOSER, origin)
        self._lists_of = ledger.get_lists(IMPOSER)
        names = (name for one in self.pair.ids for name in self._lists_of.get(one, ()))
        self.lists = frozenset(names)
        """The lists of the measures."""
        schedule = ledger.find_tariff_schedule(IMPOSER)
        header = schedule.header if schedule is not None else None
        since = header.column2.items() if header is not None else ()
        self.column2_days = tuple(day for code, day in since if code in self.pair.charged)
        """The days from which goods pay column 2; empty if they do not."""
        coverage = self.pair.coverage
        starts = (header.since if header else None, coverage.since if coverage else None)
        self._own_days = {*self.column2_days, *(one for one in starts if one is not None)}
        self._places: dict[str, list[int]] = {}
        """By list or code of a scope, the positions of its measures in `pair.measures`."""
        self.general: list[int] = []
        for place, measure in enumerate(self.pair.measures):
            if measure.applies_to_all_goods:
                self.general.append(place)
            else:
                for name in self._list_names(measure):
                    self._places.setdefault(name, []).append(place)
        self._measures: dict[int, tuple[Measure, ...]] = {}
        self._change_days: dict[int, tuple[date, ...]] = {}
        self._days_of: dict[str, Collection[date]] = {}
        self._days: dict[date, DayRules] = {}

    def _list_names(self, measure: Measure) -> Iterable[str]:
        """The lists of a measure or, if it has none, the codes in its scopes."""
        lists = self._lists_of.get(measure.id)
        return lists if lists is not None else set(list_codes_of(measure))

    def list_measures(self, of_class: DutyClass) -> tuple[Measure, ...]:
        """The measures that may apply to lines of the class on some day, or exempt them."""
        found = self._measures.get(of_class.number)
        if found is None:
            places = set(self.general)
            for name in (*of_class.lists, *(one.code for one in of_class.scopes)):
                places.update(self._places.get(name, ()))
            found = tuple(self.pair.measures[place] for place in sorted(places))
            self._measures[of_class.number] = found
        return found

    def touches(self, of_class: DutyClass, measures: Iterable[Measure]) -> bool:
        """Whether one of the measures may apply to lines of the class on some day."""
        ids = {one.id for one in self.list_measures(of_class)}
        return any(one.id in ids for one in measures)

    def list_change_days(self, of_class: DutyClass) -> tuple[date, ...]:
        """All days on which the duties on lines of the class may change, sorted."""
        found = self._change_days.get(of_class.number)
        if found is None:
            found = tuple(sorted(self._find_change_days(of_class)))
            self._change_days[of_class.number] = found
        return found

    def _find_change_days(self, of_class: DutyClass) -> set[date]:
        days = {day for name, day in of_class.days if name in self.lists}
        measures = self.list_measures(of_class)
        return days.union(self._own_days, *(self._list_days_of(one) for one in measures))

    def _list_days_of(self, measure: Measure) -> Collection[date]:
        if measure.id not in self._days_of:
            since = [measure.charged_since] if measure.charged_since is not None else []
            days = list_change_days([measure], exemptions=True)
            self._days_of[measure.id] = frozenset((*days, *since))
        return self._days_of[measure.id]

    def on(self, day: date) -> "DayRules":
        """The measures that matter on the day."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = DayRules(self, self._lists_of, day)
        return found


class DayRules:
    """The measures on goods of an origin that matter for duties on a day."""

    def __init__(
        self, rules: OriginRules, lists_of: Mapping[str, frozenset[str]], day: date
    ) -> None:
        measures, coverage = rules.pair.measures, rules.pair.coverage
        self._rules, self._days = rules, [day]
        self._deciding: dict[int, bool] = {}
        undated = measures
        # Without any duty on all goods, the first duty on a line makes an unknown total known.
        self._decide_all = coverage is None or not rules.general
        if coverage is not None and rules.general:
            checked = coverage.checked
            self._days += {end for one in measures if (end := _find_end(one, day, checked))}
            undated = tuple(one for one in measures if _has_unknown_rate(one, day))
            measures = tuple(
                one
                for one in measures
                if one in undated
                or any(_may_decide(one, each, has_lists=one.id in lists_of) for each in self._days)
            )
        self._ids = frozenset(one.id for one in measures)
        self._lists = frozenset(name for one in measures for name in lists_of.get(one.id, ()))
        self._undated = frozenset(name for one in undated for name in lists_of.get(one.id, ()))
        """The lists whose groups matter on all days."""
        self._scopes = frozenset(
            code for one in measures if one.id not in lists_of for code in list_codes_of(one)
        )

    def matter(self, measures: Iterable[Measure]) -> bool:
        """Whether one of the measures, or their absence, may decide about totals on the day."""
        return self._decide_all or any(one.id in self._ids for one in measures)

    def find_key(self, of_class: DutyClass) -> object:
        """A key that is equal for classes with the same duties apart from the base duty."""
        return (
            frozenset(identify(filter(self._decides, one)) for one in of_class.numbers),
            identify(one for one in of_class.groups if one.list in self._undated),
            tuple(one for one in of_class.scopes if one.code in self._scopes),
        )

    def _decides(self, group: MembershipGroup) -> bool:
        """Whether the group decides about totals on the day."""
        found = self._deciding.get(id(group))
        if found is None:
            has_effect = group.kind is not MembershipKind.OUT and not group.claim
            is_dated = any(group.covers(one) for one in self._days)
            found = has_effect and is_dated and group.list in self._lists
            self._deciding[id(group)] = found
        return found

    def list_measures(self, of_class: DutyClass) -> tuple[Measure, ...]:
        """The measures that decide about the duties on lines of the class on the day."""
        return tuple(
            one
            for one in self._rules.list_measures(of_class)
            if one.id in self._ids or one.applies_to_all_goods
        )


def _may_decide(measure: Measure, day: date, *, has_lists: bool) -> bool:
    """Whether the measure decides about totals on the day: it charges something or, if it has no
    lists, its exemptions may count."""
    period = measure.find_period(day)
    return period is not None and (is_levied(period) or not has_lists)


def _has_unknown_rate(measure: Measure, day: date) -> bool:
    return measure.rate_unknown or measure.is_rate_unknown(day)


def _find_end(measure: Measure, day: date, checked: date) -> date | None:
    """The last day of the measure if it is after the last check and before the day, or None.

    The duties on this day are then looked up too.
    """
    end = measure.periods[-1].to if measure.periods else None
    return end if end is not None and checked <= end < day else None
