"""The workspace itself: people, conversations and messages, kept and told to whoever watches."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.local_slack.state.broadcast import Broadcast, News
from bot.local_slack.state.identity import Identity, new_id
from bot.local_slack.state.modals import Views
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.storage import Storage
from bot.local_slack.state.triggers import Triggers

SLACKBOT = "USLACKBOT"
SEEDED = ("trade-news", "court-watch", "general")
# https://docs.slack.dev/reference/methods/conversations.create: lower case, digits, - and _.
_NAME = re.compile(r"[a-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Person:
    """A member: the one person at the keyboard, the bot, or Slackbot."""

    id: str
    name: str
    real_name: str
    tz: str = "UTC"
    is_bot: bool = False


class Team:
    """One workspace's contents. Open it first; `address` is where its server listens."""

    def __init__(
        self, archive: Storage, live: Broadcast, triggers: Triggers, *, app_name: str, timezone: str
    ) -> None:
        self.archive, self.live, self.triggers = archive, live, triggers
        self.views = Views(archive, live)
        self.app_name = app_name
        self.domain = "local"
        self.address = ""
        self._timezone = timezone
        self._identity: Identity | None = None
        self._channels: dict[str, Channel] = {}
        self._last_us = 0
        self._naming = asyncio.Lock()

    async def open(self) -> None:
        """Opens the file and makes the seeded channels where it is new.

        Raises StoreError when the file cannot be opened.
        """
        await self.archive.open()
        self._identity = await self.archive.identity()
        self._last_us = _microseconds(await self.archive.last_ts())
        self._channels = {one.id: one for one in await self.archive.channels()}
        await self.views.load()
        if not self._channels:
            for name in SEEDED:
                await self.create_channel(name)
            me, now = self.identity.person_id, int(time.time())
            await self._keep(Channel(new_id("D"), self.app_name, "im", now, person=me))

    @property
    def identity(self) -> Identity:
        """Ids and secrets; known once the workspace is open."""
        if self._identity is None:
            raise RuntimeError("the workspace is not open")
        return self._identity

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody, by id."""
        who = self.identity
        members = (
            Person(who.person_id, "you", "You", self._timezone),
            Person(who.bot_user_id, self.app_name, self.app_name, is_bot=True),
            Person(SLACKBOT, "slackbot", "Slackbot", is_bot=True),
        )
        return {one.id: one for one in members}

    @property
    def channels(self) -> list[Channel]:
        """All conversations, oldest first."""
        return list(self._channels.values())

    def channel(self, reference: str) -> Channel | None:
        """The conversation with this id, or the public one called `#name` or `name`."""
        if reference in self._channels:
            return self._channels[reference]
        name = reference.removeprefix("#").lower()
        return next((c for c in self.channels if c.kind == "public" and c.name == name), None)

    async def create_channel(self, name: str, *, with_bot: bool = True) -> Channel | None:
        """A new public channel, with the bot in it unless told otherwise.

        None when Slack would not allow the name or it is taken.
        """
        if not _NAME.fullmatch(name):
            return None
        async with self._naming:
            if self.channel(name) is not None:
                return None
            now = int(time.time())
            return await self._keep(Channel(new_id("C"), name, "public", now, has_bot=with_bot))

    @property
    def direct(self) -> Channel:
        """The direct messages between the person and the bot."""
        return next(channel for channel in self.channels if channel.kind == "im")

    async def join(self, channel_id: str) -> Channel:
        """The channel, with the bot in it now."""
        return await self._keep(replace(self._channels[channel_id], has_bot=True))

    async def mark_read(self, channel_id: str, ts: str) -> None:
        """Notes that the person has seen the conversation up to `ts`."""
        channel = self._channels[channel_id]
        if ts > channel.last_read:
            self._channels[channel_id] = replace(channel, last_read=ts)
            await self.archive.keep_channel(self._channels[channel_id])
            self.live.tell({"type": "read", "channel": channel_id})

    async def _keep(self, channel: Channel) -> Channel:
        # First, so that a change that starts while this one is written builds on it.
        self._channels[channel.id] = channel
        await self.archive.keep_channel(channel)
        self.live.tell({"type": "channels"})
        return channel

    def next_ts(self) -> str:
        """A message id that no other message has and that sorts after all before it."""
        self._last_us = max(time.time_ns() // 1000, self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def written_by_bot(self, content: Mapping[str, Any]) -> Message:
        """A new message of the bot's with this content."""
        who = self.identity
        by = {"user": who.bot_user_id, "bot_id": who.bot_id, "app_id": who.app_id}
        head = {"type": "message", "ts": self.next_ts(), "team": who.team_id, **by}
        return {**head, **content}

    def written_by_person(self, content: Mapping[str, Any]) -> Message:
        """A new message of the person's with this content."""
        who = self.identity
        head = {"type": "message", "ts": self.next_ts(), "team": who.team_id}
        return {**head, "user": who.person_id, **content}

    async def post(
        self, channel: Channel, message: Message, *, only_for: str = "", cause: str = ""
    ) -> None:
        """Keeps a new message, then shows it.

        `only_for` is the one person who sees it; `cause` names the command or click it answers.
        """
        await self.archive.keep_message(channel.id, message, only_for)
        await self._tell("message", channel, message, only_for, cause)

    async def change(
        self, channel: Channel, message: Message, *, only_for: str = "", cause: str = ""
    ) -> None:
        """Keeps a changed message, then shows the change."""
        await self.archive.keep_message(channel.id, message, only_for)
        await self._tell("message_changed", channel, message, only_for, cause)

    async def remove(self, channel: Channel, ts: str) -> bool:
        """Whether there was such a message; it is gone now."""
        gone = await self.archive.remove_message(channel.id, ts)
        if gone:
            self.live.tell({"type": "message_deleted", "channel": channel.id, "ts": ts})
        return gone

    async def _tell(
        self, kind: str, channel: Channel, message: Message, only_for: str, cause: str
    ) -> None:
        shown = self.shown(message, only_for)
        news: News = {"type": kind, "channel": channel.id, "message": shown}
        parent = message.get("thread_ts", "")
        if parent and parent != message["ts"] and not only_for:
            thread = await self.archive.thread(channel.id, parent, limit=1)
            news["parent"] = self.shown(thread.messages[0]) if thread.messages else None
        self.live.tell({**news, "cause": cause})

    def shown(self, message: Message, only_for: str = "") -> Message:
        """A message as the page shows it: with its author's name, and whether others see it."""
        author = self.people.get(message.get("user", ""))
        name = author.real_name if author else "Unknown"
        is_bot = author.is_bot if author else True
        return {**message, "author": {"name": name, "is_bot": is_bot}, "only_you": bool(only_for)}


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction or 0)
