"""Reminders of duties that take effect or end, and of deadlines in official notices: about a week
before, and about a day before.

    ledger | changes within 7 days   | subscribed conversations | not yet   | one message for
    events | deadlines within 7 days | and people who follow    | reminded  | each conversation

1. A change is announced up to seven days before it (`WEEK`) and again on the day before (`DAY`).
2. Each of the two reminders is sent once, even if late because the bot was down or the change
   became known late: the first up to two days before the change, the second up to the day itself.
   A change first announced three or two days before it gets no second reminder.
3. All reminders of a conversation on one day are one message, at the hour of its digests, in its
   time zone and after its quiet hours (`bot.alerts.subscriptions.moments`). Where messages come on
   weekdays only, Friday's announces what happens up to Monday.
4. A conversation gets a reminder if it is subscribed to tariffs of any economy, or of the economy
   that imposes the duty or whose goods are charged; of a pair, both. If the subscription names
   goods or words, the change must name one of them. Paused subscriptions, muted conversations, and
   those that turned reminders off get none; a reminder that is due after the mute is sent then.
5. Of a deadline, a conversation is reminded if one of its subscriptions matches a story of the
   event, unless a mute of the event or of the topics keeps it back. People who follow the event
   are reminded too.
6. For a subscription with *only my lines*, the change or a story of the event must touch a line of
   the conversation's list.

Earlier reminders are read from the outbox, so neither a restart nor a corrected rate repeats one.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.alerts.deadlines import NO_DATED_EVENTS, DatedEvent, DatedEvents
from bot.alerts.delivery import Delivery, DeliveryKind, Thread, make_delivery
from bot.alerts.mutes import Mute, find_mute, is_silent
from bot.alerts.notices import NoticeQueue
from bot.alerts.reminder_reasons import describe_reason, name_topics
from bot.alerts.subscriptions.criteria import (
    Blocs,
    Criteria,
    EconomyFilter,
    match,
    names_goods_in,
)
from bot.alerts.subscriptions.model import Subscription, timing_of
from bot.alerts.subscriptions.moments import PlaceMoment, find_moment
from bot.alerts.subscriptions.own_lines import (
    NOTHING_TOUCHING,
    LineTouches,
    NoLineLists,
    TouchingAhead,
    count_dependent,
    find_touching_ahead,
)
from bot.alerts.subscriptions.timing import ServerTime, Timing, floor_to_quarter
from bot.news.deadlines.events import EventDeadline
from bot.rates.calendar.entries import CalendarEntry, affects, build_entries
from bot.rates.calendar.upcoming import list_upcoming_by_measure, merge_rows
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming
from bot.text.folding import fold_case
from bot.values import Frozen, Topic

WEEK_DAYS = 7
"""Maximum days before a change at which it is announced for the first time."""
ONE_REMINDER_DAYS = 3
"""A change that is first announced at most this many days before it gets no second reminder."""
_LOOK_BACK = timedelta(days=2 * WEEK_DAYS)


class LeadTime(StrEnum):
    """Names the two reminders of a change."""

    WEEK = "week"
    DAY = "day"


class Due(Frozen):
    """A change (`ahead`), and which of its two reminders is due (`notice`)."""

    notice: LeadTime
    ahead: CalendarEntry


class DueDeadline(Frozen):
    """A deadline (`ahead`), and which of its two reminders is due (`notice`)."""

    notice: LeadTime
    ahead: EventDeadline


class Reminder(Frozen):
    """The changes and deadlines that one message announces, by day. `Delivery.content` is a
    Reminder as JSON."""

    counted_on: date
    """The day from which 'in 7 days' is counted, in the time zone of the digest."""
    due: tuple[Due, ...] = ()
    deadlines: tuple[DueDeadline, ...] = ()


class Place(NamedTuple):
    """A conversation of a team."""

    team: str
    conversation: str


SentReminders = Mapping[tuple[Place, str], Mapping[LeadTime, int]]
"""Maps each conversation and change to the reminders sent, with the days that were left then."""


def reminder_due(days_left: int, sent: Mapping[LeadTime, int], next_in: int = 1) -> LeadTime | None:
    """The reminder to send `days_left` days before a change; None if none is due.

    `next_in` is the number of days until the next reminders of the conversation.
    """
    if days_left < 0 or LeadTime.DAY in sent:
        return None
    first = sent.get(LeadTime.WEEK)
    if days_left <= next_in:
        return None if first is not None and first <= ONE_REMINDER_DAYS else LeadTime.DAY
    return LeadTime.WEEK if first is None and days_left <= WEEK_DAYS else None


def plan_reminders(
    ledger: Ledger,
    subscriptions: Iterable[Subscription],
    off: Collection[Place],
    sent: SentReminders,
    today: date,
    now: datetime,
    dated: DatedEvents = NO_DATED_EVENTS,
    mutes: Iterable[Mute] = (),
    next_in: int = 1,
    touching: TouchingAhead = NOTHING_TOUCHING,
) -> tuple[Delivery, ...]:
    """One delivery for each conversation, except those in `off`, for which a reminder is due.

    `next_in` is the number of days until their next reminders.
    """

    def concerns(one: Subscription, item: Upcoming) -> bool:
        return wants_change(ledger, one, item) and touching.allows(one, item)

    changes = _list_changes(ledger, today, today)
    by_place = _group_by_place(subscriptions, dated.followers, off, now)
    recipients = _Recipients(dated, mutes, ledger.parties.blocs, now, touching)
    found = []
    for place, held in by_place.items():
        on_tariffs = [] if recipients.are_tariffs_muted(place) else _list_on_tariffs(held)
        wanted = [item for item in changes if any(concerns(one, item) for one in on_tariffs)]
        entries = build_entries(ledger, merge_rows(ledger, wanted))
        due = tuple(_due(entries, place, sent, today, next_in))
        events = [each for each in dated.events if recipients.includes(place, held, each)]
        deadlines = tuple(_due_deadlines(events, place, sent, today, next_in))
        if due or deadlines:
            concerned = wanted if due else []
            asking = [one for one in on_tariffs if any(concerns(one, item) for item in concerned)]
            keys = {one.ahead.event_id for one in deadlines}
            announced = [each for each in events if each.id in keys]
            reason = _reason(ledger, place, asking, held, announced, recipients)
            reminder = Reminder(counted_on=today, due=due, deadlines=deadlines)
            found.append(_delivery(place, reminder, reason, now))
    return tuple(found)


def _group_by_place(
    subscriptions: Iterable[Subscription],
    followers: Iterable[Thread],
    off: Collection[Place],
    now: datetime,
) -> dict[Place, list[Subscription]]:
    """The subscriptions that are not paused, by conversation, and the people who follow an
    event."""
    found: dict[Place, list[Subscription]] = {}
    for subscription in subscriptions:
        place = Place(subscription.team, subscription.conversation)
        if place not in off and not subscription.is_paused(now):
            found.setdefault(place, []).append(subscription)
    for thread in followers:
        place = Place(thread.team, thread.conversation)
        if place not in off:
            found.setdefault(place, [])
    return found


def sent_reminders(deliveries: Iterable[Delivery]) -> SentReminders:
    """The reminders in these deliveries, sent or still queued.

    Another version of the bot may have written their content, so only the needed fields are read.
    """
    found: dict[tuple[Place, str], dict[LeadTime, int]] = {}
    for delivery in deliveries:
        content = json.loads(delivery.content)
        counted_on = date.fromisoformat(content["counted_on"])
        for due in (*content["due"], *content.get("deadlines", ())):
            change = Place(delivery.team, delivery.conversation), due["ahead"]["key"]
            left = (date.fromisoformat(due["ahead"]["on"]) - counted_on).days
            found.setdefault(change, {})[LeadTime(due["notice"])] = left
    return found


def _due(
    changes: Iterable[CalendarEntry],
    place: Place,
    sent: SentReminders,
    today: date,
    next_in: int,
) -> Iterator[Due]:
    for change in changes:
        left = (change.on - today).days
        lead = reminder_due(left, sent.get((place, change.key), {}), next_in)
        if lead is not None:
            yield Due(notice=lead, ahead=change)


def _due_deadlines(
    events: Iterable[DatedEvent], place: Place, sent: SentReminders, today: date, next_in: int
) -> Iterator[DueDeadline]:
    ahead = (each for event in events for each in event.deadlines)
    for deadline in sorted(ahead, key=lambda each: each.on):
        left = (deadline.on - today).days
        lead = reminder_due(left, sent.get((place, deadline.key), {}), next_in)
        if lead is not None:
            yield DueDeadline(notice=lead, ahead=deadline)


def _list_on_tariffs(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    return [
        each
        for each in subscriptions
        if not each.criteria.topics or Topic.TARIFF in each.criteria.topics
    ]


def wants_change(ledger: Ledger, subscription: Subscription, item: Upcoming) -> bool:
    """Whether a change concerns the economies, goods and words of a subscription to tariffs."""
    criteria = subscription.criteria
    if criteria.economies and not any(
        _is_between(ledger, item, each) for each in criteria.economies
    ):
        return False
    text = fold_case(f"{item.measure}\n{item.change.text}")
    if any(fold_case(word) in text for word in criteria.without_words):
        return False
    if criteria.goods and not any(names_goods_in(each, text) for each in criteria.goods):
        return False
    return not criteria.words or any(fold_case(word) in text for word in criteria.words)


def _is_between(ledger: Ledger, item: Upcoming, economies: EconomyFilter) -> bool:
    """Whether a change affects the economy, or concerns trade between both of a pair."""
    if not all(affects(ledger, item, [code]) for code in economies.codes):
        return False
    return not economies.directed or item.imposer in ledger.list_codes(economies.first)


class _Recipients:
    """Which conversations are reminded of the deadlines of which events."""

    def __init__(
        self,
        dated: DatedEvents,
        mutes: Iterable[Mute],
        blocs: Blocs,
        now: datetime,
        touching: TouchingAhead,
    ) -> None:
        self._dated, self._blocs, self._now = dated, blocs, now
        self._touching = touching.stories
        self._mutes: dict[Place, list[Mute]] = {}
        for mute in mutes:
            self._mutes.setdefault(Place(mute.team, mute.conversation), []).append(mute)
        # Many conversations have equal subscriptions, so each is compared with an event once.
        self._known: dict[tuple[Criteria, Collection[str], str], frozenset[Topic]] = {}

    def are_tariffs_muted(self, place: Place) -> bool:
        """Whether the conversation gets no reminder of a change of duties now."""
        return is_silent(self._mutes.get(place, ()), Topic.TARIFF, self._now)

    def includes(self, place: Place, held: Iterable[Subscription], event: DatedEvent) -> bool:
        """Whether a conversation with these subscriptions is reminded."""
        wanted = [self.find_topics(each, event) for each in held]
        if self.follows(place, event):
            wanted.append(frozenset(topic for story in event.stories for topic in story.topics))
        mutes = self._mutes.get(place, ())
        return any(
            find_mute(mutes, event.id, topics, self._now) is None for topics in wanted if topics
        )

    def follows(self, place: Place, event: DatedEvent) -> bool:
        """Whether the conversation is a person who follows the event."""
        return Thread(event.id, *place) in self._dated.followers

    def find_topics(self, subscription: Subscription, event: DatedEvent) -> frozenset[Topic]:
        """The topics for which the subscription gets stories of the event; empty if it gets
        none."""
        place = subscription.team, subscription.conversation
        touching = self._touching.get(place, frozenset())
        key = subscription.criteria, touching, event.id
        if key not in self._known:
            reasons = (match(key[0], story, self._blocs, touching) for story in event.stories)
            self._known[key] = frozenset(
                topic for reason in reasons if reason is not None for topic in reason.topics
            )
        return self._known[key]


def _reason(
    ledger: Ledger,
    place: Place,
    asking: Sequence[Subscription],
    held: Sequence[Subscription],
    events: Sequence[DatedEvent],
    recipients: _Recipients,
) -> str:
    """The delivery's reason, such as `subscribed here to tariffs of China or Japan`.

    `asking` are the subscriptions that the changes of duties concern, and `events` those with
    deadlines.
    """
    matching = [one for one in held if any(recipients.find_topics(one, each) for each in events)]
    found = dict.fromkeys(describe_reason(ledger, each, "tariffs") for each in asking)
    found |= dict.fromkeys(describe_reason(ledger, each, name_topics(each)) for each in matching)
    reasons = [f"subscribed here to {'; '.join(found)}"] if found else []
    if any(recipients.follows(place, event) for event in events):
        reasons.append("you follow an event below")
    return ", and ".join(reasons)


def _delivery(place: Place, reminder: Reminder, reason: str, now: datetime) -> Delivery:
    announced: list[Due | DueDeadline] = [*reminder.due, *reminder.deadlines]
    about = "\x1e".join(f"{due.ahead.key} {due.notice}" for due in announced)
    content = reminder.model_dump_json()
    return make_delivery(DeliveryKind.REMINDER, place, about, reason, now, content=content)


class ReminderQueue(NoticeQueue, Protocol):
    """The outbox, which can also list its reminders."""

    async def reminders(self, since: datetime) -> Collection[Delivery]:
        """The deliveries of kind REMINDER that were due since then, in any state."""


class SubscriptionSource(Protocol):
    """Reads the subscriptions of a team."""

    async def every(self, team: str) -> Collection[Subscription]: ...


class MuteSource(Protocol):
    """Reads the mutes of a team that are active now."""

    async def every(self, team: str, now: datetime) -> Collection[Mute]: ...


class Switches(Protocol):
    """Knows which conversations have turned reminders off."""

    async def off(self, team: str) -> Collection[str]:
        """The team's conversations that have turned reminders off."""


