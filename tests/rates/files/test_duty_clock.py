"""The first day of a duty follows local time in the importing country."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.rates.files.schema import DutyClock
from bot.rates.ledger import Ledger

US = DutyClock.model_validate({"zone": "America/New_York", "starts_at": "00:01"})


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-09-29T04:00:59", "2026-09-28"),
        ("2026-09-29T04:01:00", "2026-09-29"),  # 00:01 in Washington in summer
        ("2026-12-04T05:00:59", "2026-12-03"),
        ("2026-12-04T05:01:00", "2026-12-04"),  # 00:01 in Washington in winter
        ("2026-12-04T12:00:00", "2026-12-04"),
    ],
)
def test_a_us_day_begins_one_minute_past_midnight_in_washington(moment: str, day: str) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert US.find_day(now) == date.fromisoformat(day)


MINUTES = st.integers(0, 12 * 365 * 24 * 60)


@given(MINUTES.map(lambda minutes: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)))
def test_a_later_moment_never_has_an_earlier_day(now: datetime) -> None:
    assert US.find_day(now) <= US.find_day(now + timedelta(minutes=1))
    assert abs((US.find_day(now) - now.date()).days) <= 1


def test_each_importing_country_has_its_own_day(ledger: Ledger) -> None:
    now = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    days = {one: str(ledger.find_duty_day(now, one)) for one in ("US", "DE", "CN", "CA")}
    assert days == {"US": "2026-11-29", "DE": "2026-11-29", "CN": "2026-11-30", "CA": "2026-11-29"}


def test_an_unknown_time_zone_is_refused_with_its_name() -> None:
    with pytest.raises(ValidationError, match="'Mars/Olympus' is not a time zone"):
        DutyClock(zone="Mars/Olympus")
