"""`tariffwire lines` imports, shows, exports and removes lists of tariff lines."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result

from bot.alerts.subscriptions.criteria import Criteria
from bot.store.installations import Installations
from bot.store.owner import MANY_WORKSPACES, Owner, assign_database
from bot.store.token_cipher import TokenCipher, make_key
from tests.cli import runner
from tests.cli.evidence.conftest import many
from tests.store.examples import NOON, subscription
from tests.store.opened import open_store
from tests.store.test_installations import installation

__all__ = ["many"]

CSV = "code,origin,label\n8507.60.00,CN,batteries\n0101.21.00,Germany,=1+1\n"
Run = Callable[..., Result]


async def _assign(address: str, team: str) -> None:
    store = open_store(address)
    await assign_database(store.database, Owner(team), NOON)
    await store.database.close()


@pytest.fixture
def address(blank_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = f"sqlite:///{shutil.copyfile(blank_file, tmp_path / 'bot.db')}"
    monkeypatch.setenv("DATABASE_URL", found)
    monkeypatch.setenv("TARIFFWIRE_DATA_DIR", str(tmp_path))
    return found


@pytest.fixture
def run(address: str) -> Run:
    asyncio.run(_assign(address, "T1"))

    def run(*words: str, text: str = "", code: int = 0) -> Result:
        result = runner.run("lines", *words, text=text)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "lines.csv"
    path.write_text(CSV)
    return str(path)


def show(run: Run, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in run("show", *words, "--json").stdout.splitlines()]


def test_a_file_is_imported_and_shown(run: Run, file: str) -> None:
    assert "2 added; 2 lines" in run("import", file, "--channel", "C1A").stdout
    rows = show(run, "--channel", "C1A")
    assert [(one["code"], one["origin"], one["label"]) for one in rows] == [
        ("8507.60.00", "CN", "batteries"),
        ("0101.21.00", "DE", "=1+1"),
    ]
    assert all("%" in one["duty"]["text"] for one in rows)  # type: ignore[index]
    shown = run("show", "--channel", "C1A", "--sort", "label")
    assert shown.stdout.splitlines()[0].split()[:2] == ["HTS", "code"]
    assert "Checked" in shown.stderr
    assert "ago" in shown.stderr
    assert len(show(run, "--channel", "C1A", "--origin", "Germany")) == 1
    assert len(show(run, "--channel", "C1A", "--find", "8507")) == 1


def test_an_import_names_the_columns_and_says_once_what_is_not_checked(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("HTS,HS code,Origin\n8507.60.00.99,8507.60,CN\n0101.21.00.98,0101.21,DE\n")
    said = run("import", str(path), "--channel", "C1A").stderr
    assert all(name in said for name in ("'HTS'", "'HS code'", "'Origin'"))
    for text in (said, run("show", "--channel", "C1A").stderr):
        assert text.count("10-digit") == 1


def test_a_dry_run_saves_nothing(run: Run, file: str) -> None:
    assert "2 added" in run("import", file, "--user", "U1A", "--dry-run").stdout
    assert show(run, "--user", "U1A") == []


def test_a_second_import_says_what_to_do_with_the_list(run: Run, file: str) -> None:
    run("import", file, "--user", "U1A")
    assert "--add or --replace" in run("import", file, "--user", "U1A", code=1).stderr
    added = run("import", "-", "--user", "U1A", "--add", text="6109.10.00 VN shirts\n")
    assert "1 added; 3 lines" in added.stdout
    replaced = run("import", "-", "--user", "U1A", "--replace", text="8507.60.00 CN cells\n")
    assert "2 removed, 1 relabeled; 1 line in the list" in replaced.stdout


def test_wrong_rows_stop_the_import_unless_they_are_skipped(run: Run) -> None:
    text = "8507.60.00 CN batteries\n8507.60.99 CN\n8507.60.00 Chian\n"
    refused = run("import", "-", "--channel", "C1A", text=text, code=1)
    assert "8507.60.99 is not in the tariff schedule. Similar codes" in refused.stderr
    assert "China" in refused.stderr
    assert show(run, "--channel", "C1A") == []
    run("import", "-", "--channel", "C1A", "--skip-wrong", text=text)
    assert len(show(run, "--channel", "C1A")) == 1


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_export_is_read_back(run: Run, file: str, tmp_path: Path, ending: str) -> None:
    run("import", file, "--channel", "C1A")
    out = tmp_path / f"out.{ending}"
    run("export", str(out), "--channel", "C1A")
    again = run("import", str(out), "--channel", "C1A", "--replace").stdout
    assert "nothing changes; 2 lines" in again
    if ending == "xlsx":
        rows = list(openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True))
        assert rows[1][:3] == ("8507.60.00", "China", "batteries")
        assert rows[2][2] == "'=1+1"
    else:
        assert ",'=1+1," in out.read_text("utf-8-sig")


@pytest.mark.usefixtures("many")
def test_lists_of_others_are_not_shown(
    run: Run, file: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def install() -> None:
        store = open_store(address)
        await assign_database(store.database, MANY_WORKSPACES, NOON)
        installations = Installations(store.database, TokenCipher([make_key()]))
        for team in ("T0ONE", "T0TWO"):
            await installations.save(installation(team))
        await store.database.close()

    assert "T1" in run("show", "--user", "U1A", "--team", "T0ONE", code=1).stderr
    asyncio.run(install())
    assert "--team" in run("show", "--user", "U1A", code=1).stderr
    assert "T0NONE" in run("show", "--user", "U1A", "--team", "T0NONE", code=1).stderr
    run("import", file, "--channel", "C1A", "--team", "T0TWO")
    assert len(show(run, "--channel", "C1A", "--team", "T0TWO")) == 2
    assert show(run, "--channel", "C2A", "--team", "T0TWO") == []
    monkeypatch.setenv("TARIFFWIRE_HOME_TEAM", "T0ONE")
    assert show(run, "--channel", "C1A") == []


def test_a_list_is_removed(run: Run, file: str) -> None:
    run("import", file, "--channel", "C1A")
    removed = run("remove", "--channel", "C1A")
    assert "removed 2 lines" in removed.stdout
    assert "subscription" not in removed.output
    assert show(run, "--channel", "C1A") == []


def test_the_removal_names_the_subscriptions_that_send_nothing_then(
    run: Run, file: str, address: str
) -> None:
    async def subscribe() -> None:
        store = open_store(address)
        mine = Criteria(only_my_lines=True)
        await store.subscriptions.add(subscription("C1A", team="T1", criteria=mine))
        await store.database.close()

    run("import", file, "--channel", "C1A")
    asyncio.run(subscribe())
    assert "1 subscription to only these lines" in run("remove", "--channel", "C1A").output


@pytest.mark.parametrize(
    "words",
    [
        ["show"],
        ["show", "--user", "U1A", "--team", "home"],
        ["show", "--channel", "C1A", "--user", "U1A"],
        ["show", "--channel", "general"],
        ["show", "--user", "C1A"],
        ["export", "out.pdf", "--user", "U1A"],
    ],
)
def test_wrong_usage_is_refused(run: Run, words: list[str]) -> None:
    run(*words, code=2)


@pytest.mark.parametrize(
    ("name", "size", "cause"),
    [
        ("lines.xls", 10, "Excel before 2007"),
        ("lines.xlsm", 10, "macros"),
        ("lines.csv", 50_000_000, "50.0 MB"),
        ("lines.csv", None, "No such file"),
        ("lines.xlsx", 10, "not a text file"),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    run: Run, tmp_path: Path, name: str, size: int | None, cause: str
) -> None:
    path = tmp_path / name
    if size is not None:
        with path.open("wb") as made:
            # A sparse file, which takes no time to write.
            made.truncate(size)
    assert cause in run("import", str(path), "--user", "U1A", code=1).stderr


def test_a_database_of_no_workspace_is_refused(address: str) -> None:
    result = runner.run("lines", "show", "--user", "U1A")
    assert result.exit_code == 1
    assert "tariffwire run" in result.stderr


def test_an_unknown_origin_is_named(run: Run) -> None:
    assert "China" in run("show", "--user", "U1A", "--origin", "Chian", code=1).stderr
