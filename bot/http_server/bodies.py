"""Reads request bodies within limits: their size, the time for each, and how many are read at
once."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from aiohttp import web

from bot.http_server.limits import HttpLimits


class BodyTooLarge(Exception):
    """The body has more bytes than the server accepts."""


class BodyReader:
    """Reads the bodies of requests whose signature is not checked yet.

    At most `bodies` are read at once, and at most `large_bodies` of these may be larger than
    `body_bytes`. When a limit is reached, a new body takes the place of the oldest, which is given
    up. A body from Slack arrives within milliseconds, so it rarely becomes the oldest.
    """

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._all, self._large = _Places(limits.bodies), _Places(limits.large_bodies)

    async def read(self, request: web.Request) -> bytes:
        """The whole body.

        Raises BodyTooLarge; TimeoutError if the body is late or a newer one took its place; and
        ConnectionError or web.RequestPayloadError if the client closed the connection or sent an
        invalid body.
        """
        limits = self._limits
        if (request.content_length or 0) > limits.large_body_bytes:
            raise BodyTooLarge
        body = bytearray()
        with ExitStack() as places:
            async with asyncio.timeout(limits.body_s) as deadline:
                places.enter_context(self._all.taken(deadline))
                is_large = False
                async for chunk in request.content.iter_any():
                    size = len(body) + len(chunk)
                    if size > limits.large_body_bytes:
                        raise BodyTooLarge
                    if size > limits.body_bytes and not is_large:
                        is_large = True
                        places.enter_context(self._large.taken(deadline))
                    body += chunk
        return bytes(body)


class _Places:
    """A limited number of places. When all are taken, a new taker gets the place of the oldest one,
    whose deadline is moved to now."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._takers: dict[asyncio.Timeout, None] = {}

    @contextmanager
    def taken(self, deadline: asyncio.Timeout) -> Iterator[None]:
        if len(self._takers) >= self._most:
            oldest = next(iter(self._takers))
            del self._takers[oldest]
            if not oldest.expired():
                oldest.reschedule(asyncio.get_running_loop().time())
        self._takers[deadline] = None
        try:
            yield
        finally:
            self._takers.pop(deadline, None)
