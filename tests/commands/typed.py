"""Types questions as a person does after `/tariff`, on a fixed day with the shipped ledger."""

from datetime import UTC, datetime

from bot.commands.request import CommandRequest, Reply
from tests.slack.fakes import service

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def type_question(text: str) -> Reply:
    """The reply on 30 November 2026."""
    return await service(clock=lambda: NOW).handle(CommandRequest(text, "T1", "C1", "U1"))
