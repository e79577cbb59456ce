"""Lists upcoming and past changes of duties, and milestones, with their dates."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.answer.select import build_context, select_layers
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.goods import Fit
from bot.rates.model.measure import DutyRate, Measure, filter_by_partner, has_basis
from bot.rates.partner_rates import find_partner_rates
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.query import CHANGES_DAYS, HOME, QueryKind, RateQuery

UPCOMING_DAYS = 60
"""Default number of days that `upcoming` looks ahead."""
_GOODS_DAYS = 5 * 365
"""The same for goods or a layer, which have few changes: `when do tariffs on chips start`."""
_A_DAY = timedelta(days=1)


class CalendarWindow(NamedTuple):
    """The first and the last day of a calendar."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def find_window(query: RateQuery, today: date) -> CalendarWindow:
    """The days that a question about upcoming or past changes asks for.

    Without days in the question, upcoming changes are those of the 60 days after today, or of five
    years for goods, and past changes are those of the 30 days up to today. Past changes end today
    at the latest.
    """
    day = query.on or today
    if query.kind is QueryKind.CHANGES:
        last = min(query.until or day, day)
        return CalendarWindow(query.since or _add_days(last, 1 - CHANGES_DAYS), last)
    first = query.since or _add_days(day, 1)
    ahead = _GOODS_DAYS if query.product else UPCOMING_DAYS
    return CalendarWindow(first, query.until or _add_days(query.since or day, ahead))


def _add_days(day: date, days: int) -> date:
    """The day that many days later, within the range of dates."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)


def list_calendar(query: RateQuery, ledger: Ledger, today: date) -> tuple[Upcoming, ...]:
    """The answer to an `upcoming` or `changes` query, for all economies or one.

    If the query names goods, the list has changes of the duties that these goods pay, on all goods
    or on these in particular. If it names a layer, the list has only those of this layer. If the
    query has a date, the list is as of that date. The list is limited to the window of
    `find_window`.

    Items that fell due after the last check of their sources come last and are marked as passed. An
    upcoming list without a first day has all of them, although they are before its window.

    Upcoming items are in order of time, past ones in the opposite order. Within a day, the most
    important come first.
    """
    measures = select_measures(query, ledger)
    window = find_window(query, today)
    codes = ledger.list_codes(query.partner) if query.partner else ()

    def read(item: Upcoming) -> date:
        return find_checked_day(ledger, item.imposer, item.partners) or today

    from_day = _add_days(window.first, -1)
    is_past = query.kind is QueryKind.CHANGES
    first = from_day
    if not is_past and query.since is None:
        first = min((*_list_checked_days(ledger, measures), from_day))
    pays = build_goods_filter(query, ledger)
    found = sorted(list_upcoming(ledger, first, window.last, measures, codes, pays), key=_rank)
    found.sort(key=lambda item: item.on, reverse=is_past)
    return move_passed_last(found, read, today, date.min if is_past else from_day)


def _rank(item: Upcoming) -> tuple[bool, bool, int]:
    """The place of a change within its day: duties first, those of the US and on all countries
    before others."""
    breadth = len(item.partners) if WORLD not in item.partners else len(item.partners) + 1_000
    return item.change.kind is ChangeKind.MILESTONE, item.imposer != HOME, -breadth


class ShownDates(NamedTuple):
    """The items of a calendar that an answer lists, in order of time, and those that it counts."""

    listed: tuple[Upcoming, ...]
    overdue: tuple[Upcoming, ...]
    """Items before the window that fell due after the last check. Only operators need them."""


def select_shown(query: RateQuery, items: Sequence[Upcoming], today: date) -> ShownDates:
    """Divides the items of `list_calendar`.

    An answer about past days, or about a window, lists all its items, also those that nothing has
    verified. One about the next days counts the overdue ones, unless it has no others.
    """
    first = find_window(query, today).first
    is_past = query.kind is QueryKind.CHANGES

    def is_listed(item: Upcoming) -> bool:
        return is_past or not item.passed or item.on >= min(first, today)

    listed = [item for item in items if is_listed(item)] or items
    overdue = [item for item in items if not is_listed(item)] if listed is not items else []
    ordered = sorted(listed, key=lambda item: item.on, reverse=is_past)
    return ShownDates(tuple(ordered), tuple(overdue))


class CheckedPeriod(NamedTuple):
    """The earliest and the latest day on which a pair in a calendar was last checked."""

    first: date
    last: date
    today: date


def find_checked_period(query: RateQuery, ledger: Ledger, today: date) -> CheckedPeriod | None:
    """The days on which the pairs of a calendar were last checked.

    None if all pairs were checked today, or if none is tracked.
    """
    reaches = _list_checked_days(ledger, select_measures(query, ledger))
    if not reaches or reaches[0] >= today:
        return None
    return CheckedPeriod(reaches[0], reaches[-1], today)


def find_known_day(item: Upcoming, checked: date) -> date:
    """The last day on which the item's sources were checked; `checked` is that of its pair."""
    return max(checked, item.checked or date.min)


