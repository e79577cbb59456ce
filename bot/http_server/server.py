"""aiohttp's server behind an accept loop that keeps to a number of connections."""

import asyncio
import errno
import logging
import socket
from typing import cast

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware

from bot.http_server.connections import Connection, Connections, connection_of
from bot.http_server.limits import HttpLimits
from bot.http_server.rejections import Rejection, Rejections

log = logging.getLogger(__name__)

_BACKLOG = 4096
"""Clients that wait to be accepted; the system may allow fewer. A client that finds no place tries
again after a second, which is long for Slack."""
_BUFFER_BYTES = 4_096
"""What aiohttp buffers of a body before a handler reads it, before it stops reading."""
_LINGER_S = 1.0
"""For dropping the rest of a refused body, so that the client sees the response."""
_SHUTDOWN_S = 2.0
_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_BROKEN_LISTENER = frozenset({errno.EBADF, errno.EINVAL, errno.ENOTSOCK})
_NO_FILES_PAUSE_S = 0.1
_ERROR_PAUSE_S = 1.0


class HttpServer:
    """Serves an application within limits; refused requests are counted, not logged one by one."""

    def __init__(
        self, application: web.Application, limits: HttpLimits, rejections: Rejections
    ) -> None:
        self._connections = Connections(limits, rejections)
        self._rejections = rejections
        application.middlewares.insert(0, self._middleware())
        self._runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=_SHUTDOWN_S,
            logger=_server_log(rejections),
            # `Connection` closes idle connections, always before this.
            keepalive_timeout=limits.idle_s + 2 * limits.header_s,
            lingering_time=_LINGER_S,
            read_bufsize=_BUFFER_BYTES,
            # A compressed body would be a way around the limits, and Slack sends none.
            auto_decompress=False,
        )
        self._accepting: asyncio.Task[None] | None = None
        self._listener: socket.socket | None = None
        self.port = 0
        """The port that the started server listens on."""

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._connections)

    async def start(self, host: str, port: int) -> None:
        """Listens; raises OSError if the port is taken."""
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        await self._runner.setup()
        server = cast("web.Server", self._runner.server)
        self._accepting = asyncio.create_task(
            self._accept(self._listener, server), name="accepting connections"
        )

    async def stop(self) -> None:
        """Stops listening, lets requests in progress end for two seconds, and closes the rest."""
        try:
            if self._accepting is not None:
                self._accepting.cancel()
                await asyncio.gather(self._accepting, return_exceptions=True)
        finally:
            if self._listener is not None:
                self._listener.close()
            await self._runner.cleanup()

    async def _accept(self, listener: socket.socket, server: web.Server) -> None:
        """Accepts one connection after the other, whatever happens to a single one.

        asyncio's own loop accepts a hundred at once before any of them counts, and logs a traceback
        every second while no file descriptor is free.
        """
        while True:
            pause_s = 0.0
            try:
                await self._accept_one(listener, server)
            except Exception as error:
                code = error.errno if isinstance(error, OSError) else None
                if code in _NO_FILES:
                    # Even without a client waiting: the rest of the bot needs a free file too.
                    self._rejections.count(Rejection.NO_FILE)
                    self._connections.close_oldest()
                    pause_s = _NO_FILES_PAUSE_S
                elif code is None or code in _BROKEN_LISTENER:
                    log.exception("a connection could not be accepted")
                    pause_s = _ERROR_PAUSE_S
                # Any other OSError is about the client that was waiting (see accept(2)).
            await asyncio.sleep(pause_s)

    async def _accept_one(self, listener: socket.socket, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        client, _ = await loop.sock_accept(listener)
        try:
            if not self._connections.make_room():
                client.close()
                self._rejections.count(Rejection.CROWDED_OUT)
                return
            await loop.connect_accepted_socket(
                lambda: Connection(server(), self._connections), client
            )
        except BaseException as error:
            client.close()
            # The client left already.
            if not isinstance(error, OSError):
                raise

    def _middleware(self) -> Middleware:
        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            connection = connection_of(request)
            if connection is None:
                return web.Response(status=400)
            connection.begin_request(request.content)
            try:
                response = await handler(request)
            except web.HTTPException as error:
                _close_unless_read(request, error)
                raise
            except web.RequestPayloadError:
                self._rejections.count(Rejection.MALFORMED)
                response = web.Response(status=400)
            except ConnectionError:
                if request.transport is not None:
                    raise
                if not connection.is_refused:
                    self._rejections.count(Rejection.ABORTED)
                response = web.Response(status=400)
            finally:
                connection.end_request()
            _close_unless_read(request, response)
            return response

        return watch


def _close_unless_read(request: web.Request, response: web.StreamResponse) -> None:
    """Closes the connection after the response if the body of the request has not arrived.

    aiohttp would drop the body as it arrives and keep the connection; what follows the body would
    have no time limit.
    """
    if not request.content.is_eof():
        response.force_close()


def _server_log(rejections: Rejections) -> logging.Logger:
    """The logger for aiohttp's server; it counts what is no HTTP instead of logging it."""
    # At DEBUG, because aiohttp mentions some of it there only.
    logger = logging.Logger(f"{__name__}.aiohttp", logging.DEBUG)
    logger.parent = logging.getLogger(__name__)

    def is_no_refusal(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        rejections.count(Rejection.MALFORMED)
        return False

    logger.addFilter(is_no_refusal)
    return logger
