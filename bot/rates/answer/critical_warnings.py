"""What an answer's number would mislead without, so that it must stand before it.

Sanctions, no MFN treatment, an economy that was not understood, a rate that is not known, what was
to begin and what runs out, a 0 that only says what our data holds.
"""

from collections.abc import Iterator
from decimal import Decimal

from bot.parties import WORLD
from bot.rates.answer.select import Case, Judged, Way
from bot.rates.answer.total import unknown_rates
from bot.rates.files.schema import Remark
from bot.rates.model.answer import percent_text, rate_text
from bot.rates.model.measure import Status

_LISTED = 6


def leading(case: Case, judged: Judged, amount: Decimal | None) -> tuple[str, ...]:
    """What the number would mislead without, so that it must stand before it."""
    return (
        *_misleading(case),
        *_banned(judged),
        *_unplaced(case),
        *_unknown(case, judged),
        *_announced(judged),
        *_run_out(case, judged),
        *_nothing_but_in_our_data(case, judged, amount),
    )


def _misleading(case: Case) -> tuple[str, ...]:
    """What a rate of this pair would mislead without, whatever the goods."""
    said = case.ledger.remarks(case.imposer, case.partner, case.day)
    return tuple(one.what.text for one in said if isinstance(one.what, Remark) and one.what.leads)


def _banned(judged: Judged) -> Iterator[str]:
    for left in judged.stacked.left_out:
        if left.unsure and left.layer.period.banned:
            since = left.layer.period.from_
            yield (
                f"Some tariff lines of these goods may not be imported since {since}: "
                f"{left.layer.name}."
            )
    ban = judged.stacked.ban
    if ban is not None:
        since = ban.period.from_
        yield f"May not be imported since {since}: {ban.name}. {ban.period.caveat}".strip()


def _unplaced(case: Case) -> Iterator[str]:
    """Words beside one economy and its goods that may have meant another economy."""
    wanted = case.wanted
    if case.partner == WORLD and wanted is not None and wanted.unknown and not wanted.nothing_known:
        yield (
            f"'{' '.join(wanted.unknown)}' is neither goods nor an economy I know, so this is on "
            "all countries; name the other economy to see what its goods pay."
        )


def _unknown(case: Case, judged: Judged) -> Iterator[str]:
    for measure in unknown_rates(case, judged):
        yield (
            f"Not in the total: {measure.name}, which was charged since {measure.charged_since}; "
            f"our data holds its rates from {measure.periods[0].from_} on only."
        )


def _announced(judged: Judged) -> Iterator[str]:
    """What was to begin by the day and is not counted, since nobody saw it begin."""
    for left in judged.stacked.left_out:
        period = left.layer.period
        rate = f"{percent_text(period.percent)} %" if period.percent else period.specific
        if period.status is Status.ANNOUNCED and rate:
            yield (
                f"Not in the total: {left.layer.name}, {rate} announced "
                f"from {period.from_}; whether it began is not known."
            )


def _run_out(case: Case, judged: Judged) -> Iterator[str]:
    """What ends by a day that lies ahead with nothing known to follow: that is no promise of 0."""
    coverage = case.ledger.coverage(case.imposer, case.partner)
    if coverage is None:
        return
    for measure in judged.chosen:
        last = measure.periods[-1] if measure.periods else None
        if last is None or last.to is None or not last.charged or not last.percent:
            continue
        if coverage.checked <= last.to < case.day:
            yield (
                f"Not in the total: {measure.name}, {percent_text(last.percent)} % until "
                f"{last.to}; what follows it is not known."
            )


def _nothing_but_in_our_data(case: Case, judged: Judged, amount: Decimal | None) -> Iterator[str]:
    sheet = case.ledger.sheet_of(case.imposer)
    if judged.way is Way.GOODS and amount == 0 and sheet is not None:
        unsure = (left.layer for left in judged.stacked.left_out if left.unsure)
        maybe = [f"{one.name}, {rate_text(one.period)}" for one in unsure]
        some = f" some lines pay {'; '.join(maybe[:_LISTED])}, and" if maybe else ""
        yield (
            f"0 % is what our data holds of all these goods on {case.day}; that is not to say that "
            f"nothing is due:{some} {sheet.not_followed} are not in it."
        )
