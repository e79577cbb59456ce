from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.digest import group_by_event
from bot.alerts.subscriptions.timing import next_moment
from tests.store.examples import NOON, minutes, story

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("now", "hour", "zone", "due"),
    [
        (datetime(2025, 5, 12, 5, 59, tzinfo=UTC), 8, BERLIN, datetime(2025, 5, 12, 6, tzinfo=UTC)),
        (datetime(2025, 5, 12, 6, 0, tzinfo=UTC), 8, BERLIN, datetime(2025, 5, 13, 6, tzinfo=UTC)),
        (
            datetime(2025, 5, 12, 23, 30, tzinfo=UTC),
            8,
            TOKYO,
            datetime(2025, 5, 13, 23, tzinfo=UTC),
        ),
        # In 2025, Berlin sets clocks back at 3:00 on 26 October, and forward at 2:00 on 30 March.
        (datetime(2025, 10, 25, 12, tzinfo=UTC), 8, BERLIN, datetime(2025, 10, 26, 7, tzinfo=UTC)),
        (datetime(2025, 3, 29, 12, tzinfo=UTC), 2, BERLIN, datetime(2025, 3, 30, 1, tzinfo=UTC)),
    ],
)
def test_a_digest_is_due_at_its_hour_of_local_time(
    now: datetime, hour: int, zone: ZoneInfo, due: datetime
) -> None:
    assert next_moment(now, hour, zone) == due


@given(
    st.timedeltas(timedelta(days=-400), timedelta(days=400)),
    st.integers(0, 23),
    st.sampled_from([ZoneInfo("UTC"), BERLIN, ZoneInfo("America/New_York"), TOKYO]),
)
def test_the_next_digest_is_due_within_25_hours(ago: timedelta, hour: int, zone: ZoneInfo) -> None:
    now = NOON - ago
    wait = next_moment(now, hour, zone) - now
    assert timedelta(0) < wait <= timedelta(hours=25)


def test_a_digest_lists_each_event_once_in_order() -> None:
    ruling, stay = story("ruling"), story("stay", event_id="ruling", published=NOON + minutes(9))
    talks = story("talks", published=NOON + minutes(5))
    assert group_by_event([stay, talks, ruling]) == ((ruling, stay), (talks,))
