"""Fetches a feed with a conditional GET, limited in time and size. Each redirect is checked too.

address -> slot -> guarded connection -> headers -> redirect? repeat : decompressed body
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from yarl import URL

from bot.errors import AddressRefused, FeedError, FetchFailed, NoAnswer
from bot.feeds.canonical_url import to_web_address
from bot.feeds.http.bounded_body import CannotDecompress, Decompressor, TooLarge
from bot.feeds.http.errors import Dropped, explain, find_guard_reason
from bot.feeds.http.limits import FetchLimits
from bot.feeds.http.session import ATTEMPT, Attempt, open_session
from bot.feeds.http.throttle import Throttle
from bot.feeds.model import Validators

_HOST_FIRST = re.compile(r"(//)?[\w-]+(\.[\w-]+)+(:\d+)?(?![\w:])")
_SENDABLE = re.compile(r"[!#-;=?-\[\]_a-z~]*")
"""Printable ASCII except the space and "<>\\^`{|}."""
_INVALID_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as aiohttp decodes it."""
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_POST_ON = frozenset({307, 308})
_WITH_BODY = frozenset({200, 203})
_CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})


@dataclass(frozen=True)
class Fetched:
    """A response with its decompressed body. The body is read only for the statuses 200 and 203."""

    status: int
    url: str
    """The address that sent the response, after redirects."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers by name in lower case."""
    body: bytes = b""
    moved_to: str = ""
    """The target of the permanent redirects at the start of the chain; empty if there are none."""
    conditional: bool = False
    """Whether the request sent validators, so that 304 is a valid answer."""

    @cached_property
    def digest(self) -> str:
        """The SHA-256 digest of the body."""
        return sha256(self.body).hexdigest()


class HostPaused(FetchFailed):
    """No request was sent, because the server asked for a pause (Retry-After)."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(host, "it asked for a pause")


class Fetcher:
    """Fetches feeds over one shared session. Call `close` when done."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._throttle = Throttle(
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

    def mark_busy(self) -> None:
        """Marks the calling task as busy with a new body; see `Throttle.mark_busy`."""
        self._throttle.mark_busy()

    async def fetch(
        self,
        address: str,
        validators: Validators,
        headers: Mapping[str, str] | None = None,
        is_paused: Callable[[str], bool] = lambda _: False,
    ) -> Fetched:
        """The response of `address`, after redirects, with any status.

        Validators are sent only to the address that issued them, and `headers` only to the first
        server. Raises AddressRefused and FetchFailed, whose `thing` is an address without its
        query. Raises HostPaused if `is_paused` returns True for the server (as in `parse_server`).
        """
        first_url = _parse_url(address, address)
        url, seen, moved_to, is_permanent, is_second_try = first_url, [first_url], "", True, False
        left_s = self._limits.deadline_s
        loop = asyncio.get_running_loop()
        while True:
            async with self._throttle.acquire_slot(_format_server(url), str(url)):
                if is_paused(_format_server(url)):
                    raise HostPaused(_format_server(url))
                began, attempt = loop.time(), Attempt()
                sent = _make_conditions(validators, str(url))
                if headers and url.origin() == first_url.origin():
                    sent = {**headers, **sent}
                try:
                    request = self._request(attempt, url, sent)
                    answer = await self._ask(first_url, url, request, left_s, attempt)
                except NoAnswer as error:
                    # The server may have closed a reused connection just before the request. The
                    # request is sent once more, with a new slot and so with the usual pause.
                    is_stale = not attempt.connected and isinstance(error.__cause__, Dropped)
                    if not is_stale or is_second_try:
                        raise
                    is_second_try = True
                    continue
                finally:
                    left_s -= loop.time() - began
            target = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not target:
                return replace(answer, moved_to=moved_to) if moved_to else answer
            is_permanent = is_permanent and answer.status in _PERMANENT
            url = _parse_redirect(first_url, url, target)
            moved_to = str(url) if is_permanent else moved_to
            if url in seen or len(seen) > self._limits.max_redirects:
                many = f"more than {self._limits.max_redirects} redirects in a row"
                cause = "redirect loop" if url in seen else many
                raise FetchFailed(redact_address(address), cause, "Check the feed's address")
            seen.append(url)

    async def post(self, address: str, form: Mapping[str, str]) -> int:
        """Posts a form; returns the status of the response, whose body is not read.

        Follows the redirects 307 and 308. Raises AddressRefused and FetchFailed as `fetch` does.
        """
        first_url = url = _parse_url(address, address)
        for _ in range(self._limits.max_redirects + 1):
            async with self._throttle.acquire_slot(_format_server(url), str(url)):
                attempt = Attempt()
                request = self._request(attempt, url, form=dict(form))
                answer = await self._ask(first_url, url, request, self._limits.deadline_s, attempt)
            target = answer.headers.get("location", "")
            if answer.status not in _POST_ON or not target:
                return answer.status
            url = _parse_redirect(first_url, url, target)
        raise FetchFailed(redact_address(address), "too many redirects in a row")

    async def _ask(
        self,
        first_url: URL,
        url: URL,
        request: Coroutine[Any, Any, Fetched],
        left_s: float,
        attempt: Attempt,
    ) -> Fetched:
        """The response, within `left_s` seconds; errors become FetchFailed or AddressRefused."""
        thing = redact_address(str(url))
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
                "Raise TARIFFWIRE_MAX_BODY_BYTES to accept it",
            ) from error
        except CannotDecompress as error:
            raise FetchFailed(thing, str(error)) from error
        except aiohttp.InvalidUrlClientError as error:
            cause = "is an IP address in a non-standard form"
            raise _make_refusal(first_url, url, cause, "Use the server's host name") from error
        except (aiohttp.ClientError, OSError, ValueError, EOFError) as error:
            if reason := find_guard_reason(error):
                cure = "TARIFFWIRE_ALLOWED_NETWORKS can allow it, as in 10.0.0.0/8"
                raise _make_refusal(first_url, url, reason, cure) from error
            never_came = isinstance(error, aiohttp.ClientConnectorError | Dropped)
            failed = NoAnswer if never_came and not attempt.answered else FetchFailed
            raise failed(thing, explain(error)) from error

    async def _request(
        self,
        attempt: Attempt,
        url: URL,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Fetched:
        """The response to a GET, or to a POST if there is a `form`; then its body is not read."""
        if self._session is None:
            self._session = open_session(self._limits)
        method = "GET" if form is None else "POST"
        async with self._session.request(
            method, url, headers=headers, data=form, allow_redirects=False
        ) as response:
            attempt.answered = True
            found = _join_headers(response.headers.items())
            is_read = form is None and response.status in _WITH_BODY
            body = await self._read_body(response, found) if is_read else b""
            conditional = not _CONDITIONS.isdisjoint(headers or ())
            return Fetched(response.status, str(url), found, body, conditional=conditional)

    async def _read_body(
        self, response: aiohttp.ClientResponse, headers: Mapping[str, str]
    ) -> bytes:
        if (response.content_length or 0) > self._limits.max_body_bytes:
            raise TooLarge
        decompressor = Decompressor(
            headers.get("content-encoding", ""), self._limits.max_body_bytes
        )
        async for chunk in response.content.iter_any():
            decompressor.feed(chunk)
        return decompressor.finish()


def redact_address(address: str) -> str:
    """The address for errors and logs: without user, password, query and fragment."""
    bare = address.partition("#")[0].partition("?")[0]
    scheme, mark, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"[:200] if mark else bare[:200]


def normalize_address(address: str) -> str:
    """The address normalized for comparison.

    Scheme and host are in lower case; a default port and the fragment are removed. An address that
    cannot be fetched is returned unchanged.
    """
    try:
        parts = urlsplit(str(_parse_url(address, address)))
    except FeedError:
        return address
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host.lower()}", path=parts.path or "/"))


