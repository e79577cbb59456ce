"""Errors in files of cards name the file, the line and the key."""

import shutil
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.parties import Parties
from bot.runtime.config.loader import load_ledger
from tests.shipped import CONFIG

RATES = """imposer: US
coverage:
- {partners: [WORLD], since: 2018-01-01, checked: 2026-10-02}
bases:
  Section 700: [section 700]
sources:
  order: {text: "Order of 2025-02-01"}
measures:
- id: us-a
  partners: [CN]
  name: A duty
  legal_basis: Section 700
  covers: all goods
  periods:
  - {from: 2025-03-04, percent: 20, status: in_force, source: order}
"""
EVENTS = """legal:
- id: ruling
  on: 2026-02-20
  body: A court
  case: A v. B
  what: It decides.
  effect: upheld
  affects: [us-a]
  source: {text: Slip}
- id: appeal
  on: 2026-03-20
  body: A court
  case: A v. B
  what: It hears.
  effect: argued
  source: {text: Slip}
talks: []
"""
FIRST = """cards:
- id: section-700
  title: Section 700
  group: Laws
  what: A law.
  source: {text: Act}
  as_of: 2026-10-02
  bases: [Section 700]
- id: section-700-cars
  title: Section 700 on cars
  group: Laws
  law: section-700
  what: A part.
  source: {text: Act}
  as_of: 2026-10-02
  measures: [us-a]
"""
CARD = """cards:
- id: gazette-1
  title: First gazette
  names: [gazette act, section 777]
  group: Laws
  what: A law.
  source: {text: Gazette}
  as_of: 2026-10-02
  bases: [Section 700]
  measures: [us-a]
  rows: [{what: Steel, measures: [us-a]}]
  events: [ruling]
  see: [section-700]
  law: section-700
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger with one measure, two events and two cards."""
    for name in ("goods.yaml", "mfn.yaml"):
        shutil.copy(CONFIG / "rates" / name, tmp_path)
    (tmp_path / "us.yaml").write_text(RATES, encoding="utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "first.yaml").write_text(FIRST, encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "cards" / "zz.yaml").write_text(text, encoding="utf-8")


def test_a_card_with_valid_references_is_found_by_name(folder: Path, parties: Parties) -> None:
    write(folder, CARD)
    cards = load_ledger(folder, parties).cards
    assert cards.find("section 777") == "gazette-1"
    assert cards.by_id["gazette-1"] in cards.list_parts("section-700")


@pytest.mark.parametrize(
    ("old", "new", "line", "cause"),
    [
        ("  group: Laws", "  economies: [JP, XX]\n  group: Laws", 5, "no economy is called 'XX'"),
        ("bases: [Section 700]", "bases: [Section 999]", 9, "no legal basis is called"),
        ("  measures: [us-a]", "  measures: [us-nothing]", 10, "no measure is called"),
        ("Steel, measures: [us-a]", "Steel, measures: [us-no]", 11, "no measure is called"),
        ("[ruling]", "[no-ruling]", 12, "no legal event is called"),
        ("see: [section-700]", "see: [no-card]", 13, "no card is called"),
        ("  law: section-700\n", "  law: no-card\n", 14, "no card is called"),
        ("  law: section-700\n", "  law: section-700-cars\n", 14, "is itself a part of"),
        ("section 777", "section 700", 4, "is a name of 'section-700' too"),
        ("section 777", "'?!'", 4, "has no words"),
        ("id: gazette-1", "id: section-700", 2, "is given twice"),
        ("title: First gazette", "title: Section 700", 3, "is a name of 'section-700' too"),
        ("as_of: 2026-10-02", "as_of: soon", 8, "not a day"),
        ("  source: {text: Gazette}\n", "", 2, "is missing"),
    ],
)
def test_a_mistake_is_located(
    folder: Path, parties: Parties, old: str, new: str, line: int, cause: str
) -> None:
    assert old in CARD
    write(folder, CARD.replace(old, new))
    with pytest.raises(ConfigError) as raised:
        load_ledger(folder, parties)
    assert str(folder / "cards" / "zz.yaml") in str(raised.value)
    assert f":{line}" in str(raised.value)
    assert cause in str(raised.value)


def test_the_same_card_twice_in_a_file_is_a_mistake(folder: Path, parties: Parties) -> None:
    write(folder, f"{CARD}{CARD.removeprefix('cards:').lstrip()}")
    with pytest.raises(ConfigError, match="'gazette-1' is given twice"):
        load_ledger(folder, parties)


def test_a_part_of_a_card_is_not_named_as_a_related_card_too(
    folder: Path, parties: Parties
) -> None:
    whole = CARD.replace("see: [section-700]", "see: [part-1]").replace("  law: section-700\n", "")
    part = "{id: part-1, title: Part, law: gazette-1, group: Laws, what: A part., events: [ruling]"
    write(folder, f"{whole}- {part}, source: {{text: Act}}, as_of: 2026-10-02}}\n")
    with pytest.raises(ConfigError, match=r":13.*'part-1' is a part of this card"):
        load_ledger(folder, parties)


def test_an_id_of_an_event_is_used_once(folder: Path, parties: Parties) -> None:
    events = folder / "events.yaml"
    text = events.read_text(encoding="utf-8").replace("id: appeal", "id: ruling")
    events.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="'ruling' is given twice"):
        load_ledger(folder, parties)


def test_a_folder_without_cards_is_read(folder: Path, parties: Parties) -> None:
    shutil.rmtree(folder / "cards")
    ledger = load_ledger(folder, parties)
    assert ledger.cards.all == ()
    assert ledger.cards.find("section 700") is None
