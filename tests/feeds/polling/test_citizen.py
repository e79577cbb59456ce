"""The poller behaves as publishers expect of a feed reader.

The tests use real HTTP on loopback; the clock jumps from poll to poll, so tests do not wait.
"""

import asyncio
import gzip
from collections.abc import Callable
from email.utils import format_datetime
from itertools import pairwise

import pytest
from aiohttp import web

from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import STATE, Feed, FeedState, PollOutcome
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.polling.poller import Poller
from tests.feeds.bodies import GOOD, PAGE, item, rss
from tests.feeds.conftest import LIMITS, Reader, later
from tests.feeds.server import FeedServer, raw_serving


def answers(*responses: web.Response | Callable[[], web.Response]) -> Callable[..., web.Response]:
    """A handler that returns these responses in order, and then repeats the last one."""
    left = list(responses)

    def play(_: web.BaseRequest) -> web.Response:
        made = left.pop(0) if len(left) > 1 else left[0]
        if callable(made):
            return made()
        return web.Response(body=made.body, status=made.status, headers=made.headers)

    return play


def feed(body: str = GOOD, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(body=body.encode(), status=status, headers=named)


def conditional(etag: str) -> Callable[[web.BaseRequest], web.Response]:
    """A handler that returns 304 to requests with the current ETag, and else the body."""

    def play(request: web.BaseRequest) -> web.Response:
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return feed(ETag=etag)

    return play


class TestValidators:
    @pytest.mark.parametrize(
        "etag", ['"abc"', 'W/"abc"', '"abc-gzip"', '"abc;gzip"', "abc", "W/abc"]
    )
    async def test_an_etag_is_sent_back_unchanged(
        self, server: FeedServer, reader: Reader, etag: str
    ) -> None:
        life = reader.follow(server.at("/f", conditional(etag)))
        assert (await life.poll()).outcome is PollOutcome.READ
        assert (await life.poll()).outcome is PollOutcome.NOT_MODIFIED
        assert server.headers("If-None-Match") == [None, etag]

    @pytest.mark.parametrize(
        "date", ["Mon, 05 May 2025 10:00:00 GMT", "Mon, 5 May 2025 10:00:00 +0000", "0"]
    )
    async def test_a_last_modified_goes_back_in_its_own_spelling(
        self, server: FeedServer, reader: Reader, date: str
    ) -> None:
        life = reader.follow(server.at("/f", GOOD, Last_Modified=date))
        await life.poll(2)
        assert server.headers("If-Modified-Since") == [None, date]
        assert server.headers("If-None-Match") == [None, None]

    async def test_both_validators_are_sent_back(self, server: FeedServer, reader: Reader) -> None:
        date = "Mon, 05 May 2025 10:00:00 GMT"
        life = reader.follow(server.at("/f", GOOD, Last_Modified=date, ETag='"1"'))
        await life.poll(2)
        assert server.headers("If-Modified-Since")[1] == date
        assert server.headers("If-None-Match")[1] == '"1"'

    async def test_the_newest_validator_is_sent_after_a_change(
        self, server: FeedServer, reader: Reader
    ) -> None:
        changed = rss([item(3), item(2)])
        life = reader.follow(
            server.at("/f", answers(feed(ETag='"1"'), feed(changed, ETag='"2"'), feed(status=304)))
        )
        await life.poll(4)
        assert server.headers("If-None-Match") == [None, '"1"', '"2"', '"2"']

    async def test_no_validator_is_invented(self, server: FeedServer, reader: Reader) -> None:
        life = reader.follow(server.at("/f", GOOD, Date="Mon, 05 May 2025 10:00:00 GMT"))
        await life.poll(3)
        assert server.headers("If-Modified-Since") == [None] * 3
        assert server.headers("If-None-Match") == [None] * 3

    async def test_no_validator_is_sent_to_another_address(
        self, server: FeedServer, reader: Reader
    ) -> None:
        life = reader.follow(server.at("/a", GOOD, ETag='"a"'))
        await life.poll()
        life.feed = life.feed.model_copy(update={"url": server.at("/b", GOOD)})
        await life.poll()
        assert server.paths() == ["/a", "/b"]
        assert server.headers("If-None-Match") == [None, None]

    async def test_a_validator_of_a_redirect_target_is_sent_only_there(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/new", conditional('"n"'))
        life = reader.follow(server.at("/old", answers(feed(status=302, Location="/new"))))
        await life.poll(2)
        assert server.paths() == ["/old", "/new"] * 2
        assert server.headers("If-None-Match") == [None, None, None, '"n"']

    async def test_validators_are_dropped_when_the_server_drops_them(
        self, server: FeedServer, reader: Reader
    ) -> None:
        life = reader.follow(server.at("/f", answers(feed(ETag='"1"'), feed())))
        await life.poll(3)
        assert server.headers("If-None-Match") == [None, '"1"', None]

    @pytest.mark.parametrize("body", [PAGE, "", "   ", GOOD[:60], "<opml/>", "{}"])
    async def test_no_validator_is_stored_without_a_feed(
        self, server: FeedServer, reader: Reader, body: str
    ) -> None:
        life = reader.follow(server.at("/f", answers(feed(body, ETag='"bad"'), feed())))
        first = await life.poll()
        assert first.outcome is PollOutcome.FAILED
        assert first.state.error
        assert first.state.last_success_at is None
        await life.poll()
        assert server.headers("If-None-Match") == [None, None]

    async def test_validators_of_the_last_good_body_survive_a_bad_one(
        self, server: FeedServer, reader: Reader
    ) -> None:
        plays = answers(feed(ETag='"1"'), feed(PAGE, ETag='"bad"'), feed(status=304))
        life = reader.follow(server.at("/f", plays))
        last = await life.poll(3)
        assert server.headers("If-None-Match") == [None, '"1"', '"1"']
        assert last.outcome is PollOutcome.NOT_MODIFIED

    async def test_an_unexpected_304_is_a_failure(self, server: FeedServer, reader: Reader) -> None:
        life = reader.follow(server.at("/f", answers(feed(status=304))))
        assert (await life.poll()).outcome is PollOutcome.FAILED


class TestInterval:
    async def test_no_feed_is_polled_before_the_minimum_interval(
        self, server: FeedServer, reader: Reader
    ) -> None:
        life = reader.follow(server.at("/f", GOOD))
        slow = reader.follow(server.at("/g", GOOD), poll_minutes=0.1)
        await life.poll(5)
        await slow.poll(5)
        assert min(life.waits) >= 2
        assert min(slow.waits) >= 6

    @pytest.mark.parametrize("status", [429, 503, 500])
    async def test_retry_after_in_seconds_is_respected(
        self, server: FeedServer, reader: Reader, status: int
    ) -> None:
        life = reader.follow(server.at("/f", feed_at(status, Retry_After="37")))
        await life.poll()
        assert 37 <= life.waits[0] < 60

    async def test_retry_after_as_a_date_is_respected(
        self, server: FeedServer, reader: Reader
    ) -> None:
        date = format_datetime(later(90), usegmt=True)
        life = reader.follow(server.at("/f", feed_at(503, Retry_After=date)))
        await life.poll()
        assert 90 <= life.waits[0] < 120

    @pytest.mark.parametrize("status", [429, 503])
    async def test_429_without_retry_after_backs_off_for_15_minutes(
        self, server: FeedServer, reader: Reader, status: int
    ) -> None:
        life = reader.follow(server.at("/f", feed_at(status)))
        await life.poll(3)
        assert life.waits[0] >= 15
        assert life.waits == sorted(life.waits)

    @pytest.mark.parametrize("status", [429, 503])
    async def test_retry_after_pauses_the_whole_server(
        self, status: int, server: FeedServer, reader: Reader
    ) -> None:
        busy = reader.follow(server.at("/busy", feed_at(status, Retry_After="30")), "busy")
        other = reader.follow(server.at("/other", GOOD), "other")
        await busy.poll()
        deferred = await other.poll()
        assert deferred.outcome is PollOutcome.DEFERRED
        assert deferred.state.failures == 0
        assert server.paths() == ["/busy"]
        assert (await other.poll()).outcome is PollOutcome.READ
        assert other.clock.now >= later(30)

    async def test_a_server_pause_survives_a_restart(
        self, server: FeedServer, reader: Reader, workers: ProcessPool
    ) -> None:
        busy = reader.follow(server.at("/busy", feed_at(429, Retry_After="30")), "busy")
        await busy.poll()
        kept = STATE.validate_json(STATE.dump_json(busy.state))
        started = Poller(LIMITS, reader.clock, chance=lambda: 0.5, workers=workers)
        started.restore_pauses([FeedState(feed_id="new"), kept])
        other = Reader(started, reader.clock).follow(server.at("/other", GOOD), "other")
        assert (await other.poll()).outcome is PollOutcome.DEFERRED
        assert (await other.poll()).outcome is PollOutcome.READ
        assert other.clock.now >= later(30)
        server.at("/busy", GOOD)
        assert (await busy.poll()).state.pause is None
        await started.close()

    async def test_a_feed_that_is_always_refused_does_not_pause_other_feeds_of_its_server(
        self, server: FeedServer, reader: Reader
    ) -> None:
        busy = reader.follow(server.at("/busy", feed_at(429, Retry_After="30")), "busy")
        other = reader.follow(server.at("/other", GOOD), "other")
        await busy.poll(2)
        assert (await other.poll()).outcome is PollOutcome.READ

    async def test_setting_the_clock_back_ends_a_server_pause(
        self, server: FeedServer, reader: Reader
    ) -> None:
        busy = reader.follow(server.at("/busy", feed_at(429, Retry_After="30")), "busy")
        other = reader.follow(server.at("/other", GOOD), "other")
        await busy.poll()
        reader.clock.now = later(-86_400 * 365)
        assert (await other.poll()).outcome is PollOutcome.READ

    async def test_a_410_stops_the_feed(self, server: FeedServer, reader: Reader) -> None:
        life = reader.follow(server.at("/f", feed_at(410)))
        gone = await life.poll()
        assert gone.outcome is PollOutcome.GONE
        assert gone.state.stopped
        assert gone.state.next_poll_at is None

    @pytest.mark.parametrize("status", [404, 500, 403])
    async def test_gaps_grow_while_an_error_lasts(
        self, server: FeedServer, reader: Reader, status: int
    ) -> None:
        life = reader.follow(server.at("/f", feed_at(status)))
        await life.poll(6)
        assert all(later > before * 1.5 for before, later in pairwise(life.waits))
        server.at("/f", GOOD)
        assert (await life.poll()).state.failures == 0
        assert life.waits[-1] < 3

    async def test_max_age_is_respected_on_200_and_304(
        self, server: FeedServer, reader: Reader
    ) -> None:
        plays = answers(
            feed(ETag='"1"', Cache_Control="public, max-age=600"), web.Response(status=304)
        )
        life = reader.follow(server.at("/f", plays))
        await life.poll(3)
        assert all(600 <= wait < 700 for wait in life.waits)

    async def test_expires_is_respected(self, server: FeedServer, reader: Reader) -> None:
        date, until = (format_datetime(later(s), usegmt=True) for s in (86_400, 87_300))
        life = reader.follow(server.at("/f", GOOD, Date=date, Expires=until))
        await life.poll()
        assert 900 <= life.waits[0] < 1000

    async def test_ttl_is_respected_after_a_304(self, server: FeedServer, reader: Reader) -> None:
        life = reader.follow(server.at("/f", rss([item(1)], "<ttl>10</ttl>")))
        assert (await life.poll(2)).outcome is PollOutcome.SAME_BODY
        assert all(600 <= wait < 700 for wait in life.waits)

    @pytest.mark.parametrize("ttl", ["99999999", "-5", "soon", "1e99", "0"])
    async def test_an_excessive_ttl_counts_as_a_day(
        self, server: FeedServer, reader: Reader, ttl: str
    ) -> None:
        life = reader.follow(server.at("/f", rss([item(1)], f"<ttl>{ttl}</ttl>")))
        await life.poll()
        assert 2 <= life.waits[0] <= 86_400 * 1.1

    async def test_hours_to_skip_are_skipped(self, server: FeedServer, reader: Reader) -> None:
        hours = "".join(f"<hour>{hour}</hour>" for hour in range(9, 17))
        life = reader.follow(server.at("/f", rss([item(1)], f"<skipHours>{hours}</skipHours>")))
        await life.poll()
        assert life.state.next_poll_at == later(8 * 3600)

    async def test_no_address_is_fetched_twice_within_a_second(
        self, server: FeedServer, workers: ProcessPool
    ) -> None:
        limits = LIMITS.model_copy(update={"spacing_s": 0.3})
        poller = Poller(limits, lambda: later(0), lambda: 0.5, workers)
        url = server.at("/f", GOOD)
        feeds = [Feed(id=name, title=name, url=url) for name in ("a", "b", "c")]
        await asyncio.gather(
            *(poller.poll(each, FeedState(feed_id=each.id), later(0)) for each in feeds)
        )
        await poller.close()
        times = [each.at for each in server.asked]
        assert [b - a >= 0.15 for a, b in pairwise(times)] == [True, True]

    async def test_requests_to_one_host_are_limited(
        self, server: FeedServer, reader: Reader
    ) -> None:
        async def slow(_: web.BaseRequest) -> web.Response:
            await asyncio.sleep(0.02)
            return feed()

        lives = [reader.follow(server.at(f"/{n}", slow), f"f{n}") for n in range(8)]
        await asyncio.gather(*(life.poll() for life in lives))
        assert server.most_under_way == LIMITS.fetches_per_host

    async def test_polls_are_spread(self, server: FeedServer, workers: ProcessPool) -> None:
        chances = iter([0.0, 0.25, 0.5, 1.0])
        poller = Poller(LIMITS, lambda: later(0), lambda: next(chances), workers)
        url = server.at("/f", GOOD)
        one = Feed(id="a", title="a", url=url)
        rounds = [await poller.poll(one, FeedState(feed_id="a"), later(0)) for _ in range(4)]
        await poller.close()
        assert len({each.state.next_poll_at for each in rounds}) == 4


def feed_at(status: int, **headers: str) -> Callable[..., web.Response]:
    return answers(feed(status=status, **headers))


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 308])
    async def test_a_permanent_redirect_is_stored_when_seen_twice(
        self, server: FeedServer, reader: Reader, status: int
    ) -> None:
        server.at("/new", GOOD)
        life = reader.follow(server.at("/old", feed_at(status, Location="/new")))
        await life.poll(4)
        assert server.paths() == ["/old", "/new", "/old", "/new", "/new", "/new"]
        assert life.state.current_url == server.url + "/new"

    @pytest.mark.parametrize("status", [302, 303, 307])
    async def test_a_temporary_redirect_is_not_stored(
        self, server: FeedServer, reader: Reader, status: int
    ) -> None:
        server.at("/new", GOOD)
        life = reader.follow(server.at("/old", feed_at(status, Location="/new")))
        await life.poll(4)
        assert server.paths() == ["/old", "/new"] * 4

    async def test_a_redirect_to_something_else_than_a_feed_is_not_stored(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/portal", PAGE)
        life = reader.follow(server.at("/old", feed_at(301, Location="/portal")))
        await life.poll(4)
        assert life.state.current_url == ""

    async def test_a_stored_redirect_is_forgotten_when_its_target_fails(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/new", answers(feed(), feed(), feed(status=404)))
        life = reader.follow(
            server.at("/old", answers(*[feed(status=301, Location="/new")] * 2, feed()))
        )
        await life.poll(6)
        assert server.paths()[-1] == "/old"
        assert life.state.error == ""

    async def test_a_redirect_loop_ends(self, server: FeedServer, reader: Reader) -> None:
        server.at("/b", feed_at(302, Location="/a"))
        life = reader.follow(server.at("/a", feed_at(302, Location="/b")))
        failed = await life.poll()
        assert failed.state.error == "redirect loop"
        assert server.paths() == ["/a", "/b"]

    async def test_a_long_redirect_chain_ends(self, server: FeedServer, reader: Reader) -> None:
        for n in range(20):
            server.at(f"/{n}", feed_at(302, Location=f"/{n + 1}"))
        failed = await reader.follow(server.url + "/0").poll()
        assert "redirects in a row" in failed.state.error
        assert len(server.asked) == 6

    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.2:{port}/x",
            "http://10.0.0.1/x",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]:{port}/x",
            "http://[::ffff:127.0.0.2]:{port}/x",
            "http://0.0.0.0:{port}/x",
            "http://2130706434:{port}/x",
            "http://0177.0.0.2:{port}/x",
            "http://0x7f000002:{port}/x",
            "http://127.2:{port}/x",
            "file:///etc/passwd",
            "ftp://127.0.0.1/x",
            "gopher://127.0.0.1/x",
            "data:text/xml,<rss/>",
        ],
    )
    async def test_a_redirect_to_a_private_or_odd_address_is_refused(
        self, server: FeedServer, reader: Reader, target: str
    ) -> None:
        server.at("/x", GOOD)
        where = target.format(port=server.url.rpartition(":")[2])
        life = reader.follow(server.at("/f", feed_at(302, Location=where)))
        failed = await life.poll()
        assert failed.outcome is PollOutcome.FAILED
        assert "address" in failed.state.error or "host name was not found" in failed.state.error
        assert server.paths() == ["/f"]


