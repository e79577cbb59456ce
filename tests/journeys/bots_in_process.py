"""Runs bots in the process of the test, with the config that all tests share."""

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import pytest

from bot.monitoring.logs import set_up_logs
from bot.runtime.app import Application
from bot.runtime.settings import Settings, load_settings
from tests import shipped


class BotsInProcess:
    """Bots that run in the process of the test and write one log, as `tariffwire` does to a
    pipe."""

    def __init__(self) -> None:
        self._started: list[Application] = []
        self._log = StringIO()

    @property
    def log(self) -> str:
        """What has been logged in this process since the first start, also by servers of the
        test."""
        return self._log.getvalue()

    async def start(
        self, env: Mapping[str, str], folder: Path, role: type[Application] = Application
    ) -> Application:
        """Starts a bot, or another role, with these environment variables."""
        settings = read_settings(env, folder)
        config = shipped.open_config(settings)
        return await self.start_application(role(settings, config, config.feeds), settings)

    async def start_application(self, application: Application, settings: Settings) -> Application:
        """Starts an application that another function has made."""
        secrets = settings.list_secrets()
        set_up_logs(settings.log_level, is_json=True, secrets=secrets, stream=self._log)
        await application.start()
        self._started.append(application)
        return application

    async def stop(self) -> None:
        """Stops the bots that still run."""
        for each in self._started:
            await each.stop()


@asynccontextmanager
async def open_bots() -> AsyncIterator[BotsInProcess]:
    """Runs bots within the block. At its end, stops them, restores logging, and checks that no
    traceback was logged."""
    root = logging.getLogger()
    level, handlers = root.level, set(root.handlers)
    bots = BotsInProcess()
    try:
        yield bots
    finally:
        try:
            await bots.stop()
        finally:
            for handler in set(root.handlers) - handlers:
                root.removeHandler(handler)
            root.setLevel(level)
    assert "Traceback" not in bots.log


def read_settings(env: Mapping[str, str], folder: Path) -> Settings:
    """The settings of a program with these environment variables that is started in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in os.environ:
            patch.delenv(name)
        for name, value in env.items():
            patch.setenv(name, value)
        return load_settings()
