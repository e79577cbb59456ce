"""Keeps other sites' pages, and other machines, away from the local workspace.

In this order: the Host must be this machine (else a name that was made to point here could read
the page), an Origin must be the workspace itself, a browser's word that the request comes from
another site is heeded, and what the page posts must be JSON (which a foreign form cannot send).
"""

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

# Where the bot, not the page, posts to: its requests have other types and carry secrets.
_FOR_THE_BOT = ("/api/", "/respond/", "/upload/")
# What a link on another site may lead to.
_LANDING = ("/", "/archives/")

# No part of the page comes from elsewhere, and nothing in it runs but its own script.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses a request with 403 or 415, or lets it through."""
    host = request.headers.get(hdrs.HOST, "")
    if not is_loopback(_hostname(host)):
        raise web.HTTPForbidden(text="The local workspace is served to this machine only.")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="Another site may not use the local workspace.")
    if _is_from_elsewhere(request):
        raise web.HTTPForbidden(text="Another site may not use the local workspace.")
    for_the_bot = request.path.startswith(_FOR_THE_BOT)
    if request.method == "POST" and not for_the_bot and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    return await handler(request)


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Tells the browser what the page may do."""
    response.headers.update(_HEADERS)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _is_from_elsewhere(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return False
    navigates = request.headers.get("Sec-Fetch-Mode") == "navigate"
    lands = request.path == _LANDING[0] or request.path.startswith(_LANDING[1])
    return not (navigates and lands and request.method == "GET")
