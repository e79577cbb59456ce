"""Finds the workspace of each request, and refuses requests of workspaces that the bot does not
serve.

Such requests arrive if the app is installed in more workspaces than the bot knows. All of them
share the signing secret and the app-level token.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.http_server.rejections import Rejection, Rejections
from bot.slack.workspaces.registry import InstalledWorkspaces

_TEXT = "This Tariffwire serves another workspace."
_REMOVALS = ("app_uninstalled", "tokens_revoked")
"""The events of a workspace that has removed the app. Its token is no longer valid."""
_CHECKS = ("url_verification", "ssl_check")
"""The payloads with which Slack checks the address. They belong to no workspace."""


class TeamGuard(AsyncMiddleware):
    """A middleware for Bolt that passes only requests of the bot's workspace. It works for HTTP and
    Socket Mode."""

    def __init__(self, team: str, rejections: Rejections) -> None:
        self._team, self._rejections = team, rejections

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        """Answers a payload of another workspace itself, and passes on all other payloads."""
        teams = find_installed_teams(req.body)
        if self._team in teams:
            set_team(req, self._team)
        if not teams or self._team in teams:
            return await next()
        self._rejections.count(Rejection.OTHER_TEAM)
        return _make_refusal(req.body)


class InstalledTeamsGuard(AsyncMiddleware):
    """The same for a bot that serves many workspaces: passes requests of workspaces in which the
    app is installed, and notes in each which one it belongs to."""

    def __init__(self, workspaces: InstalledWorkspaces, rejections: Rejections) -> None:
        self._workspaces, self._rejections = workspaces, rejections

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        """Answers a payload of an unknown workspace itself, and passes on all other payloads.

        Raises StoreError if the installation cannot be read.
        """
        if req.body.get("type") in _CHECKS:
            return await next()
        for team in sorted(find_installed_teams(req.body)):
            if _is_removal(req.body) or await self._workspaces.find(team) is not None:
                set_team(req, team)
                return await next()
        self._rejections.count(Rejection.OTHER_TEAM)
        return _make_refusal(req.body)


def set_team(req: AsyncBoltRequest, team: str) -> None:
    """Makes the workspace that of the request, wherever listeners read it.

    In a shared channel, some fields of a payload name the workspace of the person or of the
    channel.
    """
    had = req.body.get("team")
    req.body["team_id"] = req.context["team_id"] = team
    req.body["team"] = {**(had if isinstance(had, dict) else {}), "id": team}


def _is_removal(body: Mapping[str, Any]) -> bool:
    event = body.get("event")
    return isinstance(event, dict) and event.get("type") in _REMOVALS


def find_installed_teams(body: Mapping[str, Any]) -> frozenset[str]:
    """The workspaces whose installation a payload is for; empty if it names none.

    The first of these fields that names a workspace decides. A later field may name the workspace
    of the person or of a shared channel instead:
    1. `view.app_installed_team_id`, for a click or a form in a view. In a channel shared with
       another workspace, `team` is the person's workspace (slackapi/bolt-js issue 1614).
    2. `authorizations[].team_id` of an event, or `context_team_id` if there is none. `team_id` may
       be the workspace that shares the channel (slackapi/java-slack-sdk issue 629).
    3. `team` of a click or a form, which is null if the app is installed for a whole organization;
       `team_id` of a command.
    """
    team = body.get("team")
    choices: tuple[Sequence[object], ...] = (
        [_read_field(body.get("view"), "app_installed_team_id")],
        [_read_field(each, "team_id") for each in _read_list(body.get("authorizations"))],
        [body.get("context_team_id")],
        [team.get("id") if isinstance(team, dict) else team, body.get("team_id")],
    )
    for choice in choices:
        found = frozenset(each for each in choice if isinstance(each, str) and each)
        if found:
            return found
    return frozenset()


def _read_field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _read_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _make_refusal(body: Mapping[str, Any]) -> BoltResponse:
    """The response to a refused request: a text for a command, an acknowledgement for an event, and
    an error for anything else.

    An event must not get an error: Slack would send it again, and after many errors it would stop
    sending events to all workspaces of the app.
    """
    if body.get("command"):
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": _TEXT})
    if body.get("type") == "event_callback":
        return BoltResponse(status=200, body="")
    return BoltResponse(status=403, body="")
