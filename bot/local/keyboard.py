"""What the person at the keyboard does, and how the bot learns of it.

A line is a command when it begins with a slash, else a message; a click, a form and the Home tab
are interactions. Each is answered within the time that Slack gives an app, or is said to have
failed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.local import forms, payloads
from bot.local.answers import Answers, Outcome
from bot.local.archive import Channel, Message
from bot.local.forms import Raw
from bot.local.identity import new_id
from bot.local.line import Events, Line
from bot.local.link import Kind, NoAnswer
from bot.local.live import News
from bot.local.modals import View, check_view
from bot.local.payloads import Payload
from bot.local.refusal import Refused
from bot.local.responses import Responses
from bot.local.team import SLACKBOT, Team
from bot.local.typed import command, encoded

# Longer than Slack waits for an acknowledgement, so that what the bot says right after it counts.
_AFTERWARDS_S = 0.5


class Keyboard:
    """The person's hands. `commands` are the app's slash commands, each with a usage hint."""

    def __init__(
        self,
        team: Team,
        line: Line,
        events: Events,
        responses: Responses,
        *,
        commands: Mapping[str, str],
        patience_s: float,
    ) -> None:
        self.commands = dict(commands)
        self._team, self._line, self._events, self._responses = team, line, events, responses
        self._longest_s = patience_s + _AFTERWARDS_S

    async def say(self, reference: str, text: str, thread_ts: str = "") -> Outcome:
        """Types a line in a conversation; what came back is in the outcome's messages.

        `reference` is `#name`, `name`, an id, or `@` with the bot's name for direct messages.
        """
        channel = await self._find(reference)
        if channel is None:
            names = ", ".join(f"#{c.name}" for c in self._team.channels if c.kind == "public")
            return Outcome(False, "channel_not_found", f"no channel {reference}; there are {names}")
        if not text.strip():
            return Outcome(False, "no_text", "nothing was typed")
        typed = command(text.strip())
        if typed is None:
            return await self._message(channel, text.strip(), thread_ts)
        if thread_ts:
            return Outcome(False, "command_in_thread", "commands cannot be used in threads")
        if typed[0] not in self.commands:
            known = " and ".join(self.commands)
            words = f"{typed[0]} is no command here; the commands are {known}"
            return Outcome(False, "unknown_command", words)
        return await self._command(channel, *typed)

    async def _find(self, reference: str) -> Channel | None:
        if reference in (f"@{self._team.app_name}", self._team.identity.bot_user_id):
            return await self._team.direct(self._team.identity.person_id)
        return self._team.channel(reference)

    async def _command(self, channel: Channel, name: str, text: str) -> Outcome:
        cause = new_id("R")
        payload = payloads.slash_command(
            self._team,
            channel,
            name,
            text,
            response_url=self._responses.issue(channel, cause),
            trigger_id=self._team.triggers.new(),
        )
        answers = Answers(self._answering(channel, cause))
        with self._team.live.listen(answers.hear):
            try:
                said = await self._line.send("slash_commands", payload)
                if said:
                    await self._responses.show(channel, said, cause)
            except (NoAnswer, Refused) as error:
                outcome = self._failed(error)
                await self._notice(channel, f"`{name}` failed: {outcome.message}")
                return outcome
            return Outcome(messages=await answers.settle(self._longest_s))

    async def _message(self, channel: Channel, text: str, thread_ts: str) -> Outcome:
        said = encoded(text, self._team.people.values(), self._team.channels)
        place = {"thread_ts": thread_ts} if thread_ts else {}
        message = self._team.written_by_person({"text": said, **place})
        await self._team.post(channel, message)
        await self._team.mark_read(channel, message["ts"])
        answers = Answers(self._answering(channel, ""))
        with self._team.live.listen(answers.hear):
            heard = self._tell_of(channel, message)
            longest_s = self._longest_s if heard else 0
            return Outcome(messages=await answers.settle(longest_s))

    def _tell_of(self, channel: Channel, message: Message) -> bool:
        """Whether the bot was spoken to, and is told of it."""
        direct = channel.kind == "im"
        content = {**message, "channel": channel.id, "event_ts": message["ts"]}
        kind = "im" if direct else "channel"
        name = "message.im" if direct else "message.channels"
        told = self._events.tell(name, {**content, "channel_type": kind})
        if direct or f"<@{self._team.identity.bot_user_id}>" not in message["text"]:
            return told and direct
        return self._events.tell("app_mention", {**content, "type": "app_mention"})

    def _answering(self, channel: Channel, cause: str) -> Callable[[News], bool]:
        """Whether news answer a line: by its response URL, or the bot's words in the conversation.

        A post with metadata is a delivery, which comes whether somebody asked or not.
        """
        bot = self._team.identity.bot_user_id

        def answers_it(news: News) -> bool:
            if news["type"] == "modal":
                return news["view"] is not None
            if news["type"] not in ("message", "message_changed") or news["channel"] != channel.id:
                return False
            message = news["message"]
            unasked = "metadata" in message or message.get("user") != bot
            return news["cause"] == cause if news["cause"] else not unasked

        return answers_it

    async def click(
        self, channel_id: str, ts: str, block_id: str, action_id: str, value: Any, raw: Raw
    ) -> Outcome:
        """Uses an element of a message; `raw` is what all fields of the message hold."""
        channel = self._team.channel(channel_id)
        found = await self._team.archive.message(channel.id, ts) if channel else None
        if channel is None or found is None:
            return Outcome(False, "message_not_found", "this message is gone")
        message, only_for = found
        blocks = [*message.get("blocks", ()), *_attached(message)]
        action = self._action(blocks, block_id, action_id, value)
        if action is None:
            return Outcome(False, "action_not_found", "this cannot be clicked any more")
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
        return await self._tell("interactive", payload)

    async def click_in_view(
        self, view_id: str, block_id: str, action_id: str, value: Any, raw: Raw
    ) -> Outcome:
        """Uses an element of a modal or of the Home tab."""
        view = self._team.views.find(view_id)
        action = view and self._action(view["blocks"], block_id, action_id, value)
        if not view or not action:
            return Outcome(False, "action_not_found", "this cannot be clicked any more")
        payload = payloads.view_action(
            self._team,
            view,
            action,
            trigger_id=self._team.triggers.new(),
            values=forms.values(view["blocks"], raw),
        )
        return await self._tell("interactive", payload)

    def _action(
        self, blocks: forms.Blocks, block_id: str, action_id: str, value: Any
    ) -> Payload | None:
        element = forms.element(blocks, block_id, action_id)
        if element is None:
            return None
        return payloads.acted(block_id, element, value, self._team.next_ts())

    async def submit(self, view_id: str, raw: Raw) -> Outcome:
        """Sends a modal off; what is wrong with it is in the outcome's errors."""
        view = self._team.views.find(view_id)
        if view is None:
            return Outcome(False, "view_not_found", "this form is closed")
        empty = forms.missing(view["blocks"], raw)
        if empty:
            return Outcome(False, "incomplete", "something is missing", empty)
        filled = forms.values(view["blocks"], raw)
        trigger_id = self._team.triggers.new()
        try:
            payload = payloads.submission(self._team, view, filled, trigger_id)
            return await self._follow(view, await self._line.send("interactive", payload))
        except (NoAnswer, Refused) as error:
            return self._failed(error)

    async def _follow(self, view: View, answer: Payload) -> Outcome:
        views, who = self._team.views, self._team.identity
        match answer.get("response_action"):
            case "errors":
                errors = {str(k): str(v) for k, v in answer.get("errors", {}).items()}
                return Outcome(False, "errors", "something needs a change", errors)
            case "update":
                await views.update(view, check_view(answer.get("view")))
            case "push":
                await views.push(who, check_view(answer.get("view")))
            case "clear":
                await views.clear()
            case _:
                await views.close(view)
        return Outcome()

    async def close(self, view_id: str) -> Outcome:
        """Closes a modal without sending it off."""
        view = self._team.views.find(view_id)
        if view is None:
            return Outcome()
        await self._team.views.close(view)
        if view.get("notify_on_close"):
            return await self._tell("interactive", payloads.closing(self._team, view))
        return Outcome()

    async def suggest(
        self, container: Payload, block_id: str, action_id: str, typed: str
    ) -> Payload:
        """The choices that the bot offers for what was typed; none when it does not answer."""
        asked = payloads.suggestion(self._team, container, block_id, action_id, typed)
        try:
            return await self._line.send("interactive", asked)
        except NoAnswer:
            return {}

    async def open_home(self) -> Outcome:
        """Opens the bot's Home tab."""
        me = self._team.identity.person_id
        direct = await self._team.direct(me)
        content: Payload = {"type": "app_home_opened", "user": me, "channel": direct.id}
        content |= {"tab": "home", "event_ts": self._team.next_ts()}
        if self._team.views.home is not None:
            content["view"] = self._team.views.home
        self._events.tell("app_home_opened", content)
        return Outcome()

    async def _tell(self, kind: Kind, payload: Payload) -> Outcome:
        try:
            await self._line.send(kind, payload)
        except NoAnswer as error:
            return self._failed(error)
        return Outcome()

    def _failed(self, error: NoAnswer | Refused) -> Outcome:
        name, code = self._team.app_name, error.error
        words = {
            "operation_timeout": f"{name} didn't respond in time (operation_timeout)",
            "not_connected": f"{name} isn't connected (not_connected)",
            "dispatch_failed": f"{name} didn't respond as it should (dispatch_failed)",
        }
        return Outcome(False, code, words.get(code, f"{name} sent an answer that fails: {code}"))

    async def _notice(self, channel: Channel, text: str) -> None:
        message = {**self._team.written_by_person({"text": text}), "user": SLACKBOT}
        await self._team.post(channel, message, only_for=self._team.identity.person_id)


def _attached(message: Message) -> list[dict[str, Any]]:
    return [block for one in message.get("attachments", ()) for block in one.get("blocks", ())]
