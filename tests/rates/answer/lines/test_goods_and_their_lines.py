"""Goods in words have the range of the totals of their lines, asked one by one."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.answer.select import build_context, select_layers
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.goods import format_code
from bot.rates.question.query import QueryKind, RateQuery
from bot.rates.schedule.model import LINE_DIGITS

SEED, CASES, MOST_LINES = 20261130, 60, 30
PARTNERS = ("CN", "VN", "JP", "DE", "GB", "CA", "MX", "IN", "BR", "KR", "CH", "KE")
FIRST, TODAY = date(2025, 2, 1), date(2026, 11, 30)


def answer(ledger: Ledger, partner: str, product: str, day: date) -> Answer:
    query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner=partner, product=product, on=day)
    [one] = answer_query(query, ledger, date(2026, 11, 30))
    return one


def list_lines(ledger: Ledger, good_id: str) -> list[str]:
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    codes = ledger.goods.by_id[good_id].hs
    return sorted({line for code in codes for line in schedule.lines.list_codes(code)})


def list_cases(ledger: Ledger) -> Iterator[tuple[str, str, date]]:
    chance = random.Random(SEED)  # noqa: S311
    goods = [one for one in ledger.goods.by_id if 1 < len(list_lines(ledger, one)) <= MOST_LINES]
    assert len(goods) > 60
    for _ in range(CASES):
        day = FIRST + timedelta(days=chance.randrange(700))
        yield chance.choice(goods), chance.choice(PARTNERS), day


def find_ends(one: Answer) -> tuple[Decimal, Decimal] | None:
    if one.total_range is not None:
        return one.total_range
    return None if one.total_percent is None else (one.total_percent, one.total_percent)


@pytest.fixture(scope="module")
def compared(ledger: Ledger) -> list[tuple[Answer, list[Answer]]]:
    """Answers on goods, each with the answers on its lines."""
    found = []
    for good_id, partner, day in list_cases(ledger):
        whole = answer(ledger, partner, ledger.goods.by_id[good_id].name, day)
        assert whole.goods == (ledger.goods.by_id[good_id].name,)
        lines = list_lines(ledger, good_id)
        each = [answer(ledger, partner, format_code(line), day) for line in lines]
        found.append((whole, each))
    return found


def test_the_range_of_goods_is_that_of_their_lines(
    compared: list[tuple[Answer, list[Answer]]],
) -> None:
    exact = 0
    for whole, each in compared:
        ends = [found for one in each if (found := find_ends(one)) is not None]
        got = find_ends(whole)
        if got is None or len(ends) < len(each) or not whole.by_line:
            continue
        lines = sum(group.lines for group in whole.lines) or 1
        wanted = (min(low for low, _ in ends), max(high for _, high in ends))
        question = f"{whole.partner} {whole.product} {whole.on}"
        if lines == len(each) and not whole.questions and not any(one.questions for one in each):
            assert got == wanted, question
            exact += 1
        else:
            # The words mean the listed goods, or answer a question of the lists.
            assert wanted[0] <= got[0] <= got[1] <= wanted[1], question
    assert exact > CASES / 2


def test_goods_whose_lines_differ_never_have_a_single_number(
    compared: list[tuple[Answer, list[Answer]]],
) -> None:
    ranges = 0
    for whole, each in compared:
        counted = sum(group.lines for group in whole.lines)
        totals = {find_ends(one) for one in each}
        if counted == len(each) and len(totals) > 1:
            assert whole.total_percent is None, f"{whole.partner} {whole.product} {whole.on}"
            ranges += 1
    assert ranges > 5


def test_goods_with_a_banned_line_have_no_total(
    compared: list[tuple[Answer, list[Answer]]],
) -> None:
    for whole, each in compared:
        if any(one.banned for one in each):
            assert whole.total_percent is None


def test_a_line_includes_the_totals_of_all_ten_digit_numbers_that_lists_name(
    ledger: Ledger,
) -> None:
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    ranges = 0
    numbers = {code for group in schedule.memberships.groups for code in group.codes}
    numbers_of: dict[str, list[str]] = {}
    for number in (one for one in numbers if len(one) > LINE_DIGITS and schedule.lines.find(one)):
        numbers_of.setdefault(number[:LINE_DIGITS], []).append(number)

    def find_span(code: str) -> tuple[Decimal, Decimal]:
        stacked = select_layers(build_context(ledger, "US", "TW", TODAY, code)).stacked
        return stacked.span or (stacked.total, stacked.total)

    for line, inside in numbers_of.items():
        low, high = find_span(line)
        spans = [find_span(one) for one in inside]
        assert low <= min(spans)[0] <= max(one for _, one in spans) <= high, line
        ranges += low < high
    assert ranges > 200


def test_the_number_decides_between_the_duties_of_a_line(ledger: Ledger) -> None:
    assert find_ends(answer(ledger, "TW", "7326.90.86", TODAY)) == (Decimal(25), Decimal(50))
    for goods in ("aluminum ladders", "steel ladders", "ladders"):
        assert find_ends(answer(ledger, "CN", goods, TODAY)) == (Decimal(50), Decimal(50))


@pytest.mark.parametrize(("partner", "most"), [("IL", 100), ("BR", 100), ("EU", 0), ("IN", 0)])
def test_goods_that_only_some_partners_are_exempt_for_may_pay_the_duty_of_others(
    ledger: Ledger, partner: str, most: int
) -> None:
    choices = {one.goods: one.span for one in answer(ledger, partner, "medicines", TODAY).choices}
    assert choices["specialty medicines"] == (Decimal(0), Decimal(most))
    assert choices["generic medicines"] == (Decimal(0), Decimal(0))
