"""Makes the fixtures of tests/rates (the shipped parties and ledger) available here."""

from tests.rates.conftest import ledger, parties, today

__all__ = ["ledger", "parties", "today"]
