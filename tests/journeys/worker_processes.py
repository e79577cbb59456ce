"""A web process and workers on one PostgreSQL database, and the local workspace they talk to."""

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.local_slack.server import Workspace
from bot.store.engine import Database
from tests.journeys.bot_process import BotProcess, environment, run_to_end
from tests.journeys.workspace_reader import free_port
from tests.store.opened import Store


@dataclass
class Posted:
    """The messages that the workspace accepted: the texts of each channel, and when each came."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, event: Any) -> None:
        """Notes a message from what the page of the workspace is shown."""
        message = event.get("message")
        if message and message.get("bot_id"):
            self.texts[event["channel"]].append(message["text"])
            self.times[event["channel"]].append(time.monotonic())

    @property
    def count(self) -> int:
        """The number of messages."""
        return sum(map(len, self.texts.values()))

    def list_repeated(self) -> list[tuple[str, str]]:
        """The messages that came more than once, with their channels."""
        found = Counter((channel, each) for channel, of in self.texts.items() for each in of)
        return [each for each, times in found.items() if times > 1]


@dataclass
class WorkerProcesses:
    """The processes and what they share."""

    folder: Path
    workspace: Workspace
    database: str
    store: Store
    posted: Posted
    feeds: str = "feeds: []\n"
    processes: list[BotProcess] = field(default_factory=list)

    def env(self, **more: str) -> dict[str, str]:
        """Environment variables for a process, with a port of its own."""
        feeds_file = self.folder / "feeds.yaml"
        feeds_file.write_text(self.feeds, encoding="utf-8")
        given = {
            "PORT": str(free_port()),
            "DATABASE_URL": self.database,
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "TARIFFWIRE_SLACK_API_URL": self.workspace.api_url,
            "TARIFFWIRE_FEEDS_FILE": str(feeds_file),
            "TARIFFWIRE_ALLOWED_NETWORKS": "127.0.0.0/8",
            "TARIFFWIRE_LIVE_SOURCES": "none",
        }
        return environment(self.folder / "data", **(given | more))

    async def start(self, *words: str, **more: str) -> BotProcess:
        """Starts a process, such as `worker`."""
        process = await BotProcess(words, self.env(**more), self.folder).start()
        self.processes.append(process)
        return process

    async def run(self, *words: str, **more: str) -> tuple[int, str]:
        """Runs a command to its end; returns its exit code and output."""
        return await run_to_end(words, self.env(**more), self.folder)

    async def queue_notices(self, channels: Sequence[str], each: int) -> None:
        """Queues so many notices for each channel; their texts are their numbers."""
        now, team = datetime.now(UTC), self.workspace.team.identity.team_id
        deliveries: list[Delivery] = [
            make_delivery(
                DeliveryKind.NOTICE, (team, channel), f"{number} {channel}", f"{number:03}", now
            )
            for number in range(each)
            for channel in channels
        ]
        await self.store.queue(*deliveries)

    async def count(self, statement: str) -> int:
        """The number that the statement selects."""
        return int((await self.store.database.column(text(statement)))[0])


@asynccontextmanager
async def open_worker_processes(
    folder: Path, workspace: Workspace, database: str
) -> AsyncIterator[WorkerProcesses]:
    """An empty PostgreSQL database at this address, released; at the end, stops all processes."""
    opened = Database(database, has_workers=True)
    await opened.write(_empty)
    posted = Posted()
    made = WorkerProcesses(folder, workspace, database, Store.of(opened), posted)
    with workspace.team.live.listen(posted.note):
        try:
            code, output = await made.run("release")
            assert code == 0, output
            yield made
        finally:
            for process in made.processes:
                await process.stop()
            await opened.close()


def _empty(connection: Connection) -> None:
    connection.execute(text("DROP SCHEMA public CASCADE"))
    connection.execute(text("CREATE SCHEMA public"))
