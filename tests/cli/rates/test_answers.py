"""Answers and calendars as JSON, as text and as calendar files."""

import json
from pathlib import Path
from typing import Any

from icalendar import Calendar

from tests.cli.runner import run
from tests.journeys.bot_process import environment


def output_of(folder: Path, *words: object) -> str:
    """The stdout of a command that must succeed."""
    done = run(*words, env=environment(folder))
    assert done.exit_code == 0, done.output
    return done.stdout


def answer_of(folder: Path, *words: object) -> dict[str, Any]:
    """The JSON object of a question that must be answered."""
    found: dict[str, Any] = json.loads(output_of(folder, "rate", *words, "--json"))
    return found


def test_rate_for_two_parties_prints_the_documented_json_object(tmp_path: Path) -> None:
    question = ("us", "china", "--on", "2025-05-20")
    found = answer_of(tmp_path, *question)
    assert set(found) == {"asked", "answers", "error"}
    assert found["asked"]["text"] == "us china"
    answer, back = found["answers"]
    assert (back["imposer"], back["partner"]) == ("CN", "US")
    keys = {
        "imposer",
        "partner",
        "on",
        "total_percent",
        "components",
        "checked",
        "warnings",
        "next",
    }
    assert keys <= answer.keys()
    reported = (answer["imposer"], answer["partner"], answer["on"], answer["total_percent"])
    assert reported == ("US", "CN", "2025-05-20", "30")
    component = {"measure", "percent", "legal_basis", "status", "from", "to", "source"}
    assert answer["components"]
    assert all(component <= each.keys() and each["source"] for each in answer["components"])
    assert "30%" in output_of(tmp_path, "rate", *question)
    assert answer_of(tmp_path, "us", "china", "--on", "2099-12-31")["answers"]


def test_rate_for_one_party_or_several_partners_prints_one_json_object(tmp_path: Path) -> None:
    pairs = [(row["imposer"], row["partner"]) for row in answer_of(tmp_path, "us")["answers"]]
    assert {("CN", "US"), ("US", "CN")} <= set(pairs)
    assert len(set(pairs)) == len(pairs)
    compared = answer_of(tmp_path, "us china vs vietnam")["answers"]
    assert [(row["imposer"], row["partner"]) for row in compared] == [("US", "CN"), ("US", "VN")]


def test_an_unknown_party_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    plain = run("rate", "us", "chinnx", env=environment(tmp_path))
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert "China" in plain.stderr
    done = run("rate", "us", "chinnx", "--json", env=environment(tmp_path))
    error = json.loads(done.stdout)["error"]
    assert (done.exit_code, error["thing"]) == (1, "chinnx")
    assert "China" in error["cure"]


def test_rate_lists_changes_from_a_day_on_and_for_goods(tmp_path: Path) -> None:
    def days(*words: str) -> list[dict[str, Any]]:
        found = answer_of(tmp_path, *words)
        assert found["answers"] == []
        rows: list[dict[str, Any]] = found["calendar"]
        return rows

    assert days("upcoming", "us", "--on", "2025-07-30")[0]["on"] == "2025-08-01"
    back = {row["on"] for row in days("changes", "--on", "2025-05-20")}
    assert back <= {f"2025-05-{day:02}" for day in range(1, 21)} | {
        f"2025-04-{day}" for day in range(21, 31)
    }
    goods = days("changes since 2025-01-01", "--product", "steel")
    of_steel = {row["measure"] for row in goods}
    assert {"Section 232 steel", "Fentanyl tariff on China"} <= of_steel
    assert not any("copper" in name or "lumber" in name for name in of_steel)


def test_upcoming_changes_are_listed_and_written_as_a_calendar(tmp_path: Path) -> None:
    command, file = ("rates", "upcoming", "china"), tmp_path / "china.ics"
    listed = output_of(tmp_path, *command, "--long").splitlines()
    items = [json.loads(line) for line in output_of(tmp_path, *command, "--json").splitlines()]
    assert len(items) == sum(not line.startswith("! ") for line in listed) > 0
    days = {item["on"] for item in items if "passed" not in item}
    printed = run(*command, "--ics", env=environment(tmp_path))
    assert output_of(tmp_path, *command, "--ics", file) == ""
    for content in (file.read_bytes(), printed.stdout_bytes):
        events = Calendar.from_ical(content).walk("VEVENT")
        # The file has all dates that are known, the list those of the next 60 days.
        assert {str(event.decoded("dtstart")) for event in events} >= days
    absent = tmp_path / "absent" / "x.ics"
    refused = run(*command, "--ics", absent, env=environment(tmp_path))
    assert refused.exit_code == 1
    assert "x.ics" in refused.stderr
