"""A server on loopback that plays Slack for two workspaces: its pages for OAuth, and its Web API.

The two local workspaces have the same people, channels and app. Only their team ids, names and
tokens differ, so that a bot that mixes them up is found out.
"""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.local_slack.server import Workspace

CLIENT_ID, CLIENT_SECRET = "111.222", "client-secret-of-the-app"
FIRST, SECOND = "T0FIRST", "T0SECOND"


@dataclass
class OAuthSlack:
    """The server. `answers` changes what `oauth.v2.access` returns, and a `removed` team's token is
    refused."""

    teams: dict[str, Workspace]
    session: aiohttp.ClientSession
    address: str = ""
    answers: dict[str, object] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    is_down: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    """The codes that are not used yet, each with its team."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The team and the method of each call of the Web API."""

    @property
    def api_url(self) -> str:
        return f"{self.address}/api/"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth/v2/authorize", self._authorize),
            web.post("/api/oauth.v2.access", self._exchange),
            web.route("*", "/api/{method}", self._forward),
        ]

    async def _authorize(self, request: web.Request) -> web.Response:
        """The page on which a person agrees. Opening it means to agree."""
        asked = request.query
        if asked["client_id"] != CLIENT_ID or "commands" not in asked["scope"]:
            return web.Response(status=400)
        code = f"code-{len(self.codes)}-{asked['team']}"
        self.codes[code] = asked["team"]
        back = urlencode({"code": code, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def _exchange(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.is_down and request.transport is not None:
            request.transport.close()
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"ok": False, "error": "invalid_client_id"})
        team = self.codes.pop(str(form.get("code")), "")
        if not team:
            return web.json_response({"ok": False, "error": "invalid_code"})
        self.removed.discard(team)
        own = self.teams[team].team.identity
        answer = {
            "ok": True,
            "access_token": own.bot_token,
            "token_type": "bot",
            "scope": "commands,chat:write",
            "bot_user_id": own.bot_user_id,
            "app_id": own.app_id,
            "team": {"id": team, "name": f"Team <{team}>"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": own.person_id},
        }
        return web.json_response(answer | self.answers)

    async def _forward(self, request: web.Request) -> web.Response:
        """Passes a call to the workspace of its token."""
        method = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        team = next((name for name, one in self.teams.items() if one.bot_token == token), "")
        self.calls.append((team, method))
        if not team:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if team in self.removed:
            return web.json_response({"ok": False, "error": "account_inactive"})
        kept = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        async with self.session.request(
            request.method,
            f"{self.teams[team].api_url}{method}",
            params=request.query,
            data=await request.read(),
            headers=headers,
        ) as answer:
            return web.json_response(await answer.json(), status=answer.status)

    async def install(self, bot_address: str, team: str) -> tuple[int, str]:
        """Installs the app as a person does in a browser; returns the last page."""
        async with aiohttp.ClientSession() as browser:
            start = f"{bot_address}/slack/install?team={team}"
            async with browser.get(start, allow_redirects=False) as answer:
                cookie = answer.headers["Set-Cookie"].partition(";")[0]
                agree = answer.headers["Location"]
            async with browser.get(agree, allow_redirects=False) as answer:
                back = answer.headers["Location"]
            # A cookie with `Secure` is not sent over HTTP, not even on loopback.
            async with browser.get(back, headers={"Cookie": cookie}) as answer:
                return answer.status, await answer.text()

    async def uninstall(self, team: str) -> None:
        """Removes the app from a workspace, as a person does in Slack."""
        self.removed.add(team)
        connection = self.teams[team]._connection
        own = self.teams[team].team.identity
        revoked = {"oauth": [], "bot": [own.bot_user_id]}
        connection.send_event("tokens_revoked", {"type": "tokens_revoked", "tokens": revoked})
        connection.send_event("app_uninstalled", {"type": "app_uninstalled"})


@asynccontextmanager
async def playing_slack(folder: Path) -> AsyncIterator[OAuthSlack]:
    """Runs the server and its two workspaces within the block."""
    await _make_twins(folder)
    teams = {name: Workspace(folder / f"{name}.db", rate_limits=False) for name in (FIRST, SECOND)}
    for one in teams.values():
        await one.start(port=0)
    async with aiohttp.ClientSession() as session:
        slack = OAuthSlack(teams, session)
        application = web.Application()
        application.add_routes(slack.routes())
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield slack
        finally:
            for one in teams.values():
                await one.stop()
            await runner.cleanup()


async def _make_twins(folder: Path) -> None:
    """Creates two workspaces that differ in their team ids and tokens only."""
    first, second = folder / f"{FIRST}.db", folder / f"{SECOND}.db"
    workspace = Workspace(first)
    await workspace.start(port=0)
    await workspace.stop()
    shutil.copyfile(first, second)
    for file, team in ((first, FIRST), (second, SECOND)):
        with closing(sqlite3.connect(file)) as database:
            (body,) = database.execute("SELECT body FROM identity").fetchone()
            own = json.loads(body) | {"team_id": team, "bot_token": f"xoxb-{team}-secret"}
            database.execute("UPDATE identity SET body = ?", [json.dumps(own)])
            database.commit()
