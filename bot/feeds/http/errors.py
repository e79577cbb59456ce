"""Explains failed requests in words for operators."""

import os
from http import HTTPStatus

import aiohttp

from bot.errors import FetchFailed

OVERLOADED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
GOOD = frozenset({200, 203})

_CURES = {
    401: "It requires a login; ask its publisher for access",
    403: "Its server rejects the bot; ask the publisher to allow it",
    404: "Check the address, or look for the feed on its publisher's pages",
    410: "Its publisher has removed it; look for another feed there",
    429: "Try again later",
}


class BadStatus(FetchFailed):
    """The response has an error status; `thing` is the address that answered."""

    def __init__(self, thing: str, status: int) -> None:
        self.status = status
        if status == HTTPStatus.NOT_MODIFIED:
            cause = "answered 304 Not Modified to a request without validators"
        else:
            phrase = next((s.phrase for s in HTTPStatus if s == status), "")
            cause = f"answered {status} {phrase}".rstrip()
        cure = _CURES.get(status, "")
        if 500 <= status < 600:
            cure = "Its server has a problem; try again later"
        super().__init__(thing, cause, cure)


class ConnectionBlocked(OSError):
    """The address guard prevented a connection."""


class Dropped(aiohttp.ClientConnectionError):
    """The server closed the connection before it answered."""


def find_guard_reason(error: BaseException) -> str:
    """The address guard's reason for refusing; empty if the error has another cause."""
    inner = getattr(error, "os_error", error)
    return str(inner) if isinstance(inner, ConnectionBlocked) else ""


def explain(error: BaseException) -> str:
    """The cause of a failed request, as part of an error message."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its host name was not found (DNS)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "no secure connection could be made (certificate or TLS)"
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return f"could not connect ({os.strerror(number).lower() if number else 'no reason given'})"
    if isinstance(error, Dropped):
        return "the server closed the connection without an answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the body was cut off"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the response is not valid HTTP"
    return "the connection broke"
