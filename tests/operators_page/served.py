"""The operators' page on loopback with a real database, filled with hostile texts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.alerts.delivery import DeliveryState
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState
from bot.feeds.polling.poller import Poller
from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejections
from bot.http_server.server import HttpServer
from bot.monitoring.backlog import DatabaseFacts
from bot.monitoring.redaction import Redactor
from bot.news.state import EventState, EventStatus
from bot.operators_page.access import OperatorAccess
from bot.operators_page.rendering import PageRenderer
from bot.operators_page.routes import READ_S, OperatorsPage
from bot.readiness import NotReady, Readiness
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.status.facts import DatabaseFactsReader
from bot.runtime.status.overview import OverviewReader
from bot.store.upgrade import upgrade
from tests.store.examples import NOON, delivery, feed, minutes, story
from tests.store.opened import Store, open_store
from tests.store.test_proposals import audit_entry, decision, proposal

TOKEN = "a-token-for-operators"
HOSTILE = '<script>document.title="taken"</script><img src=x onerror=alert(1)>"\'{{7*7}}\u202eevil'
LONG = "Zollerhöhungsverordnungsänderungsgesetz" * 12
SECRET = "xoxb-1-2-abcdef"


@dataclass
class ServedPage:
    """The address of the page, its database and its clock's time."""

    address: str
    store: Store
    readiness: Readiness
    rejections: Rejections

    async def get(self, path: str = "", cookie: str = "") -> tuple[int, str]:
        """The status and the text of a page, without following redirects."""
        headers = {"Cookie": cookie} if cookie else {}
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.address + path, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.text()

    async def log_in(self, token: str = TOKEN, **headers: str) -> aiohttp.ClientResponse:
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.address}/login",
                data={"token": token},
                headers=headers,
                allow_redirects=False,
            ) as answer,
        ):
            await answer.read()
            return answer

    async def open_session(self) -> str:
        """The Cookie header of a new session."""
        answer = await self.log_in()
        [cookie] = answer.cookies.values()
        return f"{cookie.key}={cookie.value}"


def list_feeds() -> list[Feed]:
    return [
        feed("wire"),
        feed("hostile", title=HOSTILE, url="https://user:hunter22@hostile.example/rss?key=abc"),
        feed("long", title=LONG[:200]),
        feed("off", enabled=False),
        *(feed(f"z{number:03}") for number in range(60)),
    ]


@asynccontextmanager
async def serving_page(
    folder: Path, hold: asyncio.Event | None = None, read_s: float = READ_S
) -> AsyncIterator[ServedPage]:
    """Serves the page of an empty database within the block. The facts of the overview are read
    only after `hold` is set."""
    address = f"sqlite:///{folder / 'bot.db'}"
    await upgrade(address)
    store, readiness, rejections = open_store(address), Readiness(), Rejections()
    poller = Poller(FetchLimits(user_agent="Tests/1"), lambda: NOON, lambda: 0.5)
    feeds = FeedRegistry(list_feeds(), store, poller)
    facts = DatabaseFactsReader(store.monitoring, feeds)

    async def read_facts() -> DatabaseFacts:
        if hold is not None:
            await hold.wait()
        return await facts.read(NOON)

    page = OperatorsPage(
        OverviewReader(store, feeds, readiness, read_facts),
        OperatorAccess(TOKEN, lambda: NOON),
        PageRenderer(lambda: NOON, Redactor().redact),
        rejections,
        read_s,
    )
    application = web.Application()
    application.add_routes(page.routes())
    server = HttpServer(application, HttpLimits(), rejections)
    await server.start("127.0.0.1", 0)
    try:
        yield ServedPage(f"http://127.0.0.1:{server.port}/operators", store, readiness, rejections)
    finally:
        await server.stop()
        await poller.close()
        await store.database.close()


async def fill(page: ServedPage) -> None:
    """Adds states of feeds, events with messages, proposals and conversations."""
    store, new = page.store, FeedState(feed_id="wire", last_poll_at=NOON)
    await store.feeds.save_state(replace(new, last_success_at=NOON - minutes(2)))
    failing = replace(new, feed_id="hostile", error=f"answered 500: {HOSTILE} {SECRET}", failures=3)
    await store.feeds.save_state(failing)
    state = EventState(status=EventStatus.IN_FORCE)
    await store.add_stories(
        story("e1", title=HOSTILE, link="javascript:alert(1)", source=HOSTILE, state=state),
        story("e2", title=LONG, link="https://wire.example/2", seen_at=NOON + minutes(1)),
        story("s3", title="A second report", event_id="e2"),
        *(story(f"old{number}", seen_at=NOON - minutes(number + 5)) for number in range(60)),
    )
    await store.queue(
        delivery("e1", "C1"), delivery("e2", "C2"), delivery("e2", "C3", due_at=NOON - minutes(3))
    )
    for each in await store.outbox.claim(NOON, 9, 60):
        await store.outbox.start_sending(each.id, each.claimed_at)
        if each.conversation == "C1":
            await store.outbox.confirm(each.id, "1.2", NOON)
        elif each.conversation == "C2":
            await store.outbox.give_up(each.id, f"{HOSTILE} {SECRET}")
        else:
            await store.outbox.hold(each, NOON + minutes(5), "is_archived", NOON, False)
    assert (await store.outbox.counts())[DeliveryState.SENT] == 1
    await store.proposals.keep([proposal("a1"), proposal("a2", HOSTILE, product=HOSTILE)], NOON)
    await store.proposals.decide("a1", decision(), audit_entry())
    page.readiness.set(NotReady.POSTS_REFUSED)
