"""Reminds of what takes effect or ends: once about a week before, once about a day before.

    ledger | coming within 7 days | who is subscribed to it | less what was told | one message each

1. A change is told within seven days of it, and again on the day before: `WEEK`, then `DAY`.
2. Each of the two goes out once, late where the bot was down or the change was known late; but a
   change first told in its last three days has no second notice.
3. All that a conversation is to hear on one day is one message, at the hour of the digest.
4. It goes to whoever is subscribed to tariffs, of any economy or of one that imposes or pays the
   duty; not to the muted, and not where reminders were switched off.

What was told is read from the outbox, so neither a restart nor a corrected rate tells it again.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple, Protocol

from pydantic import BaseModel

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.alerts.subscription import Subscription
from bot.rates.calendar.entries import CalendarEntry, ahead, concerns
from bot.rates.calendar.upcoming import coming, joined
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Upcoming
from bot.values import Frozen, Topic

WEEK_DAYS = 7
"""So many days before its day, a change is told for the first time."""
ONE_NOTICE_DAYS = 3
"""A change first told so few days before its day is not told a second time."""
_REMEMBERED = timedelta(days=2 * WEEK_DAYS)


class Notice(StrEnum):
    """Which of the two reminders of a change."""

    WEEK = "week"
    DAY = "day"


class Due(Frozen):
    """A change, and which of its two reminders this is."""

    notice: Notice
    ahead: CalendarEntry


class Reminder(Frozen):
    """What one message reminds of, in the order of days; `Delivery.content` holds it as JSON."""

    counted_on: date
    """The day from which 'in 7 days' is counted, where the digest's clock stands."""
    due: tuple[Due, ...]


class _Change(BaseModel):
    key: str
    on: date


class _Given(BaseModel):
    notice: Notice
    ahead: _Change


class _Earlier(BaseModel):
    """What of a Reminder is needed to tell it once; another version may have written the rest."""

    counted_on: date
    due: tuple[_Given, ...]


class Place(NamedTuple):
    """A conversation of a team."""

    team: str
    conversation: str


Told = Mapping[tuple[Place, str], Mapping[Notice, int]]
"""Of each conversation and change: the notices given, with how many days were left then."""


def notice_due(days_left: int, given: Mapping[Notice, int]) -> Notice | None:
    """Which notice is to be given so many days before a change; None for neither."""
    if days_left < 0 or Notice.DAY in given:
        return None
    first = given.get(Notice.WEEK)
    if days_left <= 1:
        return None if first is not None and first <= ONE_NOTICE_DAYS else Notice.DAY
    return Notice.WEEK if first is None and days_left <= WEEK_DAYS else None


def reminders(
    ledger: Ledger,
    subscriptions: Iterable[Subscription],
    off: Collection[Place],
    told: Told,
    today: date,
    now: datetime,
) -> tuple[Delivery, ...]:
    """One message for each conversation that is to be reminded of something today."""
    changes = coming(ledger, today - timedelta(days=1), today + timedelta(days=WEEK_DAYS))
    wishes: dict[Place, list[Subscription]] = {}
    for wish in subscriptions:
        place = Place(wish.team, wish.conversation)
        if place not in off and _wants_tariffs(wish, now):
            wishes.setdefault(place, []).append(wish)
    found = []
    for place, listed in wishes.items():
        wanted = [item for item in changes if any(_wants(ledger, w, item) for w in listed)]
        due = tuple(_due(ahead(ledger, joined(ledger, wanted)), place, told, today))
        if due:
            reason = _reason(ledger, [w for w in listed if _fits(ledger, w, wanted)])
            found.append(_delivery(place, Reminder(counted_on=today, due=due), reason, now))
    return tuple(found)


def told_in(deliveries: Iterable[Delivery]) -> Told:
    """What these deliveries have told, sent or still owed."""
    found: dict[tuple[Place, str], dict[Notice, int]] = {}
    for delivery in deliveries:
        earlier = _Earlier.model_validate_json(delivery.content)
        for due in earlier.due:
            change = Place(delivery.team, delivery.conversation), due.ahead.key
            left = (due.ahead.on - earlier.counted_on).days
            found.setdefault(change, {})[due.notice] = left
    return found


