"""Sends the deliveries in the outbox: claim, send, confirm.

    outbox.claim | wait for the turns of the conversation and of the workspace
                 | review, for bundles | outbox.start_sending | sender.send | outbox.confirm

`claim` decides which messages are sent next (`bot.store.next_delivery`). It returns one message of
a conversation at a time, so the messages of a conversation stay in order and no conversation delays
another. It always returns a message of a workspace that has none in flight, so no workspace delays
another. A claim has a lease. If the process dies, or the database cannot be reached for long, the
lease ends and the delivery is queued again, marked `uncertain` if it was being sent. A lease may
also end because the machine slept or its clock jumped. A delivery that is still in flight in this
process is then not started a second time.

While the database cannot be reached, the outcome of a send is kept in memory and saving it is
retried. `bot.alerts.sending.attempts` makes each attempt to send.
"""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from weakref import WeakValueDictionary

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.sending.attempts import AttemptResult, Attempts, wait_for
from bot.alerts.sending.ports import (
    CLAIMS_PER_SLOT,
    DEFAULT_TIMES,
    BusyTeams,
    DeliveryQueue,
    DispatchTimes,
    ReviewBundle,
    Sender,
    TakeTurn,
)
from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.errors import StoreError, StoreUnavailable
from bot.news.story import Story

log = logging.getLogger(__name__)

LOOKUP_SLOTS = 5
"""Maximum uncertain deliveries that are processed at a time in a workspace. They have their own
slots, because looking for an earlier message in Slack is slow.
"""
UPDATE_SLOTS = 2
"""Maximum updates in flight. Each workspace may have one even beyond this number. Updates have
their own slots, so that posts never wait for them. The number is low, because Slack allows about
one edit a second in a workspace, and the edit after an operator's click waits behind them.
"""


async def _keep_bundle(
    bundle: Delivery, stories: tuple[Story, ...]
) -> tuple[Delivery, tuple[Story, ...]]:
    return bundle, stories


async def _without_limit(_team: str) -> float:
    return 0.0


class _InFlight:
    """Counts the deliveries in flight by workspace, and limits how many more may be claimed.

    At most `most` are in flight. A workspace with none in flight may have one beyond this number.
    `room` is 0 unless at least `batch` fit, because claiming many at a time is cheaper.
    """

    def __init__(self, most: int, batch: int) -> None:
        self._most, self._batch = most, batch
        self._of_team: Counter[str] = Counter()

    @property
    def room(self) -> int:
        """The number of deliveries of any workspace that may be claimed now."""
        room = self._most - self._of_team.total()
        return room if room >= self._batch else 0

    @property
    def busy(self) -> frozenset[str]:
        """The workspaces that get no further claim until there is room."""
        return frozenset() if self.room else frozenset(self._of_team)

    def add(self, team: str) -> None:
        """Counts a delivery as in flight."""
        self._of_team[team] += 1

    def remove(self, team: str) -> None:
        """Counts a delivery as no longer in flight."""
        self._of_team[team] -= 1
        if not self._of_team[team]:
            del self._of_team[team]


