"""The workspace's SQLite file.

Each write is committed before its method returns, in WAL mode. So if the bot got a response to a
call, the result of the call survives SIGKILL. Ephemeral messages are deleted at the next start,
because Slack does not keep them either.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import Any

import aiosqlite

from bot.errors import StoreError
from bot.local_slack.state.records import Channel, File, Identity, Message, MessagePage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channel (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL,
    person TEXT NOT NULL, has_bot INTEGER NOT NULL, last_read TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    channel TEXT NOT NULL, ts TEXT NOT NULL, thread TEXT NOT NULL, in_channel INTEGER NOT NULL,
    only_for TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (channel, ts));
CREATE INDEX IF NOT EXISTS message_thread ON message (channel, thread, ts);
CREATE TABLE IF NOT EXISTS view (id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, mimetype TEXT NOT NULL,
    content BLOB);
"""


class Storage:
    """Reads and writes the workspace's file. Call `open` before any other method."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: aiosqlite.Connection | None = None

    async def open(self) -> None:
        """Opens or creates the file. Only its owner may read it, because it contains the app's
        secrets.

        Raises StoreError if the file cannot be opened or is not the file of a workspace.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600, exist_ok=True)
            self._db = await aiosqlite.connect(self._path, isolation_level=None)
            await self._db.execute("PRAGMA busy_timeout=5000")
            await self._db.execute("PRAGMA journal_mode=WAL")
            await self._db.execute("PRAGMA synchronous=NORMAL")
            await self._db.executescript(_SCHEMA)
            await self._write("DELETE FROM message WHERE only_for <> ''")
        except (OSError, sqlite3.Error) as error:
            await self.close()
            cure = "Move it away, or choose another folder with TARIFFWIRE_DATA_DIR"
            raise StoreError(str(self._path), f"cannot be opened ({error})", cure) from error

    async def close(self) -> None:
        """Closes the file. May be called more than once."""
        if self._db is not None:
            await self._db.close()
            self._db = None

    async def load_identity(self) -> Identity:
        """The workspace's identity. It is created when the file is new."""
        rows = await self._fetch_rows("SELECT body FROM identity")
        if rows:
            return Identity(**json.loads(rows[0][0]))
        identity = Identity.create()
        await self._write("INSERT INTO identity VALUES (?)", json.dumps(asdict(identity)))
        return identity

    async def find_last_ts(self) -> str:
        """The ts of the newest message; '0' if there is no message."""
        rows = await self._fetch_rows("SELECT max(ts) FROM message")
        return str(rows[0][0] or "0")

    async def load_channels(self) -> list[Channel]:
        """All conversations, oldest first."""
        rows = await self._fetch_rows(
            "SELECT id, name, kind, created, person, has_bot, last_read FROM channel ORDER BY rowid"
        )
        return [replace(Channel(*row), has_bot=bool(row[5])) for row in rows]

    async def save_channel(self, channel: Channel) -> None:
        """Inserts or updates a conversation."""
        await self._write(
            "INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, has_bot = excluded.has_bot, last_read = excluded.last_read",
            *astuple(channel),
        )

    async def save_message(self, channel: str, message: Message, only_for: str = "") -> None:
        """Inserts or updates a message. If `only_for` is set, only this person sees the message."""
        ts, thread = message["ts"], message.get("thread_ts", "")
        in_channel = thread in ("", ts) or message.get("subtype") == "thread_broadcast"
        await self._write(
            "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (channel, ts) DO UPDATE SET body = excluded.body",
            *(channel, ts, "" if thread == ts else thread, in_channel),
            *(only_for, message.get("user", ""), json.dumps(message, ensure_ascii=False)),
        )

    async def find_message(self, channel: str, ts: str) -> tuple[Message, str] | None:
        """A message, and the id of the only person who sees it ('' if everybody does); None if
        there is no such message."""
        rows = await self._fetch_rows(
            "SELECT body, only_for FROM message WHERE channel = ? AND ts = ?", channel, ts
        )
        return (json.loads(rows[0][0]), rows[0][1]) if rows else None

    async def load_history(
        self,
        channel: str,
        *,
        oldest: str = "0",
        latest: str = "9",
        inclusive: bool = False,
        limit: int = 100,
        viewer: str = "",
    ) -> MessagePage:
        """A page of a channel's messages, newest first. Replies are left out unless they were
        broadcast; each thread's first message has a summary of its replies.

        Messages that only one person sees are included if that person is `viewer`.
        """
        where = "ts >= ? AND ts <= ?" if inclusive else "ts > ? AND ts < ?"
        query = (
            f"SELECT body, only_for FROM message WHERE channel = ? AND in_channel = 1 AND {where}"  # noqa: S608 - constants
            " AND only_for IN ('', ?) ORDER BY ts DESC LIMIT ?"
        )
        rows = await self._fetch_rows(query, channel, oldest, latest, viewer, limit + 1)
        return await self._make_page(channel, rows, limit)

    async def load_thread(
        self, channel: str, ts: str, *, oldest: str = "0", limit: int = 1000, viewer: str = ""
    ) -> MessagePage:
        """A thread's first message and its replies, oldest first."""
        query = (
            "SELECT body, only_for FROM message WHERE channel = ? AND (ts = ? OR thread = ?)"
            " AND ts > ? AND only_for IN ('', ?) ORDER BY ts LIMIT ?"
        )
        rows = await self._fetch_rows(query, channel, ts, ts, oldest, viewer, limit + 1)
        return await self._make_page(channel, rows, limit)

    async def _make_page(
        self, channel: str, rows: Sequence[tuple[str, str]], limit: int
    ) -> MessagePage:
        read = [(json.loads(body), only_for) for body, only_for in rows[:limit]]
        threads = await self._summarize_threads(channel, [body["ts"] for body, _ in read])
        return MessagePage(
            [{**body, **threads.get(body["ts"], {})} for body, _ in read],
            len(rows) > limit,
            frozenset(body["ts"] for body, only_for in read if only_for),
        )

    async def _summarize_threads(self, channel: str, parents: Iterable[str]) -> dict[str, Message]:
        rows = await self._fetch_rows(
            "SELECT thread, count(*), max(ts), group_concat(DISTINCT author) FROM message"
            " WHERE channel = ? AND only_for = '' AND thread IN (SELECT value FROM json_each(?))"
            " GROUP BY thread",
            channel,
            json.dumps(list(parents)),
        )
        return {
            parent: {
                "thread_ts": parent,
                "reply_count": replies,
                "latest_reply": latest,
                "reply_users": authors.split(","),
                "reply_users_count": authors.count(",") + 1,
            }
            for parent, replies, latest, authors in rows
        }

    async def count_unread(self, viewer: str) -> dict[str, int]:
        """The number of messages that the viewer has not seen, by conversation. Conversations
        without any are left out."""
        rows = await self._fetch_rows(
            "SELECT channel.id, count(*) FROM channel JOIN message ON message.channel = channel.id"
            " WHERE in_channel = 1 AND author <> ? AND ts > last_read AND only_for = ''"
            " GROUP BY channel.id",
            viewer,
        )
        return dict(rows)

    async def load_home(self) -> Message | None:
        """The stored Home tab; None if there is none."""
        rows = await self._fetch_rows("SELECT body FROM view WHERE kind = 'home'")
        return json.loads(rows[-1][0]) if rows else None

    async def save_home(self, view: Message) -> None:
        """Inserts or updates the Home tab."""
        body = json.dumps(view, ensure_ascii=False)
        await self._write("INSERT OR REPLACE INTO view VALUES (?, 'home', ?)", view["id"], body)

    async def save_file(self, file: File) -> None:
        """Inserts or updates a file, with or without its bytes."""
        await self._write("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)", *astuple(file))

    async def find_file(self, file_id: str) -> File | None:
        """The file with this id; None if there is none."""
        rows = await self._fetch_rows("SELECT * FROM file WHERE id = ?", file_id)
        return File(*rows[0]) if rows else None

    @property
    def _connection(self) -> aiosqlite.Connection:
        if self._db is None:
            raise RuntimeError("the workspace is not open")
        return self._db

    async def _fetch_rows(self, query: str, *values: object) -> list[Any]:
        return list(await self._connection.execute_fetchall(query, values))

    async def _write(self, statement: str, *values: object) -> None:
        async with self._connection.execute(statement, values):
            pass
