"""The local workspace, which replaces Slack if there is no Slack token."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.commands.completions import list_command_words
from bot.local_slack.page.hints import Completion
from bot.local_slack.server import Workspace
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings


@asynccontextmanager
async def open_workspace(settings: Settings) -> AsyncIterator[Workspace | None]:
    """Runs the local workspace, with the default channel, within the block. Yields None if there is
    a Slack token.

    Raises SettingsError if the workspace's port is taken, and StoreError if its data cannot be
    saved.
    """
    if settings.transport != "local":
        yield None
        return
    workspace = Workspace(settings.data_dir / "workspace.db")
    await workspace.start(port=settings.port)
    try:
        if not settings.channel.isupper() and workspace.team.find_channel(settings.channel) is None:
            await workspace.team.create_channel(settings.channel.removeprefix("#").lower())
        yield workspace
    finally:
        await workspace.stop()


def apply_workspace(settings: Settings, workspace: Workspace) -> Settings:
    """The settings with the tokens and the address of the local workspace."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(workspace.bot_token),
            "slack_signing_secret": SecretStr(workspace.signing_secret),
            "slack_api_url": workspace.api_url,
            "operators": (workspace.person_id,),
        }
    )


def show_completions(workspace: Workspace, config: ConfigFolder) -> None:
    """Completes commands in the local workspace's message box."""
    words = list_command_words(config.parties, config.ledger.cards.all)
    workspace.hints.complete(Completion(*each) for each in words)


def keep_proxies_off_loopback(api_url: str) -> None:
    """Removes the proxy variables from the environment if Slack's API is on loopback.

    slack_sdk would use the proxy even for loopback; it ignores NO_PROXY. The rest of the bot does
    not use these variables.
    """
    if urlsplit(api_url).hostname in ("127.0.0.1", "::1", "localhost"):
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            os.environ.pop(name, None)
            os.environ.pop(name.lower(), None)
