"""Upcoming changes with legal basis, doubts and last check, for reminders and calendar files."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.calendar.upcoming import find_checked_day, list_calendar
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Change, Upcoming
from bot.rates.model.measure import Confidence, Measure, Source, Status
from bot.rates.question.query import RateQuery
from bot.values import Frozen


class DoubtKind(StrEnum):
    """Why an upcoming change is uncertain."""

    MAY_BE_PROLONGED = "may_be_prolonged"
    ANNOUNCED = "announced"
    SUSPENDED = "suspended"
    STRUCK_DOWN = "struck_down"
    CAVEAT = "caveat"
    NO_SOURCE_OPENED = "no_source_opened"
    LOW_CONFIDENCE = "low_confidence"


class Doubt(NamedTuple):
    """A reason for doubt, with an explanation from the rates files."""

    kind: DoubtKind
    text: str = ""


_DOUBTFUL = {
    Status.ANNOUNCED: DoubtKind.ANNOUNCED,
    Status.SUSPENDED: DoubtKind.SUSPENDED,
    Status.STRUCK_DOWN: DoubtKind.STRUCK_DOWN,
}


class CalendarEntry(Frozen):
    """An upcoming change with its legal basis, source and doubts."""

    key: str
    """Identifies the change. The key contains the date but not the rate."""
    on: date
    change: Change
    measure: str
    imposer: str
    partners: tuple[str, ...]
    legal_basis: str
    source: Source
    as_of: date | None
    """The day on which the change's sources were last checked; None if no source was opened."""
    doubts: tuple[Doubt, ...]
    """Reasons why the change is uncertain."""


def build_entries(ledger: Ledger, items: Iterable[Upcoming]) -> tuple[CalendarEntry, ...]:
    """An entry for each item of `list_upcoming`, in the same order."""
    seen: Counter[str] = Counter()
    found = []
    for item in items:
        measure = ledger.by_id[item.measure_id]
        # An item for many rows of a schedule has the id of its first row, which depends on the
        # question. The family is the same for all rows.
        key = f"{measure.family or measure.id} {item.on}"
        seen[key] += 1
        found.append(
            CalendarEntry(
                key=key if seen[key] == 1 else f"{key} {seen[key]}",
                on=item.on,
                change=item.change,
                measure=item.measure,
                imposer=item.imposer,
                partners=item.partners,
                legal_basis=measure.legal_basis,
                source=item.source,
                as_of=_find_checked_day(ledger, measure, item),
                doubts=tuple(_list_doubts(measure, item)),
            )
        )
    return tuple(found)


def list_entries(query: RateQuery, ledger: Ledger, today: date) -> tuple[CalendarEntry, ...]:
    """The entries that answer an `upcoming` query, in order of date.

    They begin on the first day of the query, or today if it has none. Without a last day, they are
    not limited to the next days: a calendar file has everything that is known.
    """
    first = query.since or query.on or today
    if query.until is None:
        query = query.model_copy(update={"until": date.max})
    items = [item for item in list_calendar(query, ledger, today) if item.on >= first]
    return build_entries(ledger, sorted(items, key=lambda item: item.on))


def affects(ledger: Ledger, item: Upcoming, parties: Collection[str]) -> bool:
    """Whether a change affects one of the parties, as imposer or as partner.

    A change for all countries affects each country that is not exempt. A change for a bloc affects
    its members, but a change for a member does not affect the bloc.
    """
    return any(_affects(item, set(ledger.list_codes(code))) for code in parties)


def _affects(item: Upcoming, codes: set[str]) -> bool:
    if item.imposer in codes:
        return True
    falls = WORLD in item.partners or not codes.isdisjoint(item.partners)
    return falls and codes.isdisjoint(item.not_for)


def _find_checked_day(ledger: Ledger, measure: Measure, item: Upcoming) -> date | None:
    period = next((one for one in measure.periods if one.from_ == item.on), None)
    if period is not None and period.checked is not None:
        # The rate has its own source with its own day of check, as approved rates do.
        return period.checked
    if measure.verified_as_of is None:
        return None
    days = (measure.verified_as_of, find_checked_day(ledger, measure.imposer, measure.partners))
    return min((day for day in days if day is not None), default=None)


def _list_doubts(measure: Measure, item: Upcoming) -> Iterator[Doubt]:
    period = next((one for one in measure.periods if one.from_ == item.on), None)
    if period is None and any(one.to == item.on - timedelta(days=1) for one in measure.periods):
        yield Doubt(DoubtKind.MAY_BE_PROLONGED)
    if period is not None and period.status in _DOUBTFUL:
        yield Doubt(_DOUBTFUL[period.status])
    if period is not None and period.caveat:
        yield Doubt(DoubtKind.CAVEAT, period.caveat)
    if measure.verified_as_of is None:
        yield Doubt(DoubtKind.NO_SOURCE_OPENED)
    elif measure.confidence is Confidence.LOW:
        yield Doubt(DoubtKind.LOW_CONFIDENCE, measure.note)
