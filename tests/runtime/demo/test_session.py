"""The demo says what it replays, offers proposals that fit the ledger, and says when it ends."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.local_slack.page.hints import Hints
from bot.local_slack.state.broadcast import Broadcast
from bot.proposals.inbox import ProposalInbox
from bot.proposals.model import Proposal
from bot.rates.ledger import Ledger
from bot.runtime.demo.replay import Replay, read_recordings
from bot.runtime.demo.session import OVER, DemoSession, read_examples

CONFIG = Path(__file__).parents[3] / "config"
NOW = datetime.now(UTC)
EXAMPLES = read_examples(CONFIG / "demo")


class Inbox:
    """Keeps the proposals that are offered."""

    def __init__(self) -> None:
        self.offered: list[Proposal] = []

    async def offer(self, proposals: Collection[Proposal]) -> None:
        self.offered += proposals


async def show(ledger: Ledger, duration_s: float, until: str) -> tuple[Hints, list[Proposal]]:
    """Runs the session until the banner contains a text."""
    replay = Replay(read_recordings(CONFIG / "demo"), duration_s)
    await replay.start()
    live, inbox = Broadcast(), Inbox()
    hints = Hints(live)
    shown = DemoSession(replay, EXAMPLES).show(hints, cast("ProposalInbox", inbox), ledger, NOW)
    try:
        with live.subscribe() as changes:
            async with asyncio.timeout(20), shown:
                while until not in banner(hints):
                    await changes.get()
    finally:
        await replay.stop()
    return hints, inbox.offered


def banner(hints: Hints) -> str:
    body: dict[str, Any] = hints.body()
    return str(body["banner"])


async def test_the_banner_has_the_dates_of_the_news_and_three_examples(ledger: Ledger) -> None:
    hints, _ = await show(ledger, 60.0, "Replay of 9 Apr 2025 to 27 Jun 2025")
    assert "outlets are invented" in banner(hints)
    assert "rates are today's" in banner(hints)
    assert hints.body()["examples"] == (
        "/tariff us china",
        "/tariff 8507.60.00 from china",
        "/tariff section 232",
    )


async def test_two_proposals_that_fit_the_ledger_are_offered(ledger: Ledger) -> None:
    _, offered = await show(ledger, 60.0, "2 invented proposals")
    assert [(one.imposer, one.partner, str(one.new_percent)) for one in offered] == [
        ("US", "CN", "87"),
        ("US", "WORLD", "65"),
    ]
    for proposal in offered:
        assert proposal.replaces in {one.id for one in ledger.measures}
        assert "Invented for the demo" in proposal.said_by[0].quote


async def test_the_end_of_the_replay_is_announced(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    hints, _ = await show(ledger, 0.0, OVER)
    assert len(hints.body()["examples"]) == 3
    assert OVER in capsys.readouterr().out
