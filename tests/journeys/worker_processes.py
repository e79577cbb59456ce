"""A web process and workers on one PostgreSQL database, which serve two workspaces."""

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from bot.alerts.delivery import DeliveryKind, make_delivery
from bot.store.engine import Database
from bot.store.token_cipher import make_key
from tests.journeys.bot_process import BotProcess, environment, run_to_end
from tests.journeys.feed_server import FeedServer
from tests.journeys.workspace_reader import WorkspaceReader, eventually, free_port
from tests.slack.workspaces.oauth_slack import (
    CLIENT_ID,
    CLIENT_SECRET,
    FIRST,
    OAuthSlack,
    playing_slack,
)
from tests.store.opened import Store


class Place(NamedTuple):
    """A channel of a workspace."""

    team: str
    channel: str


@dataclass
class Posted:
    """The messages that the workspaces accepted: the texts in each channel, and when each came."""

    texts: dict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))
    times: dict[Place, list[float]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def note(self, team: str, event: Any) -> None:
        """Notes a message from what the page of a workspace is shown."""
        message = event.get("message")
        if message and message.get("bot_id"):
            place = Place(team, event["channel"])
            self.texts[place].append(message["text"])
            self.times[place].append(time.monotonic())
            self.count += 1

    def list_repeated(self) -> list[tuple[Place, str]]:
        """The messages that came more than once, with their channels."""
        found = Counter((place, each) for place, of in self.texts.items() for each in of)
        return [each for each, times in found.items() if times > 1]


@dataclass
class WorkerProcesses:
    """The processes and what they share."""

    folder: Path
    slack: OAuthSlack
    database: str
    store: Store
    feeds: FeedServer
    posted: Posted = field(default_factory=Posted)
    port: int = field(default_factory=free_port)
    key: str = field(default_factory=make_key)
    processes: list[BotProcess] = field(default_factory=list)

    def env(self) -> dict[str, str]:
        """Environment variables for a process that is not `web`, with a port of its own."""
        feeds_file = self.folder / "feeds.yaml"
        feeds_file.write_text(self.feeds.yaml(), encoding="utf-8")
        given = {
            "PORT": str(free_port()),
            "DATABASE_URL": self.database,
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": self.slack.teams[FIRST].signing_secret,
            "TARIFFWIRE_TOKEN_KEYS": self.key,
            "TARIFFWIRE_PUBLIC_URL": self.address,
            "TARIFFWIRE_SLACK_API_URL": self.slack.api_url,
            "TARIFFWIRE_FEEDS_FILE": str(feeds_file),
            "TARIFFWIRE_POLL_SECONDS": "1",
            "TARIFFWIRE_ALLOWED_NETWORKS": "127.0.0.0/8",
            "TARIFFWIRE_LIVE_SOURCES": "none",
            "TARIFFWIRE_LOG_LEVEL": "DEBUG",
        }
        return environment(self.folder / "data", **given)

    @property
    def address(self) -> str:
        """The address of the `web` process."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, role: str) -> BotProcess:
        """Starts a process."""
        own = {"PORT": str(self.port)} if role == "web" else {}
        process = await BotProcess((role,), self.env() | own, self.folder).start()
        self.processes.append(process)
        return process

    async def wait_until_started(self) -> bool:
        """Waits until all processes say that they have started; False if one does not."""

        async def have_started() -> bool:
            outputs = ["\n".join(process.output) for process in self.processes]
            return all("process started" in each or "worker started" in each for each in outputs)

        return await eventually(have_started, within_s=120)

    async def install(self, team: str) -> None:
        """Installs the app in a workspace by the `web` process."""
        status, page = await self.slack.install(self.address, team)
        assert status == 200, page
        assert await self.slack.teams[team].connect_http(f"{self.address}/slack/events")

    def page(self, team: str) -> WorkspaceReader:
        """The page of a workspace."""
        return WorkspaceReader(self.slack.teams[team].address)

    async def create_channels(self, team: str, count: int) -> list[Place]:
        """Creates channels in a workspace."""
        made = [
            await self.slack.teams[team].team.create_channel(f"news-{number}")
            for number in range(count)
        ]
        return [Place(team, each.id) for each in made if each is not None]

    async def queue_notices(self, places: Sequence[Place], each: int) -> None:
        """Queues so many notices for each channel; their texts are their numbers."""
        now = datetime.now(UTC)
        notices = (
            make_delivery(DeliveryKind.NOTICE, place, f"{number} {place}", f"{number:03}", now)
            for number in range(each)
            for place in places
        )
        await self.store.queue(*notices)

    async def count(self, statement: str) -> int:
        """The number that the statement selects."""
        return int((await self.store.database.column(text(statement)))[0])


@asynccontextmanager
async def open_worker_processes(folder: Path, database: str) -> AsyncIterator[WorkerProcesses]:
    """Two workspaces, a feed, and an empty PostgreSQL database that is released; at the end, stops
    all processes."""
    opened = Database(database, has_workers=True)
    await opened.write(empty_database)
    feeds = FeedServer()
    await feeds.start()
    feeds.publish("wire", "Nothing to see")
    async with playing_slack(folder) as slack:
        made = WorkerProcesses(folder, slack, database, Store.of(opened), feeds)
        with ExitStack() as stack:
            for name, workspace in slack.teams.items():
                note = partial(made.posted.note, name)
                stack.enter_context(workspace.team.live.listen(note))
            try:
                code, output = await run_to_end(("release",), made.env(), folder)
                assert code == 0, output
                yield made
            finally:
                for process in made.processes:
                    await process.stop()
                await feeds.stop()
                await opened.close()


def empty_database(connection: Connection) -> None:
    """Removes what another test has left in the database."""
    connection.execute(text("DROP SCHEMA public CASCADE"))
    connection.execute(text("CREATE SCHEMA public"))
