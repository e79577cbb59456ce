"""A story tells whether a duty is decided or only discussed, and its first day."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.status.dates import find_effective_day
from bot.news.status.decision import is_change, is_decided

REPORTED_ON = date(2026, 11, 25)


@pytest.mark.parametrize(
    "sentence",
    [
        "US raises tariffs on Chinese goods to 40%",
        "Washington will charge 40% on Chinese goods from May 4",
        "Canada's 35% duty on US steel took effect at midnight",
    ],
)
def test_a_duty_in_effect_or_ordered_is_decided(sentence: str) -> None:
    assert is_decided(sentence, year=2026)


@pytest.mark.parametrize(
    "sentence",
    [
        "US threatens 40% tariffs on Chinese goods",
        "US may raise tariffs on Chinese goods to 40%",
        "Will the US raise tariffs on Chinese goods to 40%?",
        "Senators' bill puts 40% tariffs on Chinese goods",
        "In 2018 the US raised tariffs on Chinese goods to 40%",
        "US charges 40% on Chinese goods unless a deal is made",
        "US tariffs on Chinese goods average 47%",
        "US puts anti-dumping duties of 34% on Chinese tyres",
    ],
)
def test_threats_plans_doubts_and_history_are_not_decided(sentence: str) -> None:
    assert not is_decided(sentence, year=2026)


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        ("US raises tariffs on Chinese goods to 25%", True),
        ("Washington will cut its duty on British cars to 10%", True),
        ("Tariffs on Chinese goods are to rise to as much as 60%", True),
        ("US charges 25% on Chinese goods", False),
        ("Importers pay more since the US raised tariffs on Chinese goods to 25%", False),
        ("China hikes pork output; its tariff is 25%", False),
    ],
)
def test_a_changed_rate_is_distinguished_from_a_current_rate(sentence: str, change: bool) -> None:
    assert is_change(sentence) is change


@pytest.mark.parametrize(
    ("sentence", "rest", "day"),
    [
        ("US raises tariffs to 40% from 1 December", "", date(2026, 12, 1)),
        ("US raises tariffs to 40% from Dec. 1", "", date(2026, 12, 1)),
        ("The duty of 40%, effective December 1st, 2026, is new", "", date(2026, 12, 1)),
        ("The 40% duty takes effect on Monday, Jan 4", "", date(2027, 1, 4)),
        ("US raises tariffs to 40%", "It goes into effect 2026-12-01.", date(2026, 12, 1)),
        ("US raises tariffs to 40%", "It met China on December 1.", None),
        ("US raises tariffs to 40% from 1 December and from 5 December", "", None),
        ("US raises tariffs to 40% from 31 February", "", None),
    ],
)
def test_the_effective_date_is_read(sentence: str, rest: str, day: date | None) -> None:
    assert find_effective_day(sentence, rest, REPORTED_ON) == day


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_accepted(sentence: str, rest: str) -> None:
    is_decided(sentence, rest, year=2026)
    find_effective_day(sentence, rest, REPORTED_ON)