class TestSafety:
    @pytest.fixture
    def limits(self) -> FetchLimits:
        return LIMITS.model_copy(update={"deadline_s": 0.4, "max_body_bytes": 20_000})

    async def test_a_slow_body_ends_at_the_deadline(
        self, server: FeedServer, reader: Reader
    ) -> None:
        async def drip(request: web.BaseRequest) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for byte in GOOD.encode():
                await response.write(bytes([byte]))
                await asyncio.sleep(0.05)
            return response

        failed = await reader.follow(server.at("/f", drip)).poll()
        assert failed.state.error == "no complete answer within 0.4 s"

    async def test_a_silent_server_ends_at_the_deadline(self, reader: Reader) -> None:
        async with raw_serving(b"", hold=True) as url:
            failed = await reader.follow(url).poll()
        assert failed.state.error == "no complete answer within 0.4 s"

    async def test_the_size_limit_applies_after_decompression(
        self, server: FeedServer, reader: Reader
    ) -> None:
        bomb = gzip.compress(GOOD.encode() + b" " * 10_000_000)
        assert len(bomb) < 20_000
        life = reader.follow(server.at("/f", bomb, Content_Encoding="gzip"))
        assert "larger than 20,000 bytes" in (await life.poll()).state.error

    async def test_an_endless_body_is_stopped_at_the_size_limit(
        self, server: FeedServer, reader: Reader
    ) -> None:
        sent = 0

        async def endless(request: web.BaseRequest) -> web.StreamResponse:
            nonlocal sent
            response = web.StreamResponse()
            await response.prepare(request)
            while sent < 50_000_000:
                await response.write(b"x" * 5000)
                sent += 5000
            return response

        failed = await reader.follow(server.at("/f", endless)).poll()
        assert "larger than 20,000 bytes" in failed.state.error
        assert sent < 50_000_000

    async def test_a_body_announced_as_too_large_is_not_read(self, reader: Reader) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"
        async with raw_serving(head, hold=True) as url:
            failed = await reader.follow(url).poll()
        assert "larger than 20,000 bytes" in failed.state.error

    async def test_a_body_shorter_than_announced_is_a_failure(self, reader: Reader) -> None:
        head = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 5000\r\n\r\n'
        async with raw_serving(head + GOOD.encode()) as url:
            failed = await reader.follow(url).poll()
        assert failed.state.error == "the body was cut off"
        assert failed.state.validators.etag == ""

    @pytest.mark.parametrize(
        "noise",
        [
            b"",
            b"\x00\xff" * 40,
            b"HTTP/9 what\r\n\r\n",
            b"HTTP/1.1 999 \r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: \xff\xfe\r\n\r\n<rss/>",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss/>\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: //\r\n\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: \xe2\x80\xae\r\n\r\n",
            b"HTTP/1.1 302 Found\r\n\r\n",
            b"HTTP/1.1 206 Partial Content\r\nContent-Length: 6\r\n\r\n<rss/>",
        ],
    )
    async def test_noise_instead_of_http_is_a_failure(self, reader: Reader, noise: bytes) -> None:
        async with raw_serving(noise) as url:
            assert (await reader.follow(url).poll()).outcome is PollOutcome.FAILED

    async def test_a_private_address_is_refused_by_default(
        self, server: FeedServer, workers: ProcessPool
    ) -> None:
        limits = LIMITS.model_copy(update={"allowed_networks": ()})
        poller = Poller(limits, lambda: later(0), lambda: 0.5, workers)
        url = server.at("/f", GOOD)
        for address in (url, url.replace("127.0.0.1", "localhost")):
            feed_ = Feed(id="a", title="a", url=address)
            failed = await poller.poll(feed_, FeedState(feed_id="a"), later(0))
            assert "loopback" in failed.state.error
        await poller.close()
        assert server.asked == []


