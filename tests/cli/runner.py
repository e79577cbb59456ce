"""Runs commands in the process of the tests, where the shipped config is read only once."""

import os
from collections.abc import Mapping

from click.testing import CliRunner, Result

from bot.cli import main
from tests import shipped


def run(*words: object, text: str = "", env: Mapping[str, str] | None = None) -> Result:
    """Runs `tariffwire` with these arguments until it ends; `text` is its stdin.

    `env` is its whole environment, by default that of the tests. Raises the exceptions that the
    program does not handle.
    """
    return CliRunner(env=env and {**dict.fromkeys(os.environ), **env}).invoke(
        main,
        [str(word) for word in words],
        input=text,
        obj=shipped.open_config,
        prog_name="tariffwire",
        catch_exceptions=False,
    )
