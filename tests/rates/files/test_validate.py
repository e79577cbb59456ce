"""Errors in ledger files name the file, the line and the key."""

import shutil
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.parties import Parties
from bot.runtime.config.loader import load_ledger
from tests.shipped import CONFIG

MINIMAL = """imposer: US
coverage:
- {partners: [WORLD], since: 2018-01-01, checked: 2026-10-02}
sources:
  order: {text: "Order of 2025-02-01"}
measures:
- id: us-x
  partners: [CN]
  name: A duty
  legal_basis: IEEPA
  covers: all goods
  general: true
  verified_as_of: 2026-10-02
  periods:
  - {from: 2025-02-04, to: 2025-03-03, percent: 10, status: expired, source: order}
  - {from: 2025-03-04, percent: 20, status: in_force, source: order}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger with one measure and no events."""
    shutil.copy(CONFIG / "rates" / "goods.yaml", tmp_path)
    shutil.copy(CONFIG / "rates" / "mfn.yaml", tmp_path)
    (tmp_path / "events.yaml").write_text("legal: []\ntalks: []\n", encoding="utf-8")
    (tmp_path / "us.yaml").write_text(MINIMAL, encoding="utf-8")
    return tmp_path


def test_a_valid_ledger_is_read(folder: Path, parties: Parties) -> None:
    ledger = load_ledger(folder, parties)

    assert [measure.id for measure in ledger.get_pair("US", "CN").measures] == ["us-x"]


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "cause"),
    [
        ("to: 2025-03-03", "to: 2025-03-04", 16, "periods.1.from", "overlaps the period"),
        ("to: 2025-03-03, ", "", 16, "periods.1.from", "overlaps the period"),
        ("from: 2025-03-04", "from: 2025-02-01", 16, "periods.1.from", "does not come after"),
        ("to: 2025-03-03", "to: 2025-02-01", 15, "periods.0.to", "comes before 2025-02-04"),
        ("source: order}\n  - ", "source: ordr}\n  - ", 15, "periods.0.source", "'ordr'"),
        ("source: order}\n  - ", "source: []}\n  - ", 15, "periods.0.source", "has no source"),
        (", source: order}\n  - ", "}\n  - ", 15, "periods.0.source", "is missing"),
        ("from: 2025-02-04", "from: 2025-02-04T10:00:00", 15, "periods.0.from", "not a day"),
        ("from: 2025-02-04", "from: 20250204", 15, "periods.0.from", "not a day"),
        ("percent: 10", "percent: 10000", 15, "periods.0.percent", "less than"),
        ("percent: 10, ", "", 15, "periods.0", "has no percent"),
        ("percent: 10", "percent: 10, banned: true", 15, "periods.0", "is a ban and has a percent"),
        ("percent: 10", "percent: 10, excluded_by: [us-y]", 15, "excluded_by", "called 'us-y'"),
        (
            "covers",
            "exempt: [{scope: {hs: ['72']}, why: listed, partners: [XX]}]\n  covers",
            11,
            "exempt.0.partners",
            "no economy is called 'XX'",
        ),
        ("imposer: US", "imposer: US\nclock: {zone: Mars}", 2, "clock.zone", "is not a time zone"),
        ("partners: [CN]", "partners: [XX]", 8, "measures.0.partners", "no economy"),
        (
            "covers",
            "excluded_by: [us-y]\n  covers",
            11,
            "excluded_by",
            "no measure is called 'us-y'",
        ),
        ("covers", "scope: {goods: [stel]}\n  covers", 11, "scope.goods", "'stel'"),
        ("general: true", "genral: true", 12, "measures.0.genral", "unknown key"),
        ("imposer: US", "imposer: UX", 1, "imposer", "no economy is called 'UX'"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    old: str, new: str, line: int, key: str, cause: str, folder: Path, parties: Parties
) -> None:
    assert old in MINIMAL
    (folder / "us.yaml").write_text(MINIMAL.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        load_ledger(folder, parties)

    assert refused.value.file == str(folder / "us.yaml")
    assert refused.value.line == line
    assert key in refused.value.key
    assert cause in refused.value.cause


def test_a_duplicate_id_in_another_file_is_refused(folder: Path, parties: Parties) -> None:
    other = MINIMAL.replace("imposer: US", "imposer: CA")
    (folder / "ca.yaml").write_text(other, encoding="utf-8")

    with pytest.raises(ConfigError, match="given twice"):
        load_ledger(folder, parties)


def test_a_rule_that_contradicts_itself_is_refused(folder: Path, parties: Parties) -> None:
    second = MINIMAL[MINIMAL.index("- id: us-x") :].replace("us-x", "us-y")
    rules = "excluded_by: [us-x]\n  adds_to: [us-x]\n  covers"
    text = MINIMAL + second.replace("covers", rules)
    (folder / "us.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match="cannot both exclude"):
        load_ledger(folder, parties)


def test_charged_before_must_be_earlier_than_the_first_rate(folder: Path, parties: Parties) -> None:
    late = MINIMAL.replace("  covers", "  charged_since: 2031-01-01\n  covers", 1)
    (folder / "us.yaml").write_text(late, encoding="utf-8")

    with pytest.raises(ConfigError, match="is not before the first rate that is known"):
        load_ledger(folder, parties)


def test_an_event_about_an_unknown_measure_is_refused(folder: Path, parties: Parties) -> None:
    (folder / "events.yaml").write_text(
        "legal:\n- on: 2025-05-28\n  body: Court\n  case: A v. B\n  what: Void.\n"
        "  effect: struck_down\n  affects: [us-z]\n  source: {text: Slip Op.}\ntalks: []\n",
        encoding="utf-8",
    )

    with pytest.raises(ConfigError) as refused:
        load_ledger(folder, parties)

    assert (Path(refused.value.file).name, refused.value.line) == ("events.yaml", 7)


def test_a_schedule_whose_row_lacks_a_rate_is_refused(folder: Path, parties: Parties) -> None:
    schedule = (
        "schedules:\n- id: us-s\n  row_id: us-{partner}-s\n  name: S\n  legal_basis: IEEPA\n"
        "  covers: all\n  columns:\n"
        "    first: {from: 2025-01-01, status: in_force, source: order}\n"
        "  rows:\n  - {partner: JP, rates: {first: 10}}\n  - {partner: KR}\n"
    )
    (folder / "us.yaml").write_text(MINIMAL + schedule, encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        load_ledger(folder, parties)

    assert "KR has no rate for 'first'" in refused.value.cause
    assert refused.value.line == 27