class TestRequestHeaders:
    async def test_every_request_has_a_user_agent_and_accept_header(
        self, server: FeedServer, reader: Reader
    ) -> None:
        life = reader.follow(server.at("/f", GOOD, ETag='"1"'))
        await life.poll(2)
        assert server.headers("User-Agent") == [LIMITS.user_agent] * 2
        assert all("gzip" in (value or "") for value in server.headers("Accept-Encoding"))
        assert all("application/rss+xml" in (value or "") for value in server.headers("Accept"))
        assert all("application/atom+xml" in (value or "") for value in server.headers("Accept"))
        assert {each.method for each in server.asked} == {"GET"}

    async def test_no_cookie_is_kept_and_no_referer_sent(
        self, server: FeedServer, reader: Reader
    ) -> None:
        server.at("/new", GOOD, Set_Cookie="a=1; Path=/")
        life = reader.follow(
            server.at("/old", feed_at(302, Location="/new", Set_Cookie="b=2; Path=/"))
        )
        await life.poll(2)
        assert server.headers("Cookie") == [None] * 4
        assert server.headers("Referer") == [None] * 4

    @pytest.mark.parametrize(
        "query",
        ["?a=1&b=%20&c=+&a=2", "?q=%22x%22&d%5B%5D=y", "?q=a:b@c/d?e", "?", "?x[]=1", "?=&&"],
    )
    async def test_the_query_is_sent_as_it_was_configured(
        self, server: FeedServer, reader: Reader, query: str
    ) -> None:
        server.at("/f", GOOD)
        await reader.follow(f"{server.url}/f{query}#part").poll()
        assert server.paths() in ([f"/f{query}"], [f"/f{query}".rstrip("?")])

    async def test_addresses_in_a_feed_are_not_fetched(
        self, server: FeedServer, reader: Reader
    ) -> None:
        base = server.url
        lure = (
            f'<?xml version="1.0"?><?xml-stylesheet href="{base}/style"?>'
            f'<!DOCTYPE rss SYSTEM "{base}/dtd" [<!ENTITY e SYSTEM "{base}/entity">]>'
            '<rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude"><channel>'
            f"<title>t</title><image><url>{base}/image</url></image><item><title>Duty &e;</title>"
            f'<link>{base}/story</link><description>&lt;img src="{base}/pixel"&gt; seen'
            f'<xi:include href="{base}/include"/></description>'
            f'<enclosure url="{base}/audio" type="audio/mpeg" length="1"/></item></channel></rss>'
        )
        assert (await reader.follow(server.at("/f", lure)).poll()).outcome is PollOutcome.READ
        assert server.paths() == ["/f"]


