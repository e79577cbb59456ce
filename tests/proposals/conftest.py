"""The shipped parties and ledger, as the tests of rates have them."""

from tests.rates.conftest import ledger, parties, today

__all__ = ["ledger", "parties", "today"]
