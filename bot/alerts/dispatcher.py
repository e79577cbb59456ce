"""Sends the deliveries in the outbox: claim, send, confirm.

    outbox.claim | wait for the turns of the conversation and of the workspace
                 | sender.send | outbox.confirm
                                                      |-- SendLater ---> outbox.retry, with backoff
                                                      |-- SendRefused -> outbox.give_up

`claim` decides which message is sent next (`bot.store.next_delivery`). It gives one message of a
conversation at a time, so messages of a conversation stay in order and no conversation delays
another. A claim is a lease. When the process dies, or the database is away for long, the lease
ends and the delivery is queued again, marked `uncertain`. A lease also ends when the machine slept
or its clock jumped, so a delivery that is still in flight is not started again.

While the database is away, the outcome of a send is kept in memory and its save is retried.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bot.alerts.delivery import LONGEST_PUT_OFF, Delivery, DeliveryKind
from bot.errors import SendLater, SendRefused, StoreError, StoreUnavailable
from bot.news.story import Story
from bot.values import Frozen

log = logging.getLogger(__name__)

LONGEST_BACKOFF_S = 300.0
"""The longest wait between two attempts, unless Slack asks for more."""
CLAIMS_PER_SLOT = 10
"""Claimed deliveries for each that may be posting; the others wait for their channel's pace."""
LONGEST_TURN_S = 25.0
"""How long a delivery waits in place for its workspace's turn; a later one is put back."""
_SEND_TIMEOUT_S = 30.0

TakeTurn = Callable[[str], Awaitable[float]]
"""Takes the next turn to post in a workspace, given its id, for the next send of this task.

Returns 0, or the seconds until a turn if it is more than a moment away.
"""


async def _without_limit(_team: str) -> float:
    return 0.0


@dataclass(frozen=True)
class DispatchTimes:
    """How long the dispatcher waits, in seconds."""

    send_timeout_s: float = _SEND_TIMEOUT_S
    """After this time, the outcome of a send counts as unknown."""
    lease_s: float = _SEND_TIMEOUT_S * (CLAIMS_PER_SLOT + 2)
    """Longer than any claimed delivery can wait for its turn and be sent."""
    save_retry_s: float = 3.0
    """Between two tries to save an outcome while the database is away."""
    longest_sleep_s: float = 30.0
    """Between two looks at the outbox: another process may have queued something."""


class Receipt(Frozen):
    """What Slack returned for a message: `ts`, its id within the conversation."""

    ts: str


class Sender(Protocol):
    """Posts a message. Looks for `delivery.id` first when the delivery is `uncertain`.

    Raises SendLater or SendRefused; any other exception counts as an unknown outcome.
    """

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt: ...


class DeliveryQueue(Protocol):
    """The unsent deliveries in the database."""

    async def claim(self, now: datetime, limit: int, lease_s: float) -> tuple[Delivery, ...]: ...

    async def confirm(self, delivery_id: str, ts: str, now: datetime) -> None: ...

    async def retry(
        self,
        delivery_id: str,
        due_at: datetime,
        error: str,
        uncertain: bool = False,
        counts: bool = True,
    ) -> None: ...

    async def put_back(self, delivery_id: str, due_at: datetime) -> None: ...

    async def give_up(self, delivery_id: str, error: str) -> None: ...

    async def stories(self, story_ids: Sequence[str]) -> tuple[Story, ...]: ...

    async def thread_ts(self, event_id: str, team: str, conversation: str) -> str | None: ...

    async def next_due(self, now: datetime) -> datetime | None: ...


class _Outcome(NamedTuple):
    """The result of an attempt; `save` writes it to the outbox."""

    sent: bool
    save: Callable[[], Awaitable[None]]


