"""A fresh database for each test that asks for it."""

from tests.store.conftest import address, blank_file, store

__all__ = ["address", "blank_file", "store"]
