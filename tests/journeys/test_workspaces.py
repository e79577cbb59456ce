"""Two workspaces install the app over OAuth. Each gets its own alerts, and one leaves again.

The workspaces have the same people and channels, so only the team tells them apart.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, select

from bot.runtime.app import Application
from bot.runtime.workers.roles import WebApplication, WorkerApplication
from bot.store.engine import Database, parse_url
from bot.store.token_cipher import make_key
from tests.cli import runner
from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.bots_in_process import BotsInProcess, open_bots
from tests.journeys.feed_server import FeedServer
from tests.journeys.worker_processes import empty_database
from tests.journeys.workspace_reader import (
    WorkspaceReader,
    eventually,
    free_port,
    is_healthy,
    words,
)
from tests.slack.workspaces.oauth_slack import (
    CLIENT_ID,
    CLIENT_SECRET,
    FIRST,
    SECOND,
    OAuthSlack,
    playing_slack,
)

pytestmark = pytest.mark.timeout(180)

CHANNEL = "trade-news"


@dataclass
class TwoWorkspaces:
    """A bot for many workspaces, a feed server, and a server that plays Slack."""

    folder: Path
    slack: OAuthSlack
    feeds: FeedServer
    bots: BotsInProcess
    port: int = field(default_factory=free_port)
    key: str = field(default_factory=make_key)
    processes: list[BotProcess] = field(default_factory=list)
    database: str = ""
    """The address of the database; empty for SQLite in the data folder."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def person(self) -> str:
        """The person in both workspaces; only the one in the first is an operator."""
        return self.slack.teams[FIRST].person_id

    def env(self, **more: str) -> dict[str, str]:
        feeds_file = self.folder / "feeds.yaml"
        feeds_file.write_text(self.feeds.yaml(), encoding="utf-8")
        given = {
            "PORT": str(self.port),
            "DATABASE_URL": self.database,
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": self.slack.teams[FIRST].signing_secret,
            "TARIFFWIRE_TOKEN_KEYS": self.key,
            "TARIFFWIRE_HOME_TEAM": FIRST,
            "TARIFFWIRE_OPERATORS": self.person,
            "TARIFFWIRE_PUBLIC_URL": self.address,
            "TARIFFWIRE_SLACK_API_URL": self.slack.api_url,
            "TARIFFWIRE_FEEDS_FILE": str(feeds_file),
            "TARIFFWIRE_POLL_SECONDS": "0.5",
            "TARIFFWIRE_BACKOFF_SECONDS": "0.5",
            "TARIFFWIRE_ALLOWED_NETWORKS": "127.0.0.0/8",
            "TARIFFWIRE_LIVE_SOURCES": "none",
            "TARIFFWIRE_LOG_LEVEL": "DEBUG",
        }
        return environment(self.folder / "data", **{**given, **more})

    async def start_bot(self, role: type[Application] = Application, **more: str) -> Application:
        """Starts the bot, or another role, in the process of the test."""
        return await self.bots.start(self.env(**more), self.folder, role)

    async def start_process(self) -> BotProcess:
        """Starts the bot as users do, with `tariffwire run`."""
        process = await BotProcess(("run",), self.env(), self.folder).start()
        self.processes.append(process)
        assert await eventually(lambda: is_healthy(self.address), within_s=30), process.output
        return process

    async def run(self, *words: str, **more: str) -> tuple[int, str]:
        """The exit code and the output of a command, which runs in a thread of the test."""
        done = await asyncio.to_thread(runner.run, *words, env=self.env(**more))
        return done.exit_code, done.output

    async def install(self, team: str) -> None:
        status, page = await self.slack.install(self.address, team)
        assert status == 200, page
        assert await self.slack.teams[team].connect_http(f"{self.address}/slack/events")

    def page(self, team: str) -> WorkspaceReader:
        return WorkspaceReader(self.slack.teams[team].address)

    async def type(self, team: str, text: str) -> str:
        return " ".join(map(words, await self.page(team).say(f"#{CHANNEL}", text)))

    async def alerts(self, team: str) -> list[str]:
        """The alerts in the channel of a workspace."""
        found = await self.page(team).messages(CHANNEL)
        return [words(each) for each in found if "metadata" in each]

    async def wait_for_alerts(self, team: str, number: int) -> list[str]:
        async def are_there() -> bool:
            return len(await self.alerts(team)) >= number

        await eventually(are_there)
        return await self.alerts(team)

    def rows_with(self, text: str) -> dict[str, int]:
        """The number of rows with the text in each table of the bot's database, also in those of
        the job queue. The mark of a removal is left out; the second removal deletes it."""
        file = self.folder / "data" / "tariffwire.db"
        engine = create_engine(parse_url(self.database or f"sqlite:///{file}"))
        with engine.connect() as connection:
            found = MetaData()
            found.reflect(connection)
            rows = {
                name: [repr(row) for row in connection.execute(select(table))]
                for name, table in found.tables.items()
            }
        engine.dispose()
        mark = f"removal of workspace {text} "
        counts = {
            name: sum(text in row and mark not in row for row in each)
            for name, each in rows.items()
        }
        return {name: number for name, number in counts.items() if number}


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoWorkspaces]:
    feeds = FeedServer()
    await feeds.start()
    try:
        async with playing_slack(tmp_path) as slack, open_bots() as bots:
            made = TwoWorkspaces(tmp_path, slack, feeds, bots)
            feeds.publish("wire", "Nothing to see")
            try:
                yield made
            finally:
                for process in made.processes:
                    await process.stop()
    finally:
        await feeds.stop()
    for output in (bots.log, *("\n".join(each.output) for each in made.processes)):
        assert "Traceback" not in output
        for secret in (CLIENT_SECRET, made.key, f"xoxb-{FIRST}", f"xoxb-{SECOND}", "code-"):
            assert secret not in output


