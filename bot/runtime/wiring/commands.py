"""The service for commands, and the context of the handlers of Slack, which call it."""

from datetime import timedelta

from bot.alerts.notices import AnswerReport, MistakeReport, mistake_trouble
from bot.commands.message_reading import MessageService
from bot.commands.permissions import Permissions, SubscriptionPolicy
from bot.commands.ports import CommandStores
from bot.commands.request import RequestLimit
from bot.commands.service import CommandService
from bot.commands.subscriptions.service import SubscriptionRules
from bot.proposals.inbox import ProposalInbox
from bot.runtime.answer_log import StoredAnswerLog
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.wiring.basics import read_clock, reveal_secret
from bot.runtime.wiring.delivery_rules import build_delivery_rules
from bot.runtime.wiring.foundation import Foundation
from bot.runtime.wiring.rates import RateParts
from bot.runtime.wiring.removal import WorkspaceRemoval
from bot.runtime.wiring.sending import SendingParts
from bot.slack.api.people import SlackPeople
from bot.slack.context import SlackContext
from bot.slack.handlers.proposals import update_messages, watch_ledger
from bot.slack.workspaces.parts import WorkspacePeople


def build_slack_context(
    base: Foundation,
    rates: RateParts,
    sending: SendingParts,
    registry: FeedRegistry,
    removal: WorkspaceRemoval | None,
) -> SlackContext:
    """What the handlers of Slack use. `removal` is None if the bot serves only one workspace."""
    home = base.home_of_many or ""

    async def report_mistake(report: MistakeReport | AnswerReport) -> None:
        await sending.notices.report(mistake_trouble(report, home))

    return SlackContext(
        base.slack.client,
        reveal_secret(base.settings.slack_signing_secret),
        _build_command_service(base, rates, sending, registry),
        MessageService(base.config.reader, rates.answers),
        report_mistake=report_mistake if base.operators else None,
        touches=rates.touches,
        take_reply_turn=base.slack.take_reply_turn,
        clients=base.slack.clients,
        home=base.slack.home,
        remove_workspace=removal.remove if removal is not None else None,
    )


def update_proposals(
    base: Foundation, rates: RateParts, inbox: ProposalInbox, slack: SlackContext
) -> None:
    """Updates the messages about a proposal when another report joins it, or the ledger changes."""
    inbox.watch(
        lambda proposal_id: slack.background.spawn(
            update_messages(slack, proposal_id), "showing another report of a proposal"
        )
    )
    if base.is_web or not base.store.database.has_workers:
        # Once, although each process sees the new ledger.
        rates.decisions.watch(watch_ledger(slack))


def _build_command_service(
    base: Foundation, rates: RateParts, sending: SendingParts, registry: FeedRegistry
) -> CommandService:
    settings, store = base.settings, base.store
    policy = SubscriptionPolicy(settings.subscriptions_by)
    rules = SubscriptionRules(
        settings.subscription_limit,
        build_delivery_rules(settings, rates.answers.ledger.parties),
        timedelta(hours=settings.max_age_hours),
    )
    answer_log = StoredAnswerLog(store.answers, read_clock) if settings.keep_answers else None
    return CommandService(
        _collect_stores(base, registry),
        rates.answers,
        rates.decisions,
        Permissions(settings.operators, policy, base.home_of_many),
        read_clock,
        on_due=sending.dispatcher.wake,
        rules=rules,
        answer_log=answer_log,
        lines=rates.lines,
        touches=rates.touches,
        limit=RequestLimit(settings.requests_per_minute),
    )


def _collect_stores(base: Foundation, registry: FeedRegistry) -> CommandStores:
    store = base.store
    return CommandStores(
        people=WorkspacePeople(base.slack.clients, SlackPeople),
        subscriptions=store.subscriptions,
        mutes=store.mutes,
        outbox=store.outbox,
        stories=store.stories,
        alerts=store.alerts,
        follows=store.follows,
        feedback=store.feedback,
        reminders=store.reminders,
        quiet_weeks=store.watch,
        proposals=store.proposals,
        feeds=registry,
        lines=store.lines,
    )
