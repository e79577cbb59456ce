"""Finds when a duty or a total was at a percentage: `when did the 145% tariff end`.

percentage | measures with that rate | their periods
           | totals of the main pairs | the steps of their histories

Duties that apply to all goods and to many economies come first, the newest before the oldest.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.cards.deals import find_deals
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.history import Step
from bot.rates.model.measure import Calc, Measure, RatePeriod, Status
from bot.rates.model.warnings import Reason
from bot.rates.question.query import HOME, QueryKind, RateQuery

_A_DAY = timedelta(days=1)
_LASTING = timedelta(days=30)
_MAX_SPELLS = 4
_MAY_APPLY = frozenset(
    {
        Reason.SUSPENDED,
        Reason.ANNOUNCED,
        Reason.SPECIFIC,
        Reason.SOME_LINES,
        Reason.LINE_DECIDES,
        Reason.DEPENDS,
        Reason.MAY_RETURN,
        Reason.RATE_UNKNOWN,
    }
)
"""Why a duty that some of the goods pay or may pay is not in the total."""
_MANY = 5
"""From this number of economies on, a schedule of a duty is broad."""


class Spell(NamedTuple):
    """The days on which a duty or a total was at one percentage."""

    imposer: str
    partners: tuple[str, ...]
    percent: Decimal
    first: date
    last: date | None
    """The last day; None if no end is known."""
    name: str = ""
    """The name of the measure or schedule; empty for the total of a pair."""
    question: str = ""
    """A question about this measure or pair."""
    status: Status | None = None
    """The status of the measure's rate; None for a total."""
    then: Decimal | None = None
    """The total after the last day; None for a measure, a range of totals or an import ban."""
    announced: date | None = None
    """The day on which the rate was announced, if it was never charged. `first` is then the day
    from which it was planned."""
    outcome: str = ""
    """What became of a rate that was never charged, as in the rates files."""


def list_pair_spells(answer: Answer, percent: Decimal) -> tuple[Spell, ...]:
    """When the total of an answer with a history was at the percentage, in order of time."""
    totals = [step for step in answer.history if step.ruling is None]
    found: list[Spell] = []
    for at, step in enumerate(totals):
        if not _has_percent(step, percent) or (at and _has_percent(totals[at - 1], percent)):
            continue
        later = next((one for one in totals[at:] if not _has_percent(one, percent)), None)
        found.append(_build_spell(answer, step, later))
    return tuple(found)


def _has_percent(step: Step, percent: Decimal) -> bool:
    """Whether the step's one total is the percentage. A range of totals is no one total."""
    return step.percent == percent and step.up_to is None and not step.banned


def _build_spell(answer: Answer, step: Step, later: Step | None) -> Spell:
    single = later is not None and later.up_to is None and not later.banned
    return Spell(
        imposer=answer.imposer,
        partners=(answer.partner,),
        percent=step.percent,
        first=step.on,
        last=later.on - _A_DAY if later else None,
        then=later.percent if later and single else None,
    )


def list_spells(
    query: RateQuery, answers: Iterable[Answer], ledger: Ledger, today: date
) -> tuple[Spell, ...]:
    """When the totals of the answers and the duties of their pairs were at the query's percentage.

    At most four. Totals come first, then rates that were only announced, then duties on the partner
    alone, then those on all countries.
    Empty for a query without a percentage.
    """
    if query.percent is None:
        return ()
    found: list[Spell] = []
    for answer in answers:
        found += list_pair_spells(answer, query.percent)
        measures = ledger.get_pair(answer.imposer, answer.partner).measures
        if answer.product is not None:
            # Of a question about goods or a law, only its own duties.
            own = _list_own_duties(answer)
            measures = tuple(one for one in measures if one.id in own)
        found += _list_with_base(answer, query.percent)
        found += _list_announced(measures, query.percent, today)
        duties = _find_duties(ledger, measures, query.percent, today)
        found += sorted(duties, key=lambda one: WORLD in one.partners)
    if not found and query.product is None and query.imposer == HOME:
        found += _list_agreed(query, query.percent, ledger)
    return tuple(found[:_MAX_SPELLS])


def _list_agreed(query: RateQuery, percent: Decimal, ledger: Ledger) -> Iterator[Spell]:
    """The percentage as a deal of the US with the partner states it, if no duty applied it."""
    for card in find_deals(query.partner, percent, ledger.cards.all):
        if (state := card.state) is None:
            continue
        outcome = state.text.partition(". ")[2] or state.text
        outcome = f"{outcome[:1].lower()}{outcome[1:]}"
        yield Spell(
            imposer=HOME,
            partners=card.economies,
            percent=percent,
            first=state.on,
            last=None,
            name=f"{card.title[:1].lower()}{card.title[1:]}",
            question=f"card {card.id}",
            announced=state.on,
            outcome=outcome,
        )


