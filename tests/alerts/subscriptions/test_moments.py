"""Daily and weekly messages come in the reader's morning and never in the quiet time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.subscriptions.moments import PlaceMoment, find_moment
from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, next_send

SERVER = ServerTime(8, UTC)
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
"""The Monday before clocks change in Paris."""
HOURS = st.one_of(st.none(), st.integers(0, 23))
TIMINGS = st.builds(
    Timing,
    hour=HOURS,
    weekdays_only=st.booleans(),
    zone=st.sampled_from(["", "Europe/Paris", "Asia/Kathmandu", "Pacific/Kiritimati"]),
    quiet_from=HOURS,
    quiet_to=HOURS,
)


def list_moments(timing: Timing, days: int, frequency: Frequency) -> list[PlaceMoment]:
    """The moments of these days, found by a look every quarter of an hour."""
    looks = (MONDAY + number * QUARTER for number in range(days * 96))
    found = ((at, find_moment(timing, at, SERVER, frequency)) for at in looks)
    return [moment for at, moment in found if moment is not None and moment.at == at]


@settings(max_examples=25, deadline=None)
@given(TIMINGS)
def test_each_day_has_one_moment_which_is_not_quiet(timing: Timing) -> None:
    found = list_moments(timing, 14, Frequency.DAILY)
    days = [moment.day for moment in found]
    for moment, following in pairwise(found):
        assert (following.day - moment.day).days == moment.next_in
    assert all(next_send(timing, moment.at, SERVER) is None for moment in found)
    assert len(set(days)) == len(days)
    expected = 10 if timing.weekdays_only else 14
    assert expected - 1 <= len(days) <= expected + 1
    assert not timing.weekdays_only or all(day.weekday() < 5 for day in days)


@settings(max_examples=15, deadline=None)
@given(TIMINGS)
def test_each_week_has_one_moment(timing: Timing) -> None:
    weeks = [moment.day.isocalendar().week for moment in list_moments(timing, 22, Frequency.WEEKLY)]
    assert len(set(weeks)) == len(weeks)
    assert len(weeks) in (3, 4)


def test_a_moment_in_the_quiet_time_moves_to_its_end() -> None:
    timing = Timing(zone="Europe/Paris", hour=22, quiet_from=21, quiet_to=7)
    [first, second] = list_moments(timing, 3, Frequency.DAILY)[:2]
    assert first.at == datetime(2026, 10, 19, 7, tzinfo=PARIS)
    assert (second.at, second.day) == (first.at + DAY, first.day + DAY)


def test_the_moment_before_a_weekend_knows_when_the_next_one_is() -> None:
    timing = Timing(zone="Europe/Paris", weekdays_only=True)
    found = list_moments(timing, 8, Frequency.DAILY)
    assert [moment.next_in for moment in found] == [1, 1, 1, 1, 3, 1]


@pytest.mark.parametrize(("hours", "is_found"), [(0, True), (15, True), (16, False), (23, False)])
def test_a_daily_moment_is_over_at_the_end_of_its_day(hours: int, is_found: bool) -> None:
    now = MONDAY + timedelta(hours=8 + hours)
    assert (find_moment(Timing(), now, SERVER) is not None) is is_found
    assert find_moment(Timing(), now, SERVER, Frequency.WEEKLY) is not None
