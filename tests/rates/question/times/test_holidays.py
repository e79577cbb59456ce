"""Holidays, named months, weekdays and times that are not read."""

from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.times.periods import take_period

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on bastille day this year", "2026-07-14", "2026-07-14"),
        ("before christmas", None, "2026-12-24"),
        ("since last christmas", "2025-12-25", None),
        ("on thanksgiving 2025", "2025-11-27", "2025-11-27"),
        ("on new year's day", "2027-01-01", "2027-01-01"),
        ("was due on labor day", "2026-09-07", "2026-09-07"),
        ("easter", "2027-03-28", "2027-03-28"),
        ("on chinese new year 2026", "2026-02-17", "2026-02-17"),
        ("last june", "2026-06-01", "2026-06-30"),
        ("next february", "2027-02-01", "2027-02-28"),
        ("in the first half of next year", "2027-01-01", "2027-06-30"),
        ("this time last year", "2025-11-30", "2025-11-30"),
        ("two years back", "2024-11-30", "2024-11-30"),
        ("on friday", "2026-12-04", "2026-12-04"),
        ("since friday", "2026-11-27", None),
        ("on february 23, 2026, at 11 pm", "2026-02-23", "2026-02-23"),
    ],
)
def test_a_time_in_words_is_read(text: str, first: str | None, last: str | None) -> None:
    period, rest = take_period(text, TODAY)
    assert period is not None
    found = (period.first, period.last)
    assert found == tuple(None if one is None else date.fromisoformat(one) for one in (first, last))
    assert set(rest.split()) <= {"was", "due", ","}


@pytest.mark.parametrize(
    "text",
    [
        "chinese toys before trump",
        "steel from turkey during the negotiations",
        "toys from china on the 15th",
        "toys from china until further notice",
    ],
)
def test_a_time_that_is_not_read_gives_no_figure(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion, match="Duties depend on the day") as caught:
        parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
    assert caught.value.options[0][0].endswith("today")


@pytest.mark.parametrize("text", ["christmas trees from china", "this may change"])
def test_goods_and_verbs_are_no_holidays(text: str) -> None:
    assert take_period(text, TODAY)[0] is None
