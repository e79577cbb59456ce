"""Sends to the bot what the person types.

A line that begins with a slash is a command; any other line is a message. If the bot does not
answer a command within Slack's time, the person sees an error.
"""

import mimetypes
from collections.abc import Callable

from bot.local_slack import limits
from bot.local_slack.api import files
from bot.local_slack.api.call import ApiError
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.page.mentions import encode_markup, parse_command
from bot.local_slack.page.replies import ActionResult, ReplyCollector, make_failure
from bot.local_slack.state.broadcast import News
from bot.local_slack.state.records import Channel, File, Message, new_id
from bot.local_slack.state.team import SLACKBOT, Team
from bot.local_slack.transport.connection import AppUnavailable, BotConnection
from bot.local_slack.transport.payloads import make_slash_command

# Added to the time that Slack allows for an acknowledgement, so that a reply that arrives right
# after the acknowledgement is collected too.
_EXTRA_S = 0.5
_LONGEST_FILE_NAME = 255
COMMANDS = {"/tariff": "us china | subscribe court-rulings | list | latest | help"}
"""The app's slash commands with the usage hints that Slack shows."""


def to_file_name(name: str) -> str:
    """The last part of a path, without characters that cannot be seen; `file` if none is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last)).strip()[-_LONGEST_FILE_NAME:] or "file"


class Keyboard:
    """What a person can type. The bot has `timeout_s` seconds to answer."""

    def __init__(
        self, team: Team, connection: BotConnection, responses: ResponseUrls, timeout_s: float
    ) -> None:
        self._team, self._connection, self._responses = team, connection, responses
        self._longest_s = timeout_s + _EXTRA_S

    async def say(self, reference: str, text: str, thread_ts: str = "") -> ActionResult:
        """Posts a line in a conversation. The result contains the replies.

        `reference` is `#name`, `name` or an id; for direct messages, it is `@` and the bot's name.
        """
        channel = self._team.find_channel(reference)
        if reference in (f"@{self._team.app_name}", self._team.identity.bot_user_id):
            channel = self._team.direct
        if channel is None:
            names = ", ".join(f"#{c.name}" for c in self._team.channels if c.kind == "public")
            words = f"no channel {reference}; there are {names}, and @{self._team.app_name}"
            return ActionResult(False, "channel_not_found", words)
        if not text.strip():
            return ActionResult(False, "no_text", "nothing was typed")
        command = parse_command(text.strip())
        if command is None:
            return await self._send_message(channel, text.strip(), thread_ts)
        if thread_ts:
            return ActionResult(False, "command_in_thread", "commands cannot be used in threads")
        if command[0] not in COMMANDS:
            words = f"there is no {command[0]}; the commands are {' and '.join(COMMANDS)}"
            return ActionResult(False, "unknown_command", words)
        return await self._send_command(channel, *command)

    async def send_file(
        self, name: str, content: bytes, reference: str = "", text: str = ""
    ) -> ActionResult:
        """Sends a file with a text to a conversation, by default to the bot in the direct messages.
        The result contains the replies."""
        channel = self._team.find_channel(reference) if reference else self._team.direct
        if channel is None:
            return ActionResult(False, "channel_not_found", f"no channel {reference}")
        if not 0 < len(content) <= limits.FILE_BYTES:
            words = f"a file has 1 to {limits.FILE_BYTES:,} bytes; this one has {len(content):,}"
            return ActionResult(False, "file_upload_size_restricted", words)
        name = to_file_name(name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = File(new_id("F"), name, name, kind, content)
        await self._team.storage.save_file(file)
        described = files.describe(self._team, file)
        fields = {"subtype": "file_share", "files": [described]}
        return await self._send_message(channel, text, "", fields)

    async def _send_command(self, channel: Channel, name: str, text: str) -> ActionResult:
        cause = new_id("R")
        response_url = self._responses.issue(channel, cause)
        payload = make_slash_command(self._team, channel, name, text, response_url)
        replies = ReplyCollector(self._is_reply(channel, cause))
        with self._team.live.listen(replies.receive):
            try:
                reply = await self._connection.send("slash_commands", payload)
                if reply:
                    await self._responses.show(channel, reply, cause)
            except (AppUnavailable, ApiError) as error:
                result = make_failure(self._team.app_name, error)
                await self._show_error(channel, f"`{name}` failed: {result.message}")
                return result
            return ActionResult(messages=await replies.collect(self._longest_s))

    async def _send_message(
        self, channel: Channel, text: str, thread_ts: str, fields: Message | None = None
    ) -> ActionResult:
        encoded = encode_markup(text, self._team.people.values(), self._team.channels)
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        message = self._team.make_person_message({"text": encoded, **thread, **(fields or {})})
        await self._team.post(channel, message)
        await self._team.mark_read(channel.id, message["ts"])
        replies = ReplyCollector(self._is_reply(channel, ""))
        with self._team.live.listen(replies.receive):
            longest_s = self._longest_s if self._send_events(channel, message) else 0
            return ActionResult(messages=await replies.collect(longest_s))

    def _send_events(self, channel: Channel, message: Message) -> bool:
        """Sends the events that Slack sends for a message. Returns whether one of them was sent and
        addresses the bot."""
        is_direct = channel.kind == "im"
        content = {**message, "channel": channel.id, "event_ts": message["ts"]}
        kind, name = ("im", "message.im") if is_direct else ("channel", "message.channels")
        was_sent = self._connection.send_event(name, {**content, "channel_type": kind})
        if is_direct or f"<@{self._team.identity.bot_user_id}>" not in message["text"]:
            return was_sent and is_direct
        return self._connection.send_event("app_mention", {**content, "type": "app_mention"})

    def _is_reply(self, channel: Channel, cause: str) -> Callable[[News], bool]:
        """A function that says whether a change in the workspace is a reply to the typed line.

        Replies are the bot's posts in the conversation or to the line's response URL. A post with
        metadata is not a reply: it is an alert or another delivery.
        """
        bot = self._team.identity.bot_user_id

        def check(news: News) -> bool:
            if news["type"] == "modal":
                return news["view"] is not None
            if news["type"] not in ("message", "message_changed") or news["channel"] != channel.id:
                return False
            if news["cause"]:
                return bool(news["cause"] == cause)
            return news["message"].get("user") == bot and "metadata" not in news["message"]

        return check

    async def _show_error(self, channel: Channel, text: str) -> None:
        message = self._team.make_person_message({"text": text, "user": SLACKBOT})
        await self._team.post(channel, message, only_for=self._team.identity.person_id)
