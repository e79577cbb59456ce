"""When stories are sent, in all time zones, also when clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, find_zone, next_send

ZONES = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
SERVER = ServerTime(hour=8, zone=ZoneInfo("Europe/Berlin"))
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 28, tzinfo=UTC)

hours = st.integers(0, 23)
moments = st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None), timezones=st.just(UTC))
timings = st.builds(
    Timing,
    frequency=st.sampled_from(Frequency),
    hour=st.none() | hours,
    weekday=st.integers(0, 6),
    weekdays_only=st.booleans(),
    zone=st.sampled_from(["", *ZONES]),
    quiet_from=st.none() | hours,
    quiet_to=st.none() | hours,
    breaking_passes=st.booleans(),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def send(now: str, frequency: str = "instant", **fields: Any) -> str | None:
    timing = Timing.model_validate({"frequency": frequency, "zone": "Europe/Berlin"} | fields)
    due = next_send(timing, at(now), SERVER)
    return due.strftime("%Y-%m-%d %H:%M") if due else None


def test_an_instant_story_is_sent_at_once_or_at_the_end_of_the_quiet_hours() -> None:
    assert send("2026-01-05 12:00") is None
    quiet: dict[str, Any] = {"quiet_from": 22, "quiet_to": 7}
    assert send("2026-01-05 20:59", **quiet) is None
    assert send("2026-01-05 21:00", **quiet) == "2026-01-06 06:00"
    assert send("2026-01-06 05:59", **quiet) == "2026-01-06 06:00"
    assert send("2026-01-06 06:00", **quiet) is None
    assert send("2026-01-06 05:59", quiet_from=7, quiet_to=7) is None


def test_weekdays_only_waits_for_monday() -> None:
    assert send("2026-01-09 22:59", weekdays_only=True) is None
    assert send("2026-01-09 23:00", weekdays_only=True) == "2026-01-11 23:00"
    late: dict[str, Any] = {"weekdays_only": True, "quiet_from": 18, "quiet_to": 9}
    assert send("2026-01-09 17:30", **late) == "2026-01-12 08:00"


def test_breaking_stories_pass_the_quiet_hours_unless_switched_off() -> None:
    night, quiet = at("2026-01-05 23:00"), {"quiet_from": 22, "quiet_to": 7}
    for passes in (True, False):
        timing = Timing.model_validate(quiet | {"breaking_passes": passes})
        due = next_send(timing, night, SERVER, is_breaking=True)
        assert (due is None) == passes
    daily = Timing(frequency=Frequency.DAILY)
    assert next_send(daily, night, SERVER, is_breaking=True) == at("2026-01-06 07:00")


def test_hourly_stories_come_at_full_hours_of_the_zone_that_are_not_quiet() -> None:
    assert send("2026-01-05 12:20", "hourly") == "2026-01-05 13:00"
    assert send("2026-01-05 13:00", "hourly") == "2026-01-05 14:00"
    assert send("2026-01-05 12:20", "hourly", zone="Asia/Kolkata") == "2026-01-05 12:30"
    quiet: dict[str, Any] = {"quiet_from": 14, "quiet_to": 16}
    assert send("2026-01-05 12:20", "hourly", **quiet) == "2026-01-05 15:00"


@pytest.mark.parametrize(
    ("now", "fields", "due"),
    [
        ("2026-01-05 06:59", {}, "2026-01-05 07:00"),
        ("2026-01-05 07:00", {}, "2026-01-06 07:00"),
        ("2026-01-05 07:00", {"hour": 18}, "2026-01-05 17:00"),
        ("2026-01-05 20:00", {"zone": "Asia/Tokyo"}, "2026-01-05 23:00"),
        ("2026-01-09 07:00", {"weekdays_only": True}, "2026-01-12 07:00"),
        # Quiet hours do not move the hour that was chosen.
        ("2026-01-05 06:59", {"quiet_from": 20, "quiet_to": 10}, "2026-01-05 07:00"),
        # Berlin sets clocks forward at 2:00 on 29 March 2026, and back at 3:00 on 25 October.
        ("2026-03-28 12:00", {"hour": 2}, "2026-03-29 01:00"),
        ("2026-10-24 12:00", {"hour": 2}, "2026-10-25 00:00"),
        ("2026-10-25 00:30", {"hour": 2}, "2026-10-26 01:00"),
        ("2026-10-24 12:00", {}, "2026-10-25 07:00"),
        # There, 23:00 on 28 March 2026 is skipped, and the next day begins.
        ("2026-03-28 12:00", {"hour": 23, "zone": "America/Scoresbysund"}, "2026-03-29 00:00"),
        ("2026-03-29 00:00", {"hour": 23, "zone": "America/Scoresbysund"}, "2026-03-30 00:00"),
    ],
)
def test_a_daily_digest_is_due_at_its_hour(now: str, fields: dict[str, object], due: str) -> None:
    assert send(now, "daily", **fields) == due


def test_a_weekly_digest_is_due_on_its_weekday() -> None:
    friday: dict[str, Any] = {"weekday": 4, "hour": 9}
    assert send("2026-01-05 12:00", "weekly", **friday) == "2026-01-09 08:00"
    assert send("2026-01-09 07:59", "weekly", **friday) == "2026-01-09 08:00"
    assert send("2026-01-09 08:00", "weekly", **friday) == "2026-01-16 08:00"


def test_an_unknown_zone_is_the_zone_of_the_server() -> None:
    assert find_zone("Asia/Tokyo") == ZoneInfo("Asia/Tokyo")
    for name in ("", "Asia/Nowhere", "Asia", "../etc/passwd", "\0"):
        assert find_zone(name) is None
    assert send("2026-01-05 06:59", "daily", zone="Asia/Nowhere") == "2026-01-05 07:00"


@given(timings, moments, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_story_gets_one_moment_and_later_stories_get_no_earlier_one(
    timing: Timing, now: datetime, later: timedelta
) -> None:
    first, second = (next_send(timing, each, SERVER) or each for each in (now, now + later))
    assert now <= first <= second
    if timing.frequency is not Frequency.INSTANT:
        # What is seen before a moment comes at this moment, so its bundle is complete.
        assert next_send(timing, first - timedelta(microseconds=1), SERVER) == first
    assert first - now <= timedelta(days=8)


@given(timings, moments)
def test_nothing_is_sent_in_the_quiet_time(timing: Timing, now: datetime) -> None:
    due = next_send(timing, now, SERVER) or now
    local = due.astimezone(find_zone(timing.zone) or SERVER.zone)
    if timing.weekdays_only and timing.frequency is not Frequency.WEEKLY:
        assert local.weekday() < 5
    if timing.has_quiet_hours and timing.frequency in (Frequency.INSTANT, Frequency.HOURLY):
        first, last = timing.quiet_from or 0, timing.quiet_to or 0
        assert (local.hour - first) % 24 >= (last - first) % 24


@pytest.mark.parametrize("hour", [0, 2, 8, 23])
def test_each_day_of_two_years_has_one_daily_moment_in_all_zones(hour: int) -> None:
    for name in _list_different_zones():
        timing, zone = Timing(frequency=Frequency.DAILY, hour=hour, zone=name), ZoneInfo(name)
        now, days = START, []
        while now < END:
            due = next_send(timing, now, SERVER)
            assert due is not None
            now = due
            days.append(due.astimezone(zone).date())
        assert all(two - one == timedelta(days=1) for one, two in pairwise(days)), name


def _list_different_zones() -> list[str]:
    """One zone for each sequence of offsets from UTC in the two years."""
    halves = [START + timedelta(hours=12 * n) for n in range(2 * 365 * 2)]
    found: dict[object, str] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        found.setdefault(tuple(zone.utcoffset(each.replace(tzinfo=None)) for each in halves), name)
    return list(found.values())
