"""Approved rates are exported to one file; the loader merges it with the other rates files."""

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.rates.export import format_approved
from bot.errors import ConfigError
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.overlay import build_overlay
from bot.rates.files.validate import RatesFiles
from bot.rates.model.measure import Scope, Source
from bot.runtime.config.loader import load_approved, load_book
from tests import shipped
from tests.shipped import CONFIG, PARTIES

BOOK = shipped.book()
SHIPPED = shipped.ledger()
DECEMBER = date(2026, 12, 1)

# bot.proposals.approval.terms removes control characters from notes, so none are drawn here.
NOTES = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)


def amendment(key: str, **changes: Any) -> Amendment:
    given = {
        "id": key,
        "imposer": "US",
        "measure": "us-232-steel",
        "percent": Decimal("62.5"),
        "from_": DECEMBER,
        "source": Source(text='The "Wire": 1, {2}', url="https://wire.example/1"),
        "published": date(2026, 11, 25),
        "note": "Mind: #1 & 'that'.",
        "approved_by": "ana",
        "approved_on": date(2026, 11, 25),
    }
    return Amendment.model_validate(given | changes)


SEVERAL = [
    amendment("a1"),
    amendment("a2", measure="us-cn-301-forced-labor", percent=Decimal(40)),
    amendment("a3", measure="us-cn-301-forced-labor", from_=date(2027, 2, 1), percent=Decimal(60)),
    amendment(
        "a4",
        measure="",
        # Norway, because YAML 1.1 reads an unquoted NO as false.
        partners=("NO",),
        scope=Scope(goods=("cars",), hs=("8703",)),
        covers="cars",
        name="Section 338: cars, Norway",
        legal_basis="Section 338",
    ),
    amendment("a5", imposer="CN", measure="cn-us-2025-universal", percent=Decimal(34)),
    amendment("a6", measure="us-cn-ieepa-reciprocal", percent=Decimal(30)),
]


def load_with(folder: Path, text: str) -> RatesFiles:
    """The shipped files with an `approved.yaml` of this text, which is written to `folder`."""
    (folder / "approved.yaml").write_text(text, encoding="utf-8")
    return load_approved(folder, BOOK, PARTIES).book


def test_several_approvals_are_loaded_again(tmp_path: Path) -> None:
    laid = build_overlay(BOOK, SEVERAL, PARTIES)
    assert laid.applied == tuple(SEVERAL)
    assert load_with(tmp_path, format_approved(*SEVERAL)) == laid.book


def test_percents_are_written_as_numbers_and_days_as_dates() -> None:
    lines = format_approved(SEVERAL[0], SEVERAL[1]).splitlines()
    assert "  percent: 62.5" in lines
    assert "  percent: 40" in lines
    assert "  from: 2026-12-01" in lines


@settings(max_examples=10, deadline=None)
@given(data=st.data(), days=st.integers(0, 800), note=NOTES)
def test_any_loaded_export_gives_the_same_ledger(
    data: st.DataObject, days: int, note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(SHIPPED.measures), min_size=1, max_size=3))
    percents = st.decimals(0, 1000, places=2)
    made = [
        amendment(
            f"a{number}",
            imposer=measure.imposer,
            measure=measure.id,
            percent=data.draw(percents),
            from_=DECEMBER + timedelta(days=days + number),
            note=note,
        )
        for number, measure in enumerate(chosen)
    ]
    laid = build_overlay(BOOK, made, PARTIES)
    folder = tmp_path_factory.mktemp("config")
    (folder / "approved.yaml").write_text(format_approved(*laid.applied), encoding="utf-8")
    assert load_approved(folder, BOOK, PARTIES) == laid


def test_an_approval_in_the_exported_file_is_not_applied_again(tmp_path: Path) -> None:
    loaded = load_with(tmp_path, format_approved(*SEVERAL))
    again = build_overlay(loaded, SEVERAL, PARTIES)
    assert (again.applied, again.left_out, again.book) == ((), (), loaded)


def test_a_row_corrected_by_a_reviewer_is_not_applied_again(tmp_path: Path) -> None:
    text = format_approved(SEVERAL[0]).replace("percent: 62.5", "percent: 60")
    loaded = load_with(tmp_path, text)
    assert build_overlay(loaded, SEVERAL[:1], PARTIES).book == loaded


def test_a_row_moved_into_the_importing_countrys_file_is_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "rates"
    # Without the cards, because reading them takes as long as reading the rates.
    shutil.copytree(CONFIG / "rates", folder, ignore=shutil.ignore_patterns("cards"))
    file = folder / "us.yaml"
    period = '{from: 2026-12-01, percent: 40, status: in_force, source: approved-a2, note: ""}'
    text = file.read_text(encoding="utf-8")
    text = text.replace("\nsources:\n", "\nsources:\n  approved-a2: {text: Wire}\n", 1)
    row = "{partner: CN, rates: {action: 12.5}"
    assert text.count(row) == 1
    file.write_text(text.replace(row, f"{row}, periods: [{period}]"), encoding="utf-8")
    moved = load_book(folder, PARTIES)
    (folder / "approved.yaml").write_text(format_approved(SEVERAL[1]), encoding="utf-8")
    assert load_book(folder, PARTIES) == moved


ROW = """approved:
- id: a1
  imposer: US
  measure: us-232-steel
  percent: 62.5
  from: 2026-12-01
  source: {text: Wire}
  published: 2026-11-25
  approved_by: ana
  approved_on: 2026-11-25
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "cause"),
    [
        ("percent: 62.5", "percent: lots", 5, "approved.0.percent", "number"),
        ("  percent: 62.5\n", "", 2, "approved.0.percent", "missing"),
        ("  from: 2026-12-01", "  form: 2026-12-01", 2, "approved.0.from", "missing"),
        ("imposer: US", "imposer: BR", 2, "approved.0", "no file for BR"),
        ("us-232-steel", "us-gone", 2, "approved.0", "no measure 'us-gone'"),
        ("from: 2026-12-01", "from: 2025-06-04", 2, "approved.0", "already begins on 4 Jun 2025"),
        ("  measure: us-232-steel\n", "", 2, "approved.0", "needs a name"),
        ("approved_on: 2026-11-25\n", f"approved_on: 2026-11-25\n{ROW[10:]}", 11, "approved.1", ""),
    ],
)
def test_an_invalid_row_is_refused_with_its_line(
    old: str, new: str, line: int, key: str, cause: str, tmp_path: Path
) -> None:
    assert old in ROW
    with pytest.raises(ConfigError) as refused:
        load_with(tmp_path, ROW.replace(old, new))
    error = refused.value
    assert (error.file, error.line, error.key) == (str(tmp_path / "approved.yaml"), line, key)
    assert cause in error.cause
