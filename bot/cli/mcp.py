"""The command that serves MCP clients over stdio."""

import asyncio
import signal
from datetime import UTC, datetime

import click

from bot.cli.config import open_config
from bot.cli.output import report_errors
from bot.cli.rates.service import Decided, apply_decided, open_answers, read_decided
from bot.commands.answers import AnswerService
from bot.errors import StoreError
from bot.rates.ledger import Ledger
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import load_settings
from bot.store.read_only import SavedStories


@click.command()
@report_errors
def mcp() -> None:
    """Serve read-only tools to an MCP client over stdin and stdout."""
    current = _CurrentLedger(open_config(load_settings()))
    current.read()
    # The SDK reads stdin in a thread that cannot be interrupted. With Python's own handler, Ctrl-C
    # would wait for the client's next line. Nothing is written, so the process can just end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(_serve(current))


async def _serve(current: "_CurrentLedger") -> None:
    # Imported here, so that a wrong setting or config file is reported before the SDK is loaded.
    from bot.mcp.server import build_mcp_server
    from bot.mcp.tools import RateTools, ToolSources

    settings = current.config.settings
    async with open_answers(settings, current.ledger) as answers:

        async def get_answers() -> AnswerService:
            await asyncio.to_thread(current.read)
            if answers.ledger is not current.ledger:
                answers.replace_ledger(current.ledger)
            return answers

        sources = ToolSources(
            get_answers, SavedStories(settings.database), lambda: datetime.now(UTC)
        )
        await build_mcp_server(RateTools(sources)).run_stdio_async()


class _CurrentLedger:
    """The ledger with the operators' decisions, which a running bot may change meanwhile."""

    def __init__(self, config: ConfigFolder) -> None:
        self.config = config
        self._decided: Decided = ((), ())
        self.ledger: Ledger = config.ledger

    def read(self) -> None:
        """Builds the ledger again if the database has other decisions than before.

        If the database cannot be read, keeps the ledger and prints a warning.
        """
        try:
            found = read_decided(self.config.settings)
        except StoreError as error:
            click.echo(f"! Approved rates may be missing from answers: {error}", err=True)
            return
        if found != self._decided:
            self.ledger, self._decided = apply_decided(self.config, found), found
