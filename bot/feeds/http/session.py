"""The HTTP session for feeds. It checks every connection and repeats no request by itself.

The check is made on the numeric address to which the socket is about to connect. So it cannot be
bypassed by redirects, by names that resolve to another address the second time, or by unusual
spellings of 127.0.0.1.
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
    """How far a request has progressed."""

    connected: bool = False
    """Whether the request opened a new connection. A reused connection may be about to close."""
    answered: bool = False
    """Whether response headers arrived."""


ATTEMPT: ContextVar[Attempt] = ContextVar("ATTEMPT")
"""The state of the current task's request."""


def open_session(limits: FetchLimits) -> aiohttp.ClientSession:
    """A session without cookies, Referer and automatic decompression.

    It ignores proxies and passwords that are set in the environment.
    """
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
        # Some sites send security policies in headers that exceed aiohttp's default of 8 kB.
        max_line_size=16_384,
        max_field_size=65_536,
        timeout=aiohttp.ClientTimeout(total=None),
    )


class _GuardedResolver(AbstractResolver):
    """Resolves names like the system, but leaves out addresses that may not be contacted."""

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
    """Raises Dropped in place of aiohttp's error for a lost connection.

    aiohttp would answer its own error by repeating the request at once.
    """
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Dropped from error