def move_passed_last(
    items: Iterable[Upcoming],
    read: Callable[[Upcoming], date],
    today: date,
    from_day: date = date.min,
) -> tuple[Upcoming, ...]:
    """The items in their order, except that passed items come last.

    An item has passed if it fell due after the last check of its sources. `read` returns the day of
    the last check of an item's pair. Items on or before `from_day` are dropped if their sources
    were checked on their day or later.
    """
    kept: list[Upcoming] = []
    passed: list[Upcoming] = []
    for item in items:
        known_up_to = find_known_day(item, read(item))
        if known_up_to < item.on <= today:
            passed.append(item._replace(passed=True))
        elif item.on > min(known_up_to, from_day):
            kept.append(item)
    return (*kept, *passed)


def select_measures(query: RateQuery, ledger: Ledger) -> list[Measure]:
    """The measures of the economies and of the goods or layer that the query names.

    With two economies, these are the duties of one on the other, in the direction that the query
    states, or in both. For goods, these include the measures on all goods. `build_goods_filter`
    decides about their changes.
    """
    measures: Iterable[Measure] = ledger.measures
    if query.partner:
        asked = _list_charged(query.imposer, query.partner, ledger)
        if not query.only_as_origin:
            asked |= _list_charged(query.partner, query.imposer, ledger)
        measures = [one for one in measures if one.id in asked]
    wanted = ledger.reader.read_any(query.product) if query.product else None
    return [one for one in measures if wanted is None or _is_about(one, wanted, ledger)]


def _list_charged(imposer: str | None, partner: str | None, ledger: Ledger) -> set[str]:
    """The ids of the measures of the imposer on the partner; None is any economy."""
    measures: Iterable[Measure] = ledger.measures
    if partner is not None:
        measures = filter_by_partner(measures, frozenset(ledger.parties.list_codes(partner)))
    imposers = None if imposer is None else ledger.parties.list_codes(imposer)
    return {one.id for one in measures if imposers is None or one.imposer in imposers}


def _is_about(measure: Measure, wanted: ParsedProduct, ledger: Ledger) -> bool:
    """Whether the product names this measure, its legal basis, or goods that may pay it."""
    if wanted.layers:
        return measure.id in wanted.layers
    if wanted.bases and not has_basis(measure, wanted.bases):
        return False
    if not (wanted.goods or wanted.codes):
        return bool(wanted.bases)
    return ledger.scope_matcher.match(measure, wanted) > Fit.NONE


def build_goods_filter(query: RateQuery, ledger: Ledger) -> Callable[[Upcoming], bool]:
    """A function that says whether the goods of the query pay the measure of an item, before or
    after its change.

    It returns True for all items if the query names no goods. A measure on all goods may exempt
    some goods, and a measure on particular goods may replace it.
    """
    wanted = ledger.reader.read_any(query.product) if query.product else ParsedProduct("")
    if wanted.layers or not (wanted.goods or wanted.codes):
        return lambda _: True

    # Many duties change on the same days, and each may be charged on all origins.
    @cache
    def list_paid(imposer: str, partner: str, day: date) -> frozenset[str]:
        context = build_context(ledger, imposer, partner, day, query.product)
        return select_layers(context).stacked.paid_ids

    def pays(item: Upcoming) -> bool:
        if not ledger.by_id[item.measure_id].applies_to_all_goods:
            return True
        return any(
            item.measure_id in list_paid(item.imposer, partner, day)
            for partner in _list_payers(item, query, ledger)
            for day in (item.on, item.on - _A_DAY)
        )

    return pays


def _list_payers(item: Upcoming, query: RateQuery, ledger: Ledger) -> Sequence[str]:
    """The partners of the item; of one on all countries, those that the query is about."""
    if WORLD not in item.partners:
        return item.partners
    named = (one for one in (query.partner, query.imposer) if one is not None)
    others = [one for one in named if item.imposer not in ledger.parties.list_codes(one)]
    return others[:1] or [one.code for one in ledger.parties]


def _list_checked_days(ledger: Ledger, measures: Iterable[Measure]) -> list[date]:
    """The days on which the pairs of these measures were last checked, the earliest first."""
    found = {find_checked_day(ledger, one.imposer, one.partners) for one in measures}
    return sorted(day for day in found if day is not None)


def find_checked_day(ledger: Ledger, imposer: str, partners: Iterable[str]) -> date | None:
    """The earliest last check of the imposer's duties on these partners; None if not tracked."""
    covered = (ledger.find_coverage(imposer, partner) for partner in partners)
    return min((one.checked for one in covered if one is not None), default=None)


