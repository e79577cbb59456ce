"""Computes the facts of a card for a day from the ledger."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.calendar.upcoming import list_upcoming
from bot.rates.cards.model import Card, CardFact
from bot.rates.files.schema import Coverage
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming
from bot.rates.model.law import RULINGS, Effect, LegalEvent
from bot.rates.model.measure import Measure, RatePeriod, Status
from bot.rates.question.query import HOME
from bot.rates.schedule.model import AdditionalHeading, EntryFees

_A_DAY = timedelta(days=1)


class DutyState(IntEnum):
    """The state of a duty on a day. A row has the first state that one of its measures has."""

    CHARGED = 1
    BANNED = 2
    """Imports are banned."""
    NOT_VERIFIED = 3
    """The announced first day has come, but no source confirms that the duty began."""
    SCHEDULED = 4
    """It begins on a later day."""
    SUSPENDED = 5
    NOT_COLLECTED = 6
    """A court struck it down."""
    ENDED = 7
    ZERO = 8
    """The law sets a rate of 0%."""
    NOT_SET = 9
    """No rate was ever set."""


class RateRow(NamedTuple):
    """The measures of a row that share its state, and their rates."""

    what: str
    state: DutyState
    measures: tuple[Measure, ...]
    """All measures of the row."""
    low: Decimal | None = None
    """The lowest rate; for a duty that ended, its last one. None if the rate is no percentage."""
    high: Decimal | None = None
    specific: str = ""
    headings: tuple[str, ...] = ()
    """The headings of chapter 99 under which its duties are declared on the day."""
    all_in: bool = False
    """Whether the rates include the normal (MFN) duty."""
    since: date | None = None
    """The first day of the state, if the measures share it; for `ENDED` the last day charged."""
    unverified: bool = False
    """Whether the state began after the last check of the sources, by an earlier announcement."""


class HeadingFacts(NamedTuple):
    """What is known of a heading of chapter 99."""

    heading: str
    rows: tuple[RateRow, ...]
    """A row for each measure that charges it."""
    listed: AdditionalHeading | None
    """The heading in the tariff schedule; None if the data does not have it."""


class PairCheck(NamedTuple):
    """The day on which the duties of an economy on goods of others were last checked."""

    imposer: str
    partners: tuple[str, ...]
    """The names of the others; empty for all that no other check names."""
    checked: date


class CardFacts(NamedTuple):
    """A card with everything that the ledger knows about it on a day."""

    card: Card
    on: date
    overall: RateRow | None
    """All measures of the card together; None if it has none."""
    rows: tuple[RateRow, ...]
    fees: EntryFees | None
    """The customs fees of the day, if the card is about them."""
    checks: tuple[PairCheck, ...]
    """The last checks of the rates, if the card is about them."""
    events: tuple[LegalEvent, ...]
    """Legal events up to the day, newest first."""
    next: tuple[Upcoming, ...]
    """Changes of the ledger after the day, in order of time."""
    passed: tuple[Upcoming, ...]
    """Changes up to the day that no source confirms, because they are later than the last check."""
    dates: tuple[CardFact, ...]
    """The card's own coming days."""
    checked: date
    """The day on which the sources were last checked."""
    parts: tuple[Card, ...]
    """The cards that are a part of this one."""
    see: tuple[Card, ...]
    today: date
    """The day of the question, from which the age of the check is counted."""
    heading: HeadingFacts | None = None
    """The heading of chapter 99 that the question is about."""

    @property
    def of_another_day(self) -> date | None:
        """The day of the facts, if it is not the day of the question."""
        return None if self.on == self.today else self.on

    @property
    def rulings(self) -> tuple[LegalEvent, ...]:
        """The court decisions among the events, newest first."""
        return tuple(event for event in self.events if event.effect in RULINGS)

    @property
    def struck_down(self) -> LegalEvent | None:
        """The ruling that ended the duties of the card, if there is one."""
        return next((one for one in self.events if one.effect is Effect.STRUCK_DOWN), None)


