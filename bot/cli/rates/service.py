"""Builds the parts that answer questions for a command, without a running bot."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.cli.output import echo
from bot.commands.answers import AnswerService, LiveSources
from bot.errors import StoreError
from bot.parties import Parties
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.data_checks import DataCheck, apply_checks
from bot.proposals.approval.overlay import build_ledger
from bot.rates.ledger import Ledger
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings
from bot.store.read_only import SavedStories, approved_rates, data_checks

Decided = tuple[tuple[Amendment, ...], tuple[DataCheck, ...]]
"""The approved rates and the confirmations of the data."""


def build_current_ledger(config: ConfigFolder) -> Ledger:
    """The ledger with the approved rates. If the database cannot be read, prints a warning and
    returns the ledger without them."""
    try:
        decided = read_decided(config.settings)
    except StoreError as error:
        echo(f"! Approved rates are missing from this answer: {error}", err=True)
        decided = ((), ())
    return apply_decided(config, decided)


def read_decided(settings: Settings) -> Decided:
    """What operators have decided, from the database. Raises StoreError."""
    return approved_rates(settings.database), data_checks(settings.database)


def apply_decided(config: ConfigFolder, decided: Decided) -> Ledger:
    """The ledger of the rates files with these decisions."""
    if not any(decided):
        return config.ledger
    approved, checks = decided
    return build_ledger(apply_checks(config.book, checks), approved, config.parties)


@asynccontextmanager
async def open_answers(settings: Settings, ledger: Ledger) -> AsyncIterator[AnswerService]:
    """The service that answers `/tariff`. It uses the live sources that are enabled."""
    async with AsyncExitStack() as stack:
        live = await _open_live_sources(stack, settings, ledger.parties)
        yield AnswerService(ledger, live, SavedStories(settings.database))


async def _open_live_sources(
    stack: AsyncExitStack, settings: Settings, parties: Parties
) -> LiveSources | None:
    if not settings.live_sources:
        return None
    from bot.runtime.wiring.basics import make_fetch_limits, read_clock
    from bot.sources.registry import SourceRegistry

    sources = SourceRegistry(settings, make_fetch_limits(settings), parties, read_clock)
    stack.push_async_callback(sources.close)
    return sources.reference
