"""Queues the reminders of each conversation once a day."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from bot.alerts.deadlines import NO_DATED_EVENTS, DatedEvents
from bot.alerts.delivery import Delivery
from bot.alerts.reminders.model import Place, read_sent
from bot.alerts.reminders.planning import WEEK_DAYS, list_changes, plan_reminders
from bot.alerts.reminders.ports import (
    DeadlineSource,
    MuteSource,
    ReminderQueue,
    SubscriptionSource,
    Switches,
)
from bot.alerts.reminders.schedule import ReminderSchedule
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import (
    NOTHING_TOUCHING,
    LineTouches,
    NoLineLists,
    TouchingAhead,
    count_dependent,
    find_touching_ahead,
)
from bot.alerts.subscriptions.timing import ServerTime, floor_to_quarter
from bot.rates.ledger import Ledger

_LOOK_BACK = timedelta(days=2 * WEEK_DAYS)


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
        """Queues the reminders that became due since the last look; raises StoreError."""
        now = self._clock()
        quarter = floor_to_quarter(now)
        if quarter == self._looked_at:
            return
        subscriptions = await self._subscriptions.every(self._team)
        schedule = await asyncio.to_thread(
            ReminderSchedule, subscriptions, self._server, now, self._looked_at
        )
        if schedule.days:
            await self._queue(subscriptions, schedule, now)
        self._looked_at = quarter

    async def _queue(
        self, subscriptions: Collection[Subscription], schedule: ReminderSchedule, now: datetime
    ) -> None:
        earlier = await self._outbox.reminders(now - _LOOK_BACK)
        off = {Place(self._team, each) for each in await self._switches.off(self._team)}
        ledger, days = self._ledger(), [each for each in schedule.days if each is not None]
        dated = NO_DATED_EVENTS
        if self._deadlines is not None:
            first, last = min(days).day, max(days).day
            dated = await self._deadlines.find(first, last + timedelta(days=WEEK_DAYS))
        mutes, sent = await self._mutes.every(self._team, now), read_sent(earlier)
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
        """The stories and changes on these days that touch lines of conversations with a
        subscription that wants *only my lines*."""
        if not count_dependent(subscriptions):
            return NOTHING_TOUCHING
        ledger, stories = self._ledger(), [one for each in dated.events for one in each.stories]
        changes, blocs = list_changes(ledger, min(days), max(days)), ledger.parties.blocs
        return await find_touching_ahead(self._touches, subscriptions, stories, changes, blocs)
