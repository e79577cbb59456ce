"""The Web API's api, apps, auth and users methods."""

import secrets

from bot.local_slack.api.call import Answer, ApiError, Arguments
from bot.local_slack.state.team import Team


async def api_test(_: Team, arguments: Arguments) -> Answer:
    """api.test"""
    args = {name: value for name, value in arguments.values.items() if name != "token"}
    if "error" in args:
        raise ApiError(arguments.text("error"), extra={"args": args})
    return {"ok": True, "args": args}


async def open_connection(team: Team, _: Arguments) -> Answer:
    """apps.connections.open"""
    ticket = secrets.token_urlsafe(24)
    team.socket_tickets.add(ticket)
    address = team.address.replace("http://", "ws://", 1)
    app_id = team.identity.app_id
    return {"ok": True, "url": f"{address}/link?ticket={ticket}&app_id={app_id}"}


async def auth_test(team: Team, _: Arguments) -> Answer:
    """auth.test"""
    return {
        "ok": True,
        "url": f"{team.address}/",
        "team": "Local workspace",
        "user": team.app_name,
        "team_id": team.identity.team_id,
        "user_id": team.identity.bot_user_id,
        "bot_id": team.identity.bot_id,
        "app_id": team.identity.app_id,
        "is_enterprise_install": False,
    }


async def info(team: Team, arguments: Arguments) -> Answer:
    """users.info"""
    person = team.people.get(arguments.required("user"))
    if person is None:
        raise ApiError("user_not_found")
    return {
        "ok": True,
        "user": {
            "id": person.id,
            "team_id": team.identity.team_id,
            "name": person.name,
            "real_name": person.real_name,
            "is_bot": person.is_bot,
            "tz": team.zone,
        },
    }
