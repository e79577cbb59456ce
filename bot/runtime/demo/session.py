"""Says on the page that the news is a replay, offers examples, and proposes invented rates."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import Field

from bot.local_slack.page.hints import Hints
from bot.proposals.build import propose_rate
from bot.proposals.inbox import ProposalInbox
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Percent
from bot.runtime.config.yaml_file import read_model
from bot.runtime.demo.replay import Replay
from bot.text.dates import format_day
from bot.values import Frozen

OVER = "The replay is over. Ask about rates, or restart with make demo."
_LAST_POLLS_S = 3.0
"""Seconds from the end of the replay until the bot has polled every feed again."""


class DemoReport(Frozen):
    """An invented report of a rate."""

    outlet: str
    quote: str
    link: str
    imposer: str
    partner: str
    product: str = ""
    percent: Percent
    basis: str
    in_days: int = Field(gt=0)

    def propose(self, ledger: Ledger, now: datetime) -> Proposal | None:
        """The proposal; None if the ledger has the rate or cannot be compared with it."""
        rate = ReportedRate(
            imposer=self.imposer,
            partner=self.partner,
            product=self.product,
            percent=self.percent,
            effective_on=now.date() + timedelta(days=self.in_days),
            raised=True,
            basis=self.basis,
        )
        source = ReportSource(source=self.outlet, link=self.link, published=now, quote=self.quote)
        return propose_rate(rate, source, ledger, now)


class DemoExamples(Frozen):
    """The content of `config/demo/examples.yaml`."""

    commands: tuple[str, ...]
    reports: tuple[DemoReport, ...]


def read_examples(folder: Path) -> DemoExamples:
    """The examples of the demo in this folder; raises ConfigError."""
    return read_model(folder / "examples.yaml", DemoExamples)


class DemoSession:
    """What the demo shows in addition to the news."""

    def __init__(self, replay: Replay, examples: DemoExamples) -> None:
        self._replay, self._examples = replay, examples

    @asynccontextmanager
    async def show(
        self, hints: Hints, inbox: ProposalInbox, ledger: Ledger, now: datetime
    ) -> AsyncIterator[None]:
        """Shows the banner and offers the proposals. Within the block, says when the replay is
        over."""
        made = (report.propose(ledger, now) for report in self._examples.reports)
        await inbox.offer([proposal for proposal in made if proposal is not None])
        hints.show_banner(self.describe(), self._examples.commands)
        task = asyncio.create_task(self._wait_for_end(hints), name="demo")
        try:
            yield
        finally:
            task.cancel()

    def describe(self) -> str:
        """What is replayed, and what of it is real."""
        first, last = (moment.date() for moment in self._replay.period)
        return (
            f"Replay of {format_day(first)} to {format_day(last)}. The outlets are invented; rates "
            f"are today's. {len(self._examples.reports)} invented proposals wait for your decision "
            "under Apps."
        )

    async def _wait_for_end(self, hints: Hints) -> None:
        await asyncio.sleep(self._replay.remaining_s + _LAST_POLLS_S)
        hints.show_banner(OVER, self._examples.commands)
        print(OVER, flush=True)
