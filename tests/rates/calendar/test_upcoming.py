"""Calendars list upcoming and past changes of the shipped ledger."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.rates.calendar.upcoming import (
    find_checked_period,
    list_calendar,
    list_upcoming,
)
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.measure import DutyRate
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, format_query


def test_upcoming_changes_are_listed_by_day(ledger: Ledger) -> None:
    coming = list_upcoming(ledger, date(2026, 11, 24), date(2027, 1, 31))

    assert [item.on for item in coming] == sorted(item.on for item in coming)
    reported = {(str(item.on), item.measure_id) for item in coming}
    assert ("2026-12-04", "us-232-polysilicon-derivatives") in reported
    assert ("2027-01-01", "us-232-kitchen-cabinets") in reported
    assert ("2027-01-10", "cn-us-2025-universal") in reported


def test_an_action_on_many_partners_is_one_entry(ledger: Ledger) -> None:
    began = [
        item
        for item in list_upcoming(ledger, date(2026, 7, 23), date(2026, 7, 24))
        if item.measure == "Section 301 forced labor"
    ]

    assert len(began) == 1
    assert len(began[0].partners) == 60
    rates = DutyRate(Decimal(10))
    assert began[0].change == Change(ChangeKind.BY_PARTNER, rates, up_to=Decimal("12.5"))


def test_past_changes_are_listed_newest_first_within_the_requested_days(ledger: Ledger) -> None:
    may = RateQuery(kind=QueryKind.CHANGES, since=date(2025, 5, 2), until=date(2025, 5, 31))
    reported = list_calendar(may, ledger, date(2026, 11, 30))

    assert [item.on for item in reported] == sorted((item.on for item in reported), reverse=True)
    assert {str(item.on) for item in reported} <= {"2025-05-02", "2025-05-03", "2025-05-14"}
    what = {item.measure_id: item.change for item in reported}
    fell = Change(ChangeKind.CHANGES, DutyRate(Decimal(10)), Decimal(125))
    assert what["us-cn-ieepa-reciprocal"] == fell
    assert what["cn-us-2025-universal"] == fell


def test_two_bans_of_one_day_are_two_entries(ledger: Ledger) -> None:
    began = list_upcoming(ledger, date(2026, 9, 28), date(2026, 9, 29))

    bans = {item.measure_id for item in began if item.change.rate.banned}
    assert bans == {"us-ca-338-import-ban", "us-ca-338-import-ban-packaged"}


def test_a_calendar_marks_changes_due_since_the_last_check(ledger: Ledger) -> None:
    today = date(2026, 11, 24)
    for kind in (QueryKind.UPCOMING, QueryKind.CHANGES):
        query = RateQuery(kind=kind, partner="CN", since=date(2026, 10, 25))
        items = list_calendar(query, ledger, today)
        due = [item for item in items if item.passed]
        assert {str(item.on) for item in due} >= {"2026-11-10"}
        assert items[len(items) - len(due) :] == tuple(due)
        reach = find_checked_period(query, ledger, today)
        assert reach is not None
        assert reach.first <= reach.last < reach.today == today


def test_a_calendar_before_the_last_check_has_no_warning(ledger: Ledger) -> None:
    query = RateQuery(kind=QueryKind.UPCOMING, partner="CN")

    assert find_checked_period(query, ledger, date(2026, 1, 1)) is None
    assert not any(item.passed for item in list_calendar(query, ledger, date(2026, 1, 1)))


def _asked(text: str, ledger: Ledger) -> tuple[Upcoming, ...]:
    today = date(2026, 11, 24)
    return list_calendar(parse_query(text, ledger.parties, today, ledger.reader), ledger, today)


@pytest.mark.parametrize(
    ("query", "paid", "exempt"),
    [
        # Steel pays the fentanyl tariff of China, but no reciprocal tariff.
        (
            {"kind": QueryKind.CHANGES, "product": "steel", "since": date(2025, 3, 1)},
            {"us-232-steel", "us-cn-ieepa-fentanyl"},
            {"us-cn-ieepa-reciprocal", "us-122-surcharge"},
        ),
        (
            {"kind": QueryKind.UPCOMING, "product": "furniture"},
            {"us-232-kitchen-cabinets", "us-ni-301", "cn-us-2025-universal"},
            set(),
        ),
        # Smartphones are exempt from the forced labor duty.
        (
            {"kind": QueryKind.CHANGES, "product": "phones", "since": date(2026, 7, 1)},
            set(),
            {"us-cn-301-forced-labor", "us-br-301"},
        ),
        (
            {"kind": QueryKind.UPCOMING, "partner": "CN", "product": "phones"},
            {"cn-us-2025-universal"},
            {"us-ni-301"},
        ),
        (
            {"kind": QueryKind.UPCOMING, "partner": "CN", "product": "phones"}
            | {"only_as_origin": True},
            set(),
            {"cn-us-2025-universal"},
        ),
    ],
)
def test_a_calendar_of_goods_has_the_duties_that_they_pay(
    query: dict[str, Any], paid: set[str], exempt: set[str], ledger: Ledger
) -> None:
    found = list_calendar(RateQuery(**query), ledger, date(2026, 11, 30))
    measures = {item.measure_id for item in found}
    assert paid <= measures
    assert exempt.isdisjoint(measures)


def test_a_calendar_can_be_limited_to_a_layer_or_a_legal_basis(ledger: Ledger) -> None:
    families = {item.measure_id for item in _asked("changes since 2018-01-01 section 122", ledger)}
    assert families == {"us-122-surcharge"}
    assert all("232" in item.measure for item in _asked("upcoming section 232", ledger))


def test_words_that_are_not_goods_do_not_limit_the_calendar(ledger: Ledger) -> None:
    assert _asked("upcoming dates", ledger) == _asked("upcoming", ledger)


def test_upcoming_changes_can_be_listed_as_of_a_past_day(ledger: Ledger) -> None:
    days = [item.on for item in _asked("upcoming us on 2025-07-01", ledger) if not item.passed]
    assert min(days) > date(2025, 7, 1)
    assert date(2025, 8, 7) in days


def test_a_power_that_was_never_used_is_a_day_to_check_and_no_duty_that_begins(
    ledger: Ledger,
) -> None:
    coming = list_upcoming(ledger, date(2026, 10, 8), date(2026, 10, 31))
    power = [one for one in coming if one.measure_id == "us-world-russia-energy-secondary"]
    assert [(one.on, one.change.kind) for one in power] == [
        (date(2026, 10, 18), ChangeKind.MILESTONE)
    ]


def test_a_change_for_all_countries_has_the_rates_of_partners_that_do_not_pay_it(
    ledger: Ledger,
) -> None:
    coming = list_upcoming(ledger, date(2026, 12, 31), date(2027, 1, 1))
    [sofas] = [one for one in coming if one.measure_id == "us-232-upholstered-furniture"]
    assert {rate.partners: rate.percent for rate in sofas.by_partner} == {
        ("European Union", "Japan", "South Korea", "Taiwan"): 15,
        ("United Kingdom",): 10,
    }


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("upcoming us china toys", {"us-cn-301-list-4a", "cn-us-2025-universal"}),
        ("upcoming china toys", {"us-cn-301-list-4a", "cn-us-2025-universal"}),
        ("toys from china and will it go up", {"us-cn-301-list-4a"}),
        ("upcoming us toys from china", {"us-cn-301-list-4a"}),
        ("upcoming us on china steel", {"us-cn-301-list-1"}),
        ("upcoming china on us steel", {"cn-us-2025-universal"}),
        ("upcoming eu on us steel", set()),
        ("upcoming canada steel", {"ca-us-steel-aluminium"}),
        ("upcoming steel from canada", set()),
        ("steel from canada end date", set()),
        ("will it end, steel from canada", set()),
        ("upcoming canada retaliation", {"ca-us-2026-338-response", "ca-us-steel-aluminium"}),
    ],
)
def test_a_calendar_has_the_direction_of_its_question(
    text: str, measures: set[str], ledger: Ledger
) -> None:
    today = date(2026, 11, 30)
    query = parse_query(text, ledger.parties, today, ledger.reader, ledger.cards)
    assert {item.measure_id for item in list_calendar(query, ledger, today)} == measures
    again = parse_query(format_query(query), ledger.parties, today, ledger.reader, ledger.cards)
    assert again == query.model_copy(update={"unread": ()})


def test_a_calendar_names_the_economy_that_it_leaves_out(ledger: Ledger) -> None:
    today = date(2026, 11, 30)
    query = parse_query("upcoming canada and mexico", ledger.parties, today, ledger.reader)
    assert (query.imposer, query.partner, query.unread) == (None, "MX", ("Canada",))
