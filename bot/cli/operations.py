"""What the commands about rates need of the database and of live sources."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.cli.rates_export import with_rates
from bot.proposals.approval.audit import AuditEntry, ProposalRecord
from bot.proposals.approval.overlay import StaleApproval, layered
from bot.rates.answer.live_lookups import lookups, supplied
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.parse import RateQuery
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.config_loader import file_text
from bot.runtime.settings import Settings
from bot.runtime.wiring import clock, fetch_limits, open_store
from bot.sources.registry import SourceRegistry
from bot.store.approved_rates import approved_rates


async def proposed_rates(
    settings: Settings,
) -> tuple[tuple[ProposalRecord, tuple[AuditEntry, ...]], ...]:
    """Every proposal with its audit entries, oldest first."""
    async with open_store(settings) as store:
        record = await store.proposals.record()
        return tuple(
            (filed, tuple(act for act in record if act.proposal_id == filed.proposal.id))
            for filed in await store.proposals.every()
        )


def export_rates(settings: Settings) -> tuple[Mapping[str, str], tuple[StaleApproval, ...]]:
    """The rates files that approved rates change, by name, and the approvals that do not fit.

    Raises StoreError, and ConfigError where a file cannot take them.
    """
    library = ConfigFolder(settings)
    laid = layered(library.book, approved_rates(settings.database), library.parties)
    changed = {
        name: with_rates(
            name, file_text(settings.config_dir / "rates" / name), library.book.sheets[name], sheet
        )
        for name, sheet in laid.book.sheets.items()
        if sheet != library.book.sheets[name]
    }
    return changed, laid.left_out


async def with_live_sources(
    settings: Settings,
    answers: Sequence[Answer],
    query: RateQuery,
    ledger: Ledger,
    today: date,
) -> tuple[Answer, ...]:
    """The answers, completed with what the live sources answer in time."""
    sources = SourceRegistry(settings, fetch_limits(settings), ledger.parties, clock)
    try:
        lacks = lookups(answers, query, ledger, today)
        found = await sources.reference.find(lacks) if sources.reference else ()
        return supplied(answers, found, query, ledger, today)
    finally:
        await sources.close()
