"""The duty on a listed line is that of the answer to a question about it."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.lines.duties import BanExtent, LineDuties
from bot.lines.model import LineKey
from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.question.query import QueryKind, RateQuery
from tests.lines.made import EVERY_LINE, TODAY, change, listed
from tests.lines.made import ledger as made_ledger

ORIGINS = ("CN", "VN", "DE", "MX", "CA", "JP", "IN", "BR", "GB", "TW", "RU", "CU")
A_DAY = timedelta(days=1)


def sample_keys(ledger: Ledger, number: int) -> list[LineKey]:
    """Lines of the real schedule, the same in each run."""
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    chosen = random.Random(7)  # noqa: S311 - the same lines in each run
    codes = [schedule.lines.get_code(at) for at in range(len(schedule.lines))]
    return [LineKey(chosen.choice(codes), chosen.choice(ORIGINS)) for _ in range(number)]


@pytest.mark.parametrize("day", [date(2025, 5, 1), date(2026, 11, 24), date(2027, 6, 1)])
def test_totals_are_those_of_answers(ledger: Ledger, day: date) -> None:
    duties = LineDuties(ledger)
    compared = 0
    for key in sample_keys(ledger, 150):
        query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner=key.origin, product=key.code)
        (answer,) = answer_query(query, ledger, day)
        total = duties.find(key, day).total
        assert (total.ban is BanExtent.ALL) == answer.banned, key
        if answer.total_percent is not None and answer.base and answer.base.percent is not None:
            assert (total.low, total.high) == (answer.base.with_duties,) * 2, key
        elif answer.total_range is not None and answer.added_range is not None:
            base = answer.base.percent if answer.base else None
            low, high = answer.added_range
            assert base is None or (total.low, total.high) == (base + low, base + high), key
        elif answer.total_percent is not None:
            assert (total.low, total.high) == (answer.total_percent,) * 2, key
        else:
            continue
        compared += 1
    assert compared > 100


def test_lines_of_a_class_share_what_each_pays_by_itself(ledger: Ledger) -> None:
    shared, day = LineDuties(ledger), date(2026, 11, 24)
    keys = sample_keys(ledger, 400)
    found = [shared.find(key, day) for key in keys]
    assert found[::4] == [LineDuties(ledger).find(key, day) for key in keys[::4]]


def test_a_later_ledger_reuses_the_classes(ledger: Ledger) -> None:
    first = LineDuties(ledger)
    assert LineDuties(ledger, first).classes is first.classes


@pytest.mark.parametrize(
    ("code", "origin", "low", "high", "words"),
    [
        ("01012100", "CN", "10", "10", ()),
        ("72083900", "CN", "37.5", "37.5", ()),
        ("8507600020", "CN", "20.9", "20.9", ()),
        ("85076000", "CN", "20.9", "35.9", ()),
        ("85078000", "CN", "10", "25", ("$0.20 each",)),
        ("01012900", "DE", "4", "4", ()),
    ],
)
def test_the_total_has_the_base_duty(
    code: str, origin: str, low: str, high: str, words: tuple[str, ...]
) -> None:
    total = LineDuties(made_ledger()).find(listed(code, origin).key, TODAY).total
    assert (total.low, total.high, total.words) == (Decimal(low), Decimal(high), words)


def test_the_parts_name_what_the_total_counts() -> None:
    duty = LineDuties(made_ledger()).find(listed("85076000").key, TODAY)
    parts = [(one.measure_id, one.percent, one.is_certain) for one in duty.parts]
    assert parts == [
        ("", Decimal("3.4"), True),
        ("general", Decimal(10), True),
        ("cells", Decimal("7.5"), True),
        ("parts", Decimal(15), False),
    ]
    assert duty.questions == ("Are they car parts?",)


def test_a_ban_has_no_total() -> None:
    banned = change("steel", {"percent": None, "banned": True})
    total = LineDuties(made_ledger(banned)).find(listed("72083900").key, TODAY).total
    assert (total.low, total.ban, total.is_known) == (None, BanExtent.ALL, True)


def test_a_ban_on_some_goods_leaves_the_total_of_the_others() -> None:
    banned = change("parts", {"percent": None, "banned": True})
    total = LineDuties(made_ledger(banned)).find(listed("85076000").key, TODAY).total
    assert (total.low, total.high) == (Decimal("20.9"), Decimal("20.9"))
    assert total.ban is BanExtent.SOME


def test_an_unknown_code_is_no_line() -> None:
    duties = LineDuties(made_ledger())
    total = duties.find(LineKey("01019999", "CN"), TODAY).total
    assert (total.is_line, total.is_known) == (False, False)


def test_the_last_and_the_next_change_are_days_with_another_total() -> None:
    duties = LineDuties(made_ledger())
    key = listed("72085100").key
    last, following = duties.find_last_change(key, TODAY), duties.find_next_change(key, TODAY)
    assert last is not None
    assert following is not None
    assert (last.on, last.before.high) == (date(2026, 1, 1), Decimal(0))
    assert (following.on, following.after.high) == (date(2026, 7, 21), Decimal(10))
    assert duties.find_next_change(key, following.on) is None


def test_between_change_days_the_total_is_the_same() -> None:
    duties = LineDuties(made_ledger())
    for one in EVERY_LINE:
        steps = duties.list_totals(one.key, date(2025, 6, 1))
        for days in range(0, 600, 3):
            day = date(2025, 6, 1) + timedelta(days=days)
            current = [total for on, total in steps if on <= day][-1]
            assert duties.find(one.key, day).total == current, (one, day)


def test_duties_that_were_forgotten_are_computed_again() -> None:
    few, all_kept = LineDuties(made_ledger(), max_shared=5), LineDuties(made_ledger())
    for days in (0, 1, 20, 0):
        for one in EVERY_LINE:
            day = TODAY + timedelta(days=days)
            assert few.find(one.key, day) == all_kept.find(one.key, day)