def build_card_facts(
    card: Card, ledger: Ledger, day: date, today: date | None = None, heading: str = ""
) -> CardFacts:
    """The facts of the card on the day.

    `today` is the day of the question, if it asks for another day. A card without duties and fees
    states what was last known, so its facts are always those of today. `heading` is the heading of
    chapter 99 that the question names.
    """
    asked_day = day
    measures = list_card_measures(card, ledger)
    today = today or day
    day = day if measures or card.fees else today
    checked = min([card.as_of, *_list_checked_days(ledger, measures)])
    events = list_card_events(card, ledger)
    known_until = min(checked, day)
    changes = list_upcoming(ledger, known_until, measures=measures)
    fees = _find_fees(ledger, day) if card.fees else None
    return CardFacts(
        card=card,
        on=day,
        overall=_build_row("", measures, day, checked) if measures else None,
        rows=tuple(
            _build_row(what, found, day, checked)._replace(
                headings=_list_headings(found, ledger, day)
            )
            for what, found in _list_rows(card, ledger)
        ),
        fees=fees,
        checks=_list_checks(ledger) if card.checks else (),
        events=tuple(
            sorted((one for one in events if one.on <= day), key=lambda one: one.on, reverse=True)
        ),
        next=tuple(one for one in changes if one.on > day),
        passed=tuple(one._replace(passed=True) for one in changes if one.on <= day),
        dates=tuple(sorted((one for one in card.dates if one.on > day), key=lambda one: one.on)),
        checked=checked,
        parts=ledger.cards.list_parts(card.id),
        today=today,
        heading=_build_heading(heading, ledger, asked_day, checked) if heading else None,
        see=tuple(ledger.cards.by_id[one] for one in card.see if one in ledger.cards.by_id),
    )


def _build_heading(heading: str, ledger: Ledger, day: date, checked: date) -> HeadingFacts:
    """The heading as it was listed last, with its duties on the day."""
    listed = [one for one in _iterate_headings(ledger) if one.heading == heading]
    names = dict.fromkeys(name for one in listed for name in one.measures)
    rows = (_build_row(one.name, [one], day, checked) for one in ledger.expand(names))
    return HeadingFacts(heading, tuple(rows), listed[-1] if listed else None)


def _list_headings(measures: Iterable[Measure], ledger: Ledger, day: date) -> tuple[str, ...]:
    """The headings under which the measures are declared on the day."""
    ids = {one.id for one in measures}
    return tuple(
        dict.fromkeys(
            one.heading
            for one in _iterate_headings(ledger)
            if not ids.isdisjoint(one.measures)
            and one.from_ <= day
            and (one.to is None or day <= one.to)
        )
    )


def _iterate_headings(ledger: Ledger) -> Iterator[AdditionalHeading]:
    for imposer in ledger.list_imposers():
        schedule = ledger.find_tariff_schedule(imposer)
        yield from schedule.headings if schedule is not None else ()


def list_card_measures(card: Card, ledger: Ledger) -> tuple[Measure, ...]:
    """All measures of the card: those on its legal bases, and those that it names."""
    found = [one for one in ledger.measures if one.legal_basis in card.bases]
    found += ledger.expand([*card.measures, *(name for row in card.rows for name in row.measures)])
    return tuple({one.id: one for one in found}.values())


def list_card_events(card: Card, ledger: Ledger) -> tuple[LegalEvent, ...]:
    """The legal events of the card: those that it names, and those on its measures."""
    of_measures = {
        id(event)
        for measure in list_card_measures(card, ledger)
        for event in ledger.events_of.get(measure.id, ())
    }
    return tuple(
        event
        for event in ledger.events
        if id(event) in of_measures or (event.id and event.id in card.events)
    )


def _list_rows(card: Card, ledger: Ledger) -> Iterator[tuple[str, Sequence[Measure]]]:
    """The name and the measures of each row of the table."""
    for row in card.rows:
        yield row.what, ledger.expand(row.measures)
    if not card.rows and card.state is None:
        groups: dict[str, list[Measure]] = {}
        for measure in list_card_measures(card, ledger):
            groups.setdefault(measure.family or measure.id, []).append(measure)
        for key, found in groups.items():
            yield ledger.family_names.get(key, found[0].name), found


