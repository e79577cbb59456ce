"""A line once a week that says that the bot was watching, in conversations that want it.

    conversations with the line | Monday morning there? | nothing sent for a week? | one line

It is sent at the hour of the digest on Monday, in the time zone of the conversation's oldest
subscription that states one. It is left out if anything was sent in the seven days before or waits
to be sent, if no subscription was active all week, and while the conversation is muted. Its id is
computed from the conversation and the day, so each week has at most one.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.mutes import MuteKind
from bot.alerts.notices import NoticeQueue
from bot.alerts.reminders import MuteSource, SubscriptionSource, wants_change
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, find_zone, next_send
from bot.rates.calendar.upcoming import list_upcoming_by_measure, merge_rows
from bot.rates.ledger import Ledger
from bot.text.dates import format_day
from bot.values import Topic

WEEK = timedelta(days=7)
_LATEST = timedelta(days=1)
"""If the bot was down at the moment of a line, it is sent up to this much later."""
_AHEAD = timedelta(days=365)


class Watched(NamedTuple):
    """What the bot read in a week."""

    stories: int
    feeds: int


def find_moment(
    subscriptions: Iterable[Subscription], now: datetime, server: ServerTime
) -> datetime:
    """The moment of the conversation's line that is after `now` minus a day."""
    zone = next((one.timing.zone for one in subscriptions if find_zone(one.timing.zone)), "")
    timing = Timing(frequency=Frequency.WEEKLY, zone=zone)
    moment = next_send(timing, now - _LATEST, server)
    return moment or now


def watched_all_week(subscription: Subscription, first: datetime, now: datetime) -> bool:
    """Whether the subscription was active from `first` to `now`."""
    paused_until = subscription.paused_until
    was_paused = paused_until is not None and paused_until > first
    return subscription.created_at <= first and not was_paused and not subscription.is_paused(now)


def build_line(
    watched: Watched, ledger: Ledger, subscriptions: Sequence[Subscription], today: date
) -> str:
    """The text of the line."""
    stories = "1 story" if watched.stories == 1 else f"{watched.stories} stories"
    feeds = "1 feed" if watched.feeds == 1 else f"{watched.feeds} feeds"
    text = f"Watched for you this week: {stories} from {feeds}, nothing matched."
    own = [one for one in subscriptions if Topic.TARIFF in (one.criteria.topics or Topic)]
    changes = list_upcoming_by_measure(ledger, today, today + _AHEAD)
    wanted = [item for item in changes if any(wants_change(ledger, one, item) for one in own)]
    if wanted:
        first = merge_rows(ledger, wanted)[0]
        text += f" Next known change: {format_day(first.on)}, {first.measure}."
    return f"{text} `{COMMAND} quiet-weeks off` ends this line."


class QuietWeekStore(Protocol):
    """Which conversations want the line, and what happened in a week."""

    async def quiet_weeks_on(self, team: str) -> Collection[str]:
        """The team's conversations that want the line."""

    async def list_conversations_with_news(self, team: str, since: datetime) -> Collection[str]:
        """The conversations to which news was sent since then, or waits to be sent."""

    async def count_stories(self, since: datetime) -> int:
        """The number of stories found since then."""


class QuietWeeks:
    """Queues the lines; call `look` about once a minute."""

    def __init__(
        self,
        store: QuietWeekStore,
        outbox: NoticeQueue,
        subscriptions: SubscriptionSource,
        mutes: MuteSource,
        ledger: Callable[[], Ledger],
        count_feeds: Callable[[datetime], int],
        team: str,
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
        server: ServerTime,
    ) -> None:
        """`count_feeds` returns how many feeds were read since a moment."""
        self._store, self._outbox, self._subscriptions = store, outbox, subscriptions
        self._mutes, self._ledger, self._count_feeds = mutes, ledger, count_feeds
        self._team, self._clock, self._on_deliveries = team, clock, on_deliveries
        self._server = server
        self._done: dict[str, datetime] = {}

    async def look(self) -> None:
        """Queues the lines whose moment has come; raises StoreError."""
        now = self._clock()
        wanting = await self._store.quiet_weeks_on(self._team)
        if not wanting:
            return
        own: dict[str, list[Subscription]] = {one: [] for one in sorted(wanting)}
        for subscription in await self._subscriptions.every(self._team):
            if subscription.conversation in own:
                own[subscription.conversation].append(subscription)
        due = {place: find_moment(found, now, self._server) for place, found in own.items()}
        new = {
            place: moment
            for place, moment in due.items()
            if moment <= now and self._done.get(place) != moment
        }
        if not new:
            return
        muted = {
            mute.conversation
            for mute in await self._mutes.every(self._team, now)
            if mute.kind is MuteKind.CONVERSATION
        }
        lines = [
            await self._build(place, moment, own[place], now)
            for place, moment in new.items()
            if place not in muted
        ]
        if found := [line for line in lines if line is not None]:
            await self._outbox.queue(found)
            self._on_deliveries()
        self._done.update(new)

    async def _build(
        self, place: str, moment: datetime, own: Iterable[Subscription], now: datetime
    ) -> Delivery | None:
        first = moment - WEEK
        active = [one for one in own if watched_all_week(one, first, now)]
        if not active:
            return None
        if place in await self._store.list_conversations_with_news(self._team, first):
            return None
        watched = Watched(await self._store.count_stories(first), self._count_feeds(first))
        if not watched.feeds:
            return None
        text = build_line(watched, self._ledger(), active, moment.date())
        about = f"quiet week up to {moment.date().isoformat()}"
        return make_delivery(DeliveryKind.NOTICE, (self._team, place), about, text, now)
