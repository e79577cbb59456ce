"""The session over which feeds are fetched: guarded at each connection, one request at a time.

The guard looks at the numeric address that the socket is about to connect to. So neither a
redirect, nor a name that resolves to another address the second time, nor an odd spelling of
127.0.0.1 gets past it.
"""

import os
import socket
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from bot.feeds.http.address_guard import refusal
from bot.feeds.http.limits import FetchLimits, Network

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


class ConnectionBlocked(OSError):
    """A connection was about to be made to an address that may not be fetched from."""


class Dropped(aiohttp.ClientConnectionError):
    """The server closed the connection before it answered."""


@dataclass(slots=True)
class Attempt:
    """How far one request came."""

    connected: bool = False
    """Whether a connection was made for it; one kept from before may be about to close."""
    answered: bool = False
    """Whether the headers of an answer came."""


ATTEMPT: ContextVar[Attempt] = ContextVar("ATTEMPT")
"""The request that the task makes now. aiohttp's tracing would tell as much, for a tenth of a
fetch's time."""


def open_session(limits: FetchLimits) -> aiohttp.ClientSession:
    """A session that keeps no cookies, sends no Referer, unpacks nothing, and reads no proxy or
    password from the environment."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            resolver=_GuardedResolver(limits.allowed_networks),
            socket_factory=lambda info: _guarded_socket(info, limits.allowed_networks),
        ),
        headers={
            "User-Agent": limits.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, br",
        },
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        middlewares=(_once,),
        # Some sites send security policies longer than aiohttp's 8 kB.
        max_line_size=16_384,
        max_field_size=65_536,
        timeout=aiohttp.ClientTimeout(total=None),
    )


class _GuardedResolver(AbstractResolver):
    """The system's resolver, without the addresses that may not be fetched from."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._inner = DefaultResolver()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        reasons = [refusal(each["host"], self._allowed) for each in found]
        kept = [each for each, reason in zip(found, reasons, strict=True) if not reason]
        if found and not kept:
            raise ConnectionBlocked(f"resolves to {reasons[0]}")
        return kept

    async def close(self) -> None:
        await self._inner.close()


def _guarded_socket(info: tuple[Any, ...], allowed: Sequence[Network]) -> socket.socket:
    family, kind, protocol, _, where = info
    reason = refusal(str(where[0]), allowed)
    if reason:
        raise ConnectionBlocked(f"is {reason}")
    if (attempt := ATTEMPT.get(None)) is not None:
        attempt.connected = True
    return socket.socket(family, kind, protocol)


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Hides a lost connection from aiohttp, which would ask again in the same moment, and does
    so for a fresh connection too."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Dropped from error


def refused(error: BaseException) -> str:
    """Why the guard said no, if it was the guard."""
    inner = getattr(error, "os_error", error)
    return str(inner) if isinstance(inner, ConnectionBlocked) else ""


def explained(error: BaseException) -> str:
    """What went wrong, in words for an operator."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name was not found (DNS)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "no trusted encrypted connection could be made (certificate or TLS)"
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return f"could not connect ({os.strerror(number).lower() if number else 'no reason given'})"
    if isinstance(error, Dropped):
        return "the server closed the connection without an answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the body was cut off"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the answer is not proper HTTP"
    return "the connection broke"
