"""WebSub: the bot's requests to hubs, and the pushes and confirmations that it accepts."""

import asyncio
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState, PublisherHints, Validators
from bot.feeds.parsing.result import Parsed
from bot.feeds.polling.next_poll import Response, apply_response
from bot.feeds.websub.callback import Push, WebSubCallback
from bot.feeds.websub.protocol import DENIED_WAIT, LEASE_S, HubSubscription, find_hub, is_authentic
from bot.feeds.websub.subscriptions import WebSubSubscriptions
from bot.http_server.rejections import Rejection, Rejections
from tests.feeds.bodies import item, rss
from tests.feeds.conftest import LIMITS, START, Clock, Reader
from tests.feeds.server import FeedServer
from tests.feeds.websub.hub import LoopbackHub

TOPIC = "https://wire.example/feed"


class Shelf:
    """Stores hub subscriptions as text, like the database."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def every(self) -> list[HubSubscription]:
        return [HubSubscription.model_validate_json(data) for data in self.kept.values()]

    async def put(self, subscription: HubSubscription) -> None:
        self.kept[subscription.token] = subscription.model_dump_json()

    async def remove(self, token: str) -> None:
        del self.kept[token]


@dataclass
class Setting:
    """The bot's WebSub subscriber, and a hub that can reach it; both are on loopback."""

    hub: LoopbackHub
    limits: FetchLimits = LIMITS
    clock: Clock = field(default_factory=Clock)
    shelf: Shelf = field(default_factory=Shelf)
    pushed: list[Push] = field(default_factory=list)
    held: asyncio.Event | None = None
    rejections: Rejections = field(default_factory=Rejections)
    address: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        with ExitStack() as stack:
            listening = socket.create_server(("127.0.0.1", 0))
            stack.callback(listening.close)
            self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            served = web.Application()
            self._runner = web.AppRunner(served, shutdown_timeout=0.1)
            self.hubs = WebSubSubscriptions(self.limits, self.shelf, self.address, self.clock)
            self.callback = WebSubCallback(self.hubs, self.limits, self._take_in, self.rejections)
            served.add_routes(self.callback.routes())
            await self._runner.setup()
            await web.SockSite(self._runner, listening).start()
            # From here on, the runner closes the socket.
            stack.pop_all()
        await self.hubs.open()

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        await self.callback.close()
        await self.hubs.close()

    async def _take_in(self, push: Push) -> None:
        if self.held is not None:
            await self.held.wait()
        self.pushed.append(push)

    async def send_due_requests(
        self, topic: str = TOPIC, feed_id: str = "wire"
    ) -> list[dict[str, str]]:
        """Sends due requests for a feed with this topic; returns the requests that the hub got."""
        self.hub.asked.clear()
        await self.hubs.send_due_requests({feed_id: (self.hub.url, topic)} if topic else {})
        return self.hub.asked

    def later(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)


@pytest.fixture
async def setting(server: FeedServer) -> AsyncIterator[Setting]:
    made = Setting(LoopbackHub(server))
    await made.start()
    yield made
    await made.stop()


async def test_a_hub_gets_an_unguessable_address_and_secret(
    setting: Setting,
) -> None:
    [first] = list(await setting.send_due_requests())
    [second] = list(await setting.send_due_requests("https://other.example/feed", "other"))
    assert first["hub.mode"] == "subscribe"
    assert first["hub.topic"] == TOPIC
    assert first["hub.lease_seconds"] == str(LEASE_S)
    assert first["hub.callback"].startswith(f"{setting.address}/websub/")
    assert len(first["hub.callback"].rpartition("/")[2]) >= 32
    assert 32 <= len(first["hub.secret"]) < 200
    assert first["hub.callback"] != second["hub.callback"]
    assert first["hub.secret"] != second["hub.secret"]


async def test_our_request_is_confirmed_by_echoing_the_challenge_as_plain_text(
    setting: Setting,
) -> None:
    await setting.send_due_requests()
    assert not setting.hubs.is_pushed("wire")
    assert await setting.hub.confirm() == (200, "ch<b>allenge")
    assert setting.hubs.is_pushed("wire")
    assert await setting.send_due_requests() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"topic": "https://other.example/feed"},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"challenge": ""},
    ],
)
async def test_a_request_that_we_did_not_make_is_not_confirmed(
    setting: Setting, changes: dict[str, str]
) -> None:
    await setting.send_due_requests()
    assert (await setting.hub.confirm(-1, **changes))[0] == 404
    assert not setting.hubs.is_pushed("wire")


async def test_an_unknown_callback_address_is_not_found(setting: Setting) -> None:
    await setting.send_due_requests()
    for token in ("x", "..%2f", "A" * 43):
        address = f"{setting.address}/websub/{token}"
        query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c"}
        assert (await setting.hub.call("GET", address, params=query))[0] == 404
        assert (await setting.hub.call("POST", address, data=b"x"))[0] == 404


