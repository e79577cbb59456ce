"""One GET of a feed: conditional, bounded in time and size, guarded at every hop.

    address -> turn -> guarded connection -> headers -> redirect? again : body, unpacked

The guard looks at the numeric address that the socket is about to connect to. So neither a
redirect, nor a name that resolves to another address the second time, nor an odd spelling of
127.0.0.1 gets past it.
"""

import asyncio
import os
import socket
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from bot.errors import AddressRefused, FetchFailed
from bot.feeds.guard import refusal
from bot.feeds.limits import FetchLimits, Network
from bot.feeds.turns import Turns
from bot.feeds.unpack import CannotUnpack, TooLarge, Unpacker
from bot.news.entry import Validators

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_POST_ON = frozenset({307, 308})
_WITH_BODY = frozenset({200, 203})
_CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})


@dataclass(frozen=True)
class Fetched:
    """An answer: its status and headers, and its body unpacked where the status is 200."""

    status: int
    url: str
    """The address that answered, after redirects."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    moved_to: str = ""
    """Where permanent redirects, first ones in the chain, led; empty if there were none."""
    conditional: bool = False
    """Whether validators were sent with the request that was answered."""

    @cached_property
    def digest(self) -> str:
        """A digest of the body."""
        return sha256(self.body).hexdigest()


class Refused(OSError):
    """A connection was about to be made to an address that may not be fetched from."""


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
            raise Refused(f"resolves to {reasons[0]}")
        return kept

    async def close(self) -> None:
        await self._inner.close()


class Fetcher:
    """Fetches feeds over one shared session; `close` when done.

    Keeps no cookies, sends no Referer, reads no proxy or password from the environment.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._turns = Turns(
            limits.fetches_per_host,
            limits.fetches_at_once,
            limits.spacing_s,
            limits.bodies_at_once,
        )
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Closes all connections."""
        if self._session is not None:
            await self._session.close()

    def busy(self) -> None:
        """Says that the calling task has a new body to work through, see `Turns.busy`."""
        self._turns.busy()

    async def fetch(
        self, address: str, validators: Validators, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """The answer of `address` or of where it redirects to, whatever its status.

        Validators go only to the address that gave them, further `headers` to no other server than
        the one first asked. Raises AddressRefused and FetchFailed, whose thing
        is the address without its query.
        """
        asked = _parsed(address, address)
        url, seen, moved_to, straight = asked, [asked], "", True
        left_s = self._limits.deadline_s
        loop = asyncio.get_running_loop()
        while True:
            async with self._turns.turn(f"{url.host}:{url.port}", str(url)):
                began = loop.time()
                sent = _conditions(validators, str(url))
                if headers and url.origin() == asked.origin():
                    sent = {**headers, **sent}
                answer = await self._ask(url, self._get(url, sent), left_s)
                left_s -= loop.time() - began
            target = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not target:
                return answer if not moved_to else _moved(answer, moved_to)
            straight = straight and answer.status in _PERMANENT
            url = _next_hop(asked, url, target)
            moved_to = str(url) if straight else moved_to
            if url in seen:
                raise FetchFailed(shown(address), "redirect loop", "Check the feed's address")
            if len(seen) > self._limits.max_redirects:
                raise FetchFailed(
                    shown(address),
                    f"more than {self._limits.max_redirects} redirects in a row",
                    "Check the feed's address",
                )
            seen.append(url)

    async def post(self, address: str, form: Mapping[str, str]) -> int:
        """The status of the answer to a form that is posted; its body is not read.

        307 and 308 lead on. Raises AddressRefused and FetchFailed as `fetch` does.
        """
        asked = url = _parsed(address, address)
        for _ in range(self._limits.max_redirects + 1):
            async with self._turns.turn(f"{url.host}:{url.port}", str(url)):
                answer = await self._ask(url, self._post(url, form), self._limits.deadline_s)
            target = answer.headers.get("location", "")
            if answer.status not in _POST_ON or not target:
                return answer.status
            url = _next_hop(asked, url, target)
        raise FetchFailed(shown(address), "too many redirects in a row")

    async def _ask(self, url: URL, request: Coroutine[Any, Any, Fetched], left_s: float) -> Fetched:
        thing = shown(str(url))
        try:
            async with asyncio.timeout(left_s):
                return await request
        except TimeoutError as error:
            raise FetchFailed(
                thing, f"no complete answer within {self._limits.deadline_s:g} s"
            ) from error
        except TooLarge as error:
            bound = self._limits.max_body_bytes
            raise FetchFailed(
                thing,
                f"its body is larger than {bound:,} bytes",
                "Raise TARIFFWIRE_MAX_BODY_BYTES if the feed is worth it",
            ) from error
        except CannotUnpack as error:
            raise FetchFailed(thing, str(error)) from error
        except (aiohttp.ClientError, OSError, ValueError, EOFError) as error:
            reason = _refused(error)
            if reason:
                raise AddressRefused(
                    thing, reason, "TARIFFWIRE_ALLOWED_NETWORKS can allow it"
                ) from error
            raise FetchFailed(thing, _explained(error)) from error

    async def _get(self, url: URL, headers: Mapping[str, str]) -> Fetched:
        session = self._open()
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            found = _lowered(response.headers.items())
            body = b""
            if response.status in _WITH_BODY:
                body = await self._body(response, found)
            conditional = not _CONDITIONS.isdisjoint(headers)
            return Fetched(response.status, str(url), found, body, conditional=conditional)

    async def _post(self, url: URL, form: Mapping[str, str]) -> Fetched:
        session = self._open()
        async with session.post(url, data=dict(form), allow_redirects=False) as response:
            return Fetched(response.status, str(url), _lowered(response.headers.items()))

    async def _body(self, response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> bytes:
        if (response.content_length or 0) > self._limits.max_body_bytes:
            raise TooLarge
        unpacker = Unpacker(headers.get("content-encoding", ""), self._limits.max_body_bytes)
        async for chunk in response.content.iter_any():
            unpacker.feed(chunk)
        return unpacker.finish()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,
                    resolver=_GuardedResolver(self._limits.allowed_networks),
                    socket_factory=self._socket,
                ),
                headers={
                    "User-Agent": self._limits.user_agent,
                    "Accept": _ACCEPT,
                    "Accept-Encoding": "gzip, br",
                },
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                # Some sites send security policies longer than aiohttp's 8 kB.
                max_line_size=16_384,
                max_field_size=65_536,
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, where = info
        reason = refusal(str(where[0]), self._limits.allowed_networks)
        if reason:
            raise Refused(f"is {reason}")
        return socket.socket(family, kind, protocol)


def shown(address: str) -> str:
    """An address as it may stand in an error or a log: no password, query or fragment."""
    bare = address.partition("#")[0].partition("?")[0]
    scheme, mark, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"[:200] if mark else bare[:200]


def _parsed(address: str, thing: str) -> URL:
    """The address as it is sent: what can be sent to the letter is not requoted."""
    address = address.strip().partition("#")[0]
    sendable = address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`{|}')
    try:
        url = URL(address, encoded=sendable)
        host, _ = url.host, url.port
    except ValueError as error:
        raise AddressRefused(shown(thing), "not an address that can be fetched") from error
    if url.scheme not in ("http", "https") or not host:
        whose = "" if shown(address) == shown(thing) else f"{shown(address)} is "
        raise AddressRefused(shown(thing), f"{whose}no http or https address", "Use one that is")
    return url if url.path else url.with_path("/")


def _next_hop(asked: URL, here: URL, target: str) -> URL:
    """Where a Location header leads; a password in it is not taken over."""
    thing = str(asked)
    scheme = target.strip().partition(":")[0].lower()
    if scheme.isalpha() and ":" in target and scheme not in ("http", "https"):
        raise AddressRefused(shown(thing), f"redirects to a {scheme[:20]}: address")
    try:
        relative = URL(target.strip(), encoded=target.isascii() and " " not in target.strip())
        joined = str(here.join(relative))
    except ValueError as error:
        raise FetchFailed(shown(thing), "redirects to an unreadable address") from error
    return _parsed(joined, thing).with_user(None)


def _conditions(validators: Validators, url: str) -> dict[str, str]:
    if validators.url != url:
        return {}
    given = {
        "If-None-Match": validators.etag,
        "If-Modified-Since": validators.last_modified,
    }
    return {name: value for name, value in given.items() if value}


def _lowered(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers by lower-case name: lists joined, of what may come once the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if key not in found:
            found[key] = value
        elif key in ("cache-control", "content-encoding", "link"):
            found[key] += f", {value}"
    return found


def _moved(answer: Fetched, moved_to: str) -> Fetched:
    return Fetched(
        answer.status, answer.url, answer.headers, answer.body, moved_to, answer.conditional
    )


def _refused(error: BaseException) -> str:
    """Why the guard said no, if it was the guard."""
    inner = getattr(error, "os_error", error)
    if isinstance(inner, Refused):
        return str(inner)
    if isinstance(error, aiohttp.InvalidUrlClientError):
        return "is an odd spelling of an IP address"
    return ""


def _explained(error: BaseException) -> str:
    """What went wrong, in words for an operator."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name was not found (DNS)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "no trusted encrypted connection could be made (certificate or TLS)"
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return f"could not connect ({os.strerror(number).lower() if number else 'no reason given'})"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the server closed the connection without an answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the body was cut off"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the answer is not proper HTTP"
    return "the connection broke"
