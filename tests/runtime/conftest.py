"""A fresh database for each test that asks for it."""

from tests.store.conftest import address, store

__all__ = ["address", "store"]
