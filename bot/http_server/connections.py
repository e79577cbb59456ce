"""The open connections: deadlines for each, and a limit on their number.

aiohttp's server limits too little: its only timeout is for idle connections, and a client can avoid
that one by sending a byte now and then; the number of connections is unlimited; and it accepts up
to a megabyte of headers. `Connection` sits between the socket and aiohttp's handler and adds the
missing limits.
"""

import asyncio
from typing import cast

from aiohttp import StreamReader, web

from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejection, Rejections

_READ_BYTES = 16_384


class Connections:
    """All open connections. Those without a signed request are kept in order of age."""

    def __init__(self, limits: HttpLimits, rejections: Rejections) -> None:
        self.limits, self.rejections = limits, rejections
        # One buffer is enough for all connections, because what a connection reads is copied out at
        # once.
        self.buffer = bytearray(_READ_BYTES)
        self._open: set[Connection] = set()
        self._untrusted: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def make_room(self) -> bool:
        """Makes room for one more connection; False if every connection is busy with a signed
        request."""
        return len(self._open) < self.limits.connections or self.close_oldest()

    def close_oldest(self) -> bool:
        """Closes the connection that has waited longest for a signed request; False if there is
        none."""
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
        """Exempts the connection from `close_oldest` while its request is signed and in
        progress."""
        self._untrusted.pop(connection, None)

    def rejoin(self, connection: "Connection") -> None:
        """Adds the connection to those that `close_oldest` may close, as the newest of them."""
        self._untrusted.pop(connection, None)
        self._untrusted[connection] = None


class Connection(asyncio.BufferedProtocol):
    """One client. Passes its bytes to aiohttp and closes it when it is late or sends too much.

        waiting for headers -> request in progress -> idle -> waiting for headers -> ...

    The handler limits the time of a request in progress. A client that sends its next request
    before it has the response is pipelining. After the response, the headers of that next request
    must be complete within `header_s`, not within `idle_s`.
    """

    def __init__(self, handler: web.RequestHandler, connections: Connections) -> None:
        self._handler, self._connections = handler, connections
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.is_refused = False
        """Whether the server closed the connection and counted a reason for it."""
        self._requests = 0
        self._body: StreamReader | None = None
        """The body of the request in progress. After the response, it is kept until all of it has
        arrived."""
        self._received = 0
        """Bytes received since the end of the last body."""
        self._is_pipelining = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the deadline for the headers of the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        self._handler.connection_made(transport)
        self._expect_headers()

    def get_buffer(self, _: int) -> bytearray:
        """The buffer into which the event loop reads."""
        return self._connections.buffer

    def buffer_updated(self, size: int) -> None:
        """Passes the bytes that were read to aiohttp's handler."""
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
        """The client has closed its side of the connection. The transport then closes the
        connection."""
        self._handler.eof_received()

    def pause_writing(self) -> None:
        """The client reads the response too slowly, so aiohttp must stop writing."""
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        """aiohttp may write again."""
        self._handler.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        """The client or the server closed the connection."""
        self._forget()
        self._handler.connection_lost(error)

    def begin_request(self, body: StreamReader) -> None:
        """Called when the headers of a request are complete."""
        self._requests += 1
        self._body, self._received = body, 0
        self._cancel_deadline()

    def end_request(self) -> None:
        """Called when the request is answered. If its body is not read by then, the server must
        close the connection."""
        if self._transport is None:
            return
        if self._body is not None and self._body.is_eof():
            self._body = None
        self._connections.rejoin(self)
        limits = self._connections.limits
        self._close_in(limits.header_s if self._is_pipelining else limits.idle_s)

    def trust(self) -> None:
        """Called when the request in progress has a valid signature. Its connection is not closed
        to make room for another."""
        if self._transport is not None:
            self._connections.trust(self)

    def close(self, reason: Rejection | None) -> None:
        """Closes the connection at once. Counts the reason, unless it is None."""
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
            # An idle connection that has served a request ends without a rejection.
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
    """The connection of a request. None if it is closed, or if the server does not use
    `Connection`."""
    protocol = None if request.transport is None else request.transport.get_protocol()
    return protocol if isinstance(protocol, Connection) else None


def trust(request: web.Request) -> None:
    """Marks the request as signed, so that its connection is not closed to make room for
    another."""
    connection = connection_of(request)
    if connection is not None:
        connection.trust()
