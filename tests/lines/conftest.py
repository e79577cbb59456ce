from datetime import date
from pathlib import Path

import pytest

from bot.lines.duties import LineDuties
from bot.parties import Parties
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.runtime.config_loader import load_book, load_ledger, load_parties

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="session")
def parties() -> Parties:
    return load_parties(CONFIG / "parties.yaml")


@pytest.fixture(scope="session")
def ledger(parties: Parties) -> Ledger:
    return load_ledger(CONFIG / "rates", parties)


@pytest.fixture(scope="session")
def duties(ledger: Ledger) -> LineDuties:
    return LineDuties(ledger)


@pytest.fixture
def today() -> date:
    return date(2026, 11, 24)


@pytest.fixture(scope="session")
def real_book(parties: Parties) -> RatesFiles:
    return load_book(CONFIG / "rates", parties)
