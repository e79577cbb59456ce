"""A calendar knows the duty on its goods now, and the nearest change outside its days."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from bot.parties import Parties
from bot.rates.calendar.surroundings import Surroundings, find_surroundings
from bot.rates.ledger import Ledger
from bot.rates.model.goods import Good
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates import made

TODAY = date(2026, 11, 30)

Around = Callable[[str], Surroundings]


@pytest.fixture
def around(parties: Parties, ledger: Ledger) -> Around:
    def find(text: str) -> Surroundings:
        query = parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
        return find_surroundings(query, ledger, TODAY)

    return find


def test_the_last_change_before_the_days_is_named_and_marked_if_not_verified(
    around: Around,
) -> None:
    nearest = around("changes from 2026-11-29 to 2026-11-30").nearest
    assert nearest is not None
    assert (nearest.on, nearest.passed) == (date(2026, 11, 10), True)


def test_the_first_change_after_the_days_is_named(around: Around) -> None:
    nearest = around("upcoming from 2026-12-07 to 2026-12-13").nearest
    assert nearest is not None
    assert nearest.on > date(2026, 12, 13)
    assert not nearest.passed


@pytest.mark.parametrize(
    ("kind", "day"),
    [(QueryKind.CHANGES, date(2026, 2, 1)), (QueryKind.UPCOMING, date(2026, 9, 1))],
)
def test_a_nearer_change_that_the_goods_do_not_pay_is_passed_over(
    kind: QueryKind, day: date
) -> None:
    exempt = [{"scope": {"goods": ["steel"]}, "why": "on a list"}]
    days = {"from": date(2026, 5, 1), "to": date(2026, 7, 31)}
    paid = {"from": date(2026, 2, 1), "to": date(2026, 8, 31)}
    duties = made.ledger(
        made.sheet(
            made.written("exempt", days, general=True, exempt=exempt),
            made.written("paid", paid, general=True),
        ),
        goods=[Good(id="steel", name="steel")],
    )
    june = {"since": date(2026, 6, 1), "until": date(2026, 6, 30)}
    query = RateQuery(kind=kind, partner="CN", product="steel", on=date(2026, 6, 30), **june)
    nearest = find_surroundings(query, duties, date(2026, 6, 30)).nearest
    assert nearest is not None
    assert (nearest.measure_id, nearest.on) == ("paid", day)


@pytest.mark.parametrize(
    ("text", "percent"),
    [("upcoming toys from china", "12.5"), ("upcoming changes for steel", "50")],
)
def test_the_goods_of_the_question_have_their_duty_now(
    around: Around, text: str, percent: str
) -> None:
    [now] = around(text).now
    assert now.total_percent == Decimal(percent)


def test_the_duty_now_is_charged_by_the_economy_that_the_question_names(around: Around) -> None:
    [now] = around("upcoming china on us steel").now
    assert (now.imposer, now.partner) == ("CN", "US")


@pytest.mark.parametrize("text", ["upcoming", "upcoming china", "upcoming toys"])
def test_no_duty_is_given_without_goods_or_if_it_depends_on_the_origin(
    around: Around, text: str
) -> None:
    assert around(text).now == ()