async def test_a_lease_is_renewed_before_it_ends_with_the_same_address(setting: Setting) -> None:
    [first] = list(await setting.send_due_requests())
    await setting.hub.confirm(lease_seconds="1000")
    setting.later(799)
    assert await setting.send_due_requests() == []
    setting.later(2)
    [renewal] = await setting.send_due_requests()
    assert renewal == first
    assert setting.hubs.is_pushed("wire")
    setting.later(200)
    assert not setting.hubs.is_pushed("wire")
    assert (await setting.hub.confirm())[0] == 200
    assert setting.hubs.is_pushed("wire")


async def test_requests_to_a_silent_hub_back_off(setting: Setting) -> None:
    setting.hub.status = 500
    asked = []
    for _ in range(60):
        asked.append(len(await setting.send_due_requests()))
        setting.later(5)
    assert asked[0] == 1
    assert 4 <= sum(asked) <= 7
    [kept] = await setting.shelf.every()
    assert "answered 500" in kept.error


async def test_a_denial_is_respected_for_a_week(setting: Setting) -> None:
    await setting.send_due_requests()
    await setting.hub.confirm()
    assert await setting.hub.confirm(mode="denied", reason="<b>no</b>") == (200, "")
    assert not setting.hubs.is_pushed("wire")
    setting.later(DENIED_WAIT.total_seconds() - 1)
    assert await setting.send_due_requests() == []
    setting.later(2)
    assert len(await setting.send_due_requests()) == 1


async def test_an_unwanted_subscription_is_ended_at_the_hub(setting: Setting) -> None:
    [begun] = list(await setting.send_due_requests())
    await setting.hub.confirm()
    await setting.send_due_requests(topic="")
    [ended] = setting.hub.asked
    assert ended["hub.mode"] == "unsubscribe"
    assert ended["hub.callback"] == begun["hub.callback"]
    assert (await setting.hub.confirm())[0] == 200
    assert setting.shelf.kept == {}
    assert (await setting.hub.confirm())[0] == 404


async def test_a_feed_that_moves_to_another_topic_gets_another_address(setting: Setting) -> None:
    [old] = list(await setting.send_due_requests())
    await setting.hub.confirm()
    asked = {
        each["hub.mode"]: each
        for each in await setting.send_due_requests("https://new.example/feed")
    }
    assert asked["unsubscribe"]["hub.topic"] == TOPIC
    assert asked["subscribe"]["hub.topic"] == "https://new.example/feed"
    assert asked["subscribe"]["hub.callback"] != old["hub.callback"]


async def test_a_restart_keeps_subscriptions_and_repeats_no_request(setting: Setting) -> None:
    await setting.send_due_requests()
    await setting.hub.confirm()
    again = Setting(setting.hub, clock=setting.clock, shelf=setting.shelf)
    await again.start()
    assert again.hubs.is_pushed("wire")
    assert await again.send_due_requests() == []
    await again.stop()


async def test_a_hub_at_a_private_address_is_never_contacted(server: FeedServer) -> None:
    limits = LIMITS.model_copy(update={"allowed_networks": ()})
    setting = Setting(LoopbackHub(server), limits=limits)
    await setting.start()
    for _ in range(50):
        await setting.send_due_requests()
        setting.later(60)
    assert server.asked == []
    [kept] = await setting.shelf.every()
    assert "loopback" in kept.error
    assert kept.next_at > START + timedelta(hours=20)
    await setting.stop()


async def test_a_hub_may_redirect_but_not_to_a_private_address(
    setting: Setting, server: FeedServer
) -> None:
    moved = server.at(
        "/moved", lambda _: web.Response(status=308, headers={"Location": setting.hub.url})
    )
    inside = server.at(
        "/inside", lambda _: web.Response(status=307, headers={"Location": "http://10.0.0.1/"})
    )
    await setting.hubs.send_due_requests({"wire": (moved, TOPIC), "other": (inside, TOPIC)})
    [asked] = setting.hub.asked
    assert asked["hub.mode"] == "subscribe"
    errors = {each.feed_id: each.error for each in await setting.shelf.every()}
    assert "private" in errors["other"]
    assert errors["wire"] == ""


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_signed_push_is_processed(setting: Setting, method: str) -> None:
    await setting.send_due_requests()
    await setting.hub.confirm()
    body = rss("Norway raises a duty").encode()
    assert await setting.hub.push(body, method=method) == 202
    await asyncio.sleep(0)
    [push] = setting.pushed
    assert (push.feed_id, push.topic, push.body) == ("wire", TOPIC, body)
    assert push.content_type == "application/rss+xml"


