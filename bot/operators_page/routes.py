"""The routes of the operators' page.

Each page is one or two bounded queries. There are no scripts, and the only forms that send
anything are those to log in and out, so an operator's browser cannot be made to change data.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from aiohttp import web

from bot.errors import StoreError
from bot.http_server.bodies import BodyReader, BodyTooLarge
from bot.http_server.connections import trust
from bot.http_server.limits import HttpLimits
from bot.http_server.page_headers import make_page_headers
from bot.http_server.rejections import Rejection, Rejections
from bot.monitoring.overview import OverviewSource, Slice
from bot.operators_page.access import SESSION, LoginResult, OperatorAccess
from bot.operators_page.rendering import PageRenderer
from bot.proposals.approval.audit import State

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.Response]]

PAGE_PATH = "/operators"
COOKIE = "tariffwire_operators"
ROWS = 50
"""Rows of a page."""
READ_S = 5.0
"""Maximum seconds in which a page is read, and maximum seconds before its reading begins."""
_READ_AT_ONCE = 2
"""Maximum pages that are read at a time, so that requests of people keep database connections."""
_MOST_PAGES = 1000
_LONGEST_SEARCH = 100
_MOST_FIELDS = 10
_LOGIN_PATH = f"{PAGE_PATH}/login"
_LIMITS = HttpLimits(bodies=4, body_bytes=4096, large_body_bytes=4096)
_HEADERS = make_page_headers("style-src 'self'; form-action 'self'; base-uri 'none'")
_OWN_SITE = ("same-origin", "none")
"""The values of Sec-Fetch-Site for a form of this page. Old browsers send no such header."""


class OperatorsPage:
    """The handlers of the page."""

    def __init__(
        self,
        source: OverviewSource,
        access: OperatorAccess,
        renderer: PageRenderer,
        rejections: Rejections,
        read_s: float = READ_S,
    ) -> None:
        self._reading, self._read_s = asyncio.Semaphore(_READ_AT_ONCE), read_s
        self._source, self._access, self._renderer = source, access, renderer
        self._rejections, self._bodies = rejections, BodyReader(_LIMITS)
        self._style = resources.files("bot.operators_page").joinpath("page.css").read_bytes()

    def routes(self) -> list[web.RouteDef]:
        """All routes of the page."""
        pages = {
            "": self._show_overview,
            "/feeds": self._show_feeds,
            "/events": self._show_events,
            "/events/{event:[A-Za-z0-9_-]+}": self._show_event,
            "/proposals": self._show_proposals,
            "/conversations": self._show_conversations,
        }
        return [
            web.get(_LOGIN_PATH, self._show_login),
            web.post(_LOGIN_PATH, self._log_in),
            web.post(f"{PAGE_PATH}/logout", self._log_out),
            web.get(f"{PAGE_PATH}/page.css", self._serve_style),
            *(web.get(PAGE_PATH + path, self._guard(show)) for path, show in pages.items()),
        ]

    def _guard(self, show: Handler) -> Handler:
        """A handler that sends people without a session to the login."""

        async def serve(request: web.Request) -> web.Response:
            if not self._access.is_open(request.cookies.get(COOKIE, "")):
                return _redirect(_LOGIN_PATH)
            trust(request)
            try:
                return await self._show_soon(show, request)
            except (StoreError, TimeoutError):
                return self._answer("unavailable", 503)

        return serve

    async def _show_soon(self, show: Handler, request: web.Request) -> web.Response:
        """The page. Raises TimeoutError if it is late; its query then goes on, because a query
        cannot be cancelled."""
        async with asyncio.timeout(self._read_s):
            await self._reading.acquire()
        task = asyncio.ensure_future(show(request))
        task.add_done_callback(self._finish_reading)
        done, _ = await asyncio.wait({task}, timeout=self._read_s)
        if not done:
            raise TimeoutError
        return task.result()

    def _finish_reading(self, task: "asyncio.Future[web.Response]") -> None:
        self._reading.release()
        if not task.cancelled():
            # Otherwise asyncio would log the error of a page that no one waits for any more.
            task.exception()

    async def _serve_style(self, _: web.Request) -> web.Response:
        return web.Response(body=self._style, content_type="text/css", headers=_HEADERS)

    async def _show_login(self, _: web.Request) -> web.Response:
        return self._answer("login", error="")

    async def _log_in(self, request: web.Request) -> web.Response:
        if not self._is_own(request):
            return self._answer("login", 403, error="Open this page in its own tab, then log in.")
        try:
            body = await self._bodies.read(request)
        except (BodyTooLarge, TimeoutError):
            self._rejections.count(Rejection.OVERSIZED)
            return self._answer("login", 413, error="Wrong token.")
        try:
            form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
        except ValueError:
            self._rejections.count(Rejection.MALFORMED)
            return self._answer("login", 400, error="Wrong token.")
        result = self._access.log_in(form.get("token", [""])[0].strip())
        if result is LoginResult.OK:
            return self._open_session(request)
        self._rejections.count(Rejection.UNAUTHORIZED)
        if result is LoginResult.WRONG:
            return self._answer("login", 401, error="Wrong token.")
        response = self._answer("login", 429, error="Too many wrong tokens. Wait a minute.")
        response.headers["Retry-After"] = "60"
        return response

    def _open_session(self, request: web.Request) -> web.Response:
        response = _redirect(PAGE_PATH)
        response.set_cookie(
            COOKIE,
            self._access.open_session(),
            max_age=int(SESSION.total_seconds()),
            path=PAGE_PATH,
            httponly=True,
            samesite="Strict",
            # A proxy that ends TLS says so; a client that lies about it only harms itself.
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )
        return response

    def _is_own(self, request: web.Request) -> bool:
        """Whether a form comes from this page. If not, counts it as a refused request."""
        if request.headers.get("Sec-Fetch-Site", "none") in _OWN_SITE:
            return True
        self._rejections.count(Rejection.OTHER_HOST)
        return False

    async def _log_out(self, request: web.Request) -> web.Response:
        if not self._is_own(request):
            return _redirect(PAGE_PATH)
        response = _redirect(_LOGIN_PATH)
        response.del_cookie(COOKIE, path=PAGE_PATH)
        return response

    async def _show_overview(self, _: web.Request) -> web.Response:
        reasons = await self._source.find_reasons()
        facts = await self._source.read_facts()
        return self._answer("overview", reasons=reasons, facts=facts)

    async def _show_feeds(self, request: web.Request) -> web.Response:
        number, part = _read_page(request)
        search = request.query.get("search", "").strip()[:_LONGEST_SEARCH]
        unwell = request.query.get("show") == "unwell"
        feeds = await self._source.list_feeds(part, search, unwell=unwell)
        filters = {"search": search, "show": "unwell" if unwell else ""}
        return self._answer_rows("feeds", number, feeds, filters)

    async def _show_events(self, request: web.Request) -> web.Response:
        number, part = _read_page(request)
        return self._answer_rows("events", number, await self._source.list_events(part), {})

    async def _show_event(self, request: web.Request) -> web.Response:
        event = await self._source.find_event(request.match_info["event"])
        if event is None:
            return self._answer("missing", 404)
        return self._answer("event", event=event)

    async def _show_proposals(self, request: web.Request) -> web.Response:
        number, part = _read_page(request)
        asked = request.query.get("state", "")
        state = State(asked) if asked in tuple(State) else State.PENDING
        records = await self._source.list_proposals(part, state)
        return self._answer_rows("proposals", number, records, {"state": state.value})

    async def _show_conversations(self, request: web.Request) -> web.Response:
        number, part = _read_page(request)
        rows = await self._source.list_conversations(part)
        return self._answer_rows("conversations", number, rows, {})

    def _answer_rows(
        self, template: str, number: int, rows: Sequence[T], filters: dict[str, str]
    ) -> web.Response:
        """A page of rows with links to the pages before and after it."""
        has_next = len(rows) > ROWS and number < _MOST_PAGES

        def link(to: int) -> str:
            given = {name: value for name, value in filters.items() if value}
            return f"{PAGE_PATH}/{template}?{urlencode({**given, 'page': to})}"

        values: dict[str, Any] = {
            **filters,
            "rows": rows[:ROWS],
            "number": number,
            "before": link(number - 1) if number > 1 else "",
            "after": link(number + 1) if has_next else "",
        }
        return self._answer(template, **values)

    def _answer(self, template: str, status: int = 200, **values: Any) -> web.Response:
        text = self._renderer.render(template, here=template, **values)
        return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)


def _redirect(path: str) -> web.Response:
    return web.Response(status=303, headers={**_HEADERS, "Location": path})


def _read_page(request: web.Request) -> tuple[int, Slice]:
    """The number of the page in the address, from 1, and its rows with one more."""
    asked = request.query.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    number = min(max(number, 1), _MOST_PAGES)
    return number, Slice((number - 1) * ROWS, ROWS + 1)