def _due(changes: Iterable[CalendarEntry], place: Place, told: Told, today: date) -> Iterator[Due]:
    for change in changes:
        left = (change.on - today).days
        notice = notice_due(left, told.get((place, change.key), {}))
        if notice is not None:
            yield Due(notice=notice, ahead=change)


def _wants_tariffs(wish: Subscription, now: datetime) -> bool:
    if wish.muted_until is not None and now < wish.muted_until:
        return False
    return not wish.topics or Topic.TARIFF in wish.topics


def _wants(ledger: Ledger, wish: Subscription, item: Upcoming) -> bool:
    if wish.parties and not concerns(ledger, item, wish.parties):
        return False
    said = f"{item.measure}\n{item.what}".casefold()
    return not wish.words or any(word.casefold() in said for word in wish.words)


def _fits(ledger: Ledger, wish: Subscription, items: Iterable[Upcoming]) -> bool:
    return any(_wants(ledger, wish, item) for item in items)


def _reason(ledger: Ledger, wishes: Iterable[Subscription]) -> str:
    """`subscribed here to tariffs of China or Japan`."""
    found = dict.fromkeys(_wish(ledger, wish) for wish in wishes)
    return f"subscribed here to {'; '.join(found)}"


def _wish(ledger: Ledger, wish: Subscription) -> str:
    names = [
        ledger.parties.get(code).name if code in ledger.parties else code
        for code in sorted(wish.parties)
    ]
    of = f" of {' or '.join(names)}" if names else " of any economy"
    return f"tariffs{of}" + (f" with {' or '.join(wish.words)}" if wish.words else "")


def _delivery(place: Place, reminder: Reminder, reason: str, now: datetime) -> Delivery:
    about = "\x1e".join(f"{due.ahead.key} {due.notice}" for due in reminder.due)
    return Delivery(
        id=delivery_id(DeliveryKind.REMINDER, *place, about),
        kind=DeliveryKind.REMINDER,
        team=place.team,
        conversation=place.conversation,
        story_ids=(),
        event_id="",
        reason=reason,
        due_at=now,
        content=reminder.model_dump_json(),
    )


class ReminderQueue(Protocol):
    """Where messages are owed; what is owed or was sent already stays as it is."""

    async def owe(self, deliveries: Collection[Delivery]) -> None: ...

    async def reminders(self, since: datetime) -> Collection[Delivery]:
        """Those of kind REMINDER that came to be owed since then, whatever became of them."""
        ...


class SubscriptionSource(Protocol):
    """Who wants what."""

    async def every(self, team: str) -> Collection[Subscription]: ...


class Switches(Protocol):
    """Where reminders were switched off."""

    async def off(self, team: str) -> Collection[str]:
        """The conversations."""
        ...


class Reminders:
    """Owes the day's reminders, once a day; `look` is to be called now and then.

    They are owed at the first look at or after `hour` o'clock in `zone`.
    """

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        outbox: ReminderQueue,
        subscriptions: SubscriptionSource,
        switches: Switches,
        team: str,
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
        hour: int,
        zone: tzinfo,
    ) -> None:
        """`ledger` gives the ledger as it stands."""
        self._ledger, self._outbox = ledger, outbox
        self._subscriptions, self._switches = subscriptions, switches
        self._team, self._clock, self._on_deliveries = team, clock, on_deliveries
        self._hour, self._zone = hour, zone
        self._looked_on: date | None = None

    async def look(self) -> None:
        """Owes what is to be told today and was not yet; raises StoreError."""
        now = self._clock()
        here = now.astimezone(self._zone)
        if here.hour < self._hour or here.date() == self._looked_on:
            return
        kept = await self._outbox.reminders(now - _REMEMBERED)
        off = {Place(self._team, each) for each in await self._switches.off(self._team)}
        wishes = await self._subscriptions.every(self._team)
        ledger, today = self._ledger(), here.date()
        # A thousand conversations take a fifth of a second.
        found = await asyncio.to_thread(
            lambda: reminders(ledger, wishes, off, told_in(kept), today, now)
        )
        if found:
            await self._outbox.owe(found)
            self._on_deliveries()
        self._looked_on = today
