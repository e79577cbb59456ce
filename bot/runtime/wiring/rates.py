"""The parts that know the rates: decisions, answers, line lists and live sources."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.commands.answers import AnswerService
from bot.commands.lines.service import LineListService
from bot.commands.lines.touching import TouchFinder
from bot.proposals.approval.decisions import Decisions
from bot.runtime.wiring.basics import make_fetch_limits, open_decisions, read_clock
from bot.runtime.wiring.foundation import Foundation
from bot.sources.registry import SourceRegistry


@dataclass(frozen=True)
class RateParts:
    """The parts that know the rates. They use the ledger of `decisions`, also after it changes."""

    decisions: Decisions
    answers: AnswerService
    lines: LineListService
    touches: TouchFinder
    sources: SourceRegistry


@asynccontextmanager
async def open_rates(base: Foundation) -> AsyncIterator[RateParts]:
    """Builds the parts. At the end of the block, closes the live sources. Raises StoreError."""
    settings, config, store = base.settings, base.config, base.store
    decisions = await open_decisions(config, store)
    lines = LineListService(store.lines, lambda: decisions.ledger, read_clock)
    touches = TouchFinder(store.lines, lines.duties, decisions, base.slack.home)
    sources = SourceRegistry(settings, make_fetch_limits(settings), config.parties, read_clock)
    try:
        answers = AnswerService(decisions.ledger, sources.reference, store.stories)
        decisions.watch(answers.replace_ledger)
        yield RateParts(decisions, answers, lines, touches, sources)
    finally:
        await sources.close()
