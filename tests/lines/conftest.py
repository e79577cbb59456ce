from datetime import date

import pytest

from bot.lines.duties import LineDuties
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from tests import shipped


@pytest.fixture(scope="session")
def duties(ledger: Ledger) -> LineDuties:
    return LineDuties(ledger)


@pytest.fixture
def today() -> date:
    return date(2026, 11, 24)


@pytest.fixture(scope="session")
def real_book() -> RatesFiles:
    return shipped.book()
