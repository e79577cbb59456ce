"""After a week without news, says in conversations that want it that the bot was watching.

    conversations with the line | Monday morning there? | nothing sent for a week? | one line

It is sent on Monday at the hour of the conversation's digests (`bot.alerts.subscriptions.moments`).
It is left out if anything was sent in the seven days before or waits to be sent in the next seven,
if no subscription was active all week, and while the conversation is muted. Its id is computed from
the conversation and the week of its calendar, so each week has at most one.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.mutes import MuteKind
from bot.alerts.notices import NoticeQueue
from bot.alerts.reminders.ports import MuteSource, SubscriptionSource
from bot.alerts.reminders.recipients import wants_change
from bot.alerts.subscriptions.model import Subscription, timing_of
from bot.alerts.subscriptions.moments import PlaceMoment, find_moment
from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, floor_to_quarter
from bot.alerts.watch.facts import QuietWeek, WatchNotice
from bot.rates.calendar.upcoming import list_upcoming_by_measure, merge_rows
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming
from bot.values import Topic

WEEK = timedelta(days=7)
_AHEAD = timedelta(days=365)


def watched_all_week(subscription: Subscription, first: datetime, now: datetime) -> bool:
    """Whether the subscription was active from `first` to `now`."""
    paused_until = subscription.paused_until
    was_paused = paused_until is not None and paused_until > first
    return subscription.created_at <= first and not was_paused and not subscription.is_paused(now)


def find_next_change(
    ledger: Ledger, subscriptions: Sequence[Subscription], changes: Iterable[Upcoming]
) -> Upcoming | None:
    """The first of these changes of duties that concerns these subscriptions; None if none does."""
    own = [one for one in subscriptions if Topic.TARIFF in (one.criteria.topics or Topic)]
    wanted = [item for item in changes if any(wants_change(ledger, one, item) for one in own)]
    return merge_rows(ledger, wanted)[0] if wanted else None


class QuietWeekStore(Protocol):
    """Which conversations want the line, and what happened in a week."""

    async def quiet_weeks_on(self, team: str) -> Collection[str]:
        """The team's conversations that want the line."""

    async def list_conversations_with_news(
        self, team: str, since: datetime, until: datetime
    ) -> Collection[str]:
        """The conversations to which news was sent since then, or waits to be sent until then."""

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
        self._done: dict[str, date] = {}
        self._looked_at: datetime | None = None

    async def look(self) -> None:
        """Queues the lines whose moment has come; raises StoreError."""
        now = self._clock()
        quarter = floor_to_quarter(now)
        if quarter == self._looked_at:
            return
        if wanting := await self._store.quiet_weeks_on(self._team):
            await self._look_at(wanting, now)
        self._looked_at = quarter

    async def _look_at(self, wanting: Collection[str], now: datetime) -> None:
        own: dict[str, list[Subscription]] = {one: [] for one in sorted(wanting)}
        for subscription in await self._subscriptions.every(self._team):
            if subscription.conversation in own:
                own[subscription.conversation].append(subscription)
        moments = await asyncio.to_thread(_find_moments, own, now, self._server)
        due = {
            place: moment
            for place, moment in moments.items()
            if self._done.get(place) != moment.day
        }
        if due:
            await self._queue_lines(due, own, now)
        self._done.update((place, moment.day) for place, moment in due.items())

    async def _queue_lines(
        self,
        due: Mapping[str, PlaceMoment],
        own: Mapping[str, Sequence[Subscription]],
        now: datetime,
    ) -> None:
        muted = {
            mute.conversation
            for mute in await self._mutes.every(self._team, now)
            if mute.kind is MuteKind.CONVERSATION
        }
        # Most conversations share a time zone, so they share a week.
        weeks: dict[datetime, _Week] = {}
        wanted: list[_Line] = []
        for place, moment in due.items():
            first = moment.at - WEEK
            active = [one for one in own[place] if watched_all_week(one, first, now)]
            if place in muted or not active:
                continue
            if first not in weeks:
                weeks[first] = await self._read_week(first, now)
            week = weeks[first]
            if week.feeds and place not in week.with_news:
                wanted.append(_Line(place, moment.day, week, active))
        if wanted:
            build = partial(_build_lines, self._ledger(), self._team, self._clock())
            await self._outbox.queue(await asyncio.to_thread(build, wanted))
            self._on_deliveries()

    async def _read_week(self, first: datetime, now: datetime) -> "_Week":
        with_news = await self._store.list_conversations_with_news(self._team, first, now + WEEK)
        stories = await self._store.count_stories(first)
        return _Week(with_news, stories, self._count_feeds(first))


class _Week(NamedTuple):
    """What happened in a week."""

    with_news: Collection[str]
    """The conversations that got news."""
    stories: int
    feeds: int


class _Line(NamedTuple):
    """What a line is built from."""

    place: str
    day: date
    week: _Week
    active: Sequence[Subscription]


def _find_moments(
    own: Mapping[str, Sequence[Subscription]], now: datetime, server: ServerTime
) -> dict[str, PlaceMoment]:
    """The moment of each conversation that has one now."""
    # Many conversations have equal timings, so each is looked at once.
    known: dict[Timing, PlaceMoment | None] = {}
    found: dict[str, PlaceMoment] = {}
    for place, subscriptions in own.items():
        timing = timing_of(subscriptions)
        if timing not in known:
            known[timing] = find_moment(timing, now, server, Frequency.WEEKLY)
        if (moment := known[timing]) is not None:
            found[place] = moment
    return found


def _build_lines(
    ledger: Ledger, team: str, now: datetime, wanted: Iterable[_Line]
) -> list[Delivery]:
    changes: dict[date, Sequence[Upcoming]] = {}
    lines = []
    for place, day, week, active in wanted:
        if day not in changes:
            changes[day] = list_upcoming_by_measure(ledger, day, day + _AHEAD)
        change = find_next_change(ledger, active, changes[day])
        line = QuietWeek(
            stories=week.stories,
            feeds=week.feeds,
            next_on=change.on if change is not None else None,
            next_measure=change.measure if change is not None else "",
        )
        year, number, _ = day.isocalendar()
        about = f"quiet week {number} of {year}"
        content = WatchNotice(about=line).model_dump_json()
        lines.append(
            make_delivery(DeliveryKind.NOTICE, (team, place), about, "", now, content=content)
        )
    return lines
