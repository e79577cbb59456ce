"""A bot with all its parts, the local workspace that it serves, and the feeds that it reads."""

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.local_slack.server import Workspace
from bot.runtime.app import Application
from tests.cli import runner
from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.bots_in_process import BotsInProcess
from tests.journeys.feed_server import FeedServer
from tests.journeys.workspace_reader import WorkspaceReader, eventually, free_port, is_healthy


@dataclass
class World:
    """A feed server, a local workspace and a folder for one bot, and methods that start the bot."""

    folder: Path
    workspace: Workspace
    feeds: FeedServer
    bots: BotsInProcess
    port: int = field(default_factory=free_port)
    processes: list[BotProcess] = field(default_factory=list)

    def env(self, **more: str) -> dict[str, str]:
        """Environment variables for a bot that reads the feeds published so far."""
        feeds_file = self.folder / "feeds.yaml"
        feeds_file.write_text(self.feeds.yaml(), encoding="utf-8")
        given = {
            "PORT": str(self.port),
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "TARIFFWIRE_SLACK_API_URL": self.workspace.api_url,
            "TARIFFWIRE_FEEDS_FILE": str(feeds_file),
            "TARIFFWIRE_POLL_SECONDS": "0.5",
            "TARIFFWIRE_BACKOFF_SECONDS": "0.5",
            "TARIFFWIRE_ALLOWED_NETWORKS": "127.0.0.0/8",
            "TARIFFWIRE_LIVE_SOURCES": "none",
        }
        return environment(self.folder / "data", **{**given, **more})

    async def start_bot(self, **more: str) -> Application:
        """Starts the bot in the process of the test."""
        bot = await self.bots.start(self.env(**more), self.folder)
        await self.workspace.connect_http(self.events_url)
        return bot

    async def start_process(self, **more: str) -> BotProcess:
        """Starts the bot as users do, with `tariffwire run`."""
        process = await BotProcess(("run",), self.env(**more), self.folder).start()
        self.processes.append(process)
        await eventually(lambda: is_healthy(f"http://127.0.0.1:{self.port}"), within_s=30)
        await self.workspace.connect_http(self.events_url)
        return process

    async def run(self, *words: str) -> str:
        """Runs a command with the settings of the bot, in a thread of the test, and checks that it
        succeeds; returns its stdout."""
        done = await asyncio.to_thread(runner.run, *words, env=self.env())
        assert done.exit_code == 0, done.output
        return done.stdout

    @property
    def events_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/slack/events"

    @cached_property
    def page(self) -> WorkspaceReader:
        return WorkspaceReader(self.workspace.address)
