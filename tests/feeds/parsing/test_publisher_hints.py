"""How often and when a feed asks clients to poll it, for each XML element that says so."""

from typing import Any

import pytest

from bot.feeds.parsing.metadata import read_hints

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("period", "seconds"),
    [
        ("hourly", HOUR),
        ("daily", DAY),
        ("weekly", 7 * DAY),
        ("monthly", 30 * DAY),
        ("yearly", 365 * DAY),
        (" Daily\n", DAY),
        ("fortnightly", None),
        ("", None),
        (None, None),
    ],
)
def test_each_update_period_is_converted_to_seconds(
    period: str | None, seconds: float | None
) -> None:
    about = {} if period is None else {"sy_updateperiod": period}
    assert read_hints(about, "").period_s == seconds


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ("1", DAY),
        ("4", DAY / 4),
        ("0.5", 2 * DAY),
        (2, DAY / 2),
        # An invalid frequency counts as 1.
        ("0", DAY),
        ("-3", DAY),
        ("often", DAY),
        ("nan", DAY),
        ("inf", DAY),
        ("1e9", DAY),
        (None, DAY),
    ],
)
def test_the_update_frequency_divides_the_period(times: Any, seconds: float) -> None:
    about = {"sy_updateperiod": "daily", "sy_updatefrequency": times}
    assert read_hints(about, "").period_s == seconds


def test_a_frequency_without_a_period_is_ignored() -> None:
    assert read_hints({"sy_updatefrequency": "2"}, "").period_s is None


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [("60", 3600), ("1.5", 90), ("0", None), ("-5", None), ("soon", None), (None, None)],
)
def test_the_time_to_live_is_in_minutes(ttl: str | None, seconds: float | None) -> None:
    assert read_hints({"ttl": ttl}, "").ttl_s == seconds


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("<skipHours><hour>3</hour><hour>1</hour></skipHours>", (1, 3)),
        ("<skiphours ><HOUR> 07 </HOUR></skiphours>", (7,)),
        # RSS 0.91 numbers hours from 1 to 24, so 24 is read as hour 0.
        ("<skipHours><hour>24</hour><hour>0</hour><hour>25</hour></skipHours>", (0, 1)),
        ("<skipHours><hour>100</hour><hour>x</hour><hour>-1</hour></skipHours>", ()),
        ("<hour>3</hour>", ()),
        ("<skipHours></skipHours><hour>3</hour>", ()),
        ("", ()),
    ],
)
def test_hours_to_skip_are_listed_once_in_order(text: str, hours: tuple[int, ...]) -> None:
    assert read_hints({}, text).skip_hours == hours


@pytest.mark.parametrize(
    ("day", "number"),
    [
        *zip(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), range(5), strict=True),
        ("SATURDAY", 5),
        (" sunday ", 6),
    ],
)
def test_each_day_of_the_week_has_its_number(day: str, number: int) -> None:
    assert read_hints({}, f"<skipDays><day>{day}</day></skipDays>").skip_days == (number,)


def test_days_to_skip_are_listed_once_in_order() -> None:
    text = "<skipDays><day>Sunday</day><day>Monday</day><day>sunday</day><day>Day</day></skipDays>"
    assert read_hints({}, text).skip_days == (0, 6)


def test_skip_lists_late_in_the_document_are_ignored() -> None:
    skip = "<skipHours><hour>3</hour></skipHours>"
    assert read_hints({}, " " * (20_000 - len(skip)) + skip).skip_hours == (3,)
    assert read_hints({}, " " * 20_000 + skip).skip_hours == ()
