"""Marks the tests of this folder as journeys: each uses the whole delivery side of the bot."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks every test of this folder with the marker `journey`."""
    item.add_marker(pytest.mark.journey)
