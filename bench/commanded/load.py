"""Load generator: each kept-alive connection sends its next request after the last answer.

An answer with a table does not come in the response, but is posted to the request's response_url.
Its latency ends when the post arrives. The client does as little work as possible, because its own
time is part of every latency.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

from bench.commanded.questions import request

_POST_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """The latency of each request, and the wall time of all requests, in seconds."""

    latencies_s: tuple[float, ...]
    wall_s: float


async def ask(port: int, questions: Iterator[str], connections: int, count: int) -> Load:
    """Asks `count` questions over `connections`; raises SystemExit if a response is no answer."""
    now_s = int(time.time())
    inbox = _Inbox()
    server = await asyncio.start_server(inbox.receive, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    asked = enumerate(islice(questions, count))
    ready = iter([(f"/{n}", request(one, now_s, f"{address}/{n}")) for n, one in asked])
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(_Connection, "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    latencies_s: list[float] = []
    began = perf_counter()
    await asyncio.gather(*(_ask(line, ready, inbox, latencies_s) for line in lines))
    wall_s = perf_counter() - began
    for line in lines:
        line.close()
    server.close()
    return Load(tuple(latencies_s), wall_s)


async def _ask(
    line: "_Connection",
    ready: Iterator[tuple[str, bytes]],
    inbox: "_Inbox",
    latencies_s: list[float],
) -> None:
    for path, sent in ready:
        posted = inbox.expect(path)
        began = perf_counter()
        answer = await line.ask(sent)
        is_empty = answer.endswith(b"\r\n\r\n")
        if is_empty:
            answer += await asyncio.wait_for(posted, _POST_WITHIN_S)
        latencies_s.append(perf_counter() - began)
        if not answer.startswith(b"HTTP/1.1 200 ") or b'"response_type"' not in answer:
            raise SystemExit(f"unexpected response to a command:  {answer[:300]!r}")


class _Inbox:
    """An HTTP server that receives the answers that are posted to a response_url."""

    def __init__(self) -> None:
        self._expected: dict[str, asyncio.Future[bytes]] = {}

    def expect(self, path: str) -> asyncio.Future[bytes]:
        """A future that resolves to the body of the first post to the path."""
        self._expected[path] = asyncio.get_running_loop().create_future()
        return self._expected[path]

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reads one request and answers it."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()
        posted = self._expected[head.split(b" ", 2)[1].decode()]
        if not posted.done():
            posted.set_result(body)


class _Connection(asyncio.Protocol):
    """A connection that sends one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, sent: bytes) -> asyncio.Future[bytes]:
        """Sends a request; the future resolves to the whole response: headers and body."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found or self._answer is None:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self._answer.set_result(bytes(self._came))
            self._came.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        """Closes the connection."""
        if self._transport is not None:
            self._transport.close()
