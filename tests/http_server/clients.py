"""Raw TCP clients, which can send malformed or incomplete HTTP."""

import asyncio
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self


class Client:
    """One connection to a port on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._streams is not None
        self._streams[1].transport.abort()

    def send(self, data: bytes) -> None:
        """Sends these bytes without waiting for a response."""
        assert self._streams is not None
        self._streams[1].write(data)

    async def received(self) -> bytes:
        """Reads until the server closes the connection; returns everything that it sent."""
        assert self._streams is not None
        try:
            return await self._streams[0].read()
        except ConnectionResetError:
            return b"reset"

    async def response(self) -> bytes:
        """Reads the next response; returns its head (status line and headers) and its body."""
        assert self._streams is not None
        reader = self._streams[0]
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        return head + await reader.readexactly(length)


def post(
    path: str, length: int, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """A POST request with `Content-Length: length` and this body, which may be shorter."""
    lines = [f"POST {path} HTTP/1.1", "Host: bot.example", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def files_limited_to(number: int) -> Iterator[None]:
    """Sets the soft limit of open files of this process to `number` while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