@pytest.mark.parametrize(
    "signature", ["", "sha256=" + "0" * 64, "md5=" + "0" * 32, "sha256", "sha256=é", "=", "sha1="]
)
async def test_a_push_without_a_valid_signature_is_counted_and_ignored(
    setting: Setting, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    await setting.send_due_requests()
    await setting.hub.confirm()
    assert await setting.hub.push(b"<rss/>", signature=signature) == 202
    await asyncio.sleep(0)
    assert setting.pushed == []
    assert setting.rejections.counts() == {Rejection.FORGED_PUSH: 1}
    assert not caplog.records
    setting.rejections.report()
    assert f"1 {Rejection.FORGED_PUSH} (wire: 1)" in caplog.text


async def test_pushes_are_limited_in_size_coding_and_number(server: FeedServer) -> None:
    limits = LIMITS.model_copy(update={"max_body_bytes": 1000})
    setting = Setting(LoopbackHub(server), limits=limits)
    await setting.start()
    await setting.send_due_requests()
    await setting.hub.confirm()
    assert await setting.hub.push(b"x" * 1001) == 413
    assert await setting.hub.push(b"x", Content_Encoding="br") == 415
    setting.held = asyncio.Event()
    answers = [await setting.hub.push(b"x") for _ in range(10)]
    assert answers == [202] * 8 + [503] * 2
    setting.held.set()
    await setting.stop()


async def test_a_push_gives_a_round_and_does_not_change_the_next_poll(
    reader: Reader, server: FeedServer
) -> None:
    head = f'<link rel="hub" href="{server.url}/hub" xmlns="http://www.w3.org/2005/Atom"/>'
    life = reader.follow(server.at("/feed", rss([item(1)], head=head)))
    polled = await life.poll()
    assert (polled.state.hub, polled.state.topic) == (f"{server.url}/hub", f"{server.url}/feed")
    body = rss([item(1), item(2)]).encode()
    pushed = await reader.poller.read_push(life.feed, life.state, START, body, "text/xml")
    assert pushed.state == life.state
    assert len(pushed.entries) == 2
    assert {each.key for each in polled.entries} <= {each.key for each in pushed.entries}
    broken = await reader.poller.read_push(life.feed, life.state, START, b"<html>", "text/html")
    assert (broken.entries, broken.state) == ((), life.state)


async def test_the_hub_in_the_header_takes_precedence(reader: Reader, server: FeedServer) -> None:
    links = '<https://hub.example/>; rel="hub", </self>; rel=self'
    head = '<link rel="hub" href="https://other.example/" xmlns="http://www.w3.org/2005/Atom"/>'
    life = reader.follow(server.at("/feed", rss([item(1)], head=head), Link=links))
    state = (await life.poll()).state
    assert (state.hub, state.topic) == ("https://hub.example/", f"{server.url}/self")


def test_hub_and_topic_are_found_wherever_they_are_named() -> None:
    parsed = Parsed(hubs=("https://hub.example/a",), topic="https://wire.example/self")
    base = "https://wire.example/feed"
    assert find_hub("", parsed, base) == ("https://hub.example/a", "https://wire.example/self")
    assert find_hub("", Parsed(), base) == ("", "")
    assert find_hub('<https://h.example/>; rel="x HUB"', Parsed(), base) == (
        "https://h.example/",
        base,
    )
    assert find_hub('<javascript:1>; rel="hub"', Parsed(), base) == ("", "")


@given(st.text(max_size=300))
def test_no_link_header_raises(header: str) -> None:
    hub, topic = find_hub(header, Parsed(), "https://wire.example/feed")
    assert bool(hub) == bool(topic)


@given(st.binary(max_size=50), st.text(max_size=80), st.sampled_from(["sha1", "sha512"]))
def test_only_a_signature_with_the_secret_is_valid(
    body: bytes, signature: str, method: str
) -> None:
    digest = hmac.new(b"secret", body, method).hexdigest()
    assert is_authentic(body, f"{method}={digest}", "secret")
    assert not is_authentic(body, f"{method}={digest}", "another")
    assert not is_authentic(body + b"x", f"{method}={digest}", "secret")
    assert not is_authentic(body, signature, hashlib.sha256(body).hexdigest())


def test_a_pushed_feed_is_polled_less_but_within_its_window() -> None:
    feed, limits = Feed(id="wire", title="Wire", url=TOPIC), FetchLimits(user_agent="t/1")
    state = FeedState(feed_id="wire")

    def interval(pushed: bool, window_s: float | None = None) -> float | None:
        found = Response(
            status=200, validators=Validators(), asked=PublisherHints(), window_s=window_s
        )
        return apply_response(state, feed, limits, START, found, 0.0, pushed).interval_s

    assert interval(pushed=True) == 6 * limits.poll_s
    assert interval(pushed=True, window_s=1000.0) == 500.0
