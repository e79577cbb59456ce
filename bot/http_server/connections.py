"""The open connections: deadlines for each, and a limit for all.

aiohttp's server has one timeout for idle connections, which a client that sends one byte now and
then outlives, no limit for connections, and up to a megabyte of headers. `Connection` sits between
the socket and aiohttp's handler and adds these.
"""

import asyncio
from typing import cast

from aiohttp import StreamReader, web

from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejection, Rejections

_READ_BYTES = 16_384


class Connections:
    """All open connections, those that no signature vouches for in the order of their age."""

    def __init__(self, limits: HttpLimits, rejections: Rejections) -> None:
        self.limits, self.rejections = limits, rejections
        # Every read is copied out at once, so that all connections can share the buffer.
        self.buffer = bytearray(_READ_BYTES)
        self._open: set[Connection] = set()
        self._untrusted: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def make_room(self) -> bool:
        """Makes room for one more; False if all connections are busy with signed requests."""
        return len(self._open) < self.limits.connections or self.close_oldest()

    def close_oldest(self) -> bool:
        """Closes the connection that has waited longest for a signed request, if there is one."""
        oldest = next(iter(self._untrusted), None)
        if oldest is None:
            return False
        oldest.close(Rejection.CROWDED_OUT)
        return True

    def add(self, connection: "Connection") -> None:
        """Adds a new connection."""
        self._open.add(connection)
        self._untrusted[connection] = None

    def remove(self, connection: "Connection") -> None:
        """Removes a closed connection."""
        self._open.discard(connection)
        self._untrusted.pop(connection, None)

    def trust(self, connection: "Connection") -> None:
        """Exempts the connection from `close_oldest`."""
        self._untrusted.pop(connection, None)

    def rejoin(self, connection: "Connection") -> None:
        """Makes the connection the newest of those that `close_oldest` chooses from."""
        self._untrusted.pop(connection, None)
        self._untrusted[connection] = None


class Connection(asyncio.BufferedProtocol):
    """One client. Passes its bytes to aiohttp and closes it when it is late or sends too much.

        waiting for headers -> request in progress -> idle -> waiting for headers -> ...

    The time of a request in progress is limited by its handler. A client that sends more before it
    has the response is pipelining: the rest of its next headers must follow within the time for
    headers, not within that of an idle connection.
    """

    def __init__(self, handler: web.RequestHandler, connections: Connections) -> None:
        self._handler, self._connections = handler, connections
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.is_refused = False
        """Whether the server closed the connection, for a reason that it has counted."""
        self._requests = 0
        self._body: StreamReader | None = None
        """The body of the request in progress, or of an answered one that has not arrived yet."""
        self._received = 0
        """Bytes since the end of the last body."""
        self._is_pipelining = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the time for the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        self._handler.connection_made(transport)
        self._expect_headers()

    def get_buffer(self, _: int) -> bytearray:
        """The buffer to read into."""
        return self._connections.buffer

    def buffer_updated(self, size: int) -> None:
        """Passes on what was read."""
        if self._body is None or self._body.is_eof():
            if self._body is not None:
                self._is_pipelining = True
            elif not self._received and self._requests:
                self._expect_headers()
            self._received += size
            if self._received > self._connections.limits.header_bytes:
                self.close(Rejection.OVERSIZED)
                return
        self._handler.data_received(bytes(self._connections.buffer[:size]))

    def eof_received(self) -> None:
        """The client sends no more; the transport closes itself."""
        self._handler.eof_received()

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._handler.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        """Either side closed the connection."""
        self._forget()
        self._handler.connection_lost(error)

    def begin_request(self, body: StreamReader) -> None:
        """The headers of a request are complete."""
        self._requests += 1
        self._body, self._received = body, 0
        self._cancel_deadline()

    def end_request(self) -> None:
        """The request is answered. The server must close the connection if its body is unread."""
        if self._transport is None:
            return
        if self._body is not None and self._body.is_eof():
            self._body = None
        self._connections.rejoin(self)
        limits = self._connections.limits
        self._close_in(limits.header_s if self._is_pipelining else limits.idle_s)

    def trust(self) -> None:
        """The request in progress has a valid signature: it makes room for no other."""
        if self._transport is not None:
            self._connections.trust(self)

    def close(self, reason: Rejection | None) -> None:
        """Closes the connection at once and counts the reason."""
        transport = self._transport
        if transport is None:
            return
        self._forget()
        if reason is not None:
            self.is_refused = True
            self._connections.rejections.count(reason)
        transport.abort()

    def _expect_headers(self) -> None:
        self._close_in(self._connections.limits.header_s)

    def _close_in(self, seconds: float) -> None:
        self._cancel_deadline()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        if self._received:
            self.close(Rejection.SLOW)
        else:
            # The end of an idle connection that served requests is no refusal.
            self.close(None if self._requests else Rejection.IDLE)

    def _forget(self) -> None:
        self._transport = None
        self._cancel_deadline()
        self._connections.remove(self)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def connection_of(request: web.Request) -> Connection | None:
    """The connection of a request; None once it is closed, and on a server without `Connection`."""
    protocol = None if request.transport is None else request.transport.get_protocol()
    return protocol if isinstance(protocol, Connection) else None


def trust(request: web.Request) -> None:
    """Says that the request has a valid signature, so that it is not closed to make room."""
    connection = connection_of(request)
    if connection is not None:
        connection.trust()
