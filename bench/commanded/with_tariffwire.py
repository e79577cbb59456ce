"""Program: the whole bot over HTTP, with the shipped ledger and all feeds disabled.

A local workspace takes the place of Slack; it is idle once the bot has started.
"""

import asyncio
import sys
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bench.commanded.questions import SECRET
from bench.commanded.serving import free_port
from bot.local_slack.server import Workspace
from bot.runtime.app import run_bot
from bot.runtime.settings import Settings

_FEEDS = """
feeds:
  - id: off
    title: "Off"
    url: "https://news.example/feed.xml"
    enabled: false
"""


async def main() -> None:
    """Serves until the process is stopped. Program arguments: a data folder and a log level."""
    folder = Path(sys.argv[1])
    log_level = sys.argv[2] if len(sys.argv) > 2 else "WARNING"
    workspace = Workspace(folder / "workspace.db", rate_limits=False)
    await workspace.start(port=0)
    try:
        settings = settings_without_feeds(folder, workspace).model_copy(
            update={"log_level": log_level}
        )
        telling = asyncio.create_task(_print_port_when_ready(settings.port))
        await run_bot(settings)
        telling.cancel()
    finally:
        await workspace.stop()


def settings_without_feeds(folder: Path, workspace: Workspace, secret: str = SECRET) -> Settings:
    """Settings of a bot that connects to `workspace`, has no feeds and keeps files in `folder`."""
    (folder / "feeds.yaml").write_text(_FEEDS)
    return Settings().model_copy(
        update={
            "slack_bot_token": SecretStr(workspace.bot_token),
            "slack_app_token": None,
            "slack_signing_secret": SecretStr(secret),
            "slack_api_url": workspace.api_url,
            "database_url": "",
            "port": free_port(),
            "public_url": "",
            "channel": "trade-news",
            "operators": (),
            "requests_per_minute": 1_000_000,
            "data_dir": folder,
            "feeds_file": folder / "feeds.yaml",
            "log_level": "WARNING",
        }
    )


async def _print_port_when_ready(port: int) -> None:
    """Prints the port once the bot responds there."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    print(port, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
