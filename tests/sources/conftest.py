"""A fake server of the live sources, its client, and the shipped parties, ledger and topics."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.feeds.http.limits import FetchLimits
from bot.news.reader import Reader
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.runtime.config_loader import load_ledger, load_parties, load_status, load_topics
from bot.sources.api_client import JsonApi
from tests.feeds.server import FeedServer, serving

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMITS = FetchLimits(
    user_agent="Tariffwire/0 (+https://example.org)",
    deadline_s=5.0,
    allowed_networks=(ip_network("127.0.0.0/8"),),
)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def api() -> AsyncIterator[JsonApi]:
    client = JsonApi(LIMITS)
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture(scope="session")
def parties() -> Parties:
    return load_parties(CONFIG / "parties.yaml")


@pytest.fixture(scope="session")
def ledger(parties: Parties) -> Ledger:
    return load_ledger(CONFIG / "rates", parties)


@pytest.fixture(scope="session")
def reader(parties: Parties) -> Reader:
    return Reader(load_topics(CONFIG / "topics.yaml"), parties, load_status(CONFIG / "status.yaml"))
