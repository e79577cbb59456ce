"""What takes effect, ends or falls due on which day, and what has changed since one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bot.rates.ledger import Ledger
from bot.rates.model.answer import Change, ChangeKind, Upcoming
from bot.rates.model.goods import Fit
from bot.rates.model.measure import DutyRate, Measure, falls_on, has_basis
from bot.rates.question.parse import CHANGES_DAYS, Kind, RateQuery
from bot.rates.question.product import Wanted

_A_DAY = timedelta(days=1)


def calendar(query: RateQuery, ledger: Ledger, today: date) -> tuple[Upcoming, ...]:
    """What `upcoming` and `changes` ask for, of all economies or of the one that was named.

    On goods, or of a layer, only what falls on them by itself; with `query.on` as one saw it from
    that day. What was due since the sources were read stands last, marked as passed.
    """
    measures = _asked_for(query, ledger)

    def read(item: Upcoming) -> date:
        return known_up_to(item, read_up_to(ledger, item.imposer, item.partners) or today)

    from_day = query.on or today
    if query.kind is Kind.CHANGES:
        since = query.since or from_day - timedelta(days=CHANGES_DAYS)
        return passed_last(changes(ledger, since, from_day, measures), read, today)
    first = min((*_reaches(ledger, measures), from_day))
    coming = upcoming(ledger, first, measures=measures)
    known = (item for item in coming if item.on > min(read(item), from_day))
    return passed_last(known, read, today)


class Reach(NamedTuple):
    """When a calendar's sources were last checked, by economy: earliest and latest day."""

    first: date
    last: date
    today: date


def how_far_read(query: RateQuery, ledger: Ledger, today: date) -> Reach | None:
    """How far the sources behind a calendar were read; None if up to today."""
    reaches = _reaches(ledger, _asked_for(query, ledger))
    if not reaches or reaches[0] >= today:
        return None
    return Reach(reaches[0], reaches[-1], today)


def passed_last(
    items: Iterable[Upcoming], read: Callable[[Upcoming], date], today: date
) -> tuple[Upcoming, ...]:
    """The items in their order, after them those that were due since the sources were `read`."""
    kept: list[Upcoming] = []
    passed: list[Upcoming] = []
    for item in items:
        if read(item) < item.on <= today:
            passed.append(item._replace(passed=True))
        else:
            kept.append(item)
    return (*kept, *passed)


def known_up_to(item: Upcoming, read: date) -> date:
    """The day up to which it is known, where the others' sources were `read` up to that day."""
    return read if item.checked is None else max(read, item.checked)


def _asked_for(query: RateQuery, ledger: Ledger) -> list[Measure]:
    codes = set(ledger.parties.covering(query.partner)) if query.partner else set()
    wanted = ledger.reader.read_any(query.product) if query.product else None
    return [
        measure
        for measure in ledger.measures
        if (not codes or measure.imposer in codes or falls_on(measure, codes))
        and (wanted is None or _is_about(measure, wanted, ledger))
    ]


def _is_about(measure: Measure, wanted: Wanted, ledger: Ledger) -> bool:
    """Whether the measure is a layer that was named, or falls on the goods by itself."""
    if wanted.layers:
        return measure.id in wanted.layers
    if wanted.bases and not has_basis(measure, wanted.bases):
        return False
    if not (wanted.goods or wanted.codes):
        return bool(wanted.bases)
    return not measure.applies_to_all_goods and ledger.fit(measure, wanted) > Fit.NONE


def _reaches(ledger: Ledger, measures: Iterable[Measure]) -> list[date]:
    """The days up to which the sources of these measures were read, the earliest first."""
    found = {read_up_to(ledger, one.imposer, one.partners) for one in measures}
    return sorted(day for day in found if day is not None)


def read_up_to(ledger: Ledger, imposer: str, partners: Iterable[str]) -> date | None:
    """The day up to which all sources of the imposer's duties on these partners were read."""
    covered = (ledger.coverage(imposer, partner) for partner in partners)
    return min((one.checked for one in covered if one is not None), default=None)


def upcoming(
    ledger: Ledger,
    after: date,
    until: date | None = None,
    measures: Iterable[Measure] | None = None,
) -> tuple[Upcoming, ...]:
    """All that is known to come after one day and by another, of these measures or of all.

    The rows of one action that change on one day are one entry with all their partners.
    """
    return joined(ledger, coming(ledger, after, until, measures))


def coming(
    ledger: Ledger,
    after: date,
    until: date | None = None,
    measures: Iterable[Measure] | None = None,
) -> tuple[Upcoming, ...]:
    """The same, one entry a measure and change."""
    chosen = ledger.measures if measures is None else measures
    items = (item for measure in chosen for item in ledger.days_of(measure))
    found = (item for item in items if after < item.on and (until is None or item.on <= until))
    return tuple(sorted(found, key=lambda item: (item.on, item.measure_id)))


def changes(
    ledger: Ledger, since: date, until: date, measures: Iterable[Measure] | None = None
) -> tuple[Upcoming, ...]:
    """All rates that began or ended after one day and by another, newest first."""
    chosen = ledger.measures if measures is None else measures
    items = (item for measure in chosen for item in ledger.rate_days_of(measure))
    found = (item for item in items if since < item.on <= until)
    ordered = sorted(found, key=lambda item: (item.on, item.measure_id))
    return tuple(reversed(joined(ledger, ordered)))


def joined(ledger: Ledger, items: Iterable[Upcoming]) -> tuple[Upcoming, ...]:
    """The items in their order, those of one family and day as one."""
    families = ledger.family_of
    groups: dict[tuple[date, object], list[Upcoming]] = {}
    for item in items:
        family = families.get(item.measure_id, "")
        key = (item.on, family or _identity(item))
        groups.setdefault(key, []).append(item)
    found = []
    for group in groups.values():
        family = families.get(group[0].measure_id, "")
        name = ledger.family_names.get(family, group[0].measure)
        found.append(_as_one(group, name) if len(group) > 1 else group[0])
    return tuple(found)


def _identity(item: Upcoming) -> object:
    """Key for merging items: several measures may share a milestone, but never a rate."""
    change = item.change
    return change.text if change.kind is ChangeKind.MILESTONE else (item.measure_id, change)


def _as_one(group: Sequence[Upcoming], name: str) -> Upcoming:
    """One entry for many partners of an action, with its lowest and highest rate."""
    changes = {item.change for item in group}
    change = group[0].change
    if len(changes) > 1:
        rates = sorted({one.rate.percent for one in changes if one.rate.percent is not None})
        low, high = (DutyRate(rates[0]), rates[-1]) if rates else (DutyRate(), None)
        change = Change(ChangeKind.BY_PARTNER, low, up_to=high if len(rates) > 1 else None)
    partners = dict.fromkeys(partner for item in group for partner in item.partners)
    read = [item.checked for item in group if item.checked is not None]
    return group[0]._replace(
        measure=name,
        partners=tuple(partners),
        change=change,
        checked=min(read) if len(read) == len(group) else None,
    )
