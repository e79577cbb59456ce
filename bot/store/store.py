"""The open database, with one object for the queries of each group of tables."""

from dataclasses import dataclass
from typing import Self

from bot.store.answers import KeptAnswers
from bot.store.data_checks import DataChecks
from bot.store.engine import Database
from bot.store.entries import Entries
from bot.store.feedback import FeedbackTable
from bot.store.feeds import Feeds
from bot.store.follows import Follows
from bot.store.hub_subscriptions import HubSubscriptions
from bot.store.line_lists import LineLists
from bot.store.monitoring import MonitoringQueries
from bot.store.mutes import Mutes
from bot.store.outbox import Outbox
from bot.store.posted_alerts import PostedAlerts
from bot.store.proposals import Proposals
from bot.store.reminder_switches import ReminderSwitches
from bot.store.retention import Retention
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
from bot.store.watch import WatchStore


@dataclass(frozen=True)
class Store:
    """All tables of one database."""

    database: Database
    feeds: Feeds
    entries: Entries
    stories: Stories
    subscriptions: Subscriptions
    follows: Follows
    mutes: Mutes
    lines: LineLists
    outbox: Outbox
    alerts: PostedAlerts
    hubs: HubSubscriptions
    reminders: ReminderSwitches
    proposals: Proposals
    data_checks: DataChecks
    feedback: FeedbackTable
    answers: KeptAnswers
    retention: Retention
    watch: WatchStore
    monitoring: MonitoringQueries

    @classmethod
    def of(
        cls, database: Database, team: str | None = None, *, only_installed: bool = False
    ) -> Self:
        """The tables of this database. If `team` is given, the outbox serves only that team. With
        `only_installed`, it queues nothing for teams that have not installed the app by OAuth."""
        stories = Stories(database)
        outbox = Outbox(database, stories, team, only_installed=only_installed)
        return cls(
            database=database,
            feeds=Feeds(database),
            entries=Entries(database),
            stories=stories,
            subscriptions=Subscriptions(database),
            follows=Follows(database),
            mutes=Mutes(database, outbox),
            lines=LineLists(database),
            outbox=outbox,
            alerts=PostedAlerts(database),
            hubs=HubSubscriptions(database),
            reminders=ReminderSwitches(database),
            proposals=Proposals(database, outbox),
            data_checks=DataChecks(database),
            feedback=FeedbackTable(database),
            answers=KeptAnswers(database),
            retention=Retention(database),
            watch=WatchStore(database),
            monitoring=MonitoringQueries(database),
        )
