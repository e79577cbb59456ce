"""`tariffwire export` writes what was known and sent in a period."""

import csv
import hashlib
import io
import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.delivery import DeliveryKind
from bot.store.evidence import PAGE
from tests.cli.evidence.conftest import Fill, Run
from tests.store.examples import NOON, TEAM, delivery, minutes, story
from tests.store.opened import Store

DAY = ("--from", "2025-05-12", "--to", "2025-05-12")
SENT = NOON + minutes(3)


async def _send_all(store: Store) -> None:
    ts = 0
    while claimed := await store.outbox.claim(NOON, 10, 60, updates=10):
        for each in claimed:
            ts += 1
            await store.outbox.confirm(each.id, f"{ts}.1", SENT)


async def _save(store: Store) -> None:
    await store.add_stories(
        story("a", title="=HYPERLINK(1)", text=" +1 duty", published=NOON - minutes(9)),
        story("b", event_id="a", seen_at=NOON + minutes(1), parties=("US", "CN")),
        story("early", seen_at=NOON - timedelta(days=1)),
        story("late", seen_at=NOON + timedelta(hours=12)),
    )
    await store.queue(
        delivery("a"),
        delivery("b", kind=DeliveryKind.FOLLOW_UP, event_id="a"),
        delivery("a", "C2", kind=DeliveryKind.DIGEST, event_id="", story_ids=("b", "gone")),
        delivery("x", "UOP", kind=DeliveryKind.NOTICE, event_id="", story_ids=()),
    )
    await _send_all(store)
    await store.queue(delivery("a", "C3"))
    await store.answers.add((TEAM, "C1"), "U1", "@us china", '{"answers": [1]}', NOON)
    await store.answers.add((TEAM, "C1"), "U1", "us", "{}", NOON + timedelta(days=1))


def _read(run: Run, *more: str) -> list[dict[str, Any]]:
    result = run("export", *DAY, "--format", "json", *more)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_records_of_the_period_are_exported(fill: Fill, run: Run) -> None:
    fill(_save)
    records = _read(run)
    assert [(each["record"], each.get("id")) for each in records if each["record"] == "story"] == [
        ("story", "a"),
        ("story", "b"),
    ]
    alerts = [each for each in records if each["record"] == "alert"]
    assert [(each["kind"], each["conversation"]) for each in alerts] == [
        ("alert", "C1"),
        ("follow_up", "C1"),
        ("digest", "C2"),
    ]
    assert [each["question"] for each in records if each["record"] == "answer"] == ["@us china"]


def test_each_record_says_what_was_known_when(fill: Fill, run: Run) -> None:
    fill(_save)
    story_record, _, alert, _, digest, answer = _read(run)
    published, seen, sent = (at.isoformat() for at in (NOON - minutes(9), NOON, SENT))
    assert (story_record["published"], story_record["seen"]) == (published, seen)
    assert story_record["title"] == "=HYPERLINK(1)"
    assert (alert["published"], alert["seen"], alert["sent"]) == (published, seen, sent)
    assert (alert["reason"], alert["team"]) == ("tariffs", TEAM)
    assert alert["ts"].endswith(".1")
    assert digest["story_ids"] == ["b", "gone"]
    assert [each["id"] for each in digest["stories"]] == ["b"]
    assert (answer["person"], answer["sent"]) == ("U1", NOON.isoformat())
    assert answer["answer"] == {"answers": [1]}


def test_each_record_has_the_hash_of_its_content(fill: Fill, run: Run) -> None:
    fill(_save)
    for record in _read(run):
        given = record.pop("sha256")
        whole = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert given == hashlib.sha256(whole.encode()).hexdigest()


def test_a_spreadsheet_runs_no_cell_as_a_formula(fill: Fill, run: Run) -> None:
    fill(_save)
    result = run("export", *DAY, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["record"] for row in rows] == ["story"] * 2 + ["alert"] * 3 + ["answer"]
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert rows[0]["text"] == "' +1 duty"
    assert rows[-1]["question"] == "'@us china"
    assert rows[1]["parties"] == "US CN"
    hashes = [record["sha256"] for record in _read(run)]
    assert [row["sha256"] for row in rows] == hashes
    for cell in (cell for row in rows for cell in row.values()):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_is_the_same_each_time(form: str, fill: Fill, run: Run, tmp_path: Path) -> None:
    fill(_save)
    first, second = tmp_path / "first", tmp_path / "second"
    for file in (first, second):
        result = run("export", *DAY, "--format", form, "--out", str(file))
        assert (result.exit_code, result.stdout) == (0, "")
        assert "exported 2 stories, 3 alerts, 1 answer" in result.stderr
    assert first.read_bytes() == second.read_bytes()
    assert first.read_text() == run("export", *DAY, "--format", form).stdout
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_more_records_than_a_page_are_exported_once(fill: Fill, run: Run) -> None:
    count = PAGE + 7

    async def save(store: Store) -> None:
        await store.add_stories(*(story(f"s{n:04}") for n in range(count)))
        for n in range(count):
            await store.answers.add((TEAM, "C1"), "U1", str(n), "{}", NOON)

    fill(save)
    records = _read(run)
    assert [each["id"] for each in records[:count]] == [f"s{n:04}" for n in range(count)]
    assert [each["question"] for each in records[count:]] == [str(n) for n in range(count)]


def test_an_export_never_overwrites_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("kept")
    result = run("export", *DAY, "--format", "csv", "--out", str(file))
    assert result.exit_code == 1
    assert "Name a new file" in result.stderr
    assert file.read_text() == "kept"


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2025-05-12", "--to", "2025-05-11", "--format", "csv"),
        ("--from", "May", "--to", "2025-05-11", "--format", "csv"),
        ("--from", "2025-05-12", "--format", "csv"),
    ],
)
def test_a_wrong_period_is_wrong_usage(words: tuple[str, ...], run: Run) -> None:
    assert run("export", *words).exit_code == 2
