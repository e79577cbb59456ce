"""Answers about tariff lines, from made-up schedules and from the shipped one."""

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from bot.rates.answer.build import answer_query
from bot.rates.answer.select import RateContext, build_context
from bot.rates.answer.standing import Standing, compute_standing
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.line_totals import LinesTotal
from bot.rates.model.measure import Calc
from bot.rates.model.warnings import Reason
from bot.rates.question.query import QueryKind, RateQuery
from bot.rates.schedule.asked_line import AskedLine
from bot.rates.schedule.model import MembershipGroup
from bot.render import words
from bot.render.json import build_answer_json
from bot.text.percent import format_percent
from tests.rates.made import PARTIES, book, rate, sheet, written
from tests.rates.schedule.made import group, line, schedule

DAY = date(2026, 7, 1)
LINES = (line("82051000", "5%"), line("82052000"), line("87081030", "2.5¢/kg"))
GENERAL = written("general", rate(10), general=True)
METAL = written("metal", rate(50))
PARTS = written("parts", rate(25))
ALL_IN = written("deal", rate(15), calc="all_in_ceiling")
PARTNERS = ("CN", "CA", "MX", "EU", "JP", "KR", "TW", "VN", "IN", "GB", "BR", "CH")
DAYS = (
    *(date(2025, 3, 20), date(2025, 5, 1), date(2025, 7, 10), date(2025, 9, 10)),
    *(date(2025, 11, 20), date(2026, 2, 10), date(2026, 3, 20), date(2026, 5, 20)),
    *(date(2026, 7, 10), date(2026, 8, 25), date(2026, 9, 25), date(2026, 10, 7)),
)


def made(
    *groups: MembershipGroup,
    measures: tuple[Mapping[str, Any], ...] = (GENERAL, METAL, PARTS, ALL_IN),
    **fields: Any,
) -> Ledger:
    """A ledger with these measures and a schedule with these groups."""
    files = book(sheet(*measures, **fields))
    return Ledger(files._replace(tariff_schedules={"US": schedule(LINES, *groups)}), PARTIES)


def answer(ledger: Ledger, code: str, partner: str = "CN", on: date = DAY) -> Answer:
    query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner=partner, product=code, on=on)
    (only,) = answer_query(query, ledger, DAY)
    return only


def counted(one: Answer) -> dict[str, str | None]:
    return {each.measure_id: format_percent(each.percent) for each in one.components}


def total(one: Answer) -> str | None:
    """The total or range in percent: `10 to 35`."""
    return words.format_total(one)


def reasons(one: Answer) -> dict[str, Reason]:
    return {each.measure_id: each.exclusion.reason for each in one.not_counted if each.exclusion}


def test_only_lists_decide_which_duties_on_particular_goods_a_line_pays() -> None:
    one = answer(made(group("metal", "8205"), group("parts", "82052000")), "8205.10.00")
    assert counted(one) == {"general": "10", "metal": "50"}
    assert total(one) == "60"
    assert one.base is not None
    assert one.base.exact
    assert (one.base.percent, one.base.with_duties) == (Decimal(5), Decimal(65))


def test_an_exempt_line_does_not_pay_and_a_zero_is_certain() -> None:
    one = answer(
        made(group("general", "820510", kind="exempt", heading="9903.03.03")), "8205.10.00"
    )
    assert total(one) == "0"
    assert not one.components
    assert reasons(one) == {"general": Reason.GOODS_EXEMPT}
    assert not one.is_zero_in_data
    assert build_answer_json(one)["certainty"] == "exact"


def test_a_condition_gives_a_range_and_the_question_that_decides() -> None:
    listed = group("parts", "8205", kind="conditional", question="For cars?")
    one = answer(made(listed), "8205.10.00")
    assert total(one) == "10 to 35"
    assert one.questions == ("For cars?",)
    assert kinds.DependsOnGoods(("For cars?",)) in one.warnings
    assert reasons(one) == {"parts": Reason.DEPENDS}
    assert counted(one) == {"general": "10"}


