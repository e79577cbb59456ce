"""Sends what is owed: claim, send, confirm.

    outbox.claim | pace of the conversation | sender.send | outbox.confirm
                                                 |-- SendLater ---> outbox.retry, later
                                                 |-- SendRefused -> outbox.give_up

What became of a message is written again for as long as the database is away, see `keeping`.
The outbox hands out one message of a conversation at a time, so order holds within a conversation,
and a slow one never holds up another. What was claimed and neither confirmed nor put back (the
process died, the database was away for long) is owed again when its lease ends, marked `uncertain`.
A lease also ends when the machine slept or its clock leapt, so what is still posting is not begun
again.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bot.alerts.delivery import LONGEST_PUT_OFF, Delivery, DeliveryKind
from bot.alerts.outcome_retry import AGAIN_S, OutcomeRetry
from bot.errors import SendLater, SendRefused, StoreAway, StoreError
from bot.news.story import Story
from bot.values import Frozen

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""One send may take this long; then its outcome counts as unknown."""
LONGEST_WAIT_S = 300.0
"""The most that backing off waits between two attempts, in seconds."""
IN_FLIGHT_PER_SLOT = 10
"""Messages claimed for each that may be posting: those between wait for their channel's pace."""
LEASE_S = PATIENCE_S * (IN_FLIGHT_PER_SLOT + 2)
"""Longer than any claimed message can wait for its turn and be sent."""
LONGEST_NAP_S = 30.0
"""The dispatcher looks at least this often, though nobody woke it: another process may owe."""


class Waits(Frozen):
    """How long the dispatcher waits, in seconds.

    `patience_s` is for one send, `lease_s` for a claimed message, `nap_s` at most between two looks
    at the outbox, `again_s` between two tries while the database is away.
    """

    patience_s: float = PATIENCE_S
    lease_s: float = LEASE_S
    nap_s: float = LONGEST_NAP_S
    again_s: float = AGAIN_S


USUAL_WAITS = Waits()


class Receipt(Frozen):
    """What Slack gave for a message: `ts`, its id within the conversation."""

    ts: str


class Sender(Protocol):
    """Posts a message. Looks for `delivery.id` first when the delivery is `uncertain`.

    Raises SendLater or SendRefused; whatever else it raises is taken as an unknown outcome.
    """

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt: ...


class DeliveryQueue(Protocol):
    """What is owed and not yet confirmed, kept where a crash does not lose it."""

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
    """What became of a message; `write` tells the outbox."""

    sent: bool
    write: Callable[[], Awaitable[None]]


