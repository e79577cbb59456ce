"""A question and the ledger -> answers: the total, its parts, what stands beside it, what comes.

An answer without a day is for the newest day that the ledger knows of the pair, today at most: the
day up to which its sources were read, or a later one on which a rate that they foresaw began.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.agenda import told_apart, upcoming
from bot.rates.asked import Case, Judged, Way, case_of, judge
from bot.rates.caveats import caveats, leading_remarks
from bot.rates.choices import choices_of
from bot.rates.goods import Fit
from bot.rates.history import history_of
from bot.rates.ledger import Ledger
from bot.rates.measure import Source, Status
from bot.rates.parts import base_part, beside, counted
from bot.rates.product import Wanted
from bot.rates.query import Kind, RateQuery, parse
from bot.rates.reply import (
    Answer,
    BaseRate,
    Choice,
    Event,
    MfnAverage,
    OnGoods,
    Part,
    Step,
    Upcoming,
    percent_text,
)
from bot.rates.sheet import BaseDuty, Baseline

__all__ = [
    "Answer",
    "BaseRate",
    "Event",
    "MfnAverage",
    "Part",
    "Source",
    "Step",
    "Upcoming",
    "answer",
    "ask",
    "percent_text",
]

_TALKS_SHOWN = 3


def ask(
    text: str,
    ledger: Ledger,
    today: date,
    *,
    on: date | None = None,
    product: str | None = None,
) -> tuple[Answer, ...]:
    """The answers to a question in words; a day and a product given apart go before the text's.

    Raises QueryError. A question about the calendar (`upcoming`, `changes`) has no answers here.
    """
    query = parse(text, ledger.parties, today, ledger.reader)
    changed: dict[str, object] = {"on": on} if on else {}
    if product:
        sound = product.encode("utf-8", "replace").decode("utf-8")
        changed.update(product=sound, both_ways=False)
        if query.kind is Kind.PARTY:
            changed.update(kind=Kind.PAIR, imposer=query.partner, partner=WORLD)
    return answer(query.model_copy(update=changed), ledger, today)


def answer(query: RateQuery, ledger: Ledger, today: date) -> tuple[Answer, ...]:
    """One answer for each direction or partner asked for, in the order of the question.

    Raises QueryError for two that share one customs territory. `upcoming` and `changes` are
    answered by bot.rates.agenda, and by an empty tuple here.
    """
    return tuple(
        _answer(query, imposer, partner, ledger, today)
        for imposer, partner in _pairs(query, ledger)
    )


def _pairs(query: RateQuery, ledger: Ledger) -> Iterator[tuple[str, str]]:
    if query.kind is Kind.PARTY and query.partner is not None:
        yield from _pairs_of(query.partner, ledger)
    elif query.imposer is not None and query.partner is not None:
        for partner in (query.partner, *query.versus):
            _refuse_one_territory(query.imposer, partner, ledger)
            yield query.imposer, partner
        if query.both_ways:
            yield query.partner, query.imposer


def _pairs_of(party: str, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """What a party pays to those that have duties on it, then what it imposes on its partners."""
    codes = set(ledger.covering(party))
    payers = {
        measure.imposer: None
        for measure in ledger.measures
        if codes & set(measure.partners) and measure.imposer not in codes
    }
    sheet = ledger.sheet_of(party)
    partners = sheet.main_partners if sheet else tuple(payers)
    if not payers and party != WORLD and "US" not in codes:
        payers = {"US": None}
    if party == WORLD:
        raise QueryError("the question", "names no economy", "Try: us china")
    yield from ((imposer, party) for imposer in payers)
    yield from ((party, partner) for partner in partners or tuple(payers))


def _refuse_one_territory(imposer: str, partner: str, ledger: Ledger) -> None:
    if set(ledger.covering(imposer)) & set(ledger.covering(partner)):
        name = ledger.parties.get(imposer).name
        cause = f"shares a customs territory with {ledger.parties.get(partner).name}"
        raise QueryError(name, cause, "Name two that trade across a border, as in: us china")


def _answer(query: RateQuery, imposer: str, partner: str, ledger: Ledger, today: date) -> Answer:
    coverage = ledger.coverage(imposer, partner)
    checked = coverage.checked if coverage else None
    read = min(today, checked or today)
    case = case_of(ledger, imposer, partner, query.on or read, query.product)
    if query.on is None:
        case = case._replace(day=_newest(case, today))
    judged, wanted, day = judge(case), case.wanted, case.day
    as_of = _as_of(judged, checked, day)
    parts = counted(case, judged)
    total = _total(case, judged, known=coverage is not None and day >= coverage.since)
    choices = choices_of(case, judged)
    span = None
    if choices and total is not None:
        ends = [total, *(one.percent for one in choices)]
        total, span = None, (min(ends), max(ends))
    # What a line pays with its base rate would be wrong for most of the choices.
    base = None if choices else _base(case, judged)
    if base is not None and total is not None and wanted is not None and wanted.with_base:
        total, parts = base.with_duties, (*parts, base_part(base, day))
    steps = history_of(case, judged)
    return Answer(
        imposer=imposer,
        partner=partner,
        imposer_name=ledger.parties.get(imposer).name,
        partner_name=ledger.parties.get(partner).name,
        on=day,
        product=query.product,
        read_as=_read_as(case, judged),
        meaning=_meaning(case, judged, base),
        total_percent=total,
        total_range=span,
        choices=choices,
        parts=parts,
        beside=tuple(beside(case, judged)),
        mfn=_mfn(case),
        base=base,
        as_of=as_of,
        caveats=caveats(case, judged, choices, as_of, today, query.on),
        leading=1 + len(leading_remarks(case)),
        on_goods=_on_goods(case, judged),
        next=_next(case, judged, as_of, today),
        last_change=_last_change(steps, day),
        history=steps if query.history else (),
        talks=_talks(case),
        suggestions=_suggestions(wanted, choices),
    )


def _newest(case: Case, today: date) -> date:
    """The day of the case, or the last one until today on which a known rate of these begins."""
    begun = (
        period.from_
        for measure in judge(case).chosen
        for period in measure.periods
        if period.status is not Status.ANNOUNCED and period.from_ <= today
    )
    return max((case.day, *begun))


def _as_of(judged: Judged, checked: date | None, day: date) -> date | None:
    """The day up to which all that counts was checked, where that matters for the day asked."""
    if checked is None:
        return None
    stale = [
        layer.measure.verified_as_of
        for layer in judged.stacked.counted
        if layer.measure.verified_as_of is not None and layer.measure.verified_as_of < day
    ]
    return min([checked, *stale])


def _total(case: Case, judged: Judged, *, known: bool) -> Decimal | None:
    """The sum, or None where the ledger cannot tell: outside its data, or all is undecided."""
    if judged.stacked.counted:
        return judged.stacked.total
    coverage = case.ledger.coverage(case.imposer, case.partner)
    if not known or coverage is None:
        return None
    if any(measure.rate_unknown for measure in judged.chosen):
        return None
    if judged.way is Way.GENERAL and not coverage.general:
        return None
    undecided = any(
        left.unsure and (left.layer.fit > Fit.PERHAPS or judged.way is Way.LAYER)
        for left in judged.stacked.left_out
    )
    if judged.way is not Way.GENERAL and (undecided or not judged.chosen):
        return None
    return Decimal(0)


def _on_goods(case: Case, judged: Judged) -> OnGoods | None:
    """The duties that particular goods pay on the day, where the total is on goods in general."""
    if judged.way is not Way.GENERAL:
        return None
    periods = (measure.on(case.day) for measure in case.measures if not measure.general)
    rates = [
        period.percent
        for period in periods
        if period and period.charged and period.percent and case.charged.isdisjoint(period.not_for)
    ]
    return OnGoods(how_many=len(rates), up_to=max(rates)) if rates else None


def _mfn(case: Case) -> MfnAverage | None:
    said = case.ledger.mfn(case.imposer)
    if said is None or not isinstance(said.what, Baseline):
        return None
    return MfnAverage(percent=said.what.percent, year=said.what.year, source=said.source)


def _base(case: Case, judged: Judged) -> BaseRate | None:
    """The base rate of the goods asked for, and what they pay with it."""
    if case.wanted is None or judged.way is not Way.GOODS:
        return None
    found = case.ledger.base_duty(case.imposer, case.wanted)
    if found is None or not isinstance(found[0].what, BaseDuty):
        return None
    (said, exact), base = found, found[0].what
    layers = judged.stacked.counted
    adds = sum(
        (layer.period.percent or Decimal(0) for layer in layers if not layer.period.all_in),
        Decimal(0),
    )
    all_in = [layer.period.percent or Decimal(0) for layer in layers if layer.period.all_in]
    return BaseRate(
        line=base.line,
        what=base.what,
        percent=base.percent,
        with_duties=max([base.percent, *all_in]) + adds,
        exact=exact,
        year=base.year,
        source=said.source,
    )


def _read_as(case: Case, judged: Judged) -> str:
    wanted = case.wanted
    if wanted is None or judged.way is Way.GENERAL:
        return "goods in general"
    if judged.way is Way.LAYER:
        return ", ".join(measure.name for measure in judged.chosen) or wanted.text
    names = [case.ledger.goods.by_id[one].name for one in wanted.goods]
    return ", ".join([*names, *(f"HS {_dotted(code)}" for code in wanted.codes)])


def _dotted(code: str) -> str:
    """A code as tariffs print it: 8507.60."""
    pairs = [code[at : at + 2] for at in range(4, len(code), 2)]
    return ".".join([code[:4], *pairs])


def _meaning(case: Case, judged: Judged, base: BaseRate | None) -> str:
    """The definition that the total follows, since others are said in public."""
    wanted = case.wanted
    all_in = any(layer.period.all_in for layer in judged.stacked.counted)
    mfn = "the base rate (MFN) is in it" if all_in else "on top of the base rate (MFN)"
    if judged.way is Way.LAYER:
        return f"this layer by itself, {mfn}"
    if judged.way is Way.GENERAL:
        return (
            f"additional ad valorem duty on goods in general, {mfn}; duties on particular goods "
            "are not in it"
        )
    if wanted is not None and wanted.with_base and base is not None:
        return f"all duties on {_read_as(case, judged)}, the base rate of {base.line} included"
    if case.partner == WORLD and not any(measure.general for measure in judged.chosen):
        return (
            f"the duty on {_read_as(case, judged)} whatever their origin, {mfn}; deals with single "
            "partners and duties on goods in general are not in it"
        )
    return f"all additional ad valorem duties on {_read_as(case, judged)}, {mfn}"


def _next(case: Case, judged: Judged, as_of: date | None, today: date) -> tuple[Upcoming, ...]:
    """What comes after the day, and what was due since the sources were read."""
    measures = case.measures if judged.way is Way.GENERAL else judged.chosen
    read = as_of or case.day
    coming = upcoming(case.ledger, min(case.day, read), measures=measures)
    return told_apart(coming, lambda _: read, today)


def _suggestions(wanted: Wanted | None, choices: Sequence[Choice]) -> tuple[str, ...]:
    near = wanted.suggestions if wanted else ()
    return (*near, *(one.goods for one in choices))


def _last_change(steps: Sequence[Step], day: date) -> Step | None:
    past = [step for step in steps if step.on <= day and not step.legal]
    return past[-1] if past else None


def _talks(case: Case) -> tuple[Event, ...]:
    """The last talks between the two before the day after, newest first."""
    talks = [
        Event(on=talk.on, what=f"{talk.place}: {talk.outcome}", source=talk.source)
        for talk in case.ledger.talks_between(case.imposer, case.partner)
        if talk.on <= case.day
    ]
    return tuple(reversed(talks[-_TALKS_SHOWN:]))