def test_an_exemption_that_must_be_claimed_leaves_the_total_certain_with_a_note() -> None:
    claim: dict[str, Any] = {"question": "Civil?", "claim": True, "note": "if for civil aircraft"}
    one = answer(made(group("general", "8205", kind="exempt-if", **claim)), "8205.10.00")
    assert total(one) == "10"
    assert any(isinstance(each, kinds.PartlyExempt) for each in one.warnings)


def test_goods_described_in_an_exclusion_do_not_pay_the_list() -> None:
    listed = group("parts", "8205")
    excluded = group("parts", "8205100030", kind="exclusion", question="Described?")
    ledger = made(listed, excluded)
    assert total(answer(ledger, "8205.10.00.30")) == "10 to 35"
    assert total(answer(ledger, "8205.10.00.90")) == "35"
    assert total(answer(ledger, "8205.10.00")) == "10 to 35"


def test_a_duty_that_another_replaces_only_in_some_cases_says_which_other() -> None:
    general = written("general", rate(10), general=True, excluded_by=["parts"])
    listed = group("parts", "8205", kind="conditional", question="For cars?")
    one = answer(made(listed, measures=(general, PARTS)), "8205.10.00")
    assert total(one) == "10 to 25"
    left = {each.measure_id: each.exclusion for each in one.not_counted}
    assert left["general"] is not None
    assert left["general"].by is not None
    assert left["general"].by.id == "parts"


def test_an_all_in_rate_adds_only_what_exceeds_the_base_duty() -> None:
    ledger = made(group("deal", "8205"), measures=(ALL_IN,))
    assert build_answer_json(answer(ledger, "8205.10.00"))["additional_percent"] == "10"
    assert build_answer_json(answer(ledger, "8205.20.00"))["additional_percent"] == "15"


def test_a_range_states_what_the_duties_add_even_if_the_totals_are_equal() -> None:
    deal = written("deal", rate(10), calc="all_in_ceiling")
    general = written("general", rate(10), general=True, excluded_by=["deal"])
    listed = group("deal", "8205", kind="conditional", question="For cars?")
    one = answer(made(listed, measures=(general, deal)), "8205.10.00")
    assert total(one) == "10"
    assert one.added_range == (Decimal(5), Decimal(10))


def test_goods_exempt_from_a_partners_own_duty_do_not_pay_the_general_one() -> None:
    own = written("own", rate(15), general=True)
    general = written("general", rate(10), general=True, excluded_by=["own"])
    ledger = made(group("own", "8205", kind="exempt"), measures=(own, general))
    one = answer(ledger, "8205.10.00")
    assert total(one) == "0"
    assert not one.components
    assert total(answer(ledger, "8708.10.30")) == "15"


def test_a_heading_has_the_totals_of_its_lines_with_their_counts() -> None:
    one = answer(made(group("metal", "82052000")), "8205")
    assert total(one) == "10 to 60"
    assert one.lines == (
        LinesTotal(1, Decimal(10), Decimal(10), ("Duty general",), unlisted=1),
        LinesTotal(1, Decimal(60), Decimal(60), ("Duty general", "Duty metal")),
    )
    assert total(answer(made(), "8205")) == "10"


def test_no_total_is_given_if_some_numbers_of_a_line_are_banned() -> None:
    ban = written("ban", {"from": DAY, "banned": True, "status": "in_force", "source": "gazette"})
    ledger = made(group("ban", "8205100030", kind="ban"), measures=(GENERAL, ban))
    one = answer(ledger, "8205.10.00")
    assert total(one) is None
    assert not one.banned
    assert any(isinstance(each, kinds.SomeLinesBanned) for each in one.warnings)
    assert answer(ledger, "8205.10.00.30").banned


