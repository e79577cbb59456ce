"""Changes that the local workspace has acknowledged survive a restart and SIGKILL."""

import asyncio
import signal
import sys
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.server import Workspace
from tests.local_slack.bots import section

# A program that posts messages and prints the ts of each acknowledged one, until it is killed.
_POSTER = """
import asyncio, sys
from pathlib import Path
from slack_sdk.web.async_client import AsyncWebClient
from bot.local_slack.api.response_urls import ResponseUrls
from bot.local_slack.server import Workspace

async def main():
    workspace = Workspace(Path(sys.argv[1]), rate_limits=False)
    await workspace.start(port=0)
    web = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    while True:
        posted = await web.chat_postMessage(channel="#general", text="x")
        print(posted["ts"], flush=True)

asyncio.run(main())
"""


async def test_acknowledged_messages_survive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    poster = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _POSTER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert poster.stdout is not None
    acknowledged = [(await poster.stdout.readline()).decode().strip() for _ in range(30)]
    poster.send_signal(signal.SIGKILL)
    acknowledged += (await poster.stdout.read()).decode().split()
    await poster.wait()
    workspace = Workspace(path)
    await workspace.start(port=0)
    try:
        channel = workspace.team.find_channel("general")
        assert channel is not None
        kept = await workspace.team.storage.load_history(channel.id, limit=1000)
        assert set(acknowledged) <= {message["ts"] for message in kept.messages}
    finally:
        await workspace.stop()


async def test_a_workspace_is_the_same_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    first = Workspace(path)
    await first.start(port=0)
    web = AsyncWebClient(token=first.bot_token, base_url=first.api_url)
    await first.team.create_channel("steel")
    posted = await web.chat_postMessage(channel="#steel", text="kept", blocks=[section("kept")])
    person = first.team.identity.person_id
    channel = first.team.find_channel("steel")
    assert channel is not None
    await ResponseUrls(first.team).show(channel, {"text": "gone with the run"}, "cause")
    await web.views_publish(user_id=person, view={"type": "home", "blocks": [section("home")]})
    await first.stop()
    await first.stop()

    second = Workspace(path)
    await second.start(port=0)
    try:
        assert second.team.identity == first.team.identity
        web = AsyncWebClient(token=first.bot_token, base_url=second.api_url)
        read = await web.conversations_history(channel=posted["channel"])
        assert [message["ts"] for message in read["messages"]] == [posted["ts"]]
        assert second.team.views.home is not None
        again = await web.chat_postMessage(channel="#steel", text="more")
        assert again["ts"] > posted["ts"]
    finally:
        await second.stop()


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "workspace.db"

    async def run() -> None:
        workspace = Workspace(path)
        await workspace.start(port=0)
        await workspace.stop()

    asyncio.run(run())
    assert path.stat().st_mode & 0o077 == 0
