"""What an answer lacks, and the same answer with what live sources said of it.

    answers | lookups | (the edge asks, within its deadline) | supplied

1. `lookups`: a line's normal duty where the tariff is the US's and the ledger has none for the very
   line; an imposer's MFN average where the ledger has none, or an old one.
2. `supplied`: findings go where the ledger's own figures would stand, each with its source and the
   day it was read. What did not come becomes a caveat. No total of the ledger changes, unless the
   question asked for one with the base duty in it.

The schedule is read as it is today, so it is not asked about a day in the past.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from bot.rates.answer.base_rate import base_part
from bot.rates.answer.definition import dotted, with_base
from bot.rates.answer.warnings import not_covered
from bot.rates.files.schema import Remark
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, BaseRate, MfnAverage
from bot.rates.model.lookup import Finding, Found, Lack, Lookup
from bot.rates.model.measure import Calc
from bot.rates.question.parse import Kind, RateQuery
from bot.rates.question.product import Wanted

MOST = 6
"""Lookups for one question at most."""

_SCHEDULE_OF = "US"
_AGED_YEARS = 3
_LINE_DIGITS = (6, 8, 10)


def lookups(
    answers: Sequence[Answer], query: RateQuery, ledger: Ledger, today: date
) -> tuple[Lookup, ...]:
    """What live sources could add to the answers to a question, most useful first."""
    wished = [
        *(one for answer in answers for one in _line_of(answer, query, ledger, today)),
        *(one for answer in answers for one in _average_of(answer, query, ledger, today)),
    ]
    return tuple(dict.fromkeys(wished))[:MOST]


def supplied(
    answers: Sequence[Answer],
    found: Iterable[Found],
    query: RateQuery,
    ledger: Ledger,
    today: date,
) -> tuple[Answer, ...]:
    """The answers with what was found for them, and caveats for what was not."""
    by_lookup = {one.of: one for one in found}
    return tuple(_supplied(answer, by_lookup, query, ledger, today) for answer in answers)


def _line_of(answer: Answer, query: RateQuery, ledger: Ledger, today: date) -> Iterator[Lookup]:
    past = query.on is not None and query.on < today
    known = answer.base is not None and answer.base.exact
    # Where a rate would mislead by itself, as with partners outside MFN, no MFN rate is added.
    said = ledger.remarks(answer.imposer, answer.partner, answer.on)
    misleads = any(isinstance(one.what, Remark) and one.what.leads for one in said)
    if answer.imposer != _SCHEDULE_OF or past or known or answer.choices or misleads:
        return
    wanted = _wanted(answer, ledger)
    if wanted is None or wanted.layers or wanted.bases or wanted.alone:
        return
    if len(wanted.codes) == 1 and len(wanted.codes[0]) in _LINE_DIGITS:
        yield Lookup(lack=Lack.BASE_DUTY, economy=answer.imposer, code=wanted.codes[0])


def _average_of(answer: Answer, query: RateQuery, ledger: Ledger, today: date) -> Iterator[Lookup]:
    aged = answer.mfn is not None and answer.mfn.year < today.year - _AGED_YEARS
    # Of all that one economy pays and imposes, only gaps are worth a question each.
    refreshed = aged and query.on is None and query.kind is not Kind.PARTY
    if answer.mfn is None or refreshed:
        yield Lookup(lack=Lack.MFN_AVERAGE, economy=_customs_territory(answer.imposer, ledger))


def _customs_territory(code: str, ledger: Ledger) -> str:
    """The bloc whose tariff the economy applies, or the economy itself."""
    return ledger.covering(code)[-1]


def _wanted(answer: Answer, ledger: Ledger) -> Wanted | None:
    if answer.product is None:
        return None
    return ledger.reader.read(answer.product[:300], ledger.pair(answer.imposer, answer.partner).ids)


def _supplied(
    answer: Answer,
    found: dict[Lookup, Found],
    query: RateQuery,
    ledger: Ledger,
    today: date,
) -> Answer:
    said: list[str] = []
    for lookup in (
        *_line_of(answer, query, ledger, today),
        *_average_of(answer, query, ledger, today),
    ):
        one = found.get(lookup)
        if one is None:
            continue
        if not isinstance(one, Finding):
            said.append(f"{one.source} {one.why}; {_left_out(answer, lookup)}.")
        elif lookup.lack is Lack.MFN_AVERAGE:
            answer = _with_average(answer, one)
        else:
            answer = _with_base(answer, one, _wanted(answer, ledger))
            said += [_not_a_percent(one)] if one.percent is None else []
    if not said:
        return answer
    first, rest = answer.caveats[: answer.leading], answer.caveats[answer.leading :]
    return answer._replace(caveats=(*first, *said, *rest))


def _left_out(answer: Answer, lookup: Lookup) -> str:
    if lookup.lack is Lack.BASE_DUTY:
        return f"the base duty of HS {dotted(lookup.code)} is left out"
    if answer.mfn is None:
        return f"the MFN average of {answer.imposer_name} is left out"
    return f"the MFN average of {answer.imposer_name} is the ledger's, of {answer.mfn.year}"


def _not_a_percent(finding: Finding) -> str:
    return (
        f"The base duty of {finding.line} is no single percent of the value "
        f"({finding.words}), so no total here holds it."
    )


def _with_average(answer: Answer, finding: Finding) -> Answer:
    if finding.percent is None or (answer.mfn is not None and answer.mfn.year >= finding.year):
        return answer
    pair = f"{answer.imposer_name} on {answer.partner_name}"
    before, after = not_covered(pair, known=False), not_covered(pair, known=True)
    return answer._replace(
        mfn=MfnAverage(percent=finding.percent, year=finding.year, source=finding.source),
        caveats=tuple(after if one == before else one for one in answer.caveats),
    )


def _with_base(answer: Answer, finding: Finding, wanted: Wanted | None) -> Answer:
    parts = tuple(part for part in answer.parts if part.measure_id != "mfn")
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
    if finding.percent is None and len(parts) < len(answer.parts):
        # The total holds the ledger's base duty of a line beneath; without a better one it stays.
        return answer
    if finding.percent is None or answer.total_percent is None:
        return answer._replace(base=base)
    adds = sum((part.percent or Decimal(0) for part in parts if part.calc is Calc.ADDS), Decimal(0))
    all_in = [part.percent or Decimal(0) for part in parts if part.calc is not Calc.ADDS]
    base = base._replace(with_duties=max([finding.percent, *all_in]) + adds)
    answer = answer._replace(base=base)
    if wanted is None or not wanted.with_base:
        return answer
    return answer._replace(
        total_percent=base.with_duties,
        parts=(*parts, base_part(base, answer.on)),
        meaning=with_base(answer.read_as, base.line),
    )
