"""The server limits clients that are slow or silent, too many clients, and malformed HTTP."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from bot.http_server.bodies import BodyReader, BodyTooLarge
from bot.http_server.connections import trust
from bot.http_server.health import ready_route
from bot.http_server.limits import HttpLimits, connection_limit
from bot.http_server.rejections import Rejection, Rejections
from bot.http_server.server import HttpServer
from bot.readiness import NotReady, Readiness
from tests.http_server.clients import Client, files_limited_to, post

LONG_S = 30.0
LIMITS = HttpLimits(header_s=LONG_S, body_s=LONG_S, idle_s=LONG_S)
GET = b"GET /readyz HTTP/1.1\r\nHost: bot.example\r\n\r\n"


class Bot:
    """A server with three routes: one reads the body, one keeps a handler busy, and `/readyz`."""

    def __init__(self, limits: HttpLimits) -> None:
        self.rejections, self.readiness = Rejections(), Readiness()
        self.go_on = asyncio.Event()
        self.busy = self.bodies = 0
        self._bodies = BodyReader(limits)
        application = web.Application()
        application.add_routes(
            [
                ready_route(self.readiness),
                web.post("/body", self._body),
                web.post("/busy", self._busy),
                web.post("/early", self._early),
                web.post("/broken", self._broken),
            ]
        )
        self.server = HttpServer(application, limits, self.rejections)

    async def _body(self, request: web.Request) -> web.Response:
        self.bodies += 1
        try:
            return web.Response(text=str(len(await self._bodies.read(request))))
        except TimeoutError:
            return web.Response(status=408)
        except BodyTooLarge:
            return web.Response(status=413)

    async def _busy(self, request: web.Request) -> web.Response:
        trust(request)
        self.busy += 1
        await self.go_on.wait()
        return web.Response(text="done")

    async def _early(self, _: web.Request) -> web.Response:
        return web.Response(status=401)

    async def _broken(self, _: web.Request) -> web.Response:
        raise RuntimeError("a fault of ours")

    def client(self) -> Client:
        return Client(self.server.port)

    async def is_answering(self) -> bool:
        async with self.client() as client:
            client.send(GET)
            return b" 200 " in await client.response()


@asynccontextmanager
async def serving(limits: HttpLimits = LIMITS) -> AsyncIterator[Bot]:
    bot = Bot(limits)
    await bot.server.start("127.0.0.1", 0)
    try:
        async with asyncio.timeout(20):
            yield bot
    finally:
        await bot.server.stop()


async def eventually(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - nothing signals a closed connection
        await asyncio.sleep(0.01)


async def test_a_request_is_answered_on_a_kept_connection() -> None:
    async with serving() as bot, bot.client() as client:
        for size in (0, 1, 65_536, 300_000):
            client.send(post("/body", size, b"a" * size))
            answer = await client.response()
            assert answer.endswith(b"\r\n\r\n%d" % size)
        client.send(GET + GET)
        assert [b'"ready": true' in await client.response() for _ in range(2)] == [True, True]
        assert bot.rejections.counts() == {}


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"", Rejection.IDLE), (b"GET / HT", Rejection.SLOW), (GET[:-2], Rejection.SLOW)],
)
async def test_headers_that_do_not_end_in_time_close_the_connection(
    start: bytes, kind: Rejection
) -> None:
    async with serving(replace(LIMITS, header_s=1.0)) as bot, bot.client() as client:
        client.send(start)
        assert await client.received() == b""
        assert bot.rejections.counts() == {kind: 1}


async def drip(client: Client, every_s: float = 0.02) -> None:
    while True:
        client.send(b"a")
        await asyncio.sleep(every_s)


async def while_dripping(client: Client, answer: Callable[[], Awaitable[bytes]]) -> bytes:
    dripping = asyncio.create_task(drip(client))
    try:
        return await answer()
    finally:
        dripping.cancel()


async def test_dripping_bytes_do_not_extend_the_time_for_headers() -> None:
    async with serving(replace(LIMITS, header_s=1.0)) as bot, bot.client() as client:
        client.send(b"GET /readyz HTTP/1.1\r\nX-Long: ")
        assert await while_dripping(client, client.received) in (b"", b"reset")
        assert bot.rejections.counts() == {Rejection.SLOW: 1}


async def test_headers_of_a_second_request_have_a_time_too() -> None:
    async with serving(replace(LIMITS, header_s=1.0)) as bot, bot.client() as client:
        client.send(GET)
        await client.response()
        client.send(GET[:-2])
        assert await client.received() == b""
        assert bot.rejections.counts() == {Rejection.SLOW: 1}


@pytest.mark.parametrize("path", ["/nowhere", "/early"])
async def test_an_answer_before_the_body_has_arrived_closes_the_connection(path: str) -> None:
    async with serving() as bot, bot.client() as client:
        client.send(post(path, 5))
        assert b"connection: close" in (await client.response()).lower()
        client.send(b"12345" + GET)
        assert await client.received() in (b"", b"reset")
        await eventually(lambda: bot.server.connections == 0)


async def test_pipelined_headers_have_a_time_too() -> None:
    limits = replace(LIMITS, header_s=1.0)
    async with serving(limits) as bot, bot.client() as client:
        client.send(post("/busy", 3, b"abc"))
        await eventually(lambda: bot.busy == 1)
        client.send(GET[:-2])
        assert await bot.is_answering()
        bot.go_on.set()
        assert (await client.response()).endswith(b"done")
        assert await client.received() == b""
        assert bot.rejections.counts() == {Rejection.SLOW: 1}


async def test_pipelined_headers_without_end_are_refused() -> None:
    async with serving() as bot, bot.client() as client:
        client.send(post("/busy", 0))
        await eventually(lambda: bot.busy == 1)
        client.send(b"GET /readyz HTTP/1.1\r\n" + b"X: %s\r\n" % (b"a" * 8000) * 10)
        assert await client.received() in (b"", b"reset")
        assert bot.rejections.counts() == {Rejection.OVERSIZED: 1}


async def test_dripping_bytes_do_not_extend_the_time_for_a_body() -> None:
    async with serving(replace(LIMITS, body_s=0.5)) as bot, bot.client() as client:
        client.send(post("/body", 1000))
        assert b" 408 " in await while_dripping(client, client.response)


async def test_an_idle_connection_is_closed_without_being_counted() -> None:
    async with serving(replace(LIMITS, idle_s=0.1)) as bot, bot.client() as client:
        client.send(GET)
        assert b" 200 " in await client.received()
        assert bot.rejections.counts() == {}


async def test_headers_without_end_are_refused() -> None:
    async with serving() as bot, bot.client() as client:
        client.send(b"GET /readyz HTTP/1.1\r\n")
        for number in range(100):
            client.send(b"X-%d: %s\r\n" % (number, b"a" * 8000))
        await client.received()
        assert bot.rejections.counts() == {Rejection.OVERSIZED: 1}


async def test_a_body_over_the_limit_is_refused_unread() -> None:
    async with serving() as bot, bot.client() as client:
        client.send(post("/body", 1_000_001))
        assert b" 413 " in await client.response()
    async with serving() as bot, bot.client() as client:
        client.send(b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(17):
            client.send(b"10000\r\n" + b"a" * 65_536 + b"\r\n")
        assert b" 413 " in await client.response()


async def test_the_oldest_body_makes_room_for_a_new_one() -> None:
    async with serving(replace(LIMITS, bodies=2)) as bot, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(bot.client()) for _ in range(4)]
        for number, client in enumerate(slow, 1):
            client.send(post("/body", 1000, b"a"))
            await eventually(lambda number=number: bot.bodies == number)  # type: ignore[misc]
        assert [b" 408 " in await client.response() for client in slow[:2]] == [True, True]
        fast = await stack.enter_async_context(bot.client())
        fast.send(post("/body", 3, b"abc"))
        assert b" 200 " in await fast.response()


async def test_few_large_bodies_are_held_at_once() -> None:
    async with serving(replace(LIMITS, large_bodies=1)) as bot, AsyncExitStack() as stack:
        waiting = {}
        for _ in range(3):
            client = await stack.enter_async_context(bot.client())
            client.send(post("/body", 200_000, b"a" * 100_000))
            waiting[asyncio.create_task(client.response())] = client
        while len(waiting) > 1:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                assert b" 408 " in task.result()
                del waiting[task]
        [(last, client)] = waiting.items()
        client.send(b"a" * 100_000)
        assert (await last).endswith(b"200000")


async def test_a_client_that_leaves_in_a_body_is_counted_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as bot:
        for number in range(1, 4):
            async with bot.client() as client:
                client.send(post("/body", 1000, b"a"))
                await eventually(lambda number=number: bot.bodies == number)  # type: ignore[misc]
        await eventually(lambda: bot.rejections.counts() == {Rejection.ABORTED: 3})
        assert not caplog.records


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_invalid_http_is_counted_without_a_traceback(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving() as bot, bot.client() as client:
        client.send(sent)
        assert b" 400 " in await client.received()
        assert bot.rejections.counts() == {Rejection.MALFORMED: 1}
        assert not caplog.records


async def test_a_fault_of_ours_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as bot, bot.client() as client:
        client.send(post("/broken", 0))
        assert b" 500 " in await client.response()
    assert "a fault of ours" in caplog.text


async def test_the_longest_waiting_connection_makes_room_for_a_new_one() -> None:
    async with serving(replace(LIMITS, connections=3)) as bot, AsyncExitStack() as stack:
        for sent in (b"", GET[:-2], post("/body", 1000, b"a")) * 3:
            client = await stack.enter_async_context(bot.client())
            client.send(sent)
        await eventually(lambda: bot.rejections.counts() == {Rejection.CROWDED_OUT: 6})
        assert bot.server.connections == 3
        assert await bot.is_answering()


async def test_a_signed_request_in_progress_is_never_closed_for_another() -> None:
    async with serving(replace(LIMITS, connections=2)) as bot, AsyncExitStack() as stack:
        busy = [await stack.enter_async_context(bot.client()) for _ in range(2)]
        for client in busy:
            client.send(post("/busy", 0))
        await eventually(lambda: bot.busy == 2)
        async with bot.client() as third:
            assert await third.received() == b""
        bot.go_on.set()
        assert [(await client.response())[-4:] for client in busy] == [b"done", b"done"]
        assert bot.rejections.counts() == {Rejection.CROWDED_OUT: 1}
        assert await bot.is_answering()


async def test_running_out_of_files_closes_the_oldest_and_is_only_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as bot, AsyncExitStack() as stack:
        held = [await stack.enter_async_context(bot.client()) for _ in range(4)]
        await eventually(lambda: bot.server.connections == 4)
        # The client's socket takes the last free file number, so the server cannot open its own.
        with socket.socket() as fifth, files_limited_to(fifth.fileno() + 1):
            fifth.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(fifth, ("127.0.0.1", bot.server.port))
            await loop.sock_sendall(fifth, GET)
            assert b" 200 " in await loop.sock_recv(fifth, 1000)
            assert await held[0].received() == b""
        counts = bot.rejections.counts()
        assert counts[Rejection.NO_FILE] >= 1
        assert not caplog.records


class FaultyLoop(asyncio.SelectorEventLoop):
    """An event loop whose first attempts to accept a connection fail with the given errors."""

    def __init__(self, errors: Iterable[BaseException]) -> None:
        super().__init__()
        self.errors = list(errors)

    async def sock_accept(self, sock: socket.socket) -> tuple[socket.socket, Any]:
        if self.errors:
            raise self.errors.pop(0)
        return await super().sock_accept(sock)


class LoopEnd(BaseException):
    """An error that ends the task in which the server accepts connections."""


async def answer_once() -> dict[Rejection, int]:
    async with serving() as bot:
        assert await bot.is_answering()
        return bot.rejections.counts()


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_a_lack_of_files_or_memory_is_counted_and_accepting_goes_on(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    with asyncio.Runner(loop_factory=lambda: FaultyLoop([OSError(code, "")])) as runner:
        assert runner.run(answer_once()) == {Rejection.NO_FILE: 1}
    assert not caplog.records


def test_errors_of_a_waiting_client_are_skipped(caplog: pytest.LogCaptureFixture) -> None:
    codes = (errno.ECONNABORTED, errno.EPROTO, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EPERM)
    errors = [OSError(code, "") for code in codes]
    with asyncio.Runner(loop_factory=lambda: FaultyLoop(errors)) as runner:
        assert runner.run(answer_once()) == {}
    assert not caplog.records


@pytest.mark.parametrize("error", [RuntimeError("a fault"), OSError(errno.EINVAL, "a fault")])
def test_an_unexpected_error_is_logged_and_accepting_goes_on(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with asyncio.Runner(loop_factory=lambda: FaultyLoop([error])) as runner:
        assert runner.run(answer_once()) == {}
    assert "a fault" in caplog.text


def test_stopping_closes_the_port_even_if_accepting_has_ended() -> None:
    async def stop_after_the_end() -> None:
        bot = Bot(LIMITS)
        await bot.server.start("127.0.0.1", 0)
        await asyncio.sleep(0)
        await bot.server.stop()
        with pytest.raises(ConnectionRefusedError):
            await bot.is_answering()

    with asyncio.Runner(loop_factory=lambda: FaultyLoop([LoopEnd()])) as runner:
        runner.run(stop_after_the_end())


def test_the_limit_of_connections_leaves_half_of_the_files() -> None:
    with files_limited_to(256):
        assert connection_limit() == 128
    with files_limited_to(2048):
        assert connection_limit() == 512


async def test_reasons_make_the_bot_not_ready() -> None:
    async with serving() as bot, bot.client() as client:
        bot.readiness.set(NotReady.DATABASE)
        client.send(GET)
        answer = await client.response()
        assert b" 503 " in answer
        assert answer.endswith(b'{"ready": false, "reasons": ["database_unreachable"]}')
        bot.readiness.clear(NotReady.DATABASE)
        client.send(GET)
        assert (await client.response()).endswith(b'{"ready": true}')


async def test_stopping_ends_open_connections(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    bot = Bot(LIMITS)
    await bot.server.start("127.0.0.1", 0)
    async with bot.client() as silent, bot.client() as half:
        half.send(GET[:-2])
        await eventually(lambda: bot.server.connections == 2)
        await bot.server.stop()
        assert await silent.received() == b""
        assert await half.received() == b""
    with pytest.raises(ConnectionRefusedError):
        await bot.is_answering()
    assert not caplog.records