class Dispatcher:
    """Empties an outbox through a sender.

    `pace_s` is the least time in seconds between two messages in one conversation, `slots` how many
    messages may be posting at a time. `clock` gives the present moment in UTC.
    """

    def __init__(
        self,
        outbox: DeliveryQueue,
        sender: Sender,
        clock: Callable[[], datetime],
        pace_s: float = 1.0,
        slots: int = 20,
        waits: Waits = USUAL_WAITS,
    ) -> None:
        self._outbox, self._sender, self._clock = outbox, sender, clock
        self._posting = asyncio.Semaphore(slots)
        self._in_flight_limit = slots * IN_FLIGHT_PER_SLOT
        self._pace_s, self._waits = pace_s, waits
        self._rests_until: dict[tuple[str, str], float] = {}
        self._paused_until: dict[str, datetime] = {}
        self._in_flight: dict[str, asyncio.Task[bool]] = {}
        self._unanswered: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._keeping = OutcomeRetry(waits.again_s)
        self._is_running = self._stopping = False

    def wake(self) -> None:
        """Makes `run` look at once; to be called after whatever adds to the outbox."""
        self._woken.set()

    async def run_once(self, now: datetime) -> int:
        """Sends all that is due at `now` and returns how many messages went out.

        For who has no loop to leave it to: nothing that becomes due meanwhile is waited for.
        """
        sent = 0
        while claimed := await self._outbox.claim(now, self._in_flight_limit, self._waits.lease_s):
            sent += sum(await asyncio.gather(*map(self._deliver, claimed)))
        return sent

    async def run(self, stop: asyncio.Event) -> None:
        """Sends whatever becomes due until `stop` is set; then ends what is posting, in order."""
        watcher = asyncio.create_task(self._wake_on(stop))
        self._is_running = True
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._nap(await self._start_due())
        finally:
            watcher.cancel()
            self._stopping = True
            self._keeping.stop()
            ends = await asyncio.gather(*self._in_flight.values(), return_exceptions=True)
            if unkept := sum(isinstance(end, StoreAway) for end in ends):
                log.warning("what became of %d message(s) was not kept; it is looked up", unkept)

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()

    async def _start_due(self) -> float:
        """Starts what is due; returns for how many seconds nothing else will be."""
        now = self._clock()
        room = self._in_flight_limit - len(self._in_flight)
        if room < self._in_flight_limit // 2:
            # Claiming many at a time is cheaper; whoever ends wakes us again.
            return self._waits.nap_s
        try:
            claimed = await self._outbox.claim(now, room, self._waits.lease_s)
            for delivery in claimed:
                if delivery.id not in self._in_flight:
                    self._start(delivery)
            due_at = None if len(claimed) == room else await self._outbox.next_due(now)
        except StoreAway:
            return self._waits.again_s
        except StoreError:
            log.exception("the outbox cannot be read; trying again in %d s", self._waits.nap_s)
            return self._waits.nap_s
        return self._waits.nap_s if due_at is None else (due_at - self._clock()).total_seconds()

    async def _nap(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(min(max(seconds, 0.0), self._waits.nap_s)):
                await self._woken.wait()
        except TimeoutError:
            return

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(delivery), name=f"deliver {delivery.id}")
        self._in_flight[delivery.id] = task
        task.add_done_callback(lambda ended: self._ended(delivery, ended))

    def _ended(self, delivery: Delivery, task: asyncio.Task[bool]) -> None:
        del self._in_flight[delivery.id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoreAway):
            log.error("a delivery's outcome was not kept; it will be looked up", exc_info=error)
        self.wake()

    async def _deliver(self, delivery: Delivery) -> bool:
        """One claimed delivery to its end; whether it was sent."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._waits.lease_s
        line = delivery.team, delivery.conversation
        await asyncio.sleep(self._rests_until.get(line, 0.0) - loop.time())
        async with self._posting:
            outcome = await self._attempt(delivery)
        if outcome.sent and self._is_running:
            # Posted is posted: the outbox takes it after the lease too, and nobody begins it again
            # while it is in flight.
            until = math.inf
        await self._keeping.keep(outcome.write, until)
        return outcome.sent

    async def _attempt(self, delivery: Delivery) -> _Outcome:
        now = self._clock()
        paused_until = self._paused_until.get(delivery.team, now)
        paused = now < paused_until <= now + LONGEST_PUT_OFF
        if self._stopping or paused:
            due_at = max(paused_until, delivery.due_at) if paused else delivery.due_at
            return self._put_back(delivery, due_at)
        try:
            stories, thread_ts = await self._read(delivery)
        except StoreAway:
            return self._put_back(delivery, delivery.due_at)
        try:
            receipt = await self._send(delivery, stories, thread_ts)
        except SendLater as later:
            return self._later(delivery, later)
        except SendRefused as refused:
            self._unanswered.pop(delivery.id, None)
            log.warning("delivery %s was refused: %s", delivery.id, refused.cause)
            return _Outcome(False, partial(self._outbox.give_up, delivery.id, refused.cause))
        finally:
            line = delivery.team, delivery.conversation
            self._rests_until[line] = asyncio.get_running_loop().time() + self._pace_s
        self._unanswered.pop(delivery.id, None)
        confirm = partial(self._outbox.confirm, delivery.id, receipt.ts, self._clock())
        return _Outcome(True, confirm)

    def _put_back(self, delivery: Delivery, due_at: datetime) -> _Outcome:
        return _Outcome(False, partial(self._outbox.put_back, delivery.id, due_at))

    async def _read(self, delivery: Delivery) -> tuple[tuple[Story, ...], str | None]:
        """What it tells of, and the message that it answers."""
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
        try:
            async with asyncio.timeout(self._waits.patience_s):
                return await self._sender.send(delivery, stories, thread_ts)
        except (SendLater, SendRefused):
            raise
        except TimeoutError as error:
            cause = f"no answer in {self._waits.patience_s:.0f} s"
            raise SendLater(None, cause, uncertain=True, unanswered=True) from error
        except Exception as error:
            # A bug in the sender must not lose a message or stop the others.
            log.exception("delivery %s ended in an error of the bot's own", delivery.id)
            raise SendLater(None, type(error).__name__, uncertain=True) from error

    def _later(self, delivery: Delivery, later: SendLater) -> _Outcome:
        now = self._clock()
        counts = later.after_s is None and not later.unanswered
        if later.after_s is None:
            unanswered = self._unanswered.get(delivery.id, 0)
            if later.unanswered:
                self._unanswered[delivery.id] = unanswered + 1
            wait_s = 2.0 ** min(delivery.attempts + unanswered, 16)
            due_at = now + timedelta(seconds=min(wait_s, LONGEST_WAIT_S))
        else:
            # Slack counts its limits for a whole workspace: asking for another channel is asking
            # again too soon.
            due_at = now + timedelta(seconds=later.after_s)
            self._paused_until[delivery.team] = due_at
        log.info("delivery %s waits until %s: %s", delivery.id, due_at.isoformat(), later.cause)
        retry = partial(
            self._outbox.retry, delivery.id, due_at, later.cause, later.uncertain, counts
        )
        return _Outcome(False, retry)