def test_a_line_that_the_schedule_lacks_is_answered_for_its_subheading() -> None:
    one = answer(made(group("metal", "82051000")), "8205.10.99")
    assert total(one) == "60"
    assert kinds.UnknownLine("82051099", "820510", "2026 Rev. 1") in one.warnings


def test_the_history_of_a_line_follows_its_lists() -> None:
    listed = group("metal", "8205", since=date(2026, 3, 1), to=date(2026, 5, 31))
    query = RateQuery(
        kind=QueryKind.PAIR, imposer="US", partner="CN", product="8205.10.00", on=DAY, history=True
    )
    (one,) = answer_query(query, made(listed), DAY)
    assert [(step.on, format_percent(step.percent)) for step in one.history] == [
        (date(2026, 1, 1), "10"),
        (date(2026, 3, 1), "60"),
        (date(2026, 6, 1), "10"),
    ]


def test_a_base_duty_that_is_no_percentage_is_shown_in_words_and_not_added() -> None:
    one = answer(made(), "8708.10.30")
    assert one.base is not None
    assert one.base.words == "2.5¢/kg"
    assert one.base.percent is None
    assert one.base.with_duties is None


@pytest.mark.parametrize("seed", range(4))
def test_answers_about_shipped_lines_follow_the_rules(seed: int, ledger: Ledger) -> None:
    """For 125 random lines, 12 partners and 12 days; brokers rely on these properties."""
    choose = random.Random(seed)  # noqa: S311 - samples of lines
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    for code in choose.sample(schedule.lines.list_codes(""), 125):
        exempt = {
            (day, found.group.list)
            for found in schedule.memberships.find_covering(code)
            for day in DAYS
            if found.group.kind == "exempt" and found.group.covers(day)
        }
        for partner, day in product(PARTNERS, DAYS):
            context = build_context(ledger, "US", partner, day, code)
            _check(context, compute_standing(context), exempt)


def _check(context: RateContext, found: Standing, exempt: set[tuple[date, str]]) -> None:
    where = f"{context.partner} {context.wanted} {context.day}"
    assert context.line is not None, where
    stacked, line = found.selection.stacked, context.line
    counted = {layer.measure.id: layer for layer in stacked.counted}
    summed = sum((layer.period.percent or Decimal(0) for layer in stacked.counted), Decimal(0))
    if found.total is not None:
        assert found.total == summed, where
    elif found.span is not None:
        low, high = found.span
        assert low <= high, where
        assert summed <= high, where
        assert _is_open(line, context.day), where
    else:
        assert stacked.ban or any(left.layer.period.banned for left in stacked.excluded), where
    for layer in stacked.counted:
        measure, period = layer.measure, layer.period
        assert measure.legal_basis or context.ledger.find_heading(measure, context.day), where
        assert period.source.text, where
        assert period.from_ <= context.day <= (period.to or context.day), where
        assert period.is_charged, where
        assert counted.keys().isdisjoint(measure.excluded_by), where
        lists = line.lists_of.get(measure.id, frozenset())
        assert not any((context.day, one) in exempt for one in lists), where
    for members in context.ledger.one_of:
        assert len(counted.keys() & members.keys()) <= 1, where


def _is_open(line: AskedLine, day: date) -> bool:
    """Whether a list leaves the goods of the line open on the day."""
    memberships = line.schedule.memberships
    found = (*memberships.find_covering(line.code), *memberships.find_inside(line.code))
    on_day = [each for each in found if each.group.covers(day)]
    return any(each.group.kind.depends or len(each.code) > 8 for each in on_day)


def test_the_sources_and_dates_of_shipped_lines_reach_the_answer(ledger: Ledger) -> None:
    choose = random.Random(1)  # noqa: S311 - samples of lines
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    for code in choose.sample(schedule.lines.list_codes(""), 60):
        one = answer(ledger, code, choose.choice(PARTNERS), choose.choice(DAYS))
        assert one.by_line
        for each in one.components:
            assert each.source.text
            assert each.legal_basis or each.heading
            assert each.from_ is not None
            assert each.calc in Calc
