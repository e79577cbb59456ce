"""The running bot reports its state, over HTTP and in Socket Mode, and in agreement with its
database."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.local_slack.server import Workspace
from bot.runtime.app import Application
from bot.runtime.settings import Settings
from bot.runtime.workers.release import run_release
from bot.runtime.workers.roles import WebApplication, WorkerApplication
from bot.store import tables
from bot.store.engine import Database
from tests.journeys.feed_server import FeedServer
from tests.journeys.workspace_reader import eventually
from tests.runtime.test_app import settings, workspace
from tests.shipped import open_config

__all__ = ["settings", "workspace"]

TOKEN = "a-token-for-prometheus"
Numbers = Mapping[tuple[str, str], float]


@pytest.fixture
async def outlets() -> AsyncIterator[FeedServer]:
    server = FeedServer()
    await server.start()
    server.publish("wire", "US raises tariff on steel from China to 50%")
    server.publish("court", "Court of appeals strikes down emergency tariffs")
    yield server
    await server.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@asynccontextmanager
async def running(
    settings: Settings, role: type[Application] = Application, **changes: Any
) -> AsyncIterator[str]:
    """Runs the bot; yields the address of its pages."""
    port = free_port()
    settings = settings.model_copy(update={"port": port, **changes})
    config = open_config(settings)
    app = role(settings, config, config.feeds)
    await app.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await app.stop()


async def get(address: str, token: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
        return answer.status, await answer.text()


async def get_json(address: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.json()


async def scrape(address: str) -> Numbers:
    """The samples by their names and the values of their labels, ordered by label."""
    status, text = await get(f"{address}/metrics", TOKEN)
    assert status == 200
    return {
        (
            sample.name.removeprefix("tariffwire_"),
            ",".join(dict(sorted(sample.labels.items())).values()),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def count(settings: Settings, column: Any, *conditions: Any) -> int:
    database = Database(settings.database)
    try:
        query = sa.select(sa.func.count(column)).where(*conditions)
        return int((await database.column(query))[0])
    finally:
        await database.close()


async def test_metrics_agree_with_the_database(settings: Settings, outlets: FeedServer) -> None:
    settings.feeds_path.write_text(outlets.yaml(), encoding="utf-8")
    changes: dict[str, Any] = {
        "poll_seconds": 0.5,
        "allowed_networks": (ip_network("127.0.0.0/8"),),
        "metrics_token": SecretStr(TOKEN),
    }
    row, story = tables.deliveries.c, tables.stories.c
    alerts = row.kind == DeliveryKind.ALERT
    async with running(settings, **changes) as address:

        async def are_sent() -> bool:
            return await count(settings, row.id, alerts, row.state == DeliveryState.SENT) == 2

        assert await eventually(are_sent)

        async def is_failing() -> bool:
            return (await scrape(address))[("feeds", "failing")] == 1

        outlets.answers["/court.rss"] = aiohttp.web.Response(status=503)
        assert await eventually(is_failing)
        numbers = await scrape(address)
    sent = await count(settings, row.id, row.state == DeliveryState.SENT, alerts)
    stories = await count(settings, story.id)
    assert numbers[("sends_total", "alert,sent")] == sent == 2
    assert numbers[("publication_to_post_seconds_count", "")] == sent
    assert stories == 2
    for topic in ("tariff", "court_ruling"):
        like = story.topics.like(f"% {topic} %")
        of_topic = await count(settings, story.id, like)
        assert numbers.get(("stories_total", topic), 0) == of_topic
        posted = [
            value
            for (name, labels), value in numbers.items()
            if name == "alerts_sent_total" and labels.endswith(f",{topic}")
        ]
        assert sum(posted) == of_topic
    assert numbers[("polls_total", "read")] >= 2
    assert numbers[("poll_failures_total", "http_503")] >= 1
    assert numbers[("slack_calls_total", "chat.postMessage")] >= sent
    assert numbers[("feeds", "ok")] == 1
    assert numbers[("database_up", "")] == 1
    assert numbers[("waiting_conversations", "")] == 0
    assert numbers[("rate_data_age_seconds", "US")] > 0
    assert numbers[("event_loop_delay_seconds_count", "")] >= 1


async def test_metrics_need_the_token(settings: Settings) -> None:
    async with running(settings) as address:
        assert (await get(f"{address}/metrics"))[0] == 404
    async with running(settings, metrics_token=SecretStr(TOKEN)) as address:
        assert (await get(f"{address}/metrics"))[0] == 401
        assert (await get(f"{address}/metrics", TOKEN[:-1]))[0] == 401
        numbers = await scrape(address)
        assert numbers[("http_requests_refused_total", "without_a_valid_token")] == 2


async def test_the_bot_says_whether_it_is_ready(settings: Settings) -> None:
    async with running(settings) as address:
        assert await get_json(f"{address}/healthz") == (200, {"ok": True})
        assert await get_json(f"{address}/readyz") == (200, {"ready": True})


async def test_feeds_that_do_not_answer_make_the_bot_not_ready(
    settings: Settings, outlets: FeedServer
) -> None:
    settings.feeds_path.write_text(outlets.yaml(), encoding="utf-8")
    await outlets.stop()
    changes: dict[str, Any] = {
        "poll_seconds": 0.5,
        "allowed_networks": (ip_network("127.0.0.0/8"),),
    }
    async with running(settings, **changes) as address:

        async def is_offline() -> bool:
            status, body = await get_json(f"{address}/readyz")
            return status == 503 and body["reasons"] == ["feeds_offline"]

        assert await eventually(is_offline)
        assert await get_json(f"{address}/healthz") == (200, {"ok": True})


async def test_socket_mode_has_the_pages_too(settings: Settings, workspace: Workspace) -> None:
    changes: dict[str, Any] = {
        "slack_app_token": SecretStr(workspace.app_token),
        "slack_signing_secret": None,
        "metrics_token": SecretStr(TOKEN),
    }
    async with running(settings, **changes) as address:
        assert await get_json(f"{address}/healthz") == (200, {"ok": True})
        assert await get_json(f"{address}/readyz") == (200, {"ready": True})
        assert (await scrape(address))[("database_up", "")] == 1
        await workspace.stop()

        async def is_cut_off() -> bool:
            _, body = await get_json(f"{address}/readyz")
            return "slack_not_connected" in body.get("reasons", ())

        assert await eventually(is_cut_off)


async def test_socket_mode_works_if_the_port_is_taken(
    settings: Settings, workspace: Workspace
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        changes: dict[str, Any] = {
            "slack_app_token": SecretStr(workspace.app_token),
            "slack_signing_secret": None,
            "port": taken.getsockname()[1],
        }
        async with running(settings, **changes):
            assert workspace.team is not None


@pytest.mark.postgres
async def test_web_and_workers_report_the_same_database(settings: Settings, postgres: str) -> None:
    changes: dict[str, Any] = {"database_url": postgres, "metrics_token": SecretStr(TOKEN)}
    await run_release(settings.model_copy(update=changes))
    database = Database(postgres)
    await database.change(sa.text("DELETE FROM procrastinate_workers"))
    await database.close()
    async with running(settings, WebApplication, **changes) as web:
        alone = {"ready": False, "reasons": ["no_worker"]}
        assert await get_json(f"{web}/readyz") == (503, alone)
        async with running(settings, WorkerApplication, **changes) as worker:

            async def is_ready() -> bool:
                return await get_json(f"{web}/readyz") == (200, {"ready": True})

            assert await eventually(is_ready)
            await _compare(web, worker)


async def _compare(web: str, worker: str) -> None:
    for address in (web, worker):
        assert await get_json(f"{address}/healthz") == (200, {"ok": True})
        assert await get_json(f"{address}/readyz") == (200, {"ready": True})

    async def do_agree() -> bool:
        # A message may be sent between the two.
        of_web, of_worker = await scrape(web), await scrape(worker)
        for name in ("feeds", "outbox_messages", "proposals", "waiting_conversations"):
            found = {key: value for key, value in of_web.items() if key[0] == name}
            assert found
            if found != {key: of_worker[key] for key in found}:
                return False
        return True

    assert await eventually(do_agree)
