"""The parts that look regularly at the rates, line lists, feeds and messages of each workspace."""

from zoneinfo import ZoneInfo

from bot.alerts.deadlines import EventDeadlines
from bot.alerts.reminders.job import Reminders
from bot.alerts.subscriptions.timing import ServerTime
from bot.commands.lines.reporting import LineReports
from bot.runtime.watch.each_workspace import EachWorkspace
from bot.runtime.watch.watches import WatchedParts, Watches
from bot.runtime.wiring.basics import read_clock
from bot.runtime.wiring.feeds import FeedParts
from bot.runtime.wiring.foundation import Foundation
from bot.runtime.wiring.rates import RateParts
from bot.runtime.wiring.sending import SendingParts


def build_reminders(base: Foundation, rates: RateParts, sending: SendingParts) -> EachWorkspace:
    """Reminds of changes of duties and of deadlines."""
    settings, store = base.settings, base.store
    server = ServerTime(settings.digest_hour, ZoneInfo(settings.timezone))

    def build(team: str) -> Reminders:
        return Reminders(
            lambda: rates.answers.ledger,
            store.outbox,
            store.subscriptions,
            store.reminders,
            store.mutes,
            team=team,
            clock=read_clock,
            on_deliveries=sending.dispatcher.wake,
            server=server,
            deadlines=EventDeadlines(store.stories, store.follows, team),
            touches=rates.touches,
        )

    return EachWorkspace(base.slack.clients.list_teams, build)


def build_line_reports(base: Foundation, rates: RateParts, sending: SendingParts) -> EachWorkspace:
    """Reports changes of duties on the tariff lines of lists."""
    lines, wake = base.store.lines, sending.dispatcher.wake
    return EachWorkspace(
        base.slack.clients.list_teams,
        lambda team: LineReports(rates.lines, lines, team, read_clock, wake),
    )


def build_watches(
    base: Foundation, rates: RateParts, sending: SendingParts, feeds: FeedParts
) -> Watches:
    """Reports late messages, silent feeds, old rates and quiet weeks."""
    parts = WatchedParts(
        settings=base.settings,
        store=base.store,
        home=base.slack.home,
        list_teams=base.slack.clients.list_teams,
        decisions=rates.decisions,
        scheduler=feeds.scheduler,
        dispatcher=sending.dispatcher,
        gate=sending.gate,
        notices=sending.notices,
        clock=read_clock,
    )
    return Watches(parts)
