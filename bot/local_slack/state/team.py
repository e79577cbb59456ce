"""The workspace's members, conversations and messages. Each change is stored, then published."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.local_slack.state.broadcast import Broadcast, News
from bot.local_slack.state.modals import Triggers, Views
from bot.local_slack.state.records import Channel, Identity, Message, Person, new_id
from bot.local_slack.state.storage import Storage

SLACKBOT = "USLACKBOT"
FIRST_CHANNELS = ("trade-news", "court-watch", "general")
# https://docs.slack.dev/reference/methods/conversations.create: lower-case letters, digits, hyphens
# and underscores.
_NAME = re.compile(r"[a-z0-9_-]{1,80}")


class Team:
    """The contents of one workspace. Call `open` before any other method. `address` is the server's
    address.

    `trigger_lifetime_s` is the time in seconds within which the bot may open a modal after an
    action.
    """

    app_name = "tariffwire"
    domain = "local"

    def __init__(self, path: Path, trigger_lifetime_s: float) -> None:
        self.storage, self.live = Storage(path), Broadcast()
        self.triggers = Triggers(trigger_lifetime_s)
        self.views = Views(self.storage, self.live)
        self.address = ""
        self.socket_tickets: set[str] = set()
        self.zone = "UTC"
        """The IANA name of the person's time zone, as the browser of the page reports it."""
        self.left: set[str] = set()
        """The ids of the channels that the person is not in; empty at each start."""
        self._identity: Identity | None = None
        self._channels: dict[str, Channel] = {}
        self._last_us = 0
        self._naming = asyncio.Lock()

    async def open(self) -> None:
        """Opens the file. In a new file, creates the first channels.

        Raises StoreError if it cannot be opened.
        """
        await self.storage.open()
        self._identity = await self.storage.load_identity()
        seconds, _, fraction = (await self.storage.find_last_ts()).partition(".")
        self._last_us = int(seconds) * 1_000_000 + int(fraction or 0)
        self._channels = {one.id: one for one in await self.storage.load_channels()}
        await self.views.load()
        if not self._channels:
            for name in FIRST_CHANNELS:
                await self.create_channel(name)
            me, now = self.identity.person_id, int(time.time())
            await self._save(Channel(new_id("D"), self.app_name, "im", now, person=me))

    @property
    def identity(self) -> Identity:
        """The ids and secrets of the workspace. Raises RuntimeError if the workspace is not
        open."""
        if self._identity is None:
            raise RuntimeError("the workspace is not open")
        return self._identity

    @property
    def people(self) -> Mapping[str, Person]:
        """All members, by id."""
        members = (
            Person(self.identity.person_id, "you", "You"),
            Person(self.identity.bot_user_id, self.app_name, self.app_name, is_bot=True),
            Person(SLACKBOT, "slackbot", "Slackbot", is_bot=True),
        )
        return {one.id: one for one in members}

    @property
    def channels(self) -> list[Channel]:
        """All conversations, oldest first."""
        return list(self._channels.values())

    def find_channel(self, reference: str) -> Channel | None:
        """The conversation with this id, or the public channel with this name, written `#name` or
        `name`; None if there is none."""
        if reference in self._channels:
            return self._channels[reference]
        name = reference.removeprefix("#").lower()
        return next((c for c in self.channels if c.kind == "public" and c.name == name), None)

    async def create_channel(self, name: str, *, with_bot: bool = True) -> Channel | None:
        """A new public channel; None if the name is taken or is not valid in Slack."""
        if not _NAME.fullmatch(name):
            return None
        async with self._naming:
            if self.find_channel(name) is not None:
                return None
            now = int(time.time())
            return await self._save(Channel(new_id("C"), name, "public", now, has_bot=with_bot))

    @property
    def direct(self) -> Channel:
        """The direct messages of the person and the bot."""
        return next(channel for channel in self.channels if channel.kind == "im")

    async def join(self, channel_id: str) -> Channel:
        """Adds the bot to a channel and returns the channel."""
        return await self._save(replace(self._channels[channel_id], has_bot=True))

    async def mark_read(self, channel_id: str, ts: str) -> None:
        """Saves that the person has seen the conversation up to `ts`."""
        channel = self._channels[channel_id]
        if ts > channel.last_read:
            self._channels[channel_id] = replace(channel, last_read=ts)
            await self.storage.save_channel(self._channels[channel_id])
            self.live.publish({"type": "read", "channel": channel_id})

    async def _save(self, channel: Channel) -> Channel:
        # Set before the write, so that a change that starts during the write includes this one.
        self._channels[channel.id] = channel
        await self.storage.save_channel(channel)
        self.live.publish({"type": "channels"})
        return channel

    def next_ts(self) -> str:
        """A unique message id that sorts after all earlier ones."""
        self._last_us = max(time.time_ns() // 1000, self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def make_bot_message(self, content: Mapping[str, Any]) -> Message:
        """A new message by the bot, not saved yet."""
        identity = self.identity
        author = {"user": identity.bot_user_id, "bot_id": identity.bot_id}
        return self.make_person_message({**author, "app_id": identity.app_id, **content})

    def make_person_message(self, content: Mapping[str, Any]) -> Message:
        """A new message by the person, not saved yet."""
        head = {"type": "message", "ts": self.next_ts(), "team": self.identity.team_id}
        return {**head, "user": self.identity.person_id, **content}

    async def post(
        self,
        channel: Channel,
        message: Message,
        *,
        changed: bool = False,
        only_for: str = "",
        cause: str = "",
    ) -> None:
        """Saves and publishes a new or changed message.

        If `only_for` is set, only this person sees the message. `cause` is the id of the command or
        click that the message answers.
        """
        await self.storage.save_message(channel.id, message, only_for)
        kind = "message_changed" if changed else "message"
        shown = self.format_for_page(message, bool(only_for))
        news: News = {"type": kind, "channel": channel.id, "message": shown, "cause": cause}
        parent = message.get("thread_ts", "")
        if parent and parent != message["ts"] and not only_for:
            thread = await self.storage.load_thread(channel.id, parent, limit=1)
            news["parent"] = self.format_for_page(thread.messages[0]) if thread.messages else None
        self.live.publish(news)

    def format_for_page(self, message: Message, only_you: bool = False) -> Message:
        """The message for the page: with its author, and with `only_you`, which marks a message
        that only one person sees."""
        author = self.people.get(message.get("user", ""))
        name = author.real_name if author else "Unknown"
        is_bot = author.is_bot if author else True
        return {**message, "author": {"name": name, "is_bot": is_bot}, "only_you": only_you}