def strip_password(address: str) -> str:
    """The absolute address without user and password."""
    return str(URL(address, encoded=True).with_user(None))


def parse_server(address: str) -> str:
    """The server of an absolute address: host and port."""
    return _format_server(URL(address))


def _format_server(url: URL) -> str:
    return f"{url.host}:{url.port}"


def _make_refusal(first_url: URL, url: URL, reason: str, cure: str) -> AddressRefused:
    """The error for a refused address; names the redirect if one led to it."""
    if url == first_url:
        return AddressRefused(redact_address(str(first_url)), reason, cure)
    return AddressRefused(
        redact_address(str(first_url)),
        f"redirects to {redact_address(str(url))}, which {reason}",
        cure,
    )


def _parse_url(address: str, thing: str) -> URL:
    """The address in the form in which it is sent; percent-encoded only if necessary."""
    address = to_web_address(address).partition("#")[0]
    try:
        url = URL(address, encoded=_SENDABLE.fullmatch(address) is not None)
        host, _ = url.host, url.port
    except ValueError as error:
        raise AddressRefused(redact_address(thing), "not an address that can be fetched") from error
    if url.scheme not in ("http", "https") or not host:
        whose = (
            ""
            if redact_address(address) == redact_address(thing)
            else f"{redact_address(address)} is "
        )
        cure = "Begin it with https://"
        if not _HOST_FIRST.match(address):
            cure = "Use an address that begins with http:// or https://"
        raise AddressRefused(redact_address(thing), f"{whose}not an http or https address", cure)
    return url if url.path else url.with_path("/")


def _parse_redirect(first_url: URL, here: URL, target: str) -> URL:
    """The target of a Location header.

    A user or password in it is removed. Those of the first address are added if the target is on
    the same server.
    """
    thing = str(first_url)
    target = to_web_address(target)
    scheme = target.strip().partition(":")[0].lower()
    if scheme.isalpha() and ":" in target and scheme not in ("http", "https"):
        raise AddressRefused(redact_address(thing), f"redirects to a {scheme[:20]}: address")
    try:
        relative = URL(target.strip(), encoded=target.isascii() and " " not in target.strip())
        joined = str(here.join(relative))
    except ValueError as error:
        raise FetchFailed(redact_address(thing), "redirects to an unreadable address") from error
    hop = _parse_url(joined, thing).with_user(None)
    if first_url.raw_user is None or hop.origin() != first_url.origin():
        return hop
    return hop.with_user(first_url.user).with_password(first_url.password)


def _make_conditions(validators: Validators, url: str) -> dict[str, str]:
    if validators.url != url:
        return {}
    given = {
        "If-None-Match": validators.etag,
        "If-Modified-Since": validators.last_modified,
    }
    return {name: value for name, value in given.items() if value}


def _join_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers by lower-case name.

    If cache-control, content-encoding or link is repeated, its values are joined. If another header
    is repeated, its first value is used.
    """
    found: dict[str, str] = {}
    for name, raw in headers:
        key = name.lower()
        # An address may contain bytes of another encoding. They are percent-encoded unchanged, as
        # browsers do.
        value = _INVALID_BYTE.sub(_percent_encode, raw) if key in ("location", "link") else raw
        # aiohttp decodes invalid UTF-8 to lone surrogates, which databases refuse.
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if key not in found:
            found[key] = value
        elif key in ("cache-control", "content-encoding", "link"):
            found[key] += f", {value}"
    return found


def _percent_encode(byte: re.Match[str]) -> str:
    return f"%{ord(byte.group()) - 0xDC00:02X}"
