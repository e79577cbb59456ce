"""The day that a question names is read and removed from the text."""

from datetime import date

import pytest

from bot.errors import QueryError
from bot.rates.question.dates import take_day

TODAY = date(2026, 3, 1)
DAY = date(2025, 5, 14)


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("us china on 2025-05-14", DAY, "us china"),
        ("us china on 2025-5-14 steel", DAY, "us china steel"),
        ("on 14 may 2025 us china", DAY, "us china"),
        ("us china as of 14th of may, 2025", DAY, "us china"),
        ("us china since may 14th, 2025 steel", DAY, "us china steel"),
        ("us at may. 14 2025", DAY, "us"),
        ("us in 1 jan 2025", date(2025, 1, 1), "us"),
        ("us on china yesterday", date(2026, 2, 28), "us on china"),
        ("as of yesterday us china", date(2026, 2, 28), "us china"),
        # "on" and "as of" are removed only just before the day. Of two days, only one is read.
        ("us on china 2025-05-14", DAY, "us on china"),
        ("us 2025-05-14 2024-01-02", DAY, "us 2024-01-02"),
        ("us may 2025", None, "us may 2025"),
        ("us 2025 steel", None, "us 2025 steel"),
        ("us china", None, "us china"),
        ("yesterdays", None, "yesterdays"),
    ],
)
def test_a_day_is_read_and_removed_from_a_text(text: str, day: date | None, rest: str) -> None:
    found, left = take_day(text, TODAY)
    assert (found, " ".join(left.split())) == (day, rest)


@pytest.mark.parametrize("text", ["2025-02-30", "31 june 2025", "june 31, 2025", "2025-13-01"])
def test_a_text_that_resembles_a_day_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        take_day(f"us china on {text}", TODAY)
    assert refused.value.args == QueryError(text, "not a date", "Write it as 2025-12-31").args
