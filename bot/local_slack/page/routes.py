"""What the workspace's page asks for: its files, the state, live news, and what a person does."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.local_slack.page.keyboard import Keyboard
from bot.local_slack.page.pointer import Pointer
from bot.local_slack.page.replies import ActionResult
from bot.local_slack.state.broadcast import News
from bot.local_slack.state.records import Message
from bot.local_slack.state.team import Team

_FILES = Path(__file__).parent / "static"
# What a browser may show in the page; any other file is only to be saved.
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_BEAT_S = 15.0
_PAGE = 100
GOODBYE: News = {"type": "goodbye"}


class WorkspacePage:
    """The handlers behind the page."""

    def __init__(self, team: Team, keyboard: Keyboard, pointer: Pointer) -> None:
        self._team, self._keyboard, self._pointer = team, keyboard, pointer

    def routes(self) -> Sequence[web.RouteDef]:
        """All addresses that the page and `tariffwire say` use."""
        post = self._posted
        return [
            web.get("/", _static("index.html")),
            web.get("/page.css", _static("page.css")),
            web.get("/page.js", _static("page.js")),
            web.get("/favicon.ico", _no_icon),
            web.get("/archives/{channel}/{message}", self._permalink),
            web.get("/state", self._state),
            web.get("/messages", self._messages),
            web.get("/thread", self._thread),
            web.get("/events", self._events),
            web.get("/files/{file}", self._file),
            web.post("/say", post(self._say)),
            web.post("/act", post(self._act)),
            web.post("/view", post(self._view)),
            web.post("/options", post(self._options)),
            web.post("/home", post(self._home)),
            web.post("/channels", post(self._create)),
            web.post("/read", post(self._read)),
        ]

    @staticmethod
    def _posted(
        handle: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Wraps a handler of JSON: what lacks a field or cannot be chosen is answered with 400."""

        async def serve(request: web.Request) -> web.StreamResponse:
            try:
                body = await request.json()
                return web.json_response(await handle(dict(body)))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                reason = ActionResult(False, "invalid_request", f"not understood: {error}")
                return web.json_response(reason.body(), status=400)

        return serve

    async def _state(self, _: web.Request) -> web.StreamResponse:
        team, me = self._team, self._team.people[self._team.identity.person_id]
        unread = await team.archive.unread(me.id)
        channels = [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "unread": unread.get(one.id, 0),
                "last_read": one.last_read,
            }
            for one in team.channels
        ]
        commands = [{"name": n, "hint": hint} for n, hint in self._keyboard.commands.items()]
        return web.json_response(
            {
                "me": {"id": me.id, "name": me.real_name},
                "app": {"id": team.identity.bot_user_id, "name": team.app_name},
                "people": {one.id: one.real_name for one in team.people.values()},
                "channels": channels,
                "commands": commands,
                "home": team.views.home,
                "modal": team.views.top,
            }
        )

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        channel = self._team.channel(request.query.get("channel", ""))
        if channel is None:
            raise web.HTTPNotFound(text="no such channel")
        page = await self._team.archive.history(
            channel.id,
            latest=request.query.get("before", "9"),
            limit=_PAGE,
            viewer=self._team.identity.person_id,
        )
        shown = self._shown(page.messages[::-1], page.private)
        return web.json_response({"messages": shown, "has_more": page.has_more})

    async def _thread(self, request: web.Request) -> web.StreamResponse:
        channel = self._team.channel(request.query.get("channel", ""))
        if channel is None:
            raise web.HTTPNotFound(text="no such channel")
        viewer, ts = self._team.identity.person_id, request.query.get("ts", "")
        page = await self._team.archive.thread(channel.id, ts, viewer=viewer)
        return web.json_response({"messages": self._shown(page.messages, page.private)})

    def _shown(self, messages: Sequence[Message], private: Collection[str]) -> list[Message]:
        me = self._team.identity.person_id
        return [self._team.shown(one, me if one["ts"] in private else "") for one in messages]

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: all news, and a beat so that a dead line is noticed."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        # A browser that goes away closes the line in the middle of a write.
        with self._team.live.watch() as news, suppress(ConnectionError):
            await stream.write(b"retry: 1000\n\n")
            while (piece := await _next(news)) != GOODBYE:
                line = f"data: {json.dumps(piece)}\n\n" if piece else ": beat\n\n"
                await stream.write(line.encode())
        return stream

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = await self._team.archive.file(request.match_info["file"])
        if file is None or file.content is None:
            raise web.HTTPNotFound(text="no such file")
        if file.mimetype in _IMAGES:
            return web.Response(body=file.content, content_type=file.mimetype)
        headers = {"Content-Disposition": "attachment"}
        return web.Response(
            body=file.content, content_type="application/octet-stream", headers=headers
        )

    async def _permalink(self, request: web.Request) -> web.StreamResponse:
        channel = self._team.channel(request.match_info["channel"])
        number = request.match_info["message"].removeprefix("p")
        if channel is None or not number.isdecimal() or len(number) <= 6:
            raise web.HTTPNotFound(text="no such message")
        raise web.HTTPFound(f"/#{channel.id}/{number[:-6]}.{number[-6:]}")

    async def _say(self, body: dict[str, Any]) -> dict[str, Any]:
        channel, text = _text(body, "channel"), _text(body, "text")
        outcome = await self._keyboard.say(channel, text, body.get("thread_ts") or "")
        return outcome.body()

    async def _act(self, body: dict[str, Any]) -> dict[str, Any]:
        block_id, action_id = _text(body, "block_id"), _text(body, "action_id")
        value, raw = body.get("value"), body.get("values") or {}
        if body.get("view_id"):
            view_id = _text(body, "view_id")
            click = self._pointer.click_in_view(view_id, block_id, action_id, value, raw)
        else:
            channel, ts = _text(body, "channel"), _text(body, "ts")
            click = self._pointer.click(channel, ts, block_id, action_id, value, raw)
        return (await click).body()

    async def _view(self, body: dict[str, Any]) -> dict[str, Any]:
        view_id = _text(body, "view_id")
        if body.get("action") == "close":
            return (await self._pointer.close(view_id)).body()
        return (await self._pointer.submit(view_id, body.get("values") or {})).body()

    async def _options(self, body: dict[str, Any]) -> dict[str, Any]:
        names = ("view_id", "channel_id", "message_ts")
        container = {name: body[name] for name in names if body.get(name)}
        container["type"] = "view" if "view_id" in container else "message"
        where = (_text(body, "block_id"), _text(body, "action_id"))
        return await self._pointer.suggest(container, *where, _text(body, "value"))

    async def _home(self, _: dict[str, Any]) -> dict[str, Any]:
        return (await self._pointer.open_home()).body()

    async def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = await self._team.create_channel(_text(body, "name").strip().removeprefix("#"))
        if channel is None:
            words = "a new name of small letters, digits, - and _, at most 80, is needed"
            return ActionResult(False, "invalid_name", words).body()
        return {"ok": True, "channel": {"id": channel.id, "name": channel.name}}

    async def _read(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._team.channel(_text(body, "channel"))
        if channel is not None:
            await self._team.mark_read(channel.id, _text(body, "ts"))
        return {"ok": True}


async def _next(news: asyncio.Queue[News]) -> News | None:
    """The next news, or None when it is time for a beat."""
    try:
        return await asyncio.wait_for(news.get(), _BEAT_S)
    except TimeoutError:
        return None


async def _no_icon(_: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


def _static(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(_FILES / name)

    return serve


def _text(body: dict[str, Any], name: str) -> str:
    value = body[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value
