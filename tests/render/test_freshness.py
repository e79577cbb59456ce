from datetime import date, timedelta

import pytest

from bot.render.freshness import Freshness, describe_check, describe_freshness, find_freshness

CHECKED = date(2026, 10, 2)


@pytest.mark.parametrize(
    ("days", "passed", "line"),
    [
        (-3, False, "🟢 Checked 2 Oct 2026"),
        (0, False, "🟢 Checked 2 Oct 2026, today"),
        (1, False, "🟢 Checked 2 Oct 2026, yesterday"),
        (7, False, "🟢 Checked 2 Oct 2026, 7 days ago"),
        (8, False, "🟡 Checked 2 Oct 2026, 8 days ago"),
        (30, False, "🟡 Checked 2 Oct 2026, 30 days ago"),
        (31, False, "🔴 Checked 2 Oct 2026, 31 days ago"),
        (3, True, "🔴 Checked 2 Oct 2026, 3 days ago"),
    ],
)
def test_the_mark_shows_the_age_of_the_check(days: int, passed: bool, line: str) -> None:
    day = CHECKED + timedelta(days=days)
    assert describe_freshness(CHECKED, day, passed=passed) == line


def test_data_that_was_never_checked_is_red() -> None:
    assert find_freshness(None, CHECKED, passed=False) is Freshness.RED
    assert describe_check(None, 0) == "never checked"
