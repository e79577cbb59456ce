"""What takes effect, ends or falls due on which day, and what has changed since one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bot.rates.ledger import Ledger
from bot.rates.model.answer import Change, ChangeKind, Upcoming
from bot.rates.model.goods import Fit
from bot.rates.model.measure import DutyRate, Measure, filter_by_partner, has_basis
from bot.rates.question.parse import CHANGES_DAYS, QueryKind, RateQuery
from bot.rates.question.product import ParsedProduct

_A_DAY = timedelta(days=1)


def list_calendar(query: RateQuery, ledger: Ledger, today: date) -> tuple[Upcoming, ...]:
    """What `upcoming` and `changes` ask for, of all economies or of the one that was named.

    On goods, or of a layer, only what falls on them by itself; with `query.on` as one saw it from
    that day. What was due since the sources were read stands last, marked as passed.
    """
    measures = _select_measures(query, ledger)

    def read(item: Upcoming) -> date:
        return find_checked_day(ledger, item.imposer, item.partners) or today

    from_day = query.on or today
    if query.kind is QueryKind.CHANGES:
        since = query.since or from_day - timedelta(days=CHANGES_DAYS)
        return move_passed_last(list_changes(ledger, since, from_day, measures), read, today)
    first = min((*_list_checked_days(ledger, measures), from_day))
    coming = list_upcoming(ledger, first, measures=measures)
    return move_passed_last(coming, read, today, from_day)


class CheckedPeriod(NamedTuple):
    """When a calendar's sources were last checked, by economy: earliest and latest day."""

    first: date
    last: date
    today: date


def find_checked_period(query: RateQuery, ledger: Ledger, today: date) -> CheckedPeriod | None:
    """How far the sources behind a calendar were read; None if up to today."""
    reaches = _list_checked_days(ledger, _select_measures(query, ledger))
    if not reaches or reaches[0] >= today:
        return None
    return CheckedPeriod(reaches[0], reaches[-1], today)


def move_passed_last(
    items: Iterable[Upcoming],
    read: Callable[[Upcoming], date],
    today: date,
    from_day: date = date.min,
) -> tuple[Upcoming, ...]:
    """The items in their order, after them those that were due since their sources were read.

    `read` gives the day up to which those of the pair were read. Items until `from_day` are left
    out, except those that were not checked since they were due.
    """
    kept: list[Upcoming] = []
    passed: list[Upcoming] = []
    for item in items:
        known_up_to = max(read(item), item.checked or date.min)
        if known_up_to < item.on <= today:
            passed.append(item._replace(passed=True))
        elif item.on > min(known_up_to, from_day):
            kept.append(item)
    return (*kept, *passed)


def _select_measures(query: RateQuery, ledger: Ledger) -> list[Measure]:
    measures = ledger.measures
    if query.partner:
        codes = frozenset(ledger.parties.list_codes(query.partner))
        paid = {measure.id for measure in filter_by_partner(measures, codes)}
        measures = tuple(one for one in measures if one.imposer in codes or one.id in paid)
    wanted = ledger.reader.read_any(query.product) if query.product else None
    return [one for one in measures if wanted is None or _is_about(one, wanted, ledger)]


def _is_about(measure: Measure, wanted: ParsedProduct, ledger: Ledger) -> bool:
    """Whether the measure is a layer that was named, or falls on the goods by itself."""
    if wanted.layers:
        return measure.id in wanted.layers
    if wanted.bases and not has_basis(measure, wanted.bases):
        return False
    if not (wanted.goods or wanted.codes):
        return bool(wanted.bases)
    return (
        not measure.applies_to_all_goods and ledger.scope_matcher.match(measure, wanted) > Fit.NONE
    )


def _list_checked_days(ledger: Ledger, measures: Iterable[Measure]) -> list[date]:
    """The days up to which the sources of these measures were read, the earliest first."""
    found = {find_checked_day(ledger, one.imposer, one.partners) for one in measures}
    return sorted(day for day in found if day is not None)


def find_checked_day(ledger: Ledger, imposer: str, partners: Iterable[str]) -> date | None:
    """The day up to which all sources of the imposer's duties on these partners were read."""
    covered = (ledger.find_coverage(imposer, partner) for partner in partners)
    return min((one.checked for one in covered if one is not None), default=None)


def list_upcoming(
    ledger: Ledger, after: date, until: date = date.max, measures: Iterable[Measure] | None = None
) -> tuple[Upcoming, ...]:
    """All that is known to come after one day and by another, of these measures or of all.

    The rows of one action that change on one day are one entry with all their partners.
    """
    return merge_rows(ledger, list_upcoming_by_measure(ledger, after, until, measures))


def list_upcoming_by_measure(
    ledger: Ledger, after: date, until: date = date.max, measures: Iterable[Measure] | None = None
) -> tuple[Upcoming, ...]:
    """The same, one entry a measure and change."""
    chosen = ledger.measures if measures is None else measures
    days = (ledger.rate_days[one.id] + ledger.milestone_days[one.id] for one in chosen)
    return _filter_days(days, after, until)


def list_changes(
    ledger: Ledger, since: date, until: date, measures: Iterable[Measure] | None = None
) -> tuple[Upcoming, ...]:
    """All rates that began or ended after one day and by another, newest first."""
    chosen = ledger.measures if measures is None else measures
    items = _filter_days((ledger.rate_days[one.id] for one in chosen), since, until)
    return tuple(reversed(merge_rows(ledger, items)))


def _filter_days(
    days: Iterable[Iterable[Upcoming]], after: date, until: date
) -> tuple[Upcoming, ...]:
    found = (item for each in days for item in each if after < item.on <= until)
    return tuple(sorted(found, key=lambda item: (item.on, item.measure_id)))


def merge_rows(ledger: Ledger, items: Iterable[Upcoming]) -> tuple[Upcoming, ...]:
    """The items in their order; the rows of one action that change on one day are one entry."""
    groups: dict[tuple[date, object], list[Upcoming]] = {}
    for item in items:
        family = ledger.by_id[item.measure_id].family
        groups.setdefault((item.on, family or _merge_key(item)), []).append(item)
    return tuple(_merge(group, ledger) if len(group) > 1 else group[0] for group in groups.values())


def _merge_key(item: Upcoming) -> object:
    """Key for merging items: several measures may share a milestone, but never a rate."""
    change = item.change
    return change.text if change.kind is ChangeKind.MILESTONE else (item.measure_id, change)


def _merge(group: Sequence[Upcoming], ledger: Ledger) -> Upcoming:
    """One entry for many partners of an action, with its lowest and highest rate."""
    if len(group) == 1:
        return group[0]
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
