"""The shipped parties and ledger; the fixtures are those of tests/rates."""

from tests.rates.conftest import ledger, parties, today

__all__ = ["ledger", "parties", "today"]
