"""The poller's error messages and later requests if a server sends odd responses.

The tests use real HTTP on loopback; the clock jumps from poll to poll.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from itertools import pairwise

import pytest
from aiohttp import web

from bot.errors import AddressRefused, FeedError
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import STATE, PollOutcome
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.polling.feed_check import check_address
from bot.feeds.polling.poller import Poller
from tests.feeds.bodies import GOOD, item, rss
from tests.feeds.conftest import LIMITS, Clock, Reader
from tests.feeds.polling.test_citizen import answers, conditional, feed, feed_at
from tests.feeds.server import FeedServer

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD.encode())


@asynccontextmanager
async def scripted(
    *script: bytes, requests: list[bytes] | None = None
) -> AsyncIterator[tuple[str, list[float]]]:
    """A server that sends one of these responses per request; for b"" it closes the connection.

    Yields its address and the times of the requests. Appends each request to `requests`.
    """
    came: list[float] = []
    left = list(script)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                if requests is not None:
                    requests.append(request)
                came.append(asyncio.get_running_loop().time())
                answer = left.pop(0) if left else b""
                if not answer:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed", came
    finally:
        server.close()
        await server.wait_closed()


class TestLostConnections:
    @pytest.fixture
    def limits(self) -> FetchLimits:
        return LIMITS.model_copy(update={"spacing_s": 0.3})

    async def test_a_request_without_response_is_not_repeated_at_once(self, reader: Reader) -> None:
        async with scripted() as (url, came):
            failed = await reader.follow(url).poll()
        assert failed.state.error == "the server closed the connection without an answer"
        assert len(came) == 1

    async def test_a_reused_connection_that_was_closed_is_not_a_failure(
        self, reader: Reader
    ) -> None:
        async with scripted(_OK, b"", _OK) as (url, came):
            life = reader.follow(url)
            assert (await life.poll()).outcome is PollOutcome.READ
            assert (await life.poll()).outcome is PollOutcome.SAME_BODY
        assert [later - before >= 0.25 for before, later in pairwise(came)] == [True, True]

    async def test_it_is_retried_only_once(self, reader: Reader) -> None:
        async with scripted(_OK) as (url, came):
            life = reader.follow(url)
            await life.poll()
            assert (await life.poll()).outcome is PollOutcome.FAILED
        assert len(came) == 3


class TestInvalidUtf8:
    async def test_headers_may_contain_invalid_utf8(self, reader: Reader) -> None:
        odd = (
            b"HTTP/1.1 200 OK\r\nLink: <http://hub.example/h\xfcb>; rel=hub\r\n"
            b'ETag: "caf\xe9"\r\nContent-Type: text/xml; charset="\xfc"\r\n'
        )
        body = b"Content-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD.encode())
        async with scripted(odd + body, odd + body) as (url, _):
            life = reader.follow(url)
            assert (await life.poll(2)).outcome is PollOutcome.SAME_BODY
        assert life.state.hub == "http://hub.example/h%FCb"
        assert life.state.validators.etag == ""
        assert STATE.dump_json(life.state)

    @pytest.mark.parametrize(
        ("location", "path"),
        [
            (b"/h\xe4fen.xml", "/h%E4fen.xml"),
            ("/häfen.xml".encode(), "/h%C3%A4fen.xml"),
            ("/é/".encode() + b"h\xe4fen b.xml", "/%C3%A9/h%E4fen%20b.xml"),
            (b"/h%E4fen.xml", "/h%E4fen.xml"),
        ],
    )
    async def test_a_redirect_keeps_the_bytes_of_its_address(
        self, reader: Reader, location: bytes, path: str
    ) -> None:
        moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % location
        asked: list[bytes] = []
        async with scripted(moved, _OK, requests=asked) as (url, _):
            assert (await reader.follow(url).poll()).outcome is PollOutcome.READ
        assert [request.split()[1].decode() for request in asked] == ["/feed", path]

    async def test_a_lone_surrogate_in_json_does_not_break_a_feed(
        self, server: FeedServer, reader: Reader
    ) -> None:
        half = "\ud800"
        reported = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"Wire{half}",
            "feed_url": f"https://wire.example/{half}",
            "home_page_url": f"https://wire.example/home{half}",
            "hubs": [{"type": "WebSub", "url": f"https://hub.example/{half}"}],
            "items": [
                {
                    "id": f"one{half}",
                    "url": f"https://wire.example/1{half}",
                    "title": f"Duty on steel{half}",
                    "content_text": f"Ten percent{half}.",
                }
            ],
        }
        read = await reader.follow(server.at("/f", json.dumps(reported))).poll()
        assert [entry.title for entry in read.entries] == ["Duty on steel"]
        assert read.entries[0].guid == "one"
        assert read.model_dump_json()

    async def test_check_shows_headers_printable_and_short(
        self, server: FeedServer, reader: Reader
    ) -> None:
        asked = f"max-age=60, x={'y' * 500}"
        headers = b'ETag: "a\x1b[31m"\r\nCache-Control: ' + asked.encode()
        length = b"\r\nContent-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD.encode())
        async with scripted(b"HTTP/1.1 200 OK\r\n" + headers + length) as (url, _):
            found = await check_address(reader.poller, url)
        assert found.headers[0] == 'etag: "a[31m"'
        assert len(found.headers[1]) == 200


class TestCompression:
    async def test_endless_empty_gzip_members_are_stopped(
        self, server: FeedServer, workers: ProcessPool
    ) -> None:
        sent = 0

        async def endless(request: web.BaseRequest) -> web.StreamResponse:
            nonlocal sent
            response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
            await response.prepare(request)
            nothing = gzip.compress(b"") * 100
            while True:
                await response.write(nothing)
                sent += len(nothing)

        limits = LIMITS.model_copy(update={"max_body_bytes": 20_000})
        poller = Poller(limits, Clock(), lambda: 0.5, workers)
        failed = await Reader(poller, Clock()).follow(server.at("/f", endless)).poll()
        await poller.close()
        assert "larger than 20,000 bytes" in failed.state.error
        # More bytes than the limit were sent, because the system's socket buffers take some.
        assert sent < 20_000_000


class TestPauses:
    async def test_a_pause_applies_to_the_server_that_asked_not_to_the_redirecting_one(
        self, server: FeedServer, reader: Reader
    ) -> None:
        port = server.url.rpartition(":")[2]
        server.at("/busy", feed_at(429, Retry_After="30"))
        led = server.at("/old", feed_at(302, Location=f"http://localhost:{port}/busy"))
        other = reader.follow(server.at("/other", GOOD), "other")
        there = reader.follow(f"http://localhost:{port}/other", "there")
        await reader.follow(led).poll()
        assert (await other.poll()).outcome is PollOutcome.READ
        assert (await there.poll()).outcome is PollOutcome.DEFERRED

    async def test_no_redirect_is_followed_to_a_paused_server(
        self, server: FeedServer, reader: Reader
    ) -> None:
        port = server.url.rpartition(":")[2]
        busy = f"http://localhost:{port}/busy"
        server.at("/busy", feed_at(503, Retry_After="30"))
        await reader.follow(busy, "busy").poll()
        led = reader.follow(server.at("/old", feed_at(302, Location=busy)), "led")
        assert (await led.poll()).outcome is PollOutcome.DEFERRED
        assert server.paths() == ["/busy", "/old"]

    async def test_queued_requests_wait_for_the_pause_too(
        self, server: FeedServer, reader: Reader
    ) -> None:
        async def busy(_: web.BaseRequest) -> web.Response:
            await asyncio.sleep(0.02)
            return feed(status=429, Retry_After="30")

        lives = [reader.follow(server.at(f"/{n}", busy), f"f{n}") for n in range(8)]
        rounds = await asyncio.gather(*(life.poll() for life in lives))
        assert len(server.asked) == LIMITS.fetches_per_host
        assert sum(each.outcome is PollOutcome.DEFERRED for each in rounds) == 8 - len(server.asked)

    async def test_a_pause_after_another_failure_applies_to_the_server_too(
        self, server: FeedServer, reader: Reader
    ) -> None:
        play = answers(feed(status=500), feed(status=429, Retry_After="30"))
        life = reader.follow(server.at("/f", play))
        other = reader.follow(server.at("/other", GOOD), "other")
        await life.poll(2)
        assert (await other.poll()).outcome is PollOutcome.DEFERRED

    async def test_nothing_is_requested_before_the_feed_is_due(
        self, server: FeedServer, reader: Reader
    ) -> None:
        life = reader.follow(server.at("/f", GOOD))
        kept = (await life.poll()).state
        late = await reader.poller.poll(life.feed, kept, reader.clock.now)
        assert late.outcome is PollOutcome.DEFERRED
        assert late.state == kept
        assert server.paths() == ["/f"]

    async def test_retry_after_of_a_good_response_applies_once(
        self, server: FeedServer, reader: Reader
    ) -> None:
        play = answers(feed(ETag='"1"', Retry_After="40"), web.Response(status=304))
        life = reader.follow(server.at("/f", play))
        await life.poll(2)
        assert life.waits[0] >= 40
        assert life.waits[1] < 3

    async def test_retry_after_of_a_web_page_with_status_200_applies(
        self, server: FeedServer, reader: Reader
    ) -> None:
        denied = feed("<html><h1>Access Denied</h1></html>", Retry_After="40")
        life = reader.follow(server.at("/f", answers(denied)))
        await life.poll()
        assert 40 <= life.waits[0] < 60

    @pytest.mark.parametrize(
        "answer",
        [
            lambda _: web.Response(body=b"x" * 3_000_000),
            lambda _: web.Response(body=b"x", headers={"Content-Encoding": "zstd"}),
            lambda request: web.Response(status=302, headers={"Location": request.path}),
        ],
    )
    async def test_after_an_unusable_response_the_feeds_own_interval_applies(
        self, reader: Reader, server: FeedServer, answer: Callable[..., web.Response]
    ) -> None:
        life = reader.follow(server.at("/f", answer), poll_minutes=120)
        await life.poll()
        assert life.state.error
        assert life.waits[0] >= 7200

    @pytest.fixture
    def limits(self) -> FetchLimits:
        networks = (ip_network("127.0.0.1/32"), ip_network("::1/128"))
        return LIMITS.model_copy(update={"allowed_networks": networks, "max_body_bytes": 2_000_000})


class TestPasswords:
    """Passwords in addresses: `https://name:password@wire.example/feed`."""

    @staticmethod
    def with_one(url: str) -> str:
        return url.replace("http://", "http://desk:s3cret@")

    async def test_a_password_follows_redirects_of_its_own_server_only(
        self, server: FeedServer, reader: Reader
    ) -> None:
        elsewhere = server.url.replace("127.0.0.1", "localhost") + "/there"
        server.at("/new", feed_at(302, Location=elsewhere))
        server.at("/there", GOOD)
        url = self.with_one(server.at("/old", feed_at(301, Location="/new")))
        await reader.follow(url).poll()
        sent = [header is not None for header in server.headers("Authorization")]
        assert (server.paths(), sent) == (["/old", "/new", "/there"], [True, True, False])

    async def test_a_stored_redirect_target_gets_the_password_too(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/new", conditional('"1"'))
        life = reader.follow(self.with_one(server.at("/old", feed_at(301, Location="/new"))))
        assert (await life.poll(3)).outcome is PollOutcome.NOT_MODIFIED
        assert server.paths()[-1] == "/new"
        assert None not in server.headers("Authorization")

    async def test_the_password_reaches_neither_hubs_nor_entries(
        self, server: FeedServer, reader: Reader
    ) -> None:
        atom = (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>'
            '<link rel="hub" href="https://hub.example/"/><entry><id>/1</id>'
            '<title>Duty on steel</title><link href="/1"/></entry></feed>'
        )
        read = await reader.follow(self.with_one(server.at("/f", atom))).poll()
        assert (read.state.hub, read.state.topic) == ("https://hub.example/", server.url + "/f")
        assert [(e.guid, e.link) for e in read.entries] == [(server.url + "/1",) * 2]

    @pytest.fixture
    def limits(self) -> FetchLimits:
        networks = (ip_network("127.0.0.1/32"), ip_network("::1/128"))
        return LIMITS.model_copy(update={"allowed_networks": networks})


class TestMovedAndGone:
    async def test_a_410_of_a_redirect_target_does_not_stop_the_feed(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/new", answers(feed(), feed(), feed(), feed(status=410)))
        old = answers(feed(status=301, Location="/new"), feed(status=301, Location="/new"), feed())
        life = reader.follow(server.at("/old", old))
        await life.poll(4)
        assert life.state.error == "answered 410 Gone"
        assert not life.state.stopped
        assert (await life.poll()).outcome is PollOutcome.SAME_BODY
        assert server.paths()[-2:] == ["/new", "/old"]

    async def test_a_410_of_a_redirect_target_stops_the_feed_if_its_own_address_leads_there(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/new", answers(feed(), feed(), feed(status=410)))
        life = reader.follow(server.at("/old", feed_at(301, Location="/new")))
        gone = await life.poll(4)
        assert gone.outcome is PollOutcome.GONE
        assert gone.state.stopped


class TestErrorMessages:
    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (401, "answered 401 Unauthorized. It requires a login"),
            (403, "answered 403 Forbidden. Its server rejects the bot"),
            (404, "answered 404 Not Found. Check the address"),
            (410, "answered 410 Gone. Its publisher has removed it"),
            (429, "answered 429 Too Many Requests. Try again later"),
            (502, "answered 502 Bad Gateway. Its server has a problem"),
        ],
    )
    async def test_an_error_status_comes_with_the_address_and_a_cure(
        self, server: FeedServer, reader: Reader, status: int, said: str
    ) -> None:
        url = server.at("/f", feed_at(status))
        with pytest.raises(FeedError) as reported:
            await check_address(reader.poller, url + "?key=secret")
        assert str(reported.value).startswith(f"{url}: {said}")
        assert "secret" not in str(reported.value)

    async def test_a_refused_redirect_names_both_addresses(
        self, server: FeedServer, reader: Reader
    ) -> None:
        url = server.at("/f", feed_at(302, Location="http://169.254.169.254/latest?x=1"))
        with pytest.raises(AddressRefused) as reported:
            await check_address(reader.poller, url)
        assert str(reported.value).startswith(
            f"{url}: redirects to http://169.254.169.254/latest, which is a link-local address"
        )

    async def test_for_an_odd_spelling_of_an_address_no_setting_is_suggested(
        self, reader: Reader
    ) -> None:
        with pytest.raises(AddressRefused, match="non-standard form") as reported:
            await check_address(reader.poller, "http://2130706433/feed")
        assert "TARIFFWIRE_ALLOWED_NETWORKS" not in str(reported.value)

    @pytest.mark.parametrize(
        ("address", "cure"),
        [
            ("wire.example/feed", "Begin it with https://"),
            ("wire.example:8080/feed", "Begin it with https://"),
            ("//wire.example/feed", "Begin it with https://"),
            ("file:///etc/passwd", "Use an address that begins with http:// or https://"),
            ("javascript:alert(1)", "Use an address that begins with http:// or https://"),
            ("", "Use an address that begins with http:// or https://"),
        ],
    )
    async def test_other_addresses_than_web_addresses_are_refused(
        self, reader: Reader, address: str, cure: str
    ) -> None:
        with pytest.raises(AddressRefused, match=cure):
            await check_address(reader.poller, address)


async def test_jitter_stays_within_the_window(server: FeedServer, workers: ProcessPool) -> None:
    clock = Clock()
    poller = Poller(LIMITS, clock, lambda: 1.0, workers)
    dates = ["Mon, 05 May 2025 10:00:00 GMT", "Mon, 05 May 2025 10:00:04 GMT"]
    listed = rss([item(n, date=date) for n, date in enumerate(dates)])
    life = Reader(poller, clock).follow(server.at("/f", listed))
    await life.poll()
    await poller.close()
    assert life.state.window_s == timedelta(seconds=4).total_seconds()
    assert life.waits == [LIMITS.poll_s]
