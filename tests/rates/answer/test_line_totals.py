from datetime import date
from decimal import Decimal

import pytest

from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.warnings import NoMeasureOnGoods, UnknownLine
from tests.rates.asked import ask

DAY = date(2026, 10, 7)


def _ask(text: str, ledger: Ledger, on: date = DAY) -> Answer:
    (answer,) = ask(text, ledger, on, on=on)[:1]
    return answer


@pytest.mark.parametrize(("partner", "low"), [("japan", "12.5"), ("korea", "12.5"), ("uk", "10")])
def test_parts_of_cars_under_a_deal_never_pay_the_truck_duty_too(
    partner: str, low: str, ledger: Ledger
) -> None:
    answer = _ask(f"us {partner} 8527.29.40", ledger)
    assert answer.total_range == (Decimal(low), Decimal(25))


@pytest.mark.parametrize("code", ["chapter 84", "chapter 29", "2918", "2208"])
@pytest.mark.parametrize("partner", ["vietnam", "korea", "china"])
def test_the_lines_of_a_heading_or_chapter_are_counted_once(
    code: str, partner: str, ledger: Ledger
) -> None:
    answer = _ask(f"us {partner} {code}", ledger)
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    known = schedule.lines.list_codes(code.removeprefix("chapter "))
    assert sum(group.lines for group in answer.lines) == len(known)


def test_a_chapter_has_a_range_and_not_the_duty_of_unlisted_goods(ledger: Ledger) -> None:
    answer = _ask("us vietnam chapter 84", ledger)
    assert answer.total_range == (Decimal(0), Decimal(25))
    assert answer.by_line


def test_lines_that_may_not_be_imported_are_not_counted_as_free(ledger: Ledger) -> None:
    answer = _ask("us canada 2204", ledger)
    assert any(group.banned for group in answer.lines)
    assert not any(group.high == 0 and not group.banned for group in answer.lines)


def test_a_line_that_the_schedule_lacks_is_a_warning_before_the_number(ledger: Ledger) -> None:
    answer = _ask("us china 8507.61.00", ledger)
    assert isinstance(answer.warnings[0], UnknownLine)
    assert answer.warnings[0].leads


def test_a_line_on_no_list_has_no_note_that_only_general_duties_are_known(ledger: Ledger) -> None:
    answer = _ask("us brazil 0901.11.00", ledger, date(2025, 9, 15))
    assert answer.total_percent == 50
    assert not any(isinstance(one, NoMeasureOnGoods) for one in answer.warnings)


@pytest.mark.parametrize("code", ["8599", "8599.10", "8599.10.00", "chapter 77"])
@pytest.mark.parametrize("partner", ["china", "japan"])
def test_a_code_that_the_schedule_lacks_has_no_total(
    code: str, partner: str, ledger: Ledger
) -> None:
    answer = _ask(f"us {partner} {code}", ledger)
    assert answer.total_percent is None
    assert answer.total_range is None
    digits = code.removeprefix("chapter ").replace(".", "")
    assert UnknownLine(digits, "", "2026 Rev. 10") in answer.warnings
