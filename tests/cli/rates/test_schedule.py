"""The commands about the tariff schedule, run in this process."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result

from bot.rates.files.tariff_schedule import HEADER, LINES
from tests.cli import runner
from tests.rates.files.exports import export, row
from tests.shipped import CONFIG

BATTERIES = "8507.60.00"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The schedule in a copy of the config folder, which the commands then use. The copy has no
    cards, because reading them takes as long as reading the rates."""
    config = tmp_path / "config"
    shutil.copytree(CONFIG / "rates", config / "rates", ignore=shutil.ignore_patterns("cards"))
    shutil.copy(CONFIG / "parties.yaml", config)
    monkeypatch.setenv("TARIFFWIRE_CONFIG_DIR", str(config))
    return config / "rates" / "us-schedule"


def run(*arguments: str | Path) -> Result:
    return runner.run("schedule", *arguments)


def write(folder: Path, text: str) -> Path:
    path = folder.parents[1] / "export.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_is_shown_with_its_duties_and_lists() -> None:
    shown = run("show", BATTERIES, "--on", "2026-10-07")
    assert shown.exit_code == 0
    assert "base duty: 3.4%" in shown.output
    assert "us-cn-301-review-non-ev-batteries: in, since 1 Jan 2026" in shown.output
    assert "us-cn-301-list-4a" not in shown.output


def test_a_heading_shows_its_lines() -> None:
    shown = run("show", "8507")
    assert shown.exit_code == 0
    assert any(text.startswith(BATTERIES) for text in shown.output.splitlines())


@pytest.mark.parametrize("code", ["8507.6", "abc", "8507.61.00", "9998"])
def test_an_invalid_or_unknown_code_is_refused(code: str) -> None:
    shown = run("show", code)
    assert shown.exit_code == 1
    assert "tariffwire:" in shown.output


def test_an_import_shows_what_changes_and_writes_it(folder: Path) -> None:
    text = export(row("8450", 0), row("8450.11.00", 1, general="9%", other="40%"))
    place = write(folder, text)
    before = (folder / LINES).read_text("utf-8")

    tried = run("import", "--dry-run", place)
    assert "8450.11.00: base duty 1.4% -> 9%" in tried.output
    assert (folder / LINES).read_text("utf-8") == before

    done = run("import", "--revision", "2026 Rev. 22", place)
    assert done.exit_code == 0
    assert "84501100,9%" not in before
    assert "84501100,9%" in (folder / LINES).read_text("utf-8")
    assert 'revision: "2026 Rev. 22"' in (folder / HEADER).read_text("utf-8")
    assert "base duty: 9%" in run("show", "8450.11.00").output
    assert "nothing to write" in run("import", place).output


@pytest.mark.parametrize("cut", [1, 3, 60, 150])
def test_a_truncated_export_is_refused_and_changes_nothing(folder: Path, cut: int) -> None:
    text = export(row("8450", 0), row("8450.11.00", 1, general="9%")).rstrip()
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    refused = run("import", write(folder, text[:-cut]))
    assert refused.exit_code == 1
    assert "export.json:" in refused.output
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_an_export_that_lacks_many_lines_is_refused_unless_they_have_ended(folder: Path) -> None:
    rows = (row(f"{chapter:02d}01.10.00", general="1%") for chapter in range(1, 98))
    place = write(folder, export(*rows))
    before = (folder / LINES).read_bytes()
    refused = run("import", place)
    assert refused.exit_code == 1
    assert "nothing was changed" in refused.output
    assert (folder / LINES).read_bytes() == before
    assert run("import", "--many-ended", place).exit_code == 0
    assert len((folder / LINES).read_text("utf-8").splitlines()) == 98


def test_an_import_without_a_revision_says_which_one_stays(folder: Path) -> None:
    place = write(folder, export(row("8450.11.00", general="9%")))
    assert "! the revision stays 2026 Rev. 10" in run("import", place).output


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_a_private_address_is_refused(host: str) -> None:
    refused = run("import", "--dry-run", f"http://{host}/export.json")
    assert refused.exit_code == 1
    assert "TARIFFWIRE_ALLOWED_NETWORKS" in refused.output


def test_two_files_are_compared_and_an_export_equals_its_own_lines(folder: Path) -> None:
    other = write(folder, export(row("8450.11.00", general="9%")))
    shown = run("diff", folder / LINES, other)
    assert "8450.11.00: base duty 1.4% -> 9%" in shown.output
    assert "more lines" in shown.output
    assert run("diff", folder, folder / LINES).output == "no differences\n"


def test_a_missing_file_is_named() -> None:
    for arguments in (("import", "nowhere.json"), ("diff", "nowhere.json", "nowhere.csv")):
        missing = run(*arguments)
        assert missing.exit_code == 1
        assert "nowhere.json" in missing.output
