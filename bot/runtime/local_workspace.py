"""The local workspace in Slack's place, where there are no tokens."""

import os
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.local_slack.server import Workspace
from bot.runtime.settings import Settings


async def open_workspace(settings: Settings, stack: AsyncExitStack) -> Workspace | None:
    """The workspace, started and with the default channel; None where there is a token.

    Raises SettingsError where its port is taken, StoreError where its data cannot be kept.
    """
    if settings.transport != "local":
        return None
    workspace = Workspace(settings.data_dir / "workspace.db", timezone=settings.timezone)
    await workspace.start(port=settings.port)
    stack.push_async_callback(workspace.stop)
    if not settings.channel.isupper() and workspace.team.channel(settings.channel) is None:
        await workspace.team.create_channel(settings.channel.removeprefix("#").lower())
    return workspace


def with_workspace(settings: Settings, workspace: Workspace) -> Settings:
    """The same settings as if they held the local workspace's tokens."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(workspace.bot_token),
            "slack_signing_secret": SecretStr(workspace.signing_secret),
            "slack_api_url": workspace.api_url,
            "operators": (workspace.person_id,),
        }
    )


def keep_proxies_off_loopback(api_url: str) -> None:
    """Lets calls of the local workspace go straight to it.

    slack_sdk reads the proxy variables by itself, for loopback too and whatever NO_PROXY says;
    nothing else here uses them.
    """
    if urlsplit(api_url).hostname in ("127.0.0.1", "::1", "localhost"):
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            os.environ.pop(name, None)
            os.environ.pop(name.lower(), None)
