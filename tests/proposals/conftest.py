"""Makes the day of tests/rates available here."""

from tests.rates.conftest import today

__all__ = ["today"]