class TestRestart:
    async def test_the_first_request_after_a_restart_is_conditional_and_not_early(
        self, server: FeedServer, reader: Reader, workers: ProcessPool
    ) -> None:
        life = reader.follow(server.at("/f", conditional('"1"')))
        await life.poll()
        stored = STATE.dump_json(life.state)
        again = STATE.validate_json(stored)
        assert again.next_poll_at is not None
        assert again.next_poll_at >= later(2)
        poller = Poller(LIMITS, life.clock, lambda: 0.5, workers)
        assert (await poller.poll(life.feed, again, again.next_poll_at)).outcome is (
            PollOutcome.NOT_MODIFIED
        )
        await poller.close()
        assert server.headers("If-None-Match") == [None, '"1"']


async def test_a_name_is_resolved_to_the_addresses_that_are_allowed(
    server: FeedServer, reader: Reader
) -> None:
    url = server.at("/f", GOOD).replace("127.0.0.1", "localhost")
    assert (await reader.follow(url).poll()).outcome is PollOutcome.READ


async def test_a_warning_if_entries_leave_the_feed_before_the_next_poll(
    server: FeedServer, reader: Reader
) -> None:
    items = [item(n, date=f"05 May 2025 10:{n:02}:00 GMT") for n in range(20)]
    life = reader.follow(server.at("/f", rss(items)), poll_minutes=15)
    assert (await life.poll()).warnings == (
        "its entries cover 19 minutes, but it is polled every 15: entries may be missed",
    )


async def test_the_same_bytes_are_not_parsed_again_whatever_the_validators(
    server: FeedServer, reader: Reader
) -> None:
    plays = answers(*(feed(ETag=f'"{n}"') for n in range(4)))
    life = reader.follow(server.at("/f", plays))
    assert (await life.poll()).outcome is PollOutcome.READ
    assert (await life.poll()).outcome is PollOutcome.SAME_BODY
    assert life.state.validators.etag == '"1"'
