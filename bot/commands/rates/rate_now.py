"""The duty in the ledger that a news event is about, as one plain value."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.errors import QueryError
from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.question.query import QueryKind, RateQuery


class RateNow(NamedTuple):
    """The additional duty of the imposer on goods of the partner today."""

    imposer: str
    partner: str
    product: str | None
    percent: Decimal | None
    """None if the total depends on the tariff line. Then `span` has its ends."""
    span: tuple[Decimal, Decimal] | None
    checked: date | None
    """The day on which the sources were last checked; None if the pair is not tracked."""


def find_rate_now(
    ledger: Ledger, imposer: str | None, partner: str | None, product: str | None, today: date
) -> RateNow | None:
    """The duty today; None if the ledger has no single rate or range.

    It also is None if an economy is unknown, or if the ledger does not know the product: the duty
    on goods in general would be shown in its place.
    """
    parties = ledger.parties
    if imposer is None or partner is None or imposer not in parties or partner not in parties:
        return None
    if product is not None:
        wanted = ledger.reader.read_any(product)
        if wanted.unknown or not (wanted.goods or wanted.codes):
            return None
    query = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner, product=product)
    try:
        answers = answer_query(query, ledger, today)
    except QueryError:
        return None
    if len(answers) != 1:
        return None
    [found] = answers
    if found.banned or (found.total_percent is None and found.total_range is None):
        return None
    return RateNow(imposer, partner, product, found.total_percent, found.total_range, found.checked)