def list_upcoming(
    ledger: Ledger,
    after: date,
    until: date = date.max,
    measures: Iterable[Measure] | None = None,
    partner_codes: Collection[str] = (),
    pays: Callable[[Upcoming], bool] = lambda _: True,
) -> tuple[Upcoming, ...]:
    """All changes and milestones after `after` and up to `until`, of `measures` or of all.

    Items for which `pays` is false are left out.

    Rows of a schedule that change on the same day become one item with all their partners. If
    `partner_codes` has the codes of a partner and its blocs, changes of rates that its goods do not
    pay are left out: kitchen cabinets of the EU pay the rate of its deal.
    """
    items = list_upcoming_by_measure(ledger, after, until, measures)
    # `pays` may have to compute the duties of another day, so it comes last.
    kept = (one for one in items if not _is_replaced(ledger, one, partner_codes) and pays(one))
    merged = merge_rows(ledger, kept)
    return merged if partner_codes else tuple(_add_partner_rates(ledger, one) for one in merged)


def _add_partner_rates(ledger: Ledger, item: Upcoming) -> Upcoming:
    """The item with the rates of partners that do not pay its rate on all countries."""
    if item.change.kind is ChangeKind.MILESTONE:
        return item
    rates = find_partner_rates(ledger, ledger.by_id[item.measure_id], item.on)
    return item._replace(by_partner=rates) if rates else item


def _is_replaced(ledger: Ledger, item: Upcoming, partner_codes: Collection[str]) -> bool:
    """Whether goods of the partner pay another rate in place of the item's measure on its day.

    True only if the other measure has all lists of the item's measure.
    """
    measure = ledger.by_id[item.measure_id]
    lists_of = ledger.get_lists(measure.imposer)
    if item.change.kind is ChangeKind.MILESTONE or measure.id not in lists_of:
        return False
    for other_id in measure.excluded_by:
        other = ledger.by_id.get(other_id)
        if other is None or set(other.partners).isdisjoint(partner_codes):
            continue
        period = other.find_period(item.on)
        if (
            period is not None
            and period.is_charged
            and set(period.not_for).isdisjoint(partner_codes)
            and lists_of[measure.id] <= lists_of.get(other_id, frozenset())
        ):
            return True
    return False


def list_upcoming_by_measure(
    ledger: Ledger, after: date, until: date = date.max, measures: Iterable[Measure] | None = None
) -> tuple[Upcoming, ...]:
    """Like `list_upcoming`, but with one item for each measure and change."""
    chosen = ledger.measures if measures is None else measures
    days = (ledger.rate_days[one.id] + ledger.milestone_days[one.id] for one in chosen)
    return _filter_days(days, after, until)


def _filter_days(
    days: Iterable[Iterable[Upcoming]], after: date, until: date
) -> tuple[Upcoming, ...]:
    found = (item for each in days for item in each if after < item.on <= until)
    return tuple(sorted(found, key=lambda item: (item.on, item.measure_id)))


def merge_rows(ledger: Ledger, items: Iterable[Upcoming]) -> tuple[Upcoming, ...]:
    """The items in their order; rows of a schedule that change on the same day become one."""
    groups: dict[tuple[date, object], list[Upcoming]] = {}
    for item in items:
        family = ledger.by_id[item.measure_id].family
        groups.setdefault((item.on, family or _merge_key(item)), []).append(item)
    return tuple(_merge(group, ledger) if len(group) > 1 else group[0] for group in groups.values())


def _merge_key(item: Upcoming) -> object:
    """The key by which items outside schedules are merged.

    Items of several measures are merged only if they are milestones with the same text.
    """
    change = item.change
    return change.text if change.kind is ChangeKind.MILESTONE else (item.measure_id, change)


def _merge(group: Sequence[Upcoming], ledger: Ledger) -> Upcoming:
    """One item for all partners in the group, with the lowest and highest rate."""
    family = ledger.by_id[group[0].measure_id].family
    changes = {item.change for item in group}
    change = group[0].change
    if len(changes) > 1:
        rates = sorted({one.rate.percent for one in changes if one.rate.percent is not None})
        low, high = (DutyRate(rates[0]), rates[-1]) if rates else (DutyRate(), None)
        change = Change(ChangeKind.BY_PARTNER, low, up_to=high if len(rates) > 1 else None)
    partners = dict.fromkeys(partner for item in group for partner in item.partners)
    read = [item.checked for item in group if item.checked is not None]
    return group[0]._replace(
        measure=ledger.family_names.get(family, group[0].measure),
        partners=tuple(partners),
        change=change,
        checked=min(read) if len(read) == len(group) else None,
    )
