"""The Web API's api, auth and users methods."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.local_slack.api.arguments import Arguments
from bot.local_slack.api.chat import Answer
from bot.local_slack.api.errors import ApiError
from bot.local_slack.state.team import Person, Team


async def api_test(_: Team, arguments: Arguments) -> Answer:
    """api.test"""
    args = {name: value for name, value in arguments.given.items() if name != "token"}
    if "error" in args:
        raise ApiError(arguments.text("error"), extra={"args": args})
    return {"ok": True, "args": args}


async def auth_test(team: Team, _: Arguments) -> Answer:
    """auth.test"""
    who = team.identity
    return {
        "ok": True,
        "url": f"{team.address}/",
        "team": "Local workspace",
        "user": team.app_name,
        "team_id": who.team_id,
        "user_id": who.bot_user_id,
        "bot_id": who.bot_id,
        "app_id": who.app_id,
        "is_enterprise_install": False,
    }


def described(team: Team, person: Person) -> dict[str, Any]:
    """A member as Slack describes them, with the time zone's offset of today in seconds."""
    offset = datetime.now(ZoneInfo(person.tz)).utcoffset()
    return {
        "id": person.id,
        "team_id": team.identity.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "tz": person.tz,
        "tz_label": person.tz.replace("_", " "),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_bot": person.is_bot,
        "is_admin": not person.is_bot,
        "profile": {"real_name": person.real_name, "display_name": person.name},
    }


async def user_info(team: Team, arguments: Arguments) -> Answer:
    """users.info"""
    person = team.people.get(arguments.needed("user"))
    if person is None:
        raise ApiError("user_not_found")
    return {"ok": True, "user": described(team, person)}


async def list_users(team: Team, _: Arguments) -> Answer:
    """users.list"""
    members = [described(team, person) for person in team.people.values()]
    return {"ok": True, "members": members, "response_metadata": {"next_cursor": ""}}


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "users.info": user_info,
    "users.list": list_users,
}