class DeadlineSource(Protocol):
    """Finds the deadlines of events."""

    async def find(self, first: date, last: date) -> DatedEvents:
        """The events with a deadline between these two days or on one of them."""


class _Day(NamedTuple):
    """The day of a conversation's reminders, and the number of days until the next ones."""

    day: date
    next_in: int


class _Schedule:
    """Which conversations get the reminders of a day now: those whose moment came since `since`."""

    def __init__(
        self,
        subscriptions: Iterable[Subscription],
        server: ServerTime,
        now: datetime,
        since: datetime | None,
    ) -> None:
        self._server, self._now, self._since = server, now, since
        own: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            own.setdefault(subscription.conversation, []).append(subscription)
        # Many conversations have equal timings, so each is looked at once.
        self._moments: dict[Timing, PlaceMoment | None] = {}
        self._of_place = {place: self._find_day(timing_of(found)) for place, found in own.items()}
        self._of_others = self._find_day(timing_of(()))
        self.days = {*self._of_place.values(), self._of_others} - {None}

    def get_day(self, conversation: str) -> _Day | None:
        """The day of the reminders that the conversation gets now; None if it gets none."""
        return self._of_place.get(conversation, self._of_others)

    def _find_day(self, timing: Timing) -> _Day | None:
        if timing not in self._moments:
            self._moments[timing] = find_moment(timing, self._now, self._server)
        moment = self._moments[timing]
        if moment is None or (self._since is not None and moment.at <= self._since):
            return None
        return _Day(moment.day, moment.next_in)