async def test_each_workspace_gets_all_stories_that_it_wants_and_leaves_without_a_trace(
    two: TwoWorkspaces,
) -> None:
    bot = await two.start_process()
    assert "serves another workspace" not in "".join(bot.output)
    await two.install(FIRST)
    await two.install(SECOND)
    assert "subscribed" in await two.type(FIRST, "/tariff subscribe tariffs")
    assert "subscribed" in await two.type(SECOND, "/tariff subscribe tariffs china, tariffs japan")

    goods = ["steel", "timber", "copper", "cars", "shoes", "wine", "toys"]
    partners = ["China", "Japan"]
    for number, product in enumerate(goods):
        rate, partner = 11 + 7 * number, partners[number % 2]
        two.feeds.publish("wire", f"United States puts {rate}% tariffs on {product} from {partner}")
    two.feeds.publish("wire", "Canada raises tariffs on whisky from Norway from 10% to 25%")
    first = await two.wait_for_alerts(FIRST, len(goods) + 1)
    second = await two.wait_for_alerts(SECOND, len(goods))
    for product in goods:
        assert sum(product in each for each in first) == 1, product
        assert sum(product in each for each in second) == 1, product
    assert sum("whisky" in each for each in first) == 1
    assert not any("whisky" in each for each in second)

    # The same person is an operator in the first workspace only.
    assert "Only operators" not in await two.type(FIRST, "/tariff proposals")
    assert "operator" in await two.type(SECOND, "/tariff proposals")
    listed = await two.type(SECOND, "/tariff list")
    assert "China" in listed
    assert "China" not in await two.type(FIRST, "/tariff list")

    await two.slack.uninstall(SECOND)

    async def is_gone() -> bool:
        return not two.rows_with(SECOND)

    assert await eventually(is_gone), two.rows_with(SECOND)
    assert two.rows_with(FIRST)
    two.slack.calls.clear()
    two.feeds.publish("wire", "United States puts 99% tariffs on bicycles from China")
    assert any("bicycles" in each for each in await two.wait_for_alerts(FIRST, len(goods) + 2))
    assert not any("bicycles" in each for each in await two.alerts(SECOND))
    assert not [method for team, method in two.slack.calls if team == SECOND]
    assert not two.rows_with(SECOND)

    refused = await two.type(SECOND, "/tariff list")
    assert "serves another workspace" in refused
    await two.install(SECOND)
    assert "China" not in await two.type(SECOND, "/tariff list")


async def test_an_operator_lists_and_removes_workspaces_and_replaces_the_key(
    two: TwoWorkspaces,
) -> None:
    bot = await two.start_bot()
    await two.install(FIRST)
    await two.install(SECOND)
    await two.type(SECOND, "/tariff subscribe tariffs")
    await bot.stop()

    code, listed = await two.run("workspaces", "list")
    assert code == 0, listed
    assert FIRST in listed
    assert SECOND in listed
    _, new = await two.run("workspaces", "new-key")
    both = f"{new.strip()},{two.key}"
    code, rotated = await two.run("workspaces", "rotate-keys", TARIFFWIRE_TOKEN_KEYS=both)
    assert (code, "2 tokens" in rotated) == (0, True), rotated
    code, reported = await two.run("workspaces", "rotate-keys")
    assert (code, "no key fits" in reported) == (1, True), reported

    two.key = new.strip()
    code, removed = await two.run("workspaces", "remove", SECOND, "--yes")
    assert code == 0, removed
    assert not two.rows_with(SECOND)
    await two.start_bot()
    assert "no subscriptions" in (await two.type(FIRST, "/tariff list")).lower()


@pytest.mark.postgres
async def test_web_and_workers_serve_two_workspaces(two: TwoWorkspaces, postgres: str) -> None:
    two.database = postgres
    opened = Database(postgres, has_workers=True)
    await opened.write(empty_database)
    await opened.close()
    code, reported = await two.run("release")
    assert code == 0, reported
    await two.start_bot(WebApplication)
    for _ in range(2):
        await two.start_bot(WorkerApplication, PORT=str(free_port()))
    for team in (FIRST, SECOND):
        await two.install(team)
        assert "subscribed" in await two.type(team, "/tariff subscribe tariffs")
    two.feeds.publish("wire", "United States puts 31% tariffs on copper from Chile")
    two.feeds.publish("wire", "Canada raises tariffs on whisky from Norway from 10% to 25%")
    for team in (FIRST, SECOND):
        alerts = await two.wait_for_alerts(team, 2)
        assert [sum(word in each for each in alerts) for word in ("copper", "whisky")] == [1, 1]
    # The operators in the first workspace also get proposals of these rates.
    assert two.slack.calls.count((SECOND, "chat.postMessage")) == 2

    await two.slack.uninstall(SECOND)

    async def is_gone() -> bool:
        return not two.rows_with(SECOND)

    assert await eventually(is_gone), two.rows_with(SECOND)
    two.feeds.publish("wire", "Japan puts 99% tariffs on bicycles from Brazil")
    assert any("bicycles" in each for each in await two.wait_for_alerts(FIRST, 3))
    assert len(await two.alerts(SECOND)) == 2
    assert not two.rows_with(SECOND)
    # The fixture looks for secrets in the log, which has the records of both roles.
    for logged in ("web process started", "worker started", '"level": "debug"'):
        assert logged in two.bots.log
