"""The calendar on a terminal, as JSON and as a file has the deadlines of official notices."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from bot.news.deadlines.model import DeadlineKind
from bot.text.dates import format_day
from tests.cli.rates.test_terminal import run_in_pipe
from tests.news.deadlines.made import deadline, notice
from tests.store.opened import open_store

SOON = (datetime.now(UTC) + timedelta(days=10)).date()


@pytest.fixture
def folder(blank_file: Path, tmp_path: Path) -> Path:
    """A folder with a database that has one notice."""

    async def fill() -> None:
        store = open_store(f"sqlite:///{shutil.copyfile(blank_file, tmp_path / 'tariffwire.db')}")
        closing = deadline(DeadlineKind.COMMENTS_CLOSE, SOON, at=time(17), zone="EST")
        await store.add_stories(notice("racks", closing, parties=("US", "FJ"), text="Steel racks."))
        await store.database.close()

    asyncio.run(fill())
    return tmp_path


def test_the_table_and_the_long_list_have_the_deadline(folder: Path) -> None:
    code, short, _ = run_in_pipe(folder, "rates", "upcoming", "fiji")
    assert code == 0
    [row] = [line for line in short.splitlines() if "Notice racks" in line]
    assert row.startswith(format_day(SOON))
    assert "Comments close, 17:00 EST" in row
    _, long, _ = run_in_pipe(folder, "rate", "upcoming fiji", "--long")
    assert f"{format_day(SOON)}: Comments close, 17:00 EST: Notice racks" in long
    assert f'"comments_close on {SOON}"' in long
    assert "https://gazette.example/racks" in long
    _, others, _ = run_in_pipe(folder, "rates", "upcoming", "mexico")
    assert "racks" not in others


def test_json_has_the_deadline_after_the_changes(folder: Path) -> None:
    _, printed, _ = run_in_pipe(folder, "rates", "upcoming", "--json")
    *changes, last = [json.loads(line) for line in printed.splitlines()]
    assert (last["deadline"], last["on"]) == ("comments_close", SOON.isoformat())
    assert all("measure" in one for one in changes)
    _, printed, _ = run_in_pipe(folder, "rate", "upcoming", "--json")
    assert json.loads(printed)["deadlines"] == [last]


def test_the_calendar_file_has_the_deadline(folder: Path) -> None:
    _, printed, _ = run_in_pipe(folder, "rates", "upcoming", "fiji", "--ics")
    events = Calendar.from_ical(printed).walk("VEVENT")
    [found] = [one for one in events if "Notice racks" in str(one["summary"])]
    assert found.decoded("dtstart") == SOON
