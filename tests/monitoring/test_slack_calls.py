"""Calls of Slack's Web API are counted with their errors, and stay readable for the client."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.monitoring.metrics import Metrics
from bot.monitoring.slack_calls import SlackCallCounter


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def answer(request: web.Request) -> web.Response:
        kind = request.query.get("kind", "")
        if kind == "html":
            return web.Response(text="<html>", status=502)
        if kind == "limited":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429)
        return web.json_response({"ok": not kind, "error": kind or None})

    application = web.Application()
    application.router.add_route("*", "/api/{method}", answer)
    running = TestServer(application)
    await running.start_server()
    yield running
    await running.close()


@pytest.fixture
async def session(metrics: Metrics) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(middlewares=[SlackCallCounter(metrics)]) as opened:
        yield opened


def errors(metrics: Metrics, method: str) -> dict[str, float]:
    return {
        sample.labels["code"]: sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "tariffwire_slack_errors_total" and sample.labels["method"] == method
    }


async def test_each_call_is_counted_with_its_error(
    metrics: Metrics, server: TestServer, session: aiohttp.ClientSession
) -> None:
    url = server.make_url("/api/chat.postMessage")
    for kind in ("", "limited", "html", "is_archived", "Bad <code> \n", ""):
        async with session.post(url.with_query(kind=kind)) as answer:
            assert await answer.text()
    calls = metrics.registry.get_sample_value(
        "tariffwire_slack_calls_total", {"method": "chat.postMessage"}
    )
    assert calls == 6
    assert errors(metrics, "chat.postMessage") == {
        "ratelimited": 1,
        "http_502": 1,
        "is_archived": 1,
        "other": 1,
    }


async def test_other_requests_are_not_counted(
    metrics: Metrics, server: TestServer, session: aiohttp.ClientSession
) -> None:
    async with session.get(server.make_url("/api/lines.xlsx")) as answer:
        assert answer.status == 200
    async with session.post(server.make_url("/api/upload")) as answer:
        assert answer.status == 200
    assert metrics.registry.get_sample_value("tariffwire_slack_calls_total") is None
    assert errors(metrics, "lines.xlsx") == {}


async def test_a_call_without_a_response_is_an_error(
    metrics: Metrics, server: TestServer, session: aiohttp.ClientSession
) -> None:
    url = server.make_url("/api/auth.test")
    await server.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(url)
    assert errors(metrics, "auth.test") == {"no_response": 1}
