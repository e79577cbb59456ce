"""Operators who get the notices of a database."""

import pytest

from tests.alerts.watch.operators import Operators
from tests.store.opened import Store


@pytest.fixture
def operators(store: Store) -> Operators:
    return Operators(store)
