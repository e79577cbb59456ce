"""A fake server of the live sources, its client, and the shipped reader of stories."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from bot.feeds.http.limits import FetchLimits
from bot.news.reader import Reader
from bot.sources.api_client import JsonApi
from tests import shipped
from tests.feeds.server import FeedServer, serving

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
def reader() -> Reader:
    return shipped.reader()
