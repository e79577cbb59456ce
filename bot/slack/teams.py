"""Refuses requests from any workspace other than the bot's.

That happens if the app is installed in several workspaces: all of them share the signing secret
and the app-level token, but this bot's token, data and subscriptions belong to one.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.http_server.rejections import Rejection, Rejections

_TEXT = "This Tariffwire serves another workspace."


class TeamGuard(AsyncMiddleware):
    """Bolt's middleware that lets only the bot's workspace pass, over HTTP and Socket Mode."""

    def __init__(self, team: str, rejections: Rejections) -> None:
        self._team, self._rejections = team, rejections

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        """Answers a payload of another workspace, and passes on every other."""
        teams = find_installed_teams(req.body)
        if not teams or self._team in teams:
            return await next()
        self._rejections.count(Rejection.OTHER_TEAM)
        return _make_refusal(req.body)


def find_installed_teams(body: Mapping[str, Any]) -> frozenset[str]:
    """The workspaces for which a payload may be meant; empty if it names none.

    - a command: `team_id`
    - a click or a form: `team`, null for an app of a whole organization. For a form submitted in a
      channel shared with another workspace, `team` is that of the person, and
      `view.app_installed_team_id` is ours (slackapi/bolt-js issue 1614)
    - an event: `team_id`, but in a shared channel this may be the workspace that shares it;
      `authorizations` and `context_team_id` name ours (slackapi/java-slack-sdk issue 629)

    The team of the person is no evidence: in a shared channel it is often another.
    """
    authorizations = body.get("authorizations")
    team = body.get("team")
    found = [
        body.get("team_id"),
        body.get("context_team_id"),
        team.get("id") if isinstance(team, dict) else team,
        _read_field(body.get("view"), "app_installed_team_id"),
        *(_read_field(each, "team_id") for each in _read_list(authorizations)),
    ]
    return frozenset(each for each in found if isinstance(each, str) and each)


def _read_field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _read_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _make_refusal(body: Mapping[str, Any]) -> BoltResponse:
    """A text for a command, an acknowledgement for an event, and an error for the rest.

    Slack repeats events that get an error, and after many of them sends none to any workspace.
    """
    if body.get("command"):
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": _TEXT})
    if body.get("type") == "event_callback":
        return BoltResponse(status=200, body="")
    return BoltResponse(status=403, body="")
