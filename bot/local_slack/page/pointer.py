"""What the person clicks, chooses and fills in, and how the bot learns of it."""

from typing import Any

from bot.local_slack.api.errors import ApiError
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.page import forms
from bot.local_slack.page.forms import Raw
from bot.local_slack.page.replies import ActionResult, failed
from bot.local_slack.state.identity import new_id
from bot.local_slack.state.modals import View, check_view
from bot.local_slack.state.records import Message
from bot.local_slack.state.team import Team
from bot.local_slack.transport import payloads
from bot.local_slack.transport.connection import BotConnection, EventSender
from bot.local_slack.transport.http import AppUnavailable
from bot.local_slack.transport.payloads import Payload


class Pointer:
    """The person's clicks. Every method raises ValueError for a choice that is not offered."""

    def __init__(
        self, team: Team, line: BotConnection, events: EventSender, responses: ResponseUrls
    ) -> None:
        self._team, self._line, self._events, self._responses = team, line, events, responses

    async def click(
        self, channel_id: str, ts: str, block_id: str, action_id: str, value: Any, raw: Raw
    ) -> ActionResult:
        """Uses an element of a message; `raw` is what all fields of the message hold."""
        channel = self._team.channel(channel_id)
        found = await self._team.archive.message(channel.id, ts) if channel else None
        if channel is None or found is None:
            return ActionResult(False, "message_not_found", "this message is gone")
        message, only_for = found
        blocks = [*message.get("blocks", ()), *_attached(message)]
        action = self._action(blocks, block_id, action_id, value)
        if action is None:
            return ActionResult(False, "action_not_found", "this cannot be clicked any more")
        cause = new_id("R")
        payload = payloads.message_action(
            self._team,
            channel,
            message,
            action,
            only_you=bool(only_for),
            response_url=self._responses.issue(channel, cause, ts),
            trigger_id=self._team.triggers.new(),
            values=forms.values(blocks, raw),
        )
        return await self._tell(payload)

    async def click_in_view(
        self, view_id: str, block_id: str, action_id: str, value: Any, raw: Raw
    ) -> ActionResult:
        """Uses an element of a modal or of the Home tab."""
        view = self._team.views.find(view_id)
        action = view and self._action(view["blocks"], block_id, action_id, value)
        if not view or not action:
            return ActionResult(False, "action_not_found", "this cannot be clicked any more")
        payload = payloads.view_action(
            self._team,
            view,
            action,
            trigger_id=self._team.triggers.new(),
            values=forms.values(view["blocks"], raw),
        )
        return await self._tell(payload)

    def _action(
        self, blocks: forms.Blocks, block_id: str, action_id: str, value: Any
    ) -> Payload | None:
        element = forms.element(blocks, block_id, action_id)
        if element is None:
            return None
        return payloads.acted(block_id, element, value, self._team.next_ts())

    async def submit(self, view_id: str, raw: Raw) -> ActionResult:
        """Sends a modal off; what is wrong with it is in the outcome's errors."""
        view = self._team.views.find(view_id)
        if view is None:
            return ActionResult(False, "view_not_found", "this form is closed")
        empty = forms.missing(view["blocks"], raw)
        if empty:
            return ActionResult(False, "incomplete", "something is missing", empty)
        filled = forms.values(view["blocks"], raw)
        trigger_id = self._team.triggers.new()
        try:
            payload = payloads.submission(self._team, view, filled, trigger_id)
            return await self._follow(view, await self._line.send("interactive", payload))
        except (AppUnavailable, ApiError) as error:
            return failed(self._team.app_name, error)

    async def _follow(self, view: View, answer: Payload) -> ActionResult:
        views, who = self._team.views, self._team.identity
        match answer.get("response_action"):
            case "errors":
                errors = {str(k): str(v) for k, v in answer.get("errors", {}).items()}
                return ActionResult(False, "errors", "something needs a change", errors)
            case "update":
                await views.update(view, check_view(answer.get("view")))
            case "push":
                await views.push(who, check_view(answer.get("view")))
            case "clear":
                await views.clear()
            case _:
                await views.close(view)
        return ActionResult()

    async def close(self, view_id: str) -> ActionResult:
        """Closes a modal without sending it off."""
        view = self._team.views.find(view_id)
        if view is None:
            return ActionResult()
        await self._team.views.close(view)
        if view.get("notify_on_close"):
            return await self._tell(payloads.closing(self._team, view))
        return ActionResult()

    async def suggest(
        self, container: Payload, block_id: str, action_id: str, typed: str
    ) -> Payload:
        """The choices that the bot offers for what was typed; none when it does not answer."""
        asked = payloads.suggestion(self._team, container, block_id, action_id, typed)
        try:
            return await self._line.send("interactive", asked)
        except AppUnavailable:
            return {}

    async def open_home(self) -> ActionResult:
        """Opens the bot's Home tab."""
        me = self._team.identity.person_id
        direct = self._team.direct.id
        content: Payload = {"type": "app_home_opened", "user": me, "channel": direct}
        content |= {"tab": "home", "event_ts": self._team.next_ts()}
        if self._team.views.home is not None:
            content["view"] = self._team.views.home
        self._events.tell("app_home_opened", content)
        return ActionResult()

    async def _tell(self, payload: Payload) -> ActionResult:
        try:
            await self._line.send("interactive", payload)
        except AppUnavailable as error:
            return failed(self._team.app_name, error)
        return ActionResult()


def _attached(message: Message) -> list[dict[str, Any]]:
    return [block for one in message.get("attachments", ()) for block in one.get("blocks", ())]
