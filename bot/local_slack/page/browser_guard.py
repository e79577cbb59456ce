"""Protects the local workspace from other sites and other machines.

The checks, in order: the Host header names this machine (against DNS rebinding); the Origin header,
if there is one, names the workspace; Sec-Fetch-Site does not say that another site sent the
request; and posts by the page are JSON or the bytes of a file, which a form on another site cannot
send.
"""

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from bot.http_server.page_headers import make_page_headers

# The paths for the bot's posts. They need not be JSON, because each contains a secret.
_BOT_PATHS = ("/api/", "/respond/", "/upload/")

_FILES_PATH = "/files"

# With these headers, the page loads nothing from other sites and runs only its own script.
_HEADERS = make_page_headers(
    "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Passes an allowed request to the handler; refuses others with 403 or 415."""
    host = request.headers.get(hdrs.HOST, "")
    if not is_loopback(_parse_hostname(host)):
        raise web.HTTPForbidden(text="Only this machine may use the local workspace.")
    own = f"http://{host}"
    if request.headers.get(hdrs.ORIGIN, own) != own or _is_cross_site(request):
        raise web.HTTPForbidden(text="Another site may not use the local workspace.")
    is_bot = request.path.startswith(_BOT_PATHS)
    if request.method == "POST" and not is_bot and not _has_type_of_page(request):
        raise web.HTTPUnsupportedMediaType(text="Send JSON, or the bytes of a file.")
    return await handler(request)


def _has_type_of_page(request: web.Request) -> bool:
    """Whether the post has a content type that another site can send only after a preflight."""
    wanted = "application/octet-stream" if request.path == _FILES_PATH else "application/json"
    # Another site can omit the type, and aiohttp reads that as `application/octet-stream`.
    return hdrs.CONTENT_TYPE in request.headers and request.content_type == wanted


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Adds the headers that restrict the page in the browser."""
    response.headers.update(_HEADERS)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine's loopback interface."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parse_hostname(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _is_cross_site(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return False
    navigates = request.headers.get("Sec-Fetch-Mode") == "navigate"
    # A link on another site may open the page.
    return not (navigates and request.path == "/" and request.method == "GET")
