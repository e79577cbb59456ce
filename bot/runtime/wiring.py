"""Opens the parts that the bot and the commands share; each closes what it opened."""

import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout
from pydantic import SecretStr

from bot.errors import StoreError
from bot.feeds.health import Health
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed
from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.registry import FeedRegistry
from bot.news.events.matching import join
from bot.pipeline import Bring, Pipeline, Taken
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.settings import Settings
from bot.store.engine import Database
from bot.store.event_preferences import EventPreferences
from bot.store.feeds import Feeds
from bot.store.hub_subscriptions import HubSubscriptions
from bot.store.outage import Outage
from bot.store.outbox import Outbox
from bot.store.pipeline_store import PipelineStore
from bot.store.proposals import Proposals
from bot.store.reminder_switches import ReminderSwitches
from bot.store.retention import Retention
from bot.store.stories import Stories
from bot.store.subscriptions import Subscriptions
from bot.store.upgrade import upgrade

log = logging.getLogger(__name__)

_SHORTEST_SPREAD_S, _STARTED_A_SECOND = 20.0, 50
_LONGEST_TICK_S = 1.0


def tick_s(settings: Settings) -> float:
    """Seconds between two looks at the clock for feeds that are due.

    A small part of what lies between two polls, or all that became due meanwhile would begin at
    the same moment.
    """
    return min(settings.poll_seconds / 20, _LONGEST_TICK_S)


def spread_s(settings: Settings, feeds: int) -> float:
    """Seconds within which the feeds that are due when the bot starts are polled.

    More feeds take longer: a core reads some hundred a second, and those that wait take memory.
    """
    return min(settings.poll_seconds / 2, max(_SHORTEST_SPREAD_S, feeds / _STARTED_A_SECOND))


def clock() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def revealed(secret: SecretStr | None) -> str:
    """The secret itself; empty where there is none."""
    return secret.get_secret_value() if secret else ""


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Keeps a second bot or poll away from the same data; raises StoreError when one is running.

    Two would poll each feed twice, and two bots would take each other's messages under way for
    those of a process that died. The system lets go of the lock when the process ends, however it
    does.
    """
    folder = settings.data_dir
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        cure = "A bot polls what is due by itself; stop it first, or set TARIFFWIRE_DATA_DIR"
        raise StoreError(str(folder), "a bot is running on it, or a poll", cure) from error
    except OSError as error:
        cure = "Set TARIFFWIRE_DATA_DIR to a folder that can be written"
        raise StoreError(str(folder), error.strerror or "cannot be used", cure) from error
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Store:
    """The open database, one part for each group of tables."""

    database: Database
    feeds: Feeds
    stories: Stories
    subscriptions: Subscriptions
    events: EventPreferences
    outbox: Outbox
    shelf: PipelineStore
    hubs: HubSubscriptions
    reminders: ReminderSwitches
    proposals: Proposals
    retention: Retention


@asynccontextmanager
async def open_store(
    settings: Settings, team: str | None = None, outage: Outage | None = None
) -> AsyncIterator[Store]:
    """The database, upgraded; raises StoreError.

    With a `team`, what is owed to other workspaces is left alone. `outage` logs when the database
    goes and when it is back, for who goes on meanwhile.
    """
    await upgrade(settings.database)
    database = Database(settings.database, outage)
    feeds, stories, events = Feeds(database), Stories(database), EventPreferences(database)
    subscriptions, outbox = Subscriptions(database), Outbox(database, stories, team)
    shelf = PipelineStore(database, feeds, stories, subscriptions, events, outbox, team)
    try:
        yield Store(
            database,
            feeds,
            stories,
            subscriptions,
            events,
            outbox,
            shelf,
            HubSubscriptions(database),
            ReminderSwitches(database),
            Proposals(database, outbox),
            Retention(database),
        )
    finally:
        await database.close()


async def open_decisions(library: ConfigFolder, store: Store) -> Decisions:
    """What operators decided so far, laid over the shipped ledger; raises StoreError."""
    decisions = Decisions(store.proposals, library.book, library.ledger, clock)
    await decisions.look()
    return decisions


def fetch_limits(settings: Settings) -> FetchLimits:
    """The bounds within which feeds are read."""
    return FetchLimits(
        user_agent=settings.user_agent,
        poll_s=settings.poll_seconds,
        backoff_s=settings.backoff_seconds,
        deadline_s=settings.fetch_deadline_seconds,
        max_body_bytes=settings.max_body_bytes,
        fetches_per_host=settings.fetches_per_host,
        allowed_networks=settings.allowed_networks,
    )


@asynccontextmanager
async def open_poller(
    settings: Settings, pushes: Callable[[str], bool] | None = None
) -> AsyncIterator[Poller]:
    """What fetches and parses feeds; `pushes` says of which a hub pushes the news."""
    poller = Poller(fetch_limits(settings), clock, random.random, pushes=pushes)
    try:
        yield poller
    finally:
        await poller.close()


@asynccontextmanager
async def open_watch(
    settings: Settings,
    feeds: Sequence[Feed],
    library: ConfigFolder,
    store: Store,
    poller: Poller,
    on_deliveries: Callable[[], None],
    decisions: Decisions | None = None,
    docket: ProposalInbox | None = None,
    spread_s: float = 0.0,
) -> AsyncIterator[PollScheduler[Taken]]:
    """What polls the feeds and takes in what they say.

    What hosts asked for before a restart is kept. Rates that are news to the ledger of the
    `decisions` (or as they stand at the start) are kept; with a `docket` the operators are owed
    them at once.
    """
    decisions = decisions or await open_decisions(library, store)
    pipeline = Pipeline(
        poller,
        library.reader,
        join,
        store.shelf,
        max_age=timedelta(hours=settings.max_age_hours),
        digest_hour=settings.digest_hour,
        zone=ZoneInfo(settings.timezone),
        propose=decisions.propose,
    )

    async def take(feed: Feed, now: datetime, bring: Bring | None) -> Taken:
        taken = await pipeline.take(feed, now, bring)
        if taken.proposals and docket is not None:
            try:
                await docket.look()
            except StoreError as error:
                # What the feed said is kept; the next look tells the operators.
                log.warning("%s; proposed rates are told later", error)
        return taken

    polls_per_host = poller.limits.polls_per_host
    poller.recall((await store.feeds.states()).values())
    watch = PollScheduler(feeds, store.feeds, take, clock, on_deliveries, spread_s, polls_per_host)
    try:
        yield watch
    finally:
        await watch.stop()


@asynccontextmanager
async def open_feedbook(settings: Settings) -> AsyncIterator[FeedRegistry]:
    """The feeds of these settings, for as long as the block runs."""
    library = ConfigFolder(settings)
    async with open_store(settings) as store, open_poller(settings) as poller:
        yield FeedRegistry(library.feeds, store.feeds, store.shelf, store.hubs, poller)


async def feed_health(settings: Settings) -> tuple[Health, ...]:
    """Every feed, those that are off included, and how it is doing."""
    async with open_feedbook(settings) as book:
        return await book.health()
