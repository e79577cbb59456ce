"""The config folder that the commands read."""

from collections.abc import Callable

import click

from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings

ConfigOpener = Callable[[Settings], ConfigFolder]


def open_config(settings: Settings) -> ConfigFolder:
    """The config folder of these settings.

    A program that runs many commands in one process can pass a `ConfigOpener` to `main`, as the
    argument `obj`, for example to read the files only once.
    """
    opener: ConfigOpener = click.get_current_context().obj or ConfigFolder
    return opener(settings)
