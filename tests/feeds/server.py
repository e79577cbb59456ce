"""A feed server on loopback that sends scripted responses and records requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Play = Callable[[web.BaseRequest], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass
class Asked:
    """A request that the server received."""

    path: str
    headers: dict[str, str]
    at: float
    method: str


@dataclass
class FeedServer:
    """A server with one handler per path; `asked` has the received requests in order."""

    url: str = ""
    plays: dict[str, Play] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    def at(self, path: str, play: Play | str | bytes, **headers: str) -> str:
        """Serves a handler, or a body with headers, at a path; returns the address."""
        if callable(play):
            self.plays[path] = play
        else:
            body = play.encode() if isinstance(play, str) else play
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            self.plays[path] = lambda _: web.Response(body=body, headers=named)
        return self.url + path

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def headers(self, name: str) -> list[str | None]:
        """The value of this header in each request; None for requests without the header."""
        return [each.headers.get(name.lower()) for each in self.asked]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(
            Asked(
                request.raw_path,
                {name.lower(): value for name, value in request.headers.items()},
                asyncio.get_running_loop().time(),
                request.method,
            )
        )
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            answer = self.plays[request.path](request)
            return answer if isinstance(answer, web.StreamResponse) else await answer
        finally:
            self.under_way -= 1


@asynccontextmanager
async def serving() -> AsyncIterator[FeedServer]:
    """A server that listens on 127.0.0.1 while the `with` block runs."""
    server = FeedServer()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_serving(answer: bytes, hold: bool = False) -> AsyncIterator[str]:
    """A server that sends these bytes to each client, and then closes the connection or waits."""
    done = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if hold:
            await done.wait()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"
    finally:
        done.set()
        server.close()
        await server.wait_closed()
