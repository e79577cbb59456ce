"""One GET of a feed: conditional, bounded in time and size, guarded at every hop.

    address -> turn -> guarded connection -> headers -> redirect? again : body, unpacked

What is guarded, and how, stands in `bot.feeds.http.session`.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from yarl import URL

from bot.errors import AddressRefused, FeedError, FetchFailed, NoAnswer
from bot.feeds.http.decompress import CannotUnpack, Decompressor, TooLarge
from bot.feeds.http.limits import FetchLimits
from bot.feeds.http.session import ATTEMPT, Attempt, Dropped, explained, open_session, refused
from bot.feeds.http.throttle import Throttle
from bot.feeds.model import Validators

_HOST_FIRST = re.compile(r"(//)?[\w-]+(\.[\w-]+)+(:\d+)?(?![\w:])")
_SENDABLE = re.compile(r"[!#-;=?-\[\]_a-z~]*")
"""Of ASCII what is printed, but for the space and the marks "<>\\^`{|}."""
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


class HostPaused(FetchFailed):
    """A server asked to be left alone for a while, so that nothing was asked of it."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(host, "it asked to be left alone for a while")


class Fetcher:
    """Fetches feeds over one shared session; `close` when done."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._turns = Throttle(
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
        """Says that the calling task has a new body to work through, see `Throttle.busy`."""
        self._turns.busy()

    async def fetch(
        self,
        address: str,
        validators: Validators,
        headers: Mapping[str, str] | None = None,
        is_paused: Callable[[str], bool] = lambda _: False,
    ) -> Fetched:
        """The answer of `address` or of where it redirects to, whatever its status.

        Validators go only to the address that gave them, further `headers` to no other server than
        the one first asked. Nothing is asked of a server (see `server_of`) that `is_paused`.
        Raises AddressRefused, FetchFailed and HostPaused, whose thing is the address without its
        query.
        """
        asked = _parsed(address, address)
        url, seen, moved_to, straight, asks_again = asked, [asked], "", True, False
        left_s = self._limits.deadline_s
        loop = asyncio.get_running_loop()
        while True:
            async with self._turns.turn(_server(url), str(url)):
                if is_paused(_server(url)):
                    raise HostPaused(_server(url))
                began, attempt = loop.time(), Attempt()
                sent = _conditions(validators, str(url))
                if headers and url.origin() == asked.origin():
                    sent = {**headers, **sent}
                try:
                    request = self._get(url, sent, attempt)
                    answer = await self._ask(asked, url, request, left_s, attempt)
                except NoAnswer as error:
                    # A connection kept from before may have been closed just then. Taking another
                    # turn keeps the second request a moment apart from the first.
                    stale = not attempt.connected and isinstance(error.__cause__, Dropped)
                    if not stale or asks_again:
                        raise
                    asks_again = True
                    continue
                finally:
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
            async with self._turns.turn(_server(url), str(url)):
                attempt = Attempt()
                request = self._post(url, form, attempt)
                answer = await self._ask(asked, url, request, self._limits.deadline_s, attempt)
            target = answer.headers.get("location", "")
            if answer.status not in _POST_ON or not target:
                return answer.status
            url = _next_hop(asked, url, target)
        raise FetchFailed(shown(address), "too many redirects in a row")

    async def _ask(
        self,
        asked: URL,
        url: URL,
        request: Coroutine[Any, Any, Fetched],
        left_s: float,
        attempt: Attempt,
    ) -> Fetched:
        """The answer to the request, within its bounds; errors are told in words."""
        thing = shown(str(url))
        ATTEMPT.set(attempt)
        try:
            async with asyncio.timeout(left_s):
                return await request
        except TimeoutError as error:
            failed = FetchFailed if attempt.answered else NoAnswer
            raise failed(
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
        except aiohttp.InvalidUrlClientError as error:
            cause = "is an odd spelling of an IP address"
            raise _not_allowed(asked, url, cause, "Use the name of its server") from error
        except (aiohttp.ClientError, OSError, ValueError, EOFError) as error:
            if reason := refused(error):
                cure = "TARIFFWIRE_ALLOWED_NETWORKS can allow it, as in 10.0.0.0/8"
                raise _not_allowed(asked, url, reason, cure) from error
            never_came = isinstance(error, aiohttp.ClientConnectorError | Dropped)
            failed = NoAnswer if never_came and not attempt.answered else FetchFailed
            raise failed(thing, explained(error)) from error

    async def _get(self, url: URL, headers: Mapping[str, str], attempt: Attempt) -> Fetched:
        session = self._open()
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            attempt.answered = True
            found = _lowered(response.headers.items())
            body = b""
            if response.status in _WITH_BODY:
                body = await self._body(response, found)
            conditional = not _CONDITIONS.isdisjoint(headers)
            return Fetched(response.status, str(url), found, body, conditional=conditional)

    async def _post(self, url: URL, form: Mapping[str, str], attempt: Attempt) -> Fetched:
        session = self._open()
        async with session.post(url, data=dict(form), allow_redirects=False) as response:
            attempt.answered = True
            return Fetched(response.status, str(url), _lowered(response.headers.items()))

    async def _body(self, response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> bytes:
        if (response.content_length or 0) > self._limits.max_body_bytes:
            raise TooLarge
        unpacker = Decompressor(headers.get("content-encoding", ""), self._limits.max_body_bytes)
        async for chunk in response.content.iter_any():
            unpacker.feed(chunk)
        return unpacker.finish()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._limits)
        return self._session


def shown(address: str) -> str:
    """An address as it may stand in an error or a log: no password, query or fragment."""
    bare = address.partition("#")[0].partition("?")[0]
    scheme, mark, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"[:200] if mark else bare[:200]


def plain_address(address: str) -> str:
    """The address in the spelling that all who mean the same resource can be known by.

    Scheme and host are in lower case; there is no port that goes without saying, and no fragment.
    What cannot be fetched comes back as it is.
    """
    try:
        parts = urlsplit(str(_parsed(address, address)))
    except FeedError:
        return address
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host.lower()}", path=parts.path or "/"))