def _list_with_base(answer: Answer, percent: Decimal) -> Iterator[Spell]:
    """The duties of goods that are the percentage with the normal duty: `7.5% + 2.5%`."""
    base = answer.base.percent if answer.base is not None else None
    if not base:
        return
    for one in (*answer.components, *answer.not_counted):
        may_pay = one.exclusion is None or one.exclusion.reason in _MAY_APPLY
        adds = one.calc is Calc.ADDS and one.percent is not None and one.percent + base == percent
        if may_pay and adds and one.from_ is not None:
            yield Spell(
                imposer=answer.imposer,
                partners=(answer.partner,),
                percent=percent,
                first=one.from_,
                last=one.to,
                name=f"with the normal duty of {base:f}%, {one.measure}",
            )


def _list_own_duties(answer: Answer) -> set[str]:
    """The ids of the measures that the goods pay, may pay, or have paid."""
    changed = {one.measure.id for step in answer.history for one in step.changes}
    return changed | {
        one.measure_id
        for one in (*answer.components, *answer.not_counted)
        if one.exclusion is None or one.exclusion.reason in _MAY_APPLY
    }


def find_spells(ledger: Ledger, percent: Decimal, today: date) -> tuple[Spell, ...]:
    """All duties that are or were at the percentage, most relevant first.

    If no duty was, the totals of the main pairs.
    """
    duties = tuple(_find_duties(ledger, ledger.measures, percent, today))
    return duties or tuple(_find_totals(ledger, percent, today))


def _list_announced(measures: Iterable[Measure], percent: Decimal, today: date) -> Iterator[Spell]:
    """Announcements of the rate that were never carried out."""
    for measure in measures:
        for one in measure.announcements:
            if one.percent == percent and one.on <= today:
                yield Spell(
                    imposer=measure.imposer,
                    partners=measure.partners,
                    percent=percent,
                    first=one.planned_from or one.on,
                    last=None,
                    name=measure.name,
                    announced=one.on,
                    outcome=one.outcome,
                )


def _find_duties(
    ledger: Ledger, measures: Iterable[Measure], percent: Decimal, today: date
) -> list[Spell]:
    groups: dict[str, list[tuple[Measure, RatePeriod]]] = {}
    for measure in measures:
        for period in measure.periods:
            if period.percent == percent and period.from_ <= today and period.is_charged:
                groups.setdefault(measure.family or measure.id, []).append((measure, period))
    ranked = sorted(groups.items(), key=lambda group: _rank(group[1], today), reverse=True)
    return [_merge(family, rows, ledger) for family, rows in ranked]


def _rank(
    rows: Sequence[tuple[Measure, RatePeriod]], today: date
) -> tuple[bool, bool, bool, bool, bool, date]:
    measures = [measure for measure, _ in rows]
    partners = {code for measure in measures for code in measure.partners}
    broad = WORLD in partners or len(partners) >= _MANY
    last = max(period.to or date.max for _, period in rows)
    first = max(period.from_ for _, period in rows)
    return (
        measures[0].imposer == HOME,
        last - first >= _LASTING,
        broad and any(measure.applies_to_all_goods for measure in measures),
        broad and last >= today,
        broad,
        first,
    )


def _merge(family: str, rows: Sequence[tuple[Measure, RatePeriod]], ledger: Ledger) -> Spell:
    """One spell for all rows of a schedule: the newest of their periods."""
    measure, newest = max(rows, key=lambda row: row[1].from_)
    alike = [one for one, period in rows if period.from_ == newest.from_]
    partners = tuple(dict.fromkeys(code for one in alike for code in one.partners))
    imposer_file = ledger.find_imposer_file(measure.imposer)
    main = imposer_file.main_partners if imposer_file else ()
    partner = next((code for code in main if code in partners), partners[0])
    name = ledger.family_names.get(family, measure.name)
    where = ledger.parties.get(partner).name.lower()
    words = name.lower().removesuffix(f" on {where}").removesuffix(f", {where}")
    return Spell(
        imposer=measure.imposer,
        partners=partners,
        percent=newest.percent or Decimal(0),
        first=newest.from_,
        last=newest.to,
        name=name,
        question=f"{ledger.parties.get(measure.imposer).name.lower()} on {where} {words}",
        status=newest.status,
    )


def _find_totals(ledger: Ledger, percent: Decimal, today: date) -> Iterator[Spell]:
    for imposer in sorted(ledger.list_imposers(), key=lambda code: code != HOME):
        imposer_file = ledger.find_imposer_file(imposer)
        partners = imposer_file.main_partners if imposer_file else ()
        for partner in partners:
            query = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner, history=True)
            for answer in answer_query(query, ledger, today):
                yield from _name_pair(list_pair_spells(answer, percent), ledger)


def _name_pair(spells: Iterable[Spell], ledger: Ledger) -> Iterator[Spell]:
    for spell in spells:
        names = [
            ledger.parties.get(code).name.lower() for code in (spell.imposer, spell.partners[0])
        ]
        yield spell._replace(question=f"{names[0]} on {names[1]} history")
