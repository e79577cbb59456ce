"""aiohttp's server with our own accept loop, which limits the number of connections."""

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
"""Maximum clients that wait to be accepted; the operating system may allow fewer. If the queue is
full, a client tries again after a second, which is a third of the time that Slack waits for a
response."""
_BUFFER_BYTES = 4_096
"""Maximum bytes of a body that aiohttp buffers while no handler reads it. Then aiohttp stops
reading."""
_LINGER_S = 1.0
"""Maximum time for discarding the rest of a refused body. If the bot closed the connection at once,
the client might not see the response."""
_SHUTDOWN_S = 2.0
_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_BROKEN_LISTENER = frozenset({errno.EBADF, errno.EINVAL, errno.ENOTSOCK})
_NO_FILES_PAUSE_S = 0.1
_ERROR_PAUSE_S = 1.0


class HttpServer:
    """Serves an application within limits. Refused requests are counted; they are not logged one by
    one."""

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
            # Longer than any deadline of `Connection`, which closes idle connections first.
            keepalive_timeout=limits.idle_s + 2 * limits.header_s,
            lingering_time=_LINGER_S,
            read_bufsize=_BUFFER_BYTES,
            # Slack sends no compressed bodies, and a small compressed body could exceed our limits.
            auto_decompress=False,
        )
        self._accepting: asyncio.Task[None] | None = None
        self._listener: socket.socket | None = None
        self.port = 0
        """The port on which the server listens. It is 0 before the start."""

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._connections)

    async def start(self, host: str, port: int) -> None:
        """Begins to listen; raises OSError if the port is taken."""
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        await self._runner.setup()
        server = cast("web.Server", self._runner.server)
        self._accepting = asyncio.create_task(
            self._accept(self._listener, server), name="accepting connections"
        )

    async def stop(self) -> None:
        """Stops listening, waits up to two seconds for requests in progress, then closes all
        connections."""
        try:
            if self._accepting is not None:
                self._accepting.cancel()
                await asyncio.gather(self._accepting, return_exceptions=True)
        finally:
            if self._listener is not None:
                self._listener.close()
            await self._runner.cleanup()

    async def _accept(self, listener: socket.socket, server: web.Server) -> None:
        """Accepts connections one at a time; an error with one connection does not end the loop.

        asyncio's own loop would accept up to a hundred connections before our limit sees any of
        them. While no file descriptor is free, it would log a traceback every second.
        """
        while True:
            pause_s = 0.0
            try:
                await self._accept_one(listener, server)
            except Exception as error:
                code = error.errno if isinstance(error, OSError) else None
                if code in _NO_FILES:
                    # Close a connection even if no client is waiting: the rest of the bot needs a
                    # free file descriptor too.
                    self._rejections.count(Rejection.NO_FILE)
                    self._connections.close_oldest()
                    pause_s = _NO_FILES_PAUSE_S
                elif code is None or code in _BROKEN_LISTENER:
                    log.exception("a connection could not be accepted")
                    pause_s = _ERROR_PAUSE_S
                # Any other OSError concerns only the client that was waiting (see accept(2)).
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
            # An OSError means that the client has closed the connection already.
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

    Otherwise aiohttp would keep the connection and discard the rest of the body as it arrives. The
    request after that body would have no time limit.
    """
    if not request.content.is_eof():
        response.force_close()


def _server_log(rejections: Rejections) -> logging.Logger:
    """The logger for aiohttp's server. A request that is not valid HTTP is counted instead of
    logged."""
    # The level is DEBUG, because aiohttp logs some of these requests only at that level.
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
