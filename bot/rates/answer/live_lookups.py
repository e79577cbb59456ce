"""Finds the figures that answers lack, and adds the results of live sources to the answers.

    answers | list_lookups | `bot.sources` asks live sources, with a deadline | add_results

1. `list_lookups`: the normal duty of a US tariff line, if the ledger does not have it; the MFN
   average of an imposer, if the ledger has none or an old one.
2. `add_results`: fills in the figures, with their sources. A failed lookup becomes a warning. The
   total changes only if the question asks for a total with the base duty.

A tariff schedule has only today's duties, so the duty of a line is not looked up for a past date.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from bot.rates.answer.components import build_base_component
from bot.rates.answer.select import MAX_PRODUCT
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.base_duty import BaseRate, MfnAverage
from bot.rates.model.component import BASE_ID
from bot.rates.model.lookup import Finding, Lookup, LookupResult, MissingFigure
from bot.rates.model.measure import Calc
from bot.rates.model.warnings import BaseNotPercent, LookupFailed, RateWarning
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.query import QueryKind, RateQuery

MAX_LOOKUPS = 6
"""Maximum lookups for one question."""

_SCHEDULE_OF = "US"
_AGED_YEARS = 3
_LINE_DIGITS = (6, 8, 10)


def list_lookups(
    answers: Sequence[Answer], query: RateQuery, ledger: Ledger, today: date
) -> tuple[Lookup, ...]:
    """The figures that live sources could add to the answers, most useful first."""
    wished = [one for answer in answers for one in _list_missing(answer, query, ledger, today)]
    wished.sort(key=lambda one: one.lack is not MissingFigure.BASE_DUTY)
    return tuple(dict.fromkeys(wished))[:MAX_LOOKUPS]


def add_results(
    answers: Sequence[Answer],
    found: Iterable[LookupResult],
    query: RateQuery,
    ledger: Ledger,
    today: date,
) -> tuple[Answer, ...]:
    """The answers with the figures found, and with warnings for failed lookups."""
    by_lookup = {one.of: one for one in found}
    completed = []
    for answer in answers:
        lacking = _list_missing(answer, query, ledger, today)
        brought = [by_lookup[one] for one in lacking if one in by_lookup]
        completed.append(_add_to_answer(answer, brought, ledger))
    return tuple(completed)


def _list_missing(
    answer: Answer, query: RateQuery, ledger: Ledger, today: date
) -> Iterator[Lookup]:
    """Lookups of the normal duty of the answer's line and of the imposer's MFN average."""
    past = query.on is not None and query.on < today
    known = answer.base is not None and answer.base.exact
    # An MFN rate would mislead for partners without MFN treatment.
    remarks = ledger.list_remarks(answer.imposer, answer.partner, answer.on)
    misleads = any(remark.leads for remark in remarks)
    wanted = _read_product(answer, ledger)
    as_goods = wanted and not (wanted.layers or wanted.bases or wanted.alone)
    codes = wanted.codes if wanted and as_goods else ()
    is_line = len(codes) == 1 and len(codes[0]) in _LINE_DIGITS
    unneeded = past or known or answer.choices or misleads
    if is_line and answer.imposer == _SCHEDULE_OF and not unneeded:
        yield Lookup(lack=MissingFigure.BASE_DUTY, economy=answer.imposer, code=codes[0])
    aged = answer.mfn is not None and answer.mfn.year < today.year - _AGED_YEARS
    # An old average is kept if the query has a date or asks for an overview of one economy.
    refreshed = aged and query.on is None and query.kind is not QueryKind.PARTY
    if (answer.mfn is None or refreshed) and answer.base_range is None:
        # A member of a bloc applies the bloc's tariff, so look up the bloc.
        yield Lookup(lack=MissingFigure.MFN_AVERAGE, economy=ledger.list_codes(answer.imposer)[-1])


def _read_product(answer: Answer, ledger: Ledger) -> ParsedProduct | None:
    if answer.product is None:
        return None
    return ledger.reader.read(
        answer.product[:MAX_PRODUCT], ledger.get_pair(answer.imposer, answer.partner).ids
    )


def _add_to_answer(answer: Answer, brought: Iterable[LookupResult], ledger: Ledger) -> Answer:
    added: list[RateWarning] = []
    for one in brought:
        if not isinstance(one, Finding):
            added.append(LookupFailed(one.source, one.why, one.of))
        elif one.of.lack is MissingFigure.MFN_AVERAGE:
            answer = _add_average(answer, one)
        else:
            answer = _add_base(answer, one, _read_product(answer, ledger))
            added += [BaseNotPercent(one.line, one.words)] if one.percent is None else []
    # The added warnings come after the leading warnings and the first of the other warnings.
    place = 1 + sum(one.leads for one in answer.warnings)
    warnings = (*answer.warnings[:place], *added, *answer.warnings[place:])
    return answer._replace(warnings=warnings)


def _add_average(answer: Answer, finding: Finding) -> Answer:
    if finding.percent is None or (answer.mfn is not None and answer.mfn.year >= finding.year):
        return answer
    mfn = MfnAverage(percent=finding.percent, year=finding.year, source=finding.source)
    return answer._replace(mfn=mfn)


def _add_base(answer: Answer, finding: Finding, wanted: ParsedProduct | None) -> Answer:
    if finding.percent is None and answer.includes_base:
        # The total already includes a base duty from the ledger.
        return answer
    base = BaseRate(
        line=finding.line,
        what=finding.what,
        percent=finding.percent,
        words=finding.words,
        with_duties=None,
        exact=True,
        year=finding.year,
        source=finding.source,
    )
    if finding.percent is None or answer.total_percent is None:
        return answer._replace(base=base)
    duties = tuple(one for one in answer.components if one.measure_id != BASE_ID)
    rates = [(one.percent or Decimal(0), one.calc) for one in duties]
    adds = sum((percent for percent, calc in rates if calc is Calc.ADDS), Decimal(0))
    all_in = [percent for percent, calc in rates if calc is not Calc.ADDS]
    base = base._replace(with_duties=max([finding.percent, *all_in]) + adds)
    answer = answer._replace(base=base)
    if not (answer.includes_base or (wanted is not None and wanted.with_base)):
        return answer
    return answer._replace(
        total_percent=base.with_duties,
        components=(*duties, build_base_component(base, answer.on)),
    )
