"""Database and live-source access for the commands about rates."""

from collections.abc import Sequence
from datetime import date

from bot.proposals.approval.audit import AuditEntry, ProposalRecord
from bot.rates.answer.live_lookups import lookups, supplied
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.parse import RateQuery
from bot.runtime.settings import Settings
from bot.runtime.wiring import clock, fetch_limits, open_store
from bot.sources.registry import SourceRegistry


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
