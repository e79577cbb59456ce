"""The earliest and latest accepted dates, and dates with missing parts."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.feeds.parsing.dates import parse_publication_date

NOW = datetime(2025, 5, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "rough"),
    [
        # Time zones: as a name, as an offset with or without a colon, east and west.
        ("5 May 2025 12:00:00 PST", "2025-05-05T20:00:00", False),
        ("5 May 2025 12:00:00 JST", "2025-05-05T03:00:00", False),
        ("5 May 2025 12:00:00 BST", "2025-05-05T11:00:00", False),
        ("5 May 2025 12:00:00 -03:30", "2025-05-05T15:30:00", False),
        ("5 May 2025 12:00:00 +0530", "2025-05-05T06:30:00", False),
        ("5 May 2025 12:00:00 +1500", "2025-05-04T21:00:00", False),
        ("5 May 2025 12:00:00 XYZ", "2025-05-05T12:00:00", True),
        ("5 May 2025 12:00", "2025-05-05T12:00:00", True),
        ("2025-05-05T12:30:45+02", "2025-05-05T10:30:45", False),
        ("2025-05-05T12:30:45-0230", "2025-05-05T15:00:45", False),
        ("2025-05-05T12:30:45,5 utc", "2025-05-05T12:30:45", False),
        ("2025-05-05T12:30 GMT", "2025-05-05T12:30:00", False),
        ("2025-5-5 1:02", "2025-05-05T01:02:00", True),
        ("2025-05-05+02:00", "2025-05-04T22:00:00", True),
        ("2025.05.05", "2025-05-05T00:00:00", True),
        ("2025/05/05 12:30", "2025-05-05T12:30:00", True),
        ("2025年5月5日 1:02:03", "2025-05-05T01:02:03", True),
        # Second 60 is read as second 59.
        ("2025-05-05T12:30:60Z", "2025-05-05T12:30:59", False),
        # The earliest accepted date is 1 January 1995, the latest is one day ahead of now.
        ("1995-01-01T00:00:00Z", "1995-01-01T00:00:00", False),
        ("2025-05-13T12:00:00Z", "2025-05-13T12:00:00", False),
        # Leading spaces do not count toward the limit of 100 characters.
        (f"{' ' * 200}2025-05-05", "2025-05-05T00:00:00", True),
    ],
)
def test_a_date_is_read_in_utc(text: str, expected: str, rough: bool) -> None:
    assert parse_publication_date(text, NOW) == (
        datetime.fromisoformat(expected).replace(tzinfo=UTC),
        rough,
    )


@pytest.mark.parametrize(
    "text",
    [
        "1994-12-31T23:59:59Z",
        "2025-05-13T12:00:01Z",
        "5 May 2025 12:00:00 +1501",
        "2025-05-05T12:00:00-15:01",
        "2025-05-05 CEST",
        "2025-05-05T25:00Z",
        "2025-02-30",
        "5 May 1025",
        "5 Foo 2025",
        f"2025-05-05T12:00:00Z{'x' * 100}",
    ],
)
def test_a_date_that_cannot_be_true_is_dropped(text: str) -> None:
    assert parse_publication_date(text, NOW) == (None, False)


def test_the_bounds_move_with_the_time_of_the_poll() -> None:
    text = "2025-05-13T12:00:01Z"
    later = NOW + timedelta(seconds=1)
    assert parse_publication_date(text, later) == (
        datetime(2025, 5, 13, 12, 0, 1, tzinfo=UTC),
        False,
    )