class Dispatcher:
    """Sends the deliveries of an outbox through a sender.

    `pace_s` is the minimum number of seconds between two messages in one conversation. `slots` is
    the maximum number of messages that are posted at the same time in a workspace. `clock` returns
    the current time in UTC. `take_turn` enforces the rate limit of a whole workspace. A bundle
    without stories after its `review` is dropped.
    """

    def __init__(
        self,
        outbox: DeliveryQueue,
        sender: Sender,
        clock: Callable[[], datetime],
        pace_s: float = 1.0,
        slots: int = 20,
        times: DispatchTimes = DEFAULT_TIMES,
        workspaces: WorkspaceGate | None = None,
        take_turn: TakeTurn = _without_limit,
        review: ReviewBundle = _keep_bundle,
    ) -> None:
        self.workspaces = workspaces or WorkspaceGate()
        self.clock, self.times = clock, times
        self._outbox = outbox
        self._slots = slots
        # By workspace and `uncertain`, each only while a delivery holds it or waits for it.
        self._posting: WeakValueDictionary[tuple[str, bool], asyncio.Semaphore]
        self._posting = WeakValueDictionary()
        most = slots * CLAIMS_PER_SLOT
        # Claiming many messages at a time is cheaper.
        self._messages = _InFlight(most, batch=most // 2)
        self._updates = _InFlight(UPDATE_SLOTS, batch=1)
        self._in_flight: dict[str, asyncio.Task[bool]] = {}
        self._claimed_again: dict[str, Delivery] = {}
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._stop = asyncio.Event()
        self._is_running = False
        self._attempts = Attempts(
            outbox,
            sender,
            clock,
            pace_s,
            times,
            self.workspaces,
            take_turn,
            review,
            self._stopped,
            lambda delivery_id: self._claimed_again.pop(delivery_id, None),
        )

    def wake(self) -> None:
        """Makes `run` read the outbox at once. Call this after queuing a delivery."""
        self._woken.set()

    async def run_once(self, now: datetime) -> int:
        """Sends all deliveries that are due at `now` and returns how many were sent."""
        sent = 0
        while claimed := await self._claim(now):
            sent += sum(await asyncio.gather(*map(self.deliver, claimed)))
        await self.workspaces.report_delivered(now)
        return sent

    async def run(self, stop: asyncio.Event) -> None:
        """Sends deliveries when they are due until `stop` is set, then finishes those in flight."""
        watcher = asyncio.create_task(self._wake_on(stop))
        self._stop, self._is_running = stop, True
        try:
            while not stop.is_set():
                self._woken.clear()
                sleep_s = await self._start_due()
                await wait_for(self._woken, min(max(sleep_s, 0.0), self.times.longest_sleep_s))
        finally:
            watcher.cancel()
            self._stopped.set()
            ends = await asyncio.gather(*self._in_flight.values(), return_exceptions=True)
            if unsaved := sum(isinstance(end, StoreUnavailable) for end in ends):
                log.warning("the outcome of %d message(s) was not saved; it is looked up", unsaved)
            with suppress(StoreError):
                await self.workspaces.save()

    @property
    def is_stopping(self) -> bool:
        """Whether sending has stopped."""
        return self._stopped.is_set() or self._stop.is_set()

    async def watch_workspaces(self, stop: asyncio.Event) -> None:
        """Checks the workspaces until `stop` is set, while others call `deliver`.

        Call it in place of `run` in a process that drains lanes (`bot.alerts.sending.lanes`).
        """
        self._stop, self._is_running = stop, True
        try:
            while not stop.is_set():
                with suppress(StoreError):
                    await self._look(self.clock())
                    await self.workspaces.save()
                    if self.workspaces.recover_checked(self.clock()):
                        await self._report_if_delivered()
                await wait_for(stop, 1.0)
        finally:
            self._stopped.set()
            with suppress(StoreError):
                await self.workspaces.save()

    async def _report_if_delivered(self) -> None:
        now = self.clock()
        due_at = await self._outbox.next_due(now, self.workspaces.closed)
        if due_at is None or due_at > now:
            await self.workspaces.report_delivered(now)

    def find_wait_s(self, team: str, conversation: str) -> float:
        """Seconds until the conversation may get its next message."""
        return self._attempts.find_wait_s(team, conversation)

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()

    async def _start_due(self) -> float:
        """Starts the deliveries that are due; returns the seconds after which to call it again."""
        now = self.clock()
        try:
            claimed = await self._claim(now)
            if self._stop.is_set() and not claimed:
                return 0.0
            for delivery in claimed:
                if delivery.id in self._in_flight:
                    self._claimed_again[delivery.id] = delivery
                else:
                    self._start(delivery)
            due_at = await self._next_moment(now)
            if not claimed and not self._in_flight:
                await self.workspaces.report_delivered(now)
        except StoreUnavailable:
            return self.times.save_retry_s
        except StoreError:
            retry_s = self.times.longest_sleep_s
            log.exception("the outbox cannot be read; trying again in %d s", retry_s)
            return retry_s
        if due_at is None:
            return self.times.longest_sleep_s
        return (due_at - self.clock()).total_seconds()

    async def _claim(self, now: datetime) -> tuple[Delivery, ...]:
        await self._look(now)
        await self.workspaces.save()
        if self._stop.is_set():
            return ()
        closed, lease_s = self.workspaces.closed, self.times.lease_s
        messages, updates = self._messages.room, self._updates.room
        return await self._outbox.claim(now, messages, lease_s, closed, updates, self._busy)

    @property
    def _busy(self) -> BusyTeams:
        return BusyTeams(self._messages.busy, self._updates.busy)

    async def _look(self, now: datetime) -> datetime | None:
        """Checks the workspaces, as their gate does, unless a stop comes first."""
        looking = asyncio.ensure_future(self.workspaces.look(now))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return looking.result() if looking.done() else None
        finally:
            looking.cancel()
            stopping.cancel()

    async def _next_moment(self, now: datetime) -> datetime | None:
        """When the next delivery is due, or the next check of a workspace."""
        check_at = await self._look(now)
        # The end of a delivery wakes the loop, so busy workspaces need no time to wake up at.
        due_at = await self._outbox.next_due(now, self.workspaces.closed, self._busy)
        return min((each for each in (check_at, due_at) if each is not None), default=None)

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self.deliver(delivery), name=f"deliver {delivery.id}")
        self._in_flight[delivery.id] = task
        if (counted := self._find_counted(delivery)) is not None:
            counted.add(delivery.team)
        task.add_done_callback(lambda ended: self._finish(delivery, ended))

    def _find_counted(self, delivery: Delivery) -> "_InFlight | None":
        if delivery.kind is DeliveryKind.UPDATE:
            return self._updates
        return None if delivery.uncertain else self._messages

    def _finish(self, delivery: Delivery, task: asyncio.Task[bool]) -> None:
        del self._in_flight[delivery.id]
        counted = self._find_counted(delivery)
        if counted is not None:
            counted.remove(delivery.team)
        again = self._claimed_again.pop(delivery.id, None)
        if again is not None and not self._stop.is_set():
            # It was claimed before this task ended. `start_sending` ignores a claim that is over.
            self._start(again)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoreUnavailable):
            log.error(
                "a message's outcome was not saved; Slack will be searched for it", exc_info=error
            )
        if counted is None or delivery.team not in counted.busy:
            self.wake()

    async def deliver(self, delivery: Delivery) -> bool:
        """Makes one attempt to send and saves its outcome; returns whether the message was sent."""
        loop = asyncio.get_running_loop()
        save_until = loop.time() + self.times.lease_s
        if delivery.kind is DeliveryKind.UPDATE:
            async with self.workspaces.turn(delivery.team) as turn:
                result = await self._attempts.edit(delivery, turn)
        else:
            await self._attempts.wait_for_pace(delivery)
            slots = self._find_slots(delivery.team, uncertain=delivery.uncertain)
            async with self.workspaces.turn(delivery.team) as turn, slots:
                result = await self._attempts.post(delivery, turn)
        if result.sent and self._is_running:
            # Saving may be retried after the lease has ended. The outbox accepts the outcome of a
            # sent message even then, and `run` does not start a delivery that is still in flight.
            save_until = math.inf
        await self._save(result, save_until)
        return result.sent

    def _find_slots(self, team: str, *, uncertain: bool) -> asyncio.Semaphore:
        slots = self._posting.get((team, uncertain))
        if slots is None:
            slots = asyncio.Semaphore(LOOKUP_SLOTS if uncertain else self._slots)
            self._posting[team, uncertain] = slots
        return slots

    async def _save(self, result: AttemptResult, until: float) -> None:
        """Saves the result, with retries while the database cannot be reached.

        Raises StoreUnavailable if the database cannot be reached before `until`, a time of the
        event loop's clock. After a stop, it tries only once more.
        """
        retry_s = self.times.save_retry_s
        while True:
            is_last = self._stopped.is_set()
            try:
                return await result.save()
            except StoreUnavailable:
                if is_last or asyncio.get_running_loop().time() + retry_s > until:
                    raise
            await wait_for(self._stopped, retry_s)
