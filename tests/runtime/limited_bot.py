"""Program: the whole bot over HTTP, without feeds, limited to 1,024 open files.

The argument is a folder. The program prints its port and its workspace id once the bot is ready.
"""

import asyncio
import resource
import socket
import sys
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.local_slack.server import Workspace
from bot.runtime.app import run_bot
from bot.runtime.settings import Settings
from tests.slack.fakes import SECRET

FEEDS = "feeds:\n- {id: a, title: A, url: 'https://a.example/rss', enabled: false}\n"


async def main(folder: Path) -> None:
    """Runs the bot until the process is stopped."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    workspace = Workspace(folder / "workspace.db", rate_limits=False)
    await workspace.start(port=0)
    (folder / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    changes = {
        "slack_bot_token": SecretStr(workspace.bot_token),
        "slack_app_token": None,
        "slack_signing_secret": SecretStr(SECRET),
        "slack_api_url": workspace.api_url,
        "database_url": "",
        "port": port,
        "public_url": "",
        "channel": "trade-news",
        "operators": (),
        "operators_channel": "",
        "live_sources": (),
        "data_dir": folder,
        "feeds_file": folder / "feeds.yaml",
    }
    announcing = asyncio.create_task(announce(port, workspace.team.identity.team_id))
    await run_bot(Settings().model_copy(update=changes))
    await announcing
    await workspace.stop()


async def announce(port: int, team: str) -> None:
    """Prints this line once the bot is ready."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    print(port, team, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