class Dispatcher:
    """Empties an outbox through a sender.

    `pace_s` is the shortest time in seconds between two messages in one conversation, `slots` how
    many messages may be posting at a time. `clock` gives the present moment in UTC. `take_turn`
    keeps to the limit of a whole workspace.
    """

    def __init__(
        self,
        outbox: DeliveryQueue,
        sender: Sender,
        clock: Callable[[], datetime],
        pace_s: float = 1.0,
        slots: int = 20,
        times: DispatchTimes = DispatchTimes(),
        take_turn: TakeTurn = _without_limit,
    ) -> None:
        self._take_turn = take_turn
        self._outbox, self._sender, self._clock, self._times = outbox, sender, clock, times
        self._posting = asyncio.Semaphore(slots)
        self._most_claims = slots * CLAIMS_PER_SLOT
        self._pace_s = pace_s
        self._next_send_at: dict[tuple[str, str], float] = {}
        self._paused_until: dict[str, datetime] = {}
        self._in_flight: dict[str, asyncio.Task[bool]] = {}
        self._unanswered: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._is_running = False

    def wake(self) -> None:
        """Makes `run` look at the outbox at once. Call it after queuing a delivery."""
        self._woken.set()

    async def run_once(self, now: datetime) -> int:
        """Sends all deliveries that are due at `now` and returns how many were sent."""
        sent = 0
        while claimed := await self._outbox.claim(now, self._most_claims, self._times.lease_s):
            sent += sum(await asyncio.gather(*map(self._deliver, claimed)))
        return sent

    async def run(self, stop: asyncio.Event) -> None:
        """Sends deliveries as they become due; once `stop` is set, finishes those in flight."""
        watcher = asyncio.create_task(self._wake_on(stop))
        self._is_running = True
        try:
            while not stop.is_set():
                self._woken.clear()
                sleep_s = await self._start_due()
                await _wait(self._woken, min(max(sleep_s, 0.0), self._times.longest_sleep_s))
        finally:
            watcher.cancel()
            self._stopped.set()
            ends = await asyncio.gather(*self._in_flight.values(), return_exceptions=True)
            if unsaved := sum(isinstance(end, StoreUnavailable) for end in ends):
                log.warning("the outcome of %d message(s) was not saved; it is looked up", unsaved)

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()

    async def _start_due(self) -> float:
        """Starts the deliveries that are due; returns the seconds until the next one is."""
        now = self._clock()
        room = self._most_claims - len(self._in_flight)
        if room < self._most_claims // 2:
            # Claiming many at a time is cheaper. A delivery that ends wakes the loop again.
            return self._times.longest_sleep_s
        try:
            claimed = await self._outbox.claim(now, room, self._times.lease_s)
            for delivery in claimed:
                if delivery.id not in self._in_flight:
                    self._start(delivery)
            due_at = None if len(claimed) == room else await self._outbox.next_due(now)
        except StoreUnavailable:
            return self._times.save_retry_s
        except StoreError:
            retry_s = self._times.longest_sleep_s
            log.exception("the outbox cannot be read; trying again in %d s", retry_s)
            return retry_s
        if due_at is None:
            return self._times.longest_sleep_s
        return (due_at - self._clock()).total_seconds()

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(delivery), name=f"deliver {delivery.id}")
        self._in_flight[delivery.id] = task
        task.add_done_callback(lambda ended: self._finish(delivery, ended))

    def _finish(self, delivery: Delivery, task: asyncio.Task[bool]) -> None:
        del self._in_flight[delivery.id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoreUnavailable):
            log.error("a delivery's outcome was not saved; it will be looked up", exc_info=error)
        self.wake()

    async def _deliver(self, delivery: Delivery) -> bool:
        """Makes one attempt and saves its outcome; returns whether the message was sent."""
        loop = asyncio.get_running_loop()
        save_until = loop.time() + self._times.lease_s
        conversation = delivery.team, delivery.conversation
        await asyncio.sleep(self._next_send_at.get(conversation, 0.0) - loop.time())
        async with self._posting:
            outcome = await self._attempt(delivery)
        if outcome.sent and self._is_running:
            # The outbox accepts this after the lease too, and an in-flight delivery is not started
            # again.
            save_until = math.inf
        await self._save(outcome, save_until)
        return outcome.sent

    async def _save(self, outcome: _Outcome, until: float) -> None:
        """Saves the outcome, with retries while the database is away.

        Raises StoreUnavailable when it is still away at `until` (by the loop's clock), or at the
        last try after a stop.
        """
        retry_s = self._times.save_retry_s
        while True:
            is_last = self._stopped.is_set()
            try:
                return await outcome.save()
            except StoreUnavailable:
                if is_last or asyncio.get_running_loop().time() + retry_s > until:
                    raise
            await _wait(self._stopped, retry_s)

    async def _attempt(self, delivery: Delivery) -> _Outcome:
        now = self._clock()
        paused_until = self._paused_until.get(delivery.team, now)
        paused = now < paused_until <= now + LONGEST_PUT_OFF
        if self._stopped.is_set() or paused:
            due_at = max(paused_until, delivery.due_at) if paused else delivery.due_at
            return self._put_back(delivery, due_at)
        if wait_s := await self._wait_for_turn(delivery.team):
            return self._put_back(delivery, self._clock() + timedelta(seconds=wait_s))
        try:
            stories, thread_ts = await self._read(delivery)
        except StoreUnavailable:
            return self._put_back(delivery, delivery.due_at)
        try:
            receipt = await self._send(delivery, stories, thread_ts)
        except SendLater as later:
            return self._retry(delivery, later)
        except SendRefused as refused:
            self._unanswered.pop(delivery.id, None)
            log.warning("delivery %s was refused: %s", delivery.id, refused.cause)
            return _Outcome(False, partial(self._outbox.give_up, delivery.id, refused.cause))
        finally:
            conversation = delivery.team, delivery.conversation
            self._next_send_at[conversation] = asyncio.get_running_loop().time() + self._pace_s
        self._unanswered.pop(delivery.id, None)
        confirm = partial(self._outbox.confirm, delivery.id, receipt.ts, self._clock())
        return _Outcome(True, confirm)

    async def _wait_for_turn(self, team: str) -> float:
        """Returns 0 with a turn, or the seconds until one when it is far away or after a stop."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_TURN_S
        while wait_s := await self._take_turn(team):
            if self._stopped.is_set() or loop.time() + wait_s > until:
                return wait_s
            await _wait(self._stopped, wait_s / 2)
        return 0.0

    def _put_back(self, delivery: Delivery, due_at: datetime) -> _Outcome:
        return _Outcome(False, partial(self._outbox.put_back, delivery.id, due_at))

    async def _read(self, delivery: Delivery) -> tuple[tuple[Story, ...], str | None]:
        """The stories of a delivery, and the message that it replies to."""
        stories = await self._outbox.stories(delivery.story_ids)
        if delivery.kind is not DeliveryKind.FOLLOW_UP:
            return stories, None
        thread_ts = await self._outbox.thread_ts(
            delivery.event_id, delivery.team, delivery.conversation
        )
        return stories, thread_ts

    async def _send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        timeout_s = self._times.send_timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                return await self._sender.send(delivery, stories, thread_ts)
        except (SendLater, SendRefused):
            raise
        except TimeoutError as error:
            cause = f"no answer in {timeout_s:.0f} s"
            raise SendLater(None, cause, uncertain=True, unanswered=True) from error
        except Exception as error:
            # A bug in the sender must not lose a message or stop the others.
            log.exception("delivery %s failed with an error of the bot's own", delivery.id)
            raise SendLater(None, type(error).__name__, uncertain=True) from error

    def _retry(self, delivery: Delivery, later: SendLater) -> _Outcome:
        now = self._clock()
        counts = later.after_s is None and not later.unanswered
        if later.after_s is None:
            unanswered = self._unanswered.get(delivery.id, 0)
            if later.unanswered:
                self._unanswered[delivery.id] = unanswered + 1
            backoff_s = 2.0 ** min(delivery.attempts + unanswered, 16)
            due_at = now + timedelta(seconds=min(backoff_s, LONGEST_BACKOFF_S))
        else:
            # Slack's rate limits hold for the whole workspace, so its other channels wait too.
            due_at = now + timedelta(seconds=later.after_s)
            self._paused_until[delivery.team] = due_at
        log.info("delivery %s waits until %s: %s", delivery.id, due_at.isoformat(), later.cause)
        retry = partial(
            self._outbox.retry, delivery.id, due_at, later.cause, later.uncertain, counts
        )
        return _Outcome(False, retry)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    """Returns when the event is set, or after the timeout."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
