"""The Web API's views methods."""

from bot.local_slack.api.call import Answer, ApiError, Arguments
from bot.local_slack.state.modals import View, check_view
from bot.local_slack.state.team import Team


def _view(arguments: Arguments, kind: str) -> View:
    view = check_view(arguments.structure("view", "invalid_arguments"))
    if view["type"] != kind:
        wrong = [f"must be of type {kind} [json-pointer:/view/type]"]
        raise ApiError("invalid_arguments", wrong)
    return view


async def open_view(team: Team, arguments: Arguments) -> Answer:
    """views.open"""
    view = _view(arguments, "modal")
    team.triggers.use(arguments.required("trigger_id"))
    return {"ok": True, "view": team.views.open(team.identity, view)}


async def update(team: Team, arguments: Arguments) -> Answer:
    """views.update"""
    content = check_view(arguments.structure("view", "invalid_arguments"))
    view = team.views.find(arguments.required("view_id"))
    if view is None:
        raise ApiError("not_found")
    return {"ok": True, "view": await team.views.update(view, content)}


async def publish(team: Team, arguments: Arguments) -> Answer:
    """views.publish"""
    content = _view(arguments, "home")
    person = team.people.get(arguments.required("user_id"))
    if person is None or person.is_bot:
        raise ApiError("invalid_arguments", ["no such person [json-pointer:/user_id]"])
    return {"ok": True, "view": await team.views.publish(team.identity, content)}