def without_password(address: str) -> str:
    """The absolute address without user and password: what others may be told of it."""
    return str(URL(address, encoded=True).with_user(None))


def server_of(address: str) -> str:
    """Whom an absolute address asks: name and port."""
    return _server(URL(address))


def _server(url: URL) -> str:
    return f"{url.host}:{url.port}"


def _not_allowed(asked: URL, url: URL, reason: str, cure: str) -> AddressRefused:
    """The refusal in words; where a redirect led to the address, that is said too."""
    if url == asked:
        return AddressRefused(shown(str(asked)), reason, cure)
    return AddressRefused(
        shown(str(asked)), f"redirects to {shown(str(url))}, which {reason}", cure
    )


def _parsed(address: str, thing: str) -> URL:
    """The address as it is sent: what can be sent to the letter is not requoted."""
    address = address.strip().partition("#")[0]
    try:
        url = URL(address, encoded=_SENDABLE.fullmatch(address) is not None)
        host, _ = url.host, url.port
    except ValueError as error:
        raise AddressRefused(shown(thing), "not an address that can be fetched") from error
    if url.scheme not in ("http", "https") or not host:
        whose = "" if shown(address) == shown(thing) else f"{shown(address)} is "
        cure = "Begin it with https://" if _HOST_FIRST.match(address) else "Use one that is"
        raise AddressRefused(shown(thing), f"{whose}no http or https address", cure)
    return url if url.path else url.with_path("/")


def _next_hop(asked: URL, here: URL, target: str) -> URL:
    """Where a Location header leads.

    A password in it is not taken over; the one of the address first asked goes to its own server
    only.
    """
    thing = str(asked)
    scheme = target.strip().partition(":")[0].lower()
    if scheme.isalpha() and ":" in target and scheme not in ("http", "https"):
        raise AddressRefused(shown(thing), f"redirects to a {scheme[:20]}: address")
    try:
        relative = URL(target.strip(), encoded=target.isascii() and " " not in target.strip())
        joined = str(here.join(relative))
    except ValueError as error:
        raise FetchFailed(shown(thing), "redirects to an unreadable address") from error
    hop = _parsed(joined, thing).with_user(None)
    if asked.raw_user is None or hop.origin() != asked.origin():
        return hop
    return hop.with_user(asked.user).with_password(asked.password)


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
    for name, raw in headers:
        # aiohttp leaves bytes that are no UTF-8 as lone surrogates, which no database takes.
        value = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
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
