"""The parts that send messages, and those that queue messages to operators."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.notices import Notices
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import Sender
from bot.alerts.sending.shared_pace import SharedPace
from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.alerts.subscriptions.wanted import BundleReview
from bot.commands.rates.rate_now import RateNow, find_rate_now
from bot.monitoring.sending import MeasuredSender
from bot.news.events.event import Event
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.runtime.refusal_reports import RefusalReporter, open_webhook, probe_saved_refusal
from bot.runtime.wiring.basics import make_fetch_limits, read_clock, reveal_secret
from bot.runtime.wiring.foundation import Foundation
from bot.runtime.wiring.rates import RateParts
from bot.slack.api.sender import SlackSender
from bot.slack.views.alerts import AlertOptions
from bot.slack.workspaces.parts import WorkspaceSender
from bot.store.workspace_refusals import WorkspaceRefusals
from bot.store.workspace_turns import WorkspaceTurns


@dataclass(frozen=True)
class SendingParts:
    """The parts that send messages.

    `notices` and `inbox` queue messages to operators: about problems, and about proposals.
    """

    sender: WorkspaceSender
    gate: WorkspaceGate
    dispatcher: Dispatcher
    notices: Notices
    inbox: ProposalInbox


@asynccontextmanager
async def open_sending(base: Foundation, rates: RateParts) -> AsyncIterator[SendingParts]:
    """Builds the parts, with the refusals of workspaces that are saved. Raises StoreError."""
    store, home = base.store, base.slack.home
    sender = _build_sender(base, rates)
    refusals = WorkspaceRefusals(store.database, only_installed=base.settings.serves_many)
    gate = WorkspaceGate(sender.check_workspace, refusals)
    dispatcher = _build_dispatcher(base, rates, sender, gate)
    notices = Notices(store.outbox, home, base.operators, read_clock, dispatcher.wake)
    inbox = ProposalInbox(store.proposals, home, base.operators, read_clock, dispatcher.wake)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_report_refusals(base, gate, notices))
        if not base.is_web:
            for team in await base.slack.clients.list_teams():
                await gate.restore(team, read_clock())
        elif home:
            await stack.enter_async_context(probe_saved_refusal(base.readiness, refusals, home))
        yield SendingParts(sender, gate, dispatcher, notices, inbox)


def _build_sender(base: Foundation, rates: RateParts) -> WorkspaceSender:
    options = _build_alert_options(rates.decisions)

    def build_sender(client: AsyncWebClient) -> SlackSender:
        return SlackSender(
            client,
            base.config.parties,
            base.settings.unknown_outcome,
            rates.decisions,
            options=options,
            touches=rates.touches,
        )

    return WorkspaceSender(base.slack.clients, build_sender)


def _build_alert_options(decisions: Decisions) -> AlertOptions:
    """What else alerts show: the rate in the current ledger, and a way to report a mistake."""

    def find_rate(event: Event) -> RateNow | None:
        ledger, imposer = decisions.ledger, event.imposer
        if imposer is None:
            return None
        today = ledger.find_duty_day(read_clock(), imposer)
        return find_rate_now(ledger, imposer, event.partner, event.product, today)

    def find_today() -> date:
        return decisions.ledger.find_duty_day(read_clock())

    return AlertOptions(find_rate, find_today)


def _build_dispatcher(
    base: Foundation, rates: RateParts, sender: WorkspaceSender, gate: WorkspaceGate
) -> Dispatcher:
    """The dispatcher. Several workers share the pace of a workspace."""
    store, take_turn = base.store, base.slack.take_turn
    measured: Sender = MeasuredSender(sender, base.metrics, read_clock)
    if store.database.has_workers:
        turns = WorkspaceTurns(store.database)
        pace = SharedPace(turns, measured, take_turn, base.settings.posts_per_second)
        measured, take_turn = pace, pace.take_turn
    review = BundleReview(
        store.outbox,
        store.subscriptions,
        store.follows,
        store.stories,
        blocs=base.config.parties.blocs,
        clock=read_clock,
        touches=rates.touches,
    )
    return Dispatcher(
        store.outbox,
        measured,
        read_clock,
        workspaces=gate,
        take_turn=take_turn,
        review=review.review,
    )


@asynccontextmanager
async def _report_refusals(
    base: Foundation, gate: WorkspaceGate, notices: Notices
) -> AsyncIterator[None]:
    """Reports within the block that a workspace refuses messages, and when it accepts them again.

    The reports go to the log, to operators and to the alert webhook.
    """
    address = reveal_secret(base.settings.alert_webhook)
    async with open_webhook(address, make_fetch_limits(base.settings)) as webhook:
        home, has_workers = base.home_of_many, base.store.database.has_workers
        gate.report_to(RefusalReporter(base.readiness, notices, webhook, home, has_workers))
        yield