def _build_row(what: str, measures: Sequence[Measure], day: date, checked: date) -> RateRow:
    states = [(_find_state(one, day), one) for one in measures]
    first = min(state for (state, _), _ in states)
    chosen = [(period, one) for (state, period), one in states if state is first]
    periods = [period for period, _ in chosen if period is not None]
    percents = sorted(one.percent for one in periods if one.percent is not None)
    begun = {_find_since(first, period, one) for period, one in chosen}
    return RateRow(
        what=what,
        state=first,
        measures=tuple(measures),
        low=percents[0] if percents else None,
        high=percents[-1] if percents else None,
        specific=next((one.specific for one in periods if one.specific), ""),
        all_in=bool(periods) and all(one.is_all_in for one in periods),
        since=begun.pop() if len(begun) == 1 else None,
        unverified=first in (DutyState.CHARGED, DutyState.BANNED)
        and any(one.from_ > checked for one in periods),
    )


def _find_state(measure: Measure, day: date) -> tuple[DutyState, RatePeriod | None]:
    """The state of a measure, and the period whose rate a row shows."""
    period = measure.find_period(day)
    later, before = measure.find_period_after(day), measure.find_period_before(day)
    if period is not None and period.banned and period.is_charged:
        return DutyState.BANNED, period
    if period is not None and period.is_charged and (period.percent or period.specific):
        return DutyState.CHARGED, period
    if period is not None and period.status is Status.ANNOUNCED:
        return DutyState.NOT_VERIFIED, period
    if period is not None and period.status is Status.STRUCK_DOWN:
        return DutyState.NOT_COLLECTED, before or period
    if period is not None and period.status is Status.SUSPENDED:
        return DutyState.SUSPENDED, period
    if later is not None:
        return DutyState.SCHEDULED, later
    if period is not None:
        return DutyState.ZERO, period
    return (DutyState.ENDED, before) if before else (DutyState.NOT_SET, None)


def _find_since(state: DutyState, period: RatePeriod | None, measure: Measure) -> date | None:
    """The day that a row shows for one measure."""
    if period is None:
        return None
    if state is DutyState.ENDED:
        return period.to
    if state is DutyState.NOT_COLLECTED and period.to is not None:
        return period.to + _A_DAY
    if state is DutyState.CHARGED:
        return _find_first_day(measure, period)
    return period.from_


def _find_first_day(measure: Measure, period: RatePeriod) -> date:
    """The first day of a period's rate, which an earlier period may have had too."""
    first = period
    for one in reversed(measure.periods[: measure.periods.index(period)]):
        follows = one.to is not None and one.to + _A_DAY == first.from_
        if not (follows and one.rate == period.rate and one.is_charged):
            break
        first = one
    return first.from_


def _list_checked_days(ledger: Ledger, measures: Iterable[Measure]) -> list[date]:
    covered = {
        coverage
        for one in measures
        for partner in one.partners
        if (coverage := ledger.find_coverage(one.imposer, partner)) is not None
    }
    return [one.checked for one in covered]


def _list_checks(ledger: Ledger) -> tuple[PairCheck, ...]:
    """The last check of each coverage: those of the United States, then the most recent first."""
    found = [
        (imposer != HOME, one)
        for imposer in ledger.list_imposers()
        if (imposer_file := ledger.find_imposer_file(imposer)) is not None
        for one in (
            PairCheck(ledger.parties.get(imposer).name, _name_partners(each, ledger), each.checked)
            for each in imposer_file.coverage
        )
    ]
    found.sort(key=lambda each: (each[0], -each[1].checked.toordinal()))
    return tuple(one for _, one in found)


def _name_partners(coverage: Coverage, ledger: Ledger) -> tuple[str, ...]:
    return tuple(ledger.parties.get(code).name for code in coverage.partners if code != WORLD)


def _find_fees(ledger: Ledger, day: date) -> EntryFees | None:
    found = (ledger.find_tariff_schedule(imposer) for imposer in ledger.list_imposers())
    fees = (one for schedule in found if schedule is not None for one in schedule.header.fees)
    return next((one for one in fees if one.covers(day)), None)
