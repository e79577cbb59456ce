"""Sends to the bot what the person clicks, selects and fills in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from bot.local_slack.api.call import ApiError
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.blocks.validation import find_elements, find_fields
from bot.local_slack.page.replies import ActionResult, make_failure
from bot.local_slack.state.modals import View, check_view
from bot.local_slack.state.records import Channel, new_id
from bot.local_slack.state.team import Team
from bot.local_slack.transport import payloads
from bot.local_slack.transport.connection import AppUnavailable, BotConnection
from bot.local_slack.transport.payloads import Payload, make_interaction

Blocks = Sequence[Mapping[str, Any]]
Raw = Mapping[str, Mapping[str, Any]]
"""The value of each field, by block_id and action_id."""


class Shortcut(NamedTuple):
    """A shortcut of the app, as its manifest declares it."""

    kind: Literal["global", "message"]
    callback_id: str
    name: str


SHORTCUTS = (
    Shortcut("message", "about_tariffs", "Is this about tariffs?"),
    Shortcut("message", "rate_now", "Rate now"),
    Shortcut("global", "check_product", "Check a product"),
)
_NOT_FOUND = ActionResult(False, "action_not_found", "this can no longer be clicked")


class Pointer:
    """The person's actions on elements. A method raises ValueError for an option that does not
    exist."""

    def __init__(self, team: Team, connection: BotConnection, responses: ResponseUrls) -> None:
        self._team, self._connection, self._responses = team, connection, responses

    async def click(
        self, channel_id: str, ts: str, block_id: str, action_id: str, value: Any, raw: Raw
    ) -> ActionResult:
        """Clicks or changes an element of a message. `raw` has the values of all fields of the
        message."""
        channel = self._team.find_channel(channel_id)
        found = await self._team.storage.find_message(channel.id, ts) if channel else None
        if channel is None or found is None:
            return ActionResult(False, "message_not_found", "this message was deleted")
        message, only_for = found
        blocks = message.get("blocks", ())
        response_url = self._responses.issue(channel, new_id("R"), ts)
        fields = payloads.make_message_fields(
            channel, message, is_ephemeral=bool(only_for), response_url=response_url
        )
        state = {"values": _read_values(blocks, raw)}
        return await self._act(blocks, block_id, action_id, value, {**fields, "state": state})

    async def click_in_view(
        self, view_id: str, block_id: str, action_id: str, value: Any, raw: Raw
    ) -> ActionResult:
        """Clicks or changes an element of a modal or of the Home tab."""
        view = self._team.views.find(view_id)
        if view is None:
            return _NOT_FOUND
        fields = {"container": {"type": "view", "view_id": view["id"]}}
        fields["view"] = _add_state(view, raw)
        return await self._act(view["blocks"], block_id, action_id, value, fields)

    async def _act(
        self, blocks: Blocks, block_id: str, action_id: str, value: Any, fields: Payload
    ) -> ActionResult:
        for block in blocks:
            for element in find_elements(block):
                if (block["block_id"], element["action_id"]) == (block_id, action_id):
                    actions = [payloads.make_action(block_id, element, value, self._team.next_ts())]
                    return await self._send("block_actions", **fields, actions=actions)
        return _NOT_FOUND

    async def use_shortcut(
        self, callback_id: str, channel_id: str = "", ts: str = ""
    ) -> ActionResult:
        """Uses a message shortcut or, without `ts`, a global shortcut."""
        kind = "message" if ts else "global"
        if not any((one.kind, one.callback_id) == (kind, callback_id) for one in SHORTCUTS):
            return ActionResult(False, "shortcut_not_found", "there is no such shortcut")
        fields: Payload = {"callback_id": callback_id, "action_ts": self._team.next_ts()}
        if not ts:
            return await self._send("shortcut", **fields)
        channel = self._team.find_channel(channel_id)
        found = await self._team.storage.find_message(channel.id, ts) if channel else None
        # Slack offers no shortcuts on ephemeral messages.
        if channel is None or found is None or found[1]:
            return ActionResult(False, "message_not_found", "this message was deleted")
        response_url = self._responses.issue(channel, new_id("R"))
        fields |= payloads.make_shortcut_fields(channel, found[0], response_url)
        return await self._send("message_action", **fields)

    async def submit(self, view_id: str, raw: Raw) -> ActionResult:
        """Submits a modal. If fields are wrong, the result contains their errors."""
        view = self._team.views.find(view_id)
        if view is None:
            return ActionResult(False, "view_not_found", "this form is closed")
        empty = _find_missing(view["blocks"], raw)
        if empty:
            return ActionResult(False, "incomplete", "a required field is empty", empty)
        filled = _add_state(view, raw)
        payload = make_interaction(self._team, "view_submission", view=filled, response_urls=[])
        try:
            return await self._follow(view, await self._connection.send("interactive", payload))
        except (AppUnavailable, ApiError) as error:
            return make_failure(self._team.app_name, error)

    async def _follow(self, view: View, answer: Payload) -> ActionResult:
        views = self._team.views
        match answer.get("response_action"):
            case "errors":
                errors = {str(k): str(v) for k, v in answer.get("errors", {}).items()}
                return ActionResult(False, "errors", "a field has an error", errors)
            case "update":
                await views.update(view, check_view(answer.get("view")))
            case None | "clear":
                views.close()
            case other:
                raise ApiError(f"unsupported_{other}")
        return ActionResult()

    def close(self) -> ActionResult:
        """Closes the modal without submitting it."""
        self._team.views.close()
        return ActionResult()

    async def open_home(self) -> ActionResult:
        """Opens the bot's Home tab."""
        person, channel = self._team.identity.person_id, self._team.direct.id
        content: Payload = {"type": "app_home_opened", "user": person, "channel": channel}
        content |= {"tab": "home", "event_ts": self._team.next_ts()}
        if self._team.views.home is not None:
            content["view"] = self._team.views.home
        self._connection.send_event("app_home_opened", content)
        return ActionResult()

    def add_bot(self, channel: Channel) -> None:
        """Sends the event that the bot became a member of a channel."""
        content: Payload = {
            "type": "member_joined_channel",
            "user": self._team.identity.bot_user_id,
            "channel": channel.id,
            "channel_type": "C",
            "team": self._team.identity.team_id,
            "inviter": self._team.identity.person_id,
            "event_ts": self._team.next_ts(),
        }
        self._connection.send_event("member_joined_channel", content)

    async def _send(self, kind: str, **fields: Any) -> ActionResult:
        try:
            await self._connection.send("interactive", make_interaction(self._team, kind, **fields))
        except AppUnavailable as error:
            return make_failure(self._team.app_name, error)
        return ActionResult()


def _add_state(view: View, raw: Raw) -> View:
    return {**view, "state": {"values": _read_values(view["blocks"], raw)}}


def _read_values(blocks: Blocks, raw: Raw) -> dict[str, dict[str, Any]]:
    """The values of all fields in the form in which Slack reports them."""
    state: dict[str, dict[str, Any]] = {}
    for block, element, value in _list_fields(blocks, raw):
        entry = {"type": element["type"], **payloads.make_selection(element, value)}
        state.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return state


def _find_missing(blocks: Blocks, raw: Raw) -> dict[str, str]:
    """An error for each required field that is empty, by block_id."""
    return {
        block["block_id"]: "Please complete this required field."
        for block, _, value in _list_fields(blocks, raw)
        if block["type"] == "input" and not block.get("optional") and not value
    }


def _list_fields(
    blocks: Blocks, raw: Raw
) -> Iterator[tuple[Mapping[str, Any], dict[str, Any], Any]]:
    for block in blocks:
        for element in find_fields(block):
            yield block, element, raw.get(block["block_id"], {}).get(element["action_id"])
