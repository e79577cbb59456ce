"""Publication dates in the formats that feeds use."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parsing.dates import parse_publication_date

NOW = datetime(2025, 5, 12, 12, 0, tzinfo=UTC)
NOON = datetime(2025, 5, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 May 2025 12:00:00 GMT",
        "Mon, 5 May 25 12:00 UT",
        "Mon, 05 May 2025 08:00:00  EDT",
        "Mon, 05 May 2025 14:00:00 CEST",
        "Lun, 05 May 2025 14:00:00 +0200",
        "Mon, 05 May 2025 14:00:00 +02:00",
        "Mon, 05 May 2025 14:00:00 +0200 (Berlin)",
        "Wed, 05 May 2025 12:00:00 GMT",
        " 2025-05-05T12:00:00Z ",
        "2025-05-05T12:00:00.123456789+00:00",
        "2025-05-05 07:00:00 -0500",
    ],
)
def test_a_full_date_is_exact(text: str) -> None:
    assert parse_publication_date(text, NOW) == (NOON, False)


@pytest.mark.parametrize(
    "text",
    [
        "2025-05-05T12:00:00",
        "2025-05-05 12:00",
        "2025/5/5 12:00:00",
        "2025年5月5日 12:00",
        "Mon, 05 May 2025 12:00:00",
        "Mon, 05 May 2025 12:00:00 IST",
    ],
)
def test_without_a_known_zone_it_is_rough(text: str) -> None:
    assert parse_publication_date(text, NOW) == (NOON, True)


@pytest.mark.parametrize("text", ["2025-05-05", "5 May 2025", "2025-05-05Z"])
def test_without_a_time_of_day_it_is_rough(text: str) -> None:
    assert parse_publication_date(text, NOW) == (NOON.replace(hour=0), True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "02/11/2026",
        "11/02/2026 10:00 AM",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "Thu, 01 Jan 2099 00:00:00 GMT",
        "Sat, 31 Jun 2006 23:08:26 +1000",
        "Mon, 05 May 2025 24:30:00 GMT",
        "Mon, 05 May 2025 12:00:00 +2500",
        "2025-13-45T99:99:99Z",
        "Τρι, 29 Ιούν 2004 12:53:00 GMT",
    ],
)
def test_ambiguous_and_impossible_dates_are_dropped(text: str) -> None:
    assert parse_publication_date(text, NOW) == (None, False)


def test_a_leap_second_is_a_second() -> None:
    found, _ = parse_publication_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW)
    assert found == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.text() | st.from_regex(r"\w{3}, \d{1,2} \w{3} \d{2,4} \d\d:\d\d:\d\d [+-]?\w{1,5}"))
def test_no_text_raises_and_every_date_is_credible(text: str) -> None:
    found, roughly = parse_publication_date(text, NOW)
    if found is None:
        assert not roughly
    else:
        assert datetime(1995, 1, 1, tzinfo=UTC) <= found <= NOW + timedelta(days=1)
