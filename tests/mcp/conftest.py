"""The tools over the shipped rates files and a real database, at a fixed time."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.commands.answers import AnswerService
from bot.mcp.tools import RateTools, ToolSources
from tests.slack.fakes import ledger
from tests.store.conftest import address, store
from tests.store.opened import Store

__all__ = ["address", "store"]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Served:
    """The tools, and the parts that they read."""

    tools: RateTools
    answers: AnswerService
    store: Store


@pytest.fixture
def served(store: Store) -> Served:
    answers = AnswerService(ledger(), stories=store.stories)

    async def get_answers() -> AnswerService:
        return answers

    tools = RateTools(ToolSources(get_answers, store.stories, lambda: NOW))
    return Served(tools, answers, store)
