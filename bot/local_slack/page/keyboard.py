"""What the person types, and how the bot learns of it.

A line is a command when it begins with a slash, else a message. It is answered within the time that
Slack gives an app, or is said to have failed.
"""

from collections.abc import Callable, Mapping

from bot.local_slack.api.errors import ApiError
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.page.mentions import command, encoded
from bot.local_slack.page.replies import ActionResult, ReplyCollector, failed
from bot.local_slack.state.broadcast import News
from bot.local_slack.state.identity import new_id
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.team import SLACKBOT, Team
from bot.local_slack.transport import payloads
from bot.local_slack.transport.connection import BotConnection, EventSender
from bot.local_slack.transport.http import AppUnavailable

# Longer than Slack waits for an acknowledgement, so that what the bot says right after it counts.
_AFTERWARDS_S = 0.5


class Keyboard:
    """The person's keyboard. `commands` are the app's slash commands, each with a usage hint."""

    def __init__(
        self,
        team: Team,
        line: BotConnection,
        events: EventSender,
        responses: ResponseUrls,
        *,
        commands: Mapping[str, str],
        patience_s: float,
    ) -> None:
        self.commands = dict(commands)
        self._team, self._line, self._events, self._responses = team, line, events, responses
        self._longest_s = patience_s + _AFTERWARDS_S

    async def say(self, reference: str, text: str, thread_ts: str = "") -> ActionResult:
        """Types a line in a conversation; what came back is in the outcome's messages.

        `reference` is `#name`, `name`, an id, or `@` with the bot's name for direct messages.
        """
        channel = self._find(reference)
        if channel is None:
            names = ", ".join(f"#{c.name}" for c in self._team.channels if c.kind == "public")
            return ActionResult(
                False, "channel_not_found", f"no channel {reference}; there are {names}"
            )
        if not text.strip():
            return ActionResult(False, "no_text", "nothing was typed")
        typed = command(text.strip())
        if typed is None:
            return await self._message(channel, text.strip(), thread_ts)
        if thread_ts:
            return ActionResult(False, "command_in_thread", "commands cannot be used in threads")
        if typed[0] not in self.commands:
            known = " and ".join(self.commands)
            words = f"{typed[0]} is no command here; the commands are {known}"
            return ActionResult(False, "unknown_command", words)
        return await self._command(channel, *typed)

    def _find(self, reference: str) -> Channel | None:
        if reference in (f"@{self._team.app_name}", self._team.identity.bot_user_id):
            return self._team.direct
        return self._team.channel(reference)

    async def _command(self, channel: Channel, name: str, text: str) -> ActionResult:
        cause = new_id("R")
        payload = payloads.slash_command(
            self._team,
            channel,
            name,
            text,
            response_url=self._responses.issue(channel, cause),
            trigger_id=self._team.triggers.new(),
        )
        answers = ReplyCollector(self._answering(channel, cause))
        with self._team.live.listen(answers.hear):
            try:
                said = await self._line.send("slash_commands", payload)
                if said:
                    await self._responses.show(channel, said, cause)
            except (AppUnavailable, ApiError) as error:
                outcome = failed(self._team.app_name, error)
                await self._notice(channel, f"`{name}` failed: {outcome.message}")
                return outcome
            return ActionResult(messages=await answers.settle(self._longest_s))

    async def _message(self, channel: Channel, text: str, thread_ts: str) -> ActionResult:
        said = encoded(text, self._team.people.values(), self._team.channels)
        place = {"thread_ts": thread_ts} if thread_ts else {}
        message = self._team.written_by_person({"text": said, **place})
        await self._team.post(channel, message)
        await self._team.mark_read(channel.id, message["ts"])
        answers = ReplyCollector(self._answering(channel, ""))
        with self._team.live.listen(answers.hear):
            heard = self._tell_of(channel, message)
            longest_s = self._longest_s if heard else 0
            return ActionResult(messages=await answers.settle(longest_s))

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

    async def _notice(self, channel: Channel, text: str) -> None:
        message = {**self._team.written_by_person({"text": text}), "user": SLACKBOT}
        await self._team.post(channel, message, only_for=self._team.identity.person_id)
