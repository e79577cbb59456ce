"""The HTTP handlers of the page: its files, the state, a stream of changes, and the person's
actions."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web

from bot.local_slack import limits
from bot.local_slack.page.hints import Hints
from bot.local_slack.page.keyboard import COMMANDS, Keyboard
from bot.local_slack.page.pointer import SHORTCUTS, Pointer
from bot.local_slack.page.replies import ActionResult
from bot.local_slack.state.broadcast import News
from bot.local_slack.state.records import Channel, Message, MessagePage
from bot.local_slack.state.team import Team

_FILES = Path(__file__).parent / "static"
# The page shows files of these types. It offers other files as downloads.
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_HEARTBEAT_S = 15.0
_PAGE_SIZE = 100
GOODBYE: News = {"type": "goodbye"}

Body = dict[str, Any]


class WorkspacePage:
    """The handlers of the page and of `tariffwire say`."""

    def __init__(self, team: Team, keyboard: Keyboard, pointer: Pointer, hints: Hints) -> None:
        self._team, self._keyboard, self._pointer = team, keyboard, pointer
        self._hints = hints

    def routes(self) -> Sequence[web.RouteDef]:
        """All routes of the page."""
        return [
            web.get("/", _serve_static("index.html")),
            web.get("/page.css", _serve_static("page.css")),
            web.get("/page.js", _serve_static("page.js")),
            web.get("/assist.js", _serve_static("assist.js")),
            web.get("/favicon.ico", _serve_no_icon),
            web.get("/state", self._serve_state),
            web.get("/hints", self._serve_hints),
            web.get("/messages", self._serve_messages),
            web.get("/thread", self._serve_thread),
            web.get("/events", self._serve_events),
            web.get("/files/{file}", self._serve_file),
            web.post("/files", self._receive_file),
            web.post("/say", _handle_json(self._say, "channel", "text")),
            web.post("/act", _handle_json(self._act, "block_id", "action_id")),
            web.post("/shortcut", _handle_json(self._shortcut, "callback_id")),
            web.post("/view", _handle_json(self._view, "view_id")),
            web.post("/home", _handle_json(lambda _: self._pointer.open_home())),
            web.post("/channels", _handle_json(self._create_channel, "name")),
            web.post("/read", _handle_json(self._read, "channel", "ts")),
        ]

    async def _serve_state(self, request: web.Request) -> web.StreamResponse:
        zone = request.query.get("zone", "")
        if zone in available_timezones():
            self._team.zone = zone
        team, me = self._team, self._team.people[self._team.identity.person_id]
        unread = await team.storage.count_unread(me.id)
        names = ("id", "name", "kind", "last_read")
        channels = [
            {**{name: getattr(one, name) for name in names}, "unread": unread.get(one.id, 0)}
            for one in team.channels
        ]
        commands = [{"name": n, "hint": hint} for n, hint in COMMANDS.items()]
        return web.json_response(
            {
                "me": {"id": me.id, "name": me.real_name},
                "app": {"id": team.identity.bot_user_id, "name": team.app_name},
                "people": {one.id: one.real_name for one in team.people.values()},
                "channels": channels,
                "commands": commands,
                "shortcuts": [one._asdict() for one in SHORTCUTS],
                "home": team.views.home,
                "modal": team.views.modal,
                "most_file_bytes": limits.FILE_BYTES,
            }
        )

    async def _serve_hints(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(self._hints.body())

    def _find_channel(self, request: web.Request) -> Channel:
        channel = self._team.find_channel(request.query.get("channel", ""))
        if channel is None:
            raise web.HTTPNotFound(text="no such channel")
        return channel

    async def _serve_messages(self, request: web.Request) -> web.StreamResponse:
        page = await self._team.storage.load_history(
            self._find_channel(request).id,
            latest=request.query.get("before", "9"),
            limit=_PAGE_SIZE,
            viewer=self._team.identity.person_id,
        )
        shown = self._format_page(page)[::-1]
        return web.json_response({"messages": shown, "has_more": page.has_more})

    async def _serve_thread(self, request: web.Request) -> web.StreamResponse:
        channel, ts = self._find_channel(request), request.query.get("ts", "")
        viewer = self._team.identity.person_id
        page = await self._team.storage.load_thread(channel.id, ts, viewer=viewer)
        return web.json_response({"messages": self._format_page(page)})

    def _format_page(self, page: MessagePage) -> list[Message]:
        return [self._team.format_for_page(one, one["ts"] in page.private) for one in page.messages]

    async def _serve_events(self, request: web.Request) -> web.StreamResponse:
        """A stream of server-sent events: all changes, and a heartbeat that reveals a broken
        connection."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        # If the browser leaves the page, a write fails with ConnectionError.
        with self._team.live.subscribe() as queue, suppress(ConnectionError):
            await stream.write(b"retry: 1000\n\n")
            while (news := await _wait_for_next(queue)) != GOODBYE:
                line = f"data: {json.dumps(news)}\n\n" if news else ": heartbeat\n\n"
                await stream.write(line.encode())
        return stream

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        file = await self._team.storage.find_file(request.match_info["file"])
        if file is None or file.content is None:
            raise web.HTTPNotFound(text="no such file")
        is_image = file.mimetype in _IMAGES
        kind = file.mimetype if is_image else "application/octet-stream"
        headers = {} if is_image else {"Content-Disposition": "attachment"}
        return web.Response(body=file.content, content_type=kind, headers=headers)

    async def _receive_file(self, request: web.Request) -> web.StreamResponse:
        """Sends a file of the person to a conversation. The query has the conversation, the name of
        the file and the text of the message; the body has the bytes."""
        query = request.query
        result = await self._keyboard.send_file(
            query.get("name", ""),
            await request.read(),
            query.get("channel", ""),
            query.get("text", ""),
        )
        return web.json_response(result.body())

    async def _say(self, body: Body) -> ActionResult:
        return await self._keyboard.say(body["channel"], body["text"], body.get("thread_ts") or "")

    async def _act(self, body: Body) -> ActionResult:
        element = (body["block_id"], body["action_id"], body.get("value"), body.get("values") or {})
        if body.get("view_id"):
            return await self._pointer.click_in_view(_require_text(body, "view_id"), *element)
        return await self._pointer.click(
            _require_text(body, "channel"), _require_text(body, "ts"), *element
        )

    async def _shortcut(self, body: Body) -> ActionResult:
        place = str(body.get("channel") or ""), str(body.get("ts") or "")
        return await self._pointer.use_shortcut(body["callback_id"], *place)

    async def _view(self, body: Body) -> ActionResult:
        if body.get("action") == "close":
            return self._pointer.close()
        return await self._pointer.submit(body["view_id"], body.get("values") or {})

    async def _create_channel(self, body: Body) -> Body | ActionResult:
        channel = await self._team.create_channel(body["name"].strip().removeprefix("#"))
        if channel is None:
            words = "use a new name of at most 80 lower-case letters, digits, - and _"
            return ActionResult(False, "invalid_name", words)
        self._pointer.add_bot(channel)
        return {"ok": True, "channel": {"id": channel.id, "name": channel.name}}

    async def _read(self, body: Body) -> Body:
        channel = self._team.find_channel(body["channel"])
        if channel is not None:
            await self._team.mark_read(channel.id, body["ts"])
        return {"ok": True}


def _handle_json(
    handle: Callable[[Body], Awaitable[Body | ActionResult]], *texts: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler of requests with a JSON body that must have the text fields `texts`. If the body is
    invalid, it answers 400."""

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            body = dict(await request.json())
            for name in texts:
                _require_text(body, name)
            result = await handle(body)
            answer = result.body() if isinstance(result, ActionResult) else result
            return web.json_response(answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            refusal = ActionResult(False, "invalid_request", f"invalid request: {error}")
            return web.json_response(refusal.body(), status=400)

    return serve


def _require_text(body: Body, name: str) -> str:
    value = body[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


async def _wait_for_next(queue: asyncio.Queue[News]) -> News | None:
    """The next change. None if no change comes until the next heartbeat is due."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(queue.get(), _HEARTBEAT_S)
    return None


async def _serve_no_icon(_: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


def _serve_static(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(_FILES / name)

    return serve
