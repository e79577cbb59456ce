"""Reminders of duties that take effect or end: about a week before, and about a day before.

    ledger | changes within 7 days | subscribed conversations | not yet reminded | one message each

1. A change is announced up to seven days before it (`WEEK`) and again on the day before (`DAY`).
2. Each of the two reminders is sent once, even if late because the bot was down or the change
   became known late: the first up to two days before the change, the second up to the day itself.
   A change first announced three or two days before it gets no second reminder.
3. All reminders of a conversation on one day are one message, at the hour of the digest.
4. A conversation gets a reminder if it is subscribed to tariffs of any economy, or of the economy
   that imposes the duty or whose goods are charged; of a pair, both. If the subscription names
   goods or words, the change must name one of them. Paused subscriptions, muted conversations, and
   those that turned reminders off get none; a reminder that is due after the mute is sent then.

Earlier reminders are read from the outbox, so neither a restart nor a corrected rate repeats one.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.mutes import Mute, is_silent
from bot.alerts.notices import NoticeQueue
from bot.alerts.subscriptions.criteria import EconomyFilter, names_goods_in
from bot.alerts.subscriptions.model import Subscription
from bot.rates.calendar.entries import CalendarEntry, affects, build_entries
from bot.rates.calendar.upcoming import list_upcoming_by_measure, merge_rows
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Upcoming
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


class Reminder(Frozen):
    """The changes that one message announces, by day. `Delivery.content` is a Reminder as JSON."""

    counted_on: date
    """The day from which 'in 7 days' is counted, in the time zone of the digest."""
    due: tuple[Due, ...]


class Place(NamedTuple):
    """A conversation of a team."""

    team: str
    conversation: str


SentReminders = Mapping[tuple[Place, str], Mapping[LeadTime, int]]
"""Maps each conversation and change to the reminders sent, with the days that were left then."""


def reminder_due(days_left: int, sent: Mapping[LeadTime, int]) -> LeadTime | None:
    """The reminder to send `days_left` days before a change; None if none is due."""
    if days_left < 0 or LeadTime.DAY in sent:
        return None
    first = sent.get(LeadTime.WEEK)
    if days_left <= 1:
        return None if first is not None and first <= ONE_REMINDER_DAYS else LeadTime.DAY
    return LeadTime.WEEK if first is None and days_left <= WEEK_DAYS else None


def plan_reminders(
    ledger: Ledger,
    subscriptions: Iterable[Subscription],
    off: Collection[Place],
    sent: SentReminders,
    today: date,
    now: datetime,
) -> tuple[Delivery, ...]:
    """One delivery for each conversation, except those in `off`, for which a reminder is due."""
    changes = list_upcoming_by_measure(
        ledger, today - timedelta(days=1), today + timedelta(days=WEEK_DAYS)
    )
    by_place: dict[Place, list[Subscription]] = {}
    for subscription in subscriptions:
        place = Place(subscription.team, subscription.conversation)
        topics = subscription.criteria.topics
        about_tariffs = not topics or Topic.TARIFF in topics
        if about_tariffs and place not in off and not subscription.is_paused(now):
            by_place.setdefault(place, []).append(subscription)
    found = []
    for place, held in by_place.items():
        wanted = [
            item for item in changes if any(wants_change(ledger, each, item) for each in held)
        ]
        due = tuple(_due(build_entries(ledger, merge_rows(ledger, wanted)), place, sent, today))
        if due:
            asking = [
                each for each in held if any(wants_change(ledger, each, item) for item in wanted)
            ]
            reminder = Reminder(counted_on=today, due=due)
            found.append(_delivery(place, reminder, _reason(ledger, asking), now))
    return tuple(found)


def sent_reminders(deliveries: Iterable[Delivery]) -> SentReminders:
    """The reminders in these deliveries, sent or still queued.

    Another version of the bot may have written their content, so only the needed fields are read.
    """
    found: dict[tuple[Place, str], dict[LeadTime, int]] = {}
    for delivery in deliveries:
        content = json.loads(delivery.content)
        counted_on = date.fromisoformat(content["counted_on"])
        for due in content["due"]:
            change = Place(delivery.team, delivery.conversation), due["ahead"]["key"]
            left = (date.fromisoformat(due["ahead"]["on"]) - counted_on).days
            found.setdefault(change, {})[LeadTime(due["notice"])] = left
    return found


def _due(
    changes: Iterable[CalendarEntry], place: Place, sent: SentReminders, today: date
) -> Iterator[Due]:
    for change in changes:
        left = (change.on - today).days
        lead = reminder_due(left, sent.get((place, change.key), {}))
        if lead is not None:
            yield Due(notice=lead, ahead=change)


def wants_change(ledger: Ledger, subscription: Subscription, item: Upcoming) -> bool:
    """Whether a change concerns the economies and goods of a subscription to tariffs."""
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


def _reason(ledger: Ledger, subscriptions: Iterable[Subscription]) -> str:
    """The delivery's reason, such as `subscribed here to tariffs of China or Japan`."""
    found = dict.fromkeys(_describe(ledger, each) for each in subscriptions)
    return f"subscribed here to {'; '.join(found)}"


