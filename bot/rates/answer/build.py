"""A question and the ledger -> answers: the total, its parts, what stands beside it, what comes.

An answer without a day is for the newest day that the ledger knows of the pair, today at most: the
day up to which its sources were read, or a later one on which a rate that they foresaw began.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.answer.base_rate import base_part, base_rate, mfn_average
from bot.rates.answer.choices import agreed, all_ways, choices_of
from bot.rates.answer.components import beside, counted
from bot.rates.answer.critical_warnings import leading
from bot.rates.answer.definition import meaning, read_as
from bot.rates.answer.history import history_of, history_of_range, last_change_of, last_step
from bot.rates.answer.select import LONGEST_PRODUCT, Case, Judged, Way, case_of, judge
from bot.rates.answer.total import newest_day, on_goods, read_up_to, total
from bot.rates.answer.warnings import caveats
from bot.rates.calendar.upcoming import known_up_to, told_apart, upcoming
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, Choice, Event, Upcoming, total_text
from bot.rates.question.parse import Kind, RateQuery, narrowed, parse
from bot.rates.question.product import Wanted

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
    return answer(narrowed(query, on, product), ledger, today)


def answer(query: RateQuery, ledger: Ledger, today: date) -> tuple[Answer, ...]:
    """One answer for each direction or partner asked for, in the order of the question.

    Raises QueryError for two that share one customs territory. `upcoming` and `changes` are
    answered by bot.rates.calendar.upcoming, and by an empty tuple here.
    """
    answers = tuple(
        _answer(query, imposer, partner, ledger, today)
        for imposer, partner in _pairs(query, ledger)
    )
    silent = not any(_says_something(one) or one.beside for one in answers)
    if query.one_named and silent and _names_goods(query, ledger):
        return _from_there(query, ledger, today)
    if query.kind is Kind.PARTY and query.product:
        # Of goods that are asked of everybody, only those who have something on them speak.
        return tuple(filter(_says_something, answers)) or answers[:1]
    return answers


def _names_goods(query: RateQuery, ledger: Ledger) -> bool:
    """Whether the product is goods, and no layer or legal basis: `canada countermeasures`."""
    wanted = ledger.reader.read_any((query.product or "")[:LONGEST_PRODUCT])
    return bool(wanted.goods or wanted.codes) and not (wanted.layers or wanted.bases)


def _from_there(query: RateQuery, ledger: Ledger, today: date) -> tuple[Answer, ...]:
    """What others charge on the goods of the one economy named, said to be read so."""
    origin = {"kind": Kind.PARTY, "imposer": None, "partner": query.imposer, "charged": True}
    first, *others = answer(query.model_copy(update={**origin, "one_named": False}), ledger, today)
    name = first.partner_name
    said = (
        f"This was read as {query.product} from {name}: our data holds no such duties of {name} on "
        f"all countries. For what {name} charges, name the other economy too."
    )
    first = first._replace(caveats=(said, *first.caveats), leading=first.leading + 1)
    return (first, *others)


def _says_something(answer: Answer) -> bool:
    return total_text(answer) is not None or bool(answer.parts or answer.choices or answer.banned)


def _pairs(query: RateQuery, ledger: Ledger) -> Iterator[tuple[str, str]]:
    if query.kind is Kind.PARTY and query.partner is not None:
        yield from _pairs_of(query.partner, ledger, query)
    elif query.imposer is not None and query.partner is not None:
        for partner in (query.partner, *query.versus):
            _refuse_one_territory(query.imposer, partner, ledger)
            yield query.imposer, partner
        if query.both_ways:
            yield query.partner, query.imposer


def _pairs_of(party: str, ledger: Ledger, query: RateQuery) -> Iterator[tuple[str, str]]:
    """What a party pays to those that have duties on it, then what it imposes on its partners.

    Whoever has the most measures on it comes first. On goods, duties on all partners count too.
    """
    codes = set(ledger.covering(party))
    charged = codes | {WORLD} if query.product else codes
    counted = Counter(
        measure.imposer
        for measure in ledger.measures
        if charged & set(measure.partners) and measure.imposer not in codes
    )
    payers = {imposer: None for imposer, _ in counted.most_common()}
    sheet = ledger.sheet_of(party)
    partners = sheet.main_partners if sheet else tuple(payers)
    if not payers and party != WORLD and "US" not in codes:
        payers = {"US": None}
    if party == WORLD:
        raise QueryError("the question", "names no economy", "Try: us china")
    yield from ((imposer, party) for imposer in payers)
    if not query.charged:
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
        case = case._replace(day=newest_day(case, today))
    asked, judged, wanted, day = case, judge(case), case.wanted, case.day
    choices = choices_of(case, judged)
    ranged = history_of_range(case, judged, all_ways(case)) if choices else ()
    alike: tuple[str, ...] = ()
    if one := agreed(case, choices):
        alike = (f"Whichever they are, these goods pay this: {_listed(choices)}.",)
        case, judged, choices = one, judge(one), ()
    as_of = read_up_to(judged, checked, day)
    parts = counted(case, judged)
    amount = total(case, judged, known=coverage is not None and day >= coverage.since)
    span = judged.stacked.span
    if choices and amount is not None:
        ways = [judge(way).stacked for way in all_ways(case)]
        ends = [way.total for way in ways if way.ban is None]
        span = (min(ends), max(ends))
    if span is not None:
        amount = None
    base = base_rate(case, judged, choices)
    if base is not None and amount is not None and wanted is not None and wanted.with_base:
        amount, parts = base.with_duties, (*parts, base_part(base, day))
    first = leading(case, judged, amount)
    return Answer(
        imposer=imposer,
        partner=partner,
        imposer_name=ledger.parties.get(imposer).name,
        partner_name=ledger.parties.get(partner).name,
        on=day,
        product=query.product,
        read_as=read_as(asked, judged),
        meaning=meaning(asked, judged, base),
        total_percent=amount,
        total_range=span,
        choices=choices,
        parts=parts,
        beside=tuple(beside(case, judged)),
        mfn=mfn_average(case),
        base=base,
        as_of=as_of,
        caveats=(*caveats(case, judged, choices, as_of, today, query.on, first), *alike),
        banned=judged.stacked.ban is not None,
        only_in_data=judged.way is Way.GOODS and amount == 0,
        leading=1 + len(first),
        on_goods=on_goods(case, judged),
        next=_next(case, judged, checked, today),
        last_change=last_step(ranged, day) if ranged else last_change_of(case, judged),
        history=(ranged or history_of(case, judged)) if query.history else (),
        talks=_talks(case),
        suggestions=_suggestions(wanted, choices),
    )


def _listed(choices: Sequence[Choice]) -> str:
    return "; ".join(one.goods for one in choices)


def _next(case: Case, judged: Judged, checked: date | None, today: date) -> tuple[Upcoming, ...]:
    """What comes after the day, and what was due since the sources of the measure were read."""
    measures = case.measures if judged.way is Way.GENERAL else judged.chosen
    read = checked or case.day
    # One part whose sources are older makes no other part unknown.
    stale = {
        layer.measure.id: layer.checked
        for layer in judged.stacked.counted
        if layer.checked is not None and layer.checked < read
    }

    def read_of(item: Upcoming) -> date:
        return known_up_to(item, stale.get(item.measure_id, read))

    coming = upcoming(case.ledger, min((case.day, read, *stale.values())), measures=measures)
    known = (item for item in coming if item.on > min(case.day, read_of(item)))
    return told_apart(known, read_of, today)


def _suggestions(wanted: Wanted | None, choices: Sequence[Choice]) -> tuple[str, ...]:
    near = wanted.suggestions if wanted else ()
    return (*near, *(one.goods for one in choices))


def _talks(case: Case) -> tuple[Event, ...]:
    """The last talks between the two before the day after, newest first."""
    talks = [
        Event(on=talk.on, what=f"{talk.place}: {talk.outcome}", source=talk.source)
        for talk in case.ledger.pair(case.imposer, case.partner).talks
        if talk.on <= case.day
    ]
    return tuple(reversed(talks[-_TALKS_SHOWN:]))
