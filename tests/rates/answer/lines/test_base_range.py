from datetime import date
from decimal import Decimal

from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from tests.rates.asked import ask


def one(text: str, ledger: Ledger, today: date, product: str) -> Answer:
    [answer] = ask(text, ledger, today, product=product)
    return answer


def test_goods_of_many_lines_have_the_range_of_their_base_duties(
    ledger: Ledger, today: date
) -> None:
    shoes = one("us on vietnam", ledger, today, "shoes")

    assert shoes.base is None
    assert shoes.mfn is None
    assert shoes.base_range is not None
    assert (shoes.base_range.low, shoes.base_range.high) == (Decimal(0), Decimal(48))
    assert (shoes.base_range.lines, shoes.base_range.not_percent) == (147, 16)


def test_lines_with_the_same_base_duty_have_one_base_rate(ledger: Ledger, today: date) -> None:
    cars = one("us on japan", ledger, today, "cars")

    assert cars.base is not None
    assert (cars.base.exact, cars.base.percent) == (True, Decimal("2.5"))
    assert cars.base.with_duties == 15


def test_a_single_line_has_its_own_base_rate_and_no_range(ledger: Ledger, today: date) -> None:
    toys = one("us on china", ledger, today, "toys")

    assert toys.base is not None
    assert (toys.base.line, toys.base.percent) == ("9503.00.00", Decimal(0))
    assert toys.base_range is None
    assert toys.mfn is not None


def test_an_all_in_rate_adds_a_range_if_the_base_duties_of_the_lines_differ(
    ledger: Ledger, today: date
) -> None:
    parts = one("us on japan", ledger, today, "auto parts")

    assert parts.total_percent == 15
    assert parts.added_range == (Decimal("12.5"), Decimal(15))
