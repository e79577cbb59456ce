"""The HTTP session for feeds: every connection is checked, and no request is repeated silently.

The check sees the numeric address that the socket is about to connect to. So redirects, names that
resolve differently the second time and odd spellings of 127.0.0.1 cannot get around it.
"""

import socket
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from bot.feeds.http.address_guard import find_refusal
from bot.feeds.http.errors import ConnectionBlocked, Dropped
from bot.feeds.http.limits import FetchLimits, Network

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


@dataclass(slots=True)
class Attempt:
    """How far one request got."""

    connected: bool = False
    """Whether it opened a connection; a reused one may be about to close."""
    answered: bool = False
    """Whether response headers arrived."""


ATTEMPT: ContextVar[Attempt] = ContextVar("ATTEMPT")
"""The current task's request."""


def open_session(limits: FetchLimits) -> aiohttp.ClientSession:
    """A session without cookies, Referer, decompression, and proxies or passwords from the
    environment."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            resolver=_GuardedResolver(limits.allowed_networks),
            socket_factory=lambda info: _open_guarded_socket(info, limits.allowed_networks),
        ),
        headers={
            "User-Agent": limits.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, br",
        },
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        middlewares=(_prevent_retry,),
        # Some sites send security policies that exceed aiohttp's 8 kB.
        max_line_size=16_384,
        max_field_size=65_536,
        timeout=aiohttp.ClientTimeout(total=None),
    )


class _GuardedResolver(AbstractResolver):
    """The system's resolver without forbidden addresses."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._inner = DefaultResolver()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        reasons = [find_refusal(each["host"], self._allowed) for each in found]
        kept = [each for each, reason in zip(found, reasons, strict=True) if not reason]
        if found and not kept:
            raise ConnectionBlocked(f"resolves to {reasons[0]}")
        return kept

    async def close(self) -> None:
        await self._inner.close()


def _open_guarded_socket(info: tuple[Any, ...], allowed: Sequence[Network]) -> socket.socket:
    family, kind, protocol, _, address = info
    reason = find_refusal(str(address[0]), allowed)
    if reason:
        raise ConnectionBlocked(f"is {reason}")
    if (attempt := ATTEMPT.get(None)) is not None:
        attempt.connected = True
    return socket.socket(family, kind, protocol)


async def _prevent_retry(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Replaces the error of a lost connection, which would make aiohttp repeat the request at
    once, even on a new connection."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Dropped from error
