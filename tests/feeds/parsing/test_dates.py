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
        "5 May. 2025 12:00 GMT",
        # Other orders and separators, without a weekday or with one in another language.
        "May 5, 2025 12:00:00 UTC",
        "Mon May 05 12:00:00 +0000 2025",
        "Mon May  5 12:00:00 UTC 2025",
        "Mon,05 May 2025 12:00:00 GMT",
        "Monday, 05-May-25 12:00:00 GMT",
        "2025-May-05 12:00 Z",
        "Δευ, 05 Μαΐου 2025 12:00:00 GMT",
        "lun., 5 mai 2025 14:00:00 +0200",
        "Mon, 2025-05-05 12:00:00 +0000",
        "20250505T120000Z",
        "1746446400",
        "1746446400000",
        # Twelve hours, and the zone after them.
        "Mon, 05 May 2025 08:00:00 AM EDT",
        "May 5th, 2025, 2 p.m. CEST",
        "Mon, 05 May 2025 12:00 PM +0000",
        "2025-05-05 09:00 PM +0900",
        "5/5/2025 5:00 AM PDT",
        # Offsets as browsers, Java and Chinese publishers write them.
        "Mon May 05 2025 20:00:00 GMT+0800 (China Standard Time)",
        "Mon, 05 May 2025 07:00:00 GMT-0500 (EST)",
        "Mon, 05 May 2025 13:00:00 UTC+01:00",
        "Mon, 05 May 2025 20:00:00 GMT+8",
        "Mon, 05 May 2025 20:00:00 +8:00",
        "Mon, 05 May 2025 07:00:00 \u22120500",
        "2025-05-05 20:00:00 +0800 CST",
        "2025-05-05T21:00:00+09:00[Asia/Tokyo]",
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
        "2025-05-05 12:00:00 IST",
        "Mon, 05 May 2025 7:00 AM ET",
        "Mon, 05 May 2025 12:00 PM",
        "2025年5月5日 星期一 下午12:00",
        "2025년 5월 5일 오후 12:00",
        "5. Mai 2025 um 12:00 Uhr",
        "Lundi, 5 mai, 2025 - 12:00",
        "12h00, 5 mai 2025",
        "5 мая 2025 г., 12:00",
        "5 Mayıs 2025 Pazartesi 12:00",
    ],
)
def test_without_a_known_zone_it_is_rough(text: str) -> None:
    assert parse_publication_date(text, NOW) == (NOON, True)


@pytest.mark.parametrize(
    "text",
    [
        *("2025-05-05", "5 May 2025", "2025-05-05Z", "20250505", "05.05.2025", "5/5/2025"),
        *("May 5, 2025", "5th of May 2025", "le 5 mai 2025", "5 de mayo de 2025", "5 maja 2025"),
        *("5. května 2025", "5 mei 2025", "5 Μαΐου 2025", "5 مايو 2025", "5 מאי 2025"),
    ],
)
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
        "Mon, 05/06/2025 12:00:00 GMT",
        "May 2025",
        "5 May",
        "3-5 May 2025",
        "5 May to 6 June 2025",
        "5 March/April 2025",
        "13/13/2025",
        "3 days ago",
    ],
)
def test_ambiguous_and_impossible_dates_are_dropped(text: str) -> None:
    assert parse_publication_date(text, NOW) == (None, False)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mar. 6 mai 2025", 6),
        ("mar, 6 mag 2025", 6),
        ("26/04/2025", 26),
        ("04/26/2025", 26),
        ("26-04-2025", 26),
        ("02.05.2025", 2),
        ("Tue, 29 Sept 2024", 29),
        ("Sun, 29 décembre 2024", 29),
        ("wto, 10 wrz 2024", 10),
        ("10 Ağustos 2024", 10),
        ("10 сентября 2024", 10),
    ],
)
def test_the_day_of_a_clear_date_is_read(text: str, day: int) -> None:
    found, is_rough = parse_publication_date(text, NOW)
    assert found is not None
    assert (found.day, is_rough) == (day, True)


@pytest.mark.parametrize(
    ("text", "hour"), [("12:05 AM", 0), ("1:05 am", 1), ("12:05 p.m.", 12), ("11:05 PM", 23)]
)
def test_twelve_hours_start_at_twelve(text: str, hour: int) -> None:
    found, _ = parse_publication_date(f"Mon, 05 May 2025 {text} GMT", NOW)
    assert found == datetime(2025, 5, 5, hour, 5, tzinfo=UTC)


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