def _describe(ledger: Ledger, subscription: Subscription) -> str:
    criteria = subscription.criteria
    names = [_name_economies(ledger, each) for each in criteria.economies]
    of = f" of {' or '.join(names)}" if names else " of any economy"
    goods = f" on {' or '.join(each.text for each in criteria.goods)}" if criteria.goods else ""
    words = f" with {' or '.join(criteria.words)}" if criteria.words else ""
    return f"tariffs{of}{goods}{words}"


def _name_economies(ledger: Ledger, economies: EconomyFilter) -> str:
    codes = (economies.first, economies.second)
    names = [
        ledger.parties.get(code).name if code in ledger.parties else code for code in codes if code
    ]
    return (" on " if economies.directed else " and ").join(names)


def _delivery(place: Place, reminder: Reminder, reason: str, now: datetime) -> Delivery:
    about = "\x1e".join(f"{due.ahead.key} {due.notice}" for due in reminder.due)
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


class Reminders:
    """Queues the day's reminders once a day; call `look` regularly.

    The first call of `look` at or after `hour` o'clock in `zone` queues them.
    """

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
        hour: int,
        zone: tzinfo,
    ) -> None:
        """`ledger` returns the current ledger. `on_deliveries` is called after queuing."""
        self._ledger, self._outbox = ledger, outbox
        self._subscriptions, self._switches, self._mutes = subscriptions, switches, mutes
        self._team, self._clock, self._on_deliveries = team, clock, on_deliveries
        self._hour, self._zone = hour, zone
        self._done_on: date | None = None

    async def look(self) -> None:
        """Queues today's reminders unless it is too early or they are queued; raises StoreError."""
        now = self._clock()
        here = now.astimezone(self._zone)
        if here.hour < self._hour or here.date() == self._done_on:
            return
        earlier = await self._outbox.reminders(now - _LOOK_BACK)
        off = {Place(self._team, each) for each in await self._switches.off(self._team)}
        off |= await self._find_muted(now)
        subscriptions = await self._subscriptions.every(self._team)
        ledger, today = self._ledger(), here.date()
        # Planning for a thousand conversations takes 0.2 s, so it runs in a thread.
        found = await asyncio.to_thread(
            lambda: plan_reminders(ledger, subscriptions, off, sent_reminders(earlier), today, now)
        )
        if found:
            await self._outbox.queue(found)
            self._on_deliveries()
        self._done_on = today

    async def _find_muted(self, now: datetime) -> set[Place]:
        """The conversations in which tariffs are muted."""
        mutes: dict[Place, list[Mute]] = {}
        for mute in await self._mutes.every(self._team, now):
            mutes.setdefault(Place(mute.team, mute.conversation), []).append(mute)
        return {place for place, own in mutes.items() if is_silent(own, Topic.TARIFF, now)}