class Reminders:
    """Queues the reminders of each conversation once a day; call `look` regularly."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        outbox: ReminderQueue,
        subscriptions: SubscriptionSource,
        switches: Switches,
        mutes: MuteSource,
        team: str,
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
        server: ServerTime,
        deadlines: DeadlineSource | None = None,
        touches: LineTouches | None = None,
    ) -> None:
        """`ledger` returns the current ledger. `on_deliveries` is called after queuing. Without
        `deadlines`, there are only reminders of duties. Without `touches`, nothing touches lines.
        """
        self._touches = touches or NoLineLists()
        self._ledger, self._outbox = ledger, outbox
        self._subscriptions, self._switches, self._mutes = subscriptions, switches, mutes
        self._team, self._clock, self._on_deliveries = team, clock, on_deliveries
        self._server, self._deadlines = server, deadlines
        self._looked_at: datetime | None = None

    async def look(self) -> None:
        """Queues the reminders whose moment came since the last look; raises StoreError."""
        now = self._clock()
        quarter = floor_to_quarter(now)
        if quarter == self._looked_at:
            return
        subscriptions = await self._subscriptions.every(self._team)
        schedule = await asyncio.to_thread(
            _Schedule, subscriptions, self._server, now, self._looked_at
        )
        if schedule.days:
            await self._queue(subscriptions, schedule, now)
        self._looked_at = quarter

    async def _queue(
        self, subscriptions: Collection[Subscription], schedule: _Schedule, now: datetime
    ) -> None:
        earlier = await self._outbox.reminders(now - _LOOK_BACK)
        off = {Place(self._team, each) for each in await self._switches.off(self._team)}
        ledger, days = self._ledger(), [each for each in schedule.days if each is not None]
        dated = NO_DATED_EVENTS
        if self._deadlines is not None:
            first, last = min(days).day, max(days).day
            dated = await self._deadlines.find(first, last + timedelta(days=WEEK_DAYS))
        mutes, sent = await self._mutes.every(self._team, now), sent_reminders(earlier)
        touching = await self._find_touching(subscriptions, dated, [each.day for each in days])

        def plan() -> list[Delivery]:
            found: list[Delivery] = []
            for each in days:
                own = [one for one in subscriptions if schedule.get_day(one.conversation) == each]
                followers = (
                    one for one in dated.followers if schedule.get_day(one.conversation) == each
                )
                of_day = dated._replace(followers=frozenset(followers))
                found += plan_reminders(
                    ledger, own, off, sent, each.day, now, of_day, mutes, each.next_in, touching
                )
            return found

        # Planning for a thousand conversations takes 0.2 s, so it runs in a thread.
        if found := await asyncio.to_thread(plan):
            await self._outbox.queue(found)
            self._on_deliveries()

    async def _find_touching(
        self, subscriptions: Iterable[Subscription], dated: DatedEvents, days: Sequence[date]
    ) -> TouchingAhead:
        """What touches the lines of conversations that want only that, on the days to come."""
        if not count_dependent(subscriptions):
            return NOTHING_TOUCHING
        ledger, stories = self._ledger(), [one for each in dated.events for one in each.stories]
        changes, blocs = _list_changes(ledger, min(days), max(days)), ledger.parties.blocs
        return await find_touching_ahead(self._touches, subscriptions, stories, changes, blocs)


def _list_changes(ledger: Ledger, first: date, last: date) -> tuple[Upcoming, ...]:
    """The changes to announce on these days."""
    until = last + timedelta(days=WEEK_DAYS)
    return list_upcoming_by_measure(ledger, first - timedelta(days=1), until)
