"""Rows of a calendar: changes of one action on one day are one row, in short words."""

from datetime import date

import pytest

from bot.rates.calendar.upcoming import list_upcoming
from bot.rates.model.changes import Change, ChangeKind
from bot.rates.model.measure import DutyRate
from bot.render.dates.calendar_rows import build_calendar_rows, describe_short_change
from tests.slack.fakes import ledger
from tests.slack.samples import PARTIES


def test_the_rates_of_one_action_are_one_row_with_all_its_changes() -> None:
    items = list_upcoming(ledger(), date(2026, 12, 3), date(2026, 12, 4))
    row, floor = build_calendar_rows(items, PARTIES)
    assert (row.on, row.what, row.who, row.rate) == (
        date(2026, 12, 4),
        "polysilicon derivatives",
        "US on all",
        "10% to 15%",
    )
    assert len(row.items) == 3
    assert floor.rate == "varies"
    assert [*row.items, *floor.items] == list(items)


def test_every_change_of_the_ledger_is_in_one_row() -> None:
    items = list_upcoming(ledger(), date(2018, 1, 1), date(2031, 1, 1))
    rows = build_calendar_rows(items, PARTIES)
    assert sorted(map(str, items)) == sorted(str(one) for row in rows for one in row.items)
    assert all(row.what and " on " in row.who for row in rows)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(ChangeKind.BEGINS, DutyRate(banned=True)), "banned"),
        (Change(ChangeKind.ENDS, DutyRate(banned=True)), "ban ends"),
        (Change(ChangeKind.ANNOUNCED, DutyRate()), "rate not set"),
        (Change(ChangeKind.SUSPENSION_ENDS, DutyRate()), "suspension ends"),
        (Change(ChangeKind.MILESTONE, text="comments are due"), ""),
    ],
)
def test_a_change_without_a_percent_is_described(change: Change, expected: str) -> None:
    assert describe_short_change(change) == expected
