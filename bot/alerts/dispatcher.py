"""Sends the deliveries in the outbox: claim, send, confirm.

    outbox.claim | wait for the turns of the conversation and of the workspace
                 | review, for bundles | outbox.start_sending | sender.send | outbox.confirm

    SendLater            outbox.retry, with backoff
    SendRefused          outbox.give_up
    ConversationRefused  outbox.hold, and outbox.give_up_held after a day
    WorkspaceRefused     outbox.put_back, until the workspace accepts messages (`WorkspaceGate`)

`claim` decides which messages are sent next (`bot.store.next_delivery`). It returns one message of
a conversation at a time, so the messages of a conversation stay in order and no conversation delays
another. A claim has a lease. If the process dies, or the database cannot be reached for long, the
lease ends and the delivery is queued again, marked `uncertain` if it was being sent. A lease may
also end because the machine slept or its clock jumped. A delivery that is still in flight in this
process is then not started a second time.

While the database cannot be reached, the outcome of a send is kept in memory and saving it is
retried.

An update edits the first message of its event. It is not a post, so it neither waits for a turn of
posts nor takes one, and its rate limit delays no post. Sending it twice changes nothing, so it
needs no look-up. If Slack refuses to edit the message, or refuses the conversation, the update is
dropped.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from bot.alerts.delivery import LONGEST_PUT_OFF, Delivery, DeliveryKind
from bot.alerts.held import HELD_FOR, next_try
from bot.alerts.workspace_gate import Turn, WorkspaceGate
from bot.errors import (
    ConversationRefused,
    SendLater,
    SendRefused,
    StoreError,
    StoreUnavailable,
    WorkspaceRefused,
)
from bot.news.story import Story
from bot.values import Frozen

log = logging.getLogger(__name__)

LONGEST_BACKOFF_S = 300.0
"""The longest wait between two attempts, unless Slack asks for more."""
CLAIMS_PER_SLOT = 10
"""Maximum claimed deliveries per slot. Most of them wait because of the pace of their channel."""
LOOKUP_SLOTS = 5
"""Maximum uncertain deliveries that are processed at a time. They have their own slots, because
looking for an earlier message in Slack is slow.
"""
UPDATE_SLOTS = 2
"""Maximum updates that are claimed at a time. They have their own slots, so that posts never wait
for them. Few, because Slack allows about one edit a second in a workspace, and the edit after an
operator's click waits behind them.
"""
UPDATE_ATTEMPTS = 8
"""An update that has failed this often is dropped. The next story of its event makes another
update.
"""
LONGEST_TURN_S = 25.0
"""Maximum seconds that a claimed delivery waits for a turn of its workspace. If the turn is further
away, the delivery is queued again.
"""
_SEND_TIMEOUT_S = 30.0
_OF_EDITED = ("id", "reason", "due_at", "first_due_at", "claimed_at", "held_at", "error")
"""The fields that an edit has from the message that it edits."""

TakeTurn = Callable[[str], Awaitable[float]]
"""Reserves a turn to post in a workspace, given its id, for the next send of the calling task.
Returns 0 if it got a turn, perhaps after a short wait; otherwise the seconds until one is free.
"""


ReviewBundle = Callable[
    [Delivery, tuple[Story, ...]], Awaitable[tuple[Delivery, tuple[Story, ...]]]
]
"""Returns a bundle with those of its stories that its conversation still wants."""
_UNWANTED = "no subscription of the conversation wants its stories any more"


async def _keep_bundle(
    bundle: Delivery, stories: tuple[Story, ...]
) -> tuple[Delivery, tuple[Story, ...]]:
    return bundle, stories


async def _without_limit(_team: str) -> float:
    return 0.0


@dataclass(frozen=True)
class DispatchTimes:
    """The dispatcher's timeouts and waits, in seconds."""

    send_timeout_s: float = _SEND_TIMEOUT_S
    """If Slack has not answered after this time, the outcome of a send counts as unknown."""
    lease_s: float = _SEND_TIMEOUT_S * (CLAIMS_PER_SLOT + 2)
    """Longer than any claimed delivery takes to get its turn and to be sent."""
    save_retry_s: float = 3.0
    """The time between two tries to save an outcome while the database cannot be reached."""
    longest_sleep_s: float = 30.0
    """The longest time between two reads of the outbox; other processes may queue messages."""


class Receipt(Frozen):
    """What Slack returned for a message: `ts`, its id within the conversation.

    `found`: an earlier attempt had posted all of it, so this one posted nothing.
    """

    ts: str
    found: bool = False


class Sender(Protocol):
    """Posts a message, or edits the first message of an event for an update.

    `thread_ts` is the message to reply to, or for an update the message to edit. An update has the
    `id`, the `reason` and the times of the delivery that it edits, and its receipt is `found` if
    the message was up to date. For another `uncertain` delivery, the sender first looks for
    `delivery.id` in Slack.

    Raises SendLater, SendRefused, ConversationRefused or WorkspaceRefused; any other exception
    counts as an unknown outcome.
    """

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt: ...


class DeliveryQueue(Protocol):
    """The deliveries in the database that are not sent yet; see `bot.store.outbox`."""

    async def claim(
        self,
        now: datetime,
        limit: int,
        lease_s: float,
        closed: Collection[str] = (),
        updates: int = 0,
    ) -> tuple[Delivery, ...]: ...

    async def start_sending(self, delivery_id: str, claimed_at: datetime | None) -> bool: ...

    async def confirm(
        self, delivery_id: str, ts: str, now: datetime, posted: bool = True
    ) -> bool: ...

    async def retry(
        self,
        delivery_id: str,
        due_at: datetime,
        error: str,
        uncertain: bool = False,
        counts: bool = True,
    ) -> None: ...

    async def put_back(
        self, delivery_id: str, due_at: datetime, error: str = "", uncertain: bool = False
    ) -> None: ...

    async def hold(
        self, delivery: Delivery, due_at: datetime, error: str, now: datetime, uncertain: bool
    ) -> None: ...

    async def give_up_held(self, delivery: Delivery, error: str, before: datetime) -> None: ...

    async def give_up(self, delivery_id: str, error: str) -> None: ...

    async def drop_claimed(self, delivery_id: str, reason: str) -> None: ...

    async def stories(self, delivery: Delivery) -> tuple[Story, ...]: ...

    async def first_message(
        self, event_id: str, team: str, conversation: str
    ) -> Delivery | None: ...

    async def next_due(
        self, now: datetime, closed: Collection[str] = (), updates: bool = True
    ) -> datetime | None: ...


class _Outcome(NamedTuple):
    """Whether an attempt sent the message, and `save`, which writes its result to the outbox."""

    sent: bool
    save: Callable[[], Awaitable[None]]


async def _save_nothing() -> None:
    return None


_NOTHING_TO_SAVE = _Outcome(False, _save_nothing)


class Dispatcher:
    """Sends the deliveries of an outbox through a sender.

    `pace_s` is the minimum number of seconds between two messages in one conversation. `slots` is
    the maximum number of messages that are posted at the same time. `clock` returns the current
    time in UTC. `take_turn` enforces the rate limit of a whole workspace. A bundle without stories
    after its `review` is dropped.
    """

    def __init__(
        self,
        outbox: DeliveryQueue,
        sender: Sender,
        clock: Callable[[], datetime],
        pace_s: float = 1.0,
        slots: int = 20,
        times: DispatchTimes = DispatchTimes(),
        workspaces: WorkspaceGate | None = None,
        take_turn: TakeTurn = _without_limit,
        review: ReviewBundle = _keep_bundle,
    ) -> None:
        self._workspaces, self._take_turn = workspaces or WorkspaceGate(), take_turn
        self._outbox, self._sender, self._clock, self._times = outbox, sender, clock, times
        self._review = review
        self._posting = asyncio.Semaphore(slots)
        self._looking_up = asyncio.Semaphore(LOOKUP_SLOTS)
        self._certain_in_flight = self._updates_in_flight = 0
        self._most_claims = slots * CLAIMS_PER_SLOT
        self._pace_s = pace_s
        self._next_send_at: dict[tuple[str, str], float] = {}
        self._paused_until: dict[str, datetime] = {}
        self._in_flight: dict[str, asyncio.Task[bool]] = {}
        self._claimed_again: dict[str, Delivery] = {}
        self._unanswered: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._stop = asyncio.Event()
        self._is_running = False

    def wake(self) -> None:
        """Makes `run` read the outbox at once. Call this after queuing a delivery."""
        self._woken.set()

    async def run_once(self, now: datetime) -> int:
        """Sends all deliveries that are due at `now` and returns how many were sent."""
        sent = 0
        while claimed := await self._claim(now, self._most_claims):
            sent += sum(await asyncio.gather(*map(self._deliver, claimed)))
        await self._workspaces.report_delivered(now)
        return sent

    async def run(self, stop: asyncio.Event) -> None:
        """Sends deliveries when they are due until `stop` is set, then finishes those in flight."""
        watcher = asyncio.create_task(self._wake_on(stop))
        self._stop, self._is_running = stop, True
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
            with suppress(StoreError):
                await self._workspaces.save()

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()

    async def _start_due(self) -> float:
        """Starts the deliveries that are due; returns the seconds after which to call it again."""
        now = self._clock()
        room = self._most_claims - self._certain_in_flight
        if room < self._most_claims // 2:
            # Claiming many deliveries at a time is cheaper, so this waits for more room. A delivery
            # that ends wakes the loop again.
            return self._times.longest_sleep_s
        try:
            claimed = await self._claim(now, room)
            if self._stop.is_set() and not claimed:
                return 0.0
            for delivery in claimed:
                if delivery.id in self._in_flight:
                    self._claimed_again[delivery.id] = delivery
                else:
                    self._start(delivery)
            messages = sum(each.kind is not DeliveryKind.UPDATE for each in claimed)
            due_at = None if messages == room else await self._next_moment(now)
            if not claimed and not self._in_flight:
                await self._workspaces.report_delivered(now)
        except StoreUnavailable:
            return self._times.save_retry_s
        except StoreError:
            retry_s = self._times.longest_sleep_s
            log.exception("the outbox cannot be read; trying again in %d s", retry_s)
            return retry_s
        if due_at is None:
            return self._times.longest_sleep_s
        return (due_at - self._clock()).total_seconds()

    async def _claim(self, now: datetime, limit: int) -> tuple[Delivery, ...]:
        await self._look(now)
        await self._workspaces.save()
        if self._stop.is_set():
            return ()
        closed, updates = self._workspaces.closed, UPDATE_SLOTS - self._updates_in_flight
        return await self._outbox.claim(now, limit, self._times.lease_s, closed, updates)

    async def _look(self, now: datetime) -> datetime | None:
        """Checks the workspaces, as their gate does, unless a stop comes first."""
        looking = asyncio.ensure_future(self._workspaces.look(now))
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
        # An update that ends wakes the loop, so those that wait for its slot need no wake-up.
        has_slots = self._updates_in_flight < UPDATE_SLOTS
        due_at = await self._outbox.next_due(now, self._workspaces.closed, has_slots)
        return min((each for each in (check_at, due_at) if each is not None), default=None)

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(delivery), name=f"deliver {delivery.id}")
        self._in_flight[delivery.id] = task
        self._count_in_flight(delivery, 1)
        task.add_done_callback(lambda ended: self._finish(delivery, ended))

    def _count_in_flight(self, delivery: Delivery, change: int) -> None:
        if delivery.kind is DeliveryKind.UPDATE:
            self._updates_in_flight += change
        elif not delivery.uncertain:
            self._certain_in_flight += change

    def _finish(self, delivery: Delivery, task: asyncio.Task[bool]) -> None:
        del self._in_flight[delivery.id]
        self._count_in_flight(delivery, -1)
        again = self._claimed_again.pop(delivery.id, None)
        if again is not None and not self._stop.is_set():
            # It was claimed before this task ended. `start_sending` ignores a claim that is over.
            self._start(again)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoreUnavailable):
            log.error(
                "a message's outcome was not saved; Slack will be searched for it", exc_info=error
            )
        self.wake()

    async def _deliver(self, delivery: Delivery) -> bool:
        """Makes one attempt to send and saves its outcome; returns whether the message was sent."""
        loop = asyncio.get_running_loop()
        save_until = loop.time() + self._times.lease_s
        if delivery.kind is DeliveryKind.UPDATE:
            async with self._workspaces.turn(delivery.team) as turn:
                outcome = await self._attempt_update(delivery, turn)
        else:
            conversation = delivery.team, delivery.conversation
            await asyncio.sleep(self._next_send_at.get(conversation, 0.0) - loop.time())
            slots = self._looking_up if delivery.uncertain else self._posting
            async with self._workspaces.turn(delivery.team) as turn, slots:
                outcome = await self._attempt(delivery, turn)
        if outcome.sent and self._is_running:
            # Saving may be retried after the lease has ended. The outbox accepts the outcome of a
            # sent message even then, and `run` does not start a delivery that is still in flight.
            save_until = math.inf
        await self._save(outcome, save_until)
        return outcome.sent

    async def _save(self, outcome: _Outcome, until: float) -> None:
        """Saves the outcome, with retries while the database cannot be reached.

        Raises StoreUnavailable if the database cannot be reached before `until`, a time of the
        event loop's clock. After a stop, it tries only once more.
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

    async def _attempt(self, delivery: Delivery, turn: Turn) -> _Outcome:
        now = self._clock()
        paused_until = self._paused_until.get(delivery.team, now)
        paused = now < paused_until <= now + LONGEST_PUT_OFF
        if self._stopped.is_set() or paused:
            due_at = max(paused_until, delivery.due_at) if paused else delivery.due_at
            return self._put_back(delivery, due_at)
        if delivery.team in self._workspaces.closed:
            return self._put_back(delivery, delivery.due_at)
        if wait_s := await self._wait_for_turn(delivery.team):
            return self._put_back(delivery, self._clock() + timedelta(seconds=wait_s))
        try:
            stories, thread_ts = await self._read(delivery)
            if stories and delivery.kind is DeliveryKind.DIGEST and not delivery.uncertain:
                delivery, stories = await self._review(delivery, stories)
                if not stories:
                    log.info("%s is dropped: %s", _named(delivery), _UNWANTED)
                    drop = partial(self._outbox.drop_claimed, delivery.id, _UNWANTED)
                    return _Outcome(False, drop)
            is_claimed = await self._outbox.start_sending(delivery.id, delivery.claimed_at)
        except StoreUnavailable:
            return self._put_back(delivery, delivery.due_at)
        if not is_claimed:
            return self._lost_claim(delivery)
        try:
            receipt = await self._send(delivery, stories, thread_ts)
        except SendLater as later:
            return self._retry(delivery, later)
        except WorkspaceRefused as refused:
            self._workspaces.refuse(turn, refused, self._clock())
            back = partial(self._outbox.put_back, delivery.id, delivery.due_at)
            return _Outcome(False, partial(back, str(refused), refused.uncertain))
        except ConversationRefused as refused:
            if not refused.by_look_up:
                self._workspaces.accept(turn, self._clock(), sent=False)
            return self._hold(delivery, refused)
        except SendRefused as refused:
            self._unanswered.pop(delivery.id, None)
            if refused.by_slack:
                self._workspaces.accept(turn, self._clock(), sent=False)
            log.warning("%s was refused: %s", _named(delivery), refused.cause)
            return _Outcome(False, partial(self._outbox.give_up, delivery.id, refused.cause))
        finally:
            conversation = delivery.team, delivery.conversation
            self._next_send_at[conversation] = asyncio.get_running_loop().time() + self._pace_s
        self._unanswered.pop(delivery.id, None)
        now = self._clock()
        if not receipt.found:
            self._workspaces.accept(turn, now)
        return _Outcome(True, partial(self._confirm, delivery, receipt, now))

    async def _attempt_update(self, delivery: Delivery, turn: Turn) -> _Outcome:
        """Edits the first message of the event, unless there is nothing to edit."""
        if self._stopped.is_set() or delivery.team in self._workspaces.closed:
            return self._put_back(delivery, delivery.due_at)
        try:
            first = await self._outbox.first_message(
                delivery.event_id, delivery.team, delivery.conversation
            )
            if first is None:
                return self._drop_update(delivery, "the conversation has no alert of the event")
            stories = await self._outbox.stories(delivery)
            is_claimed = await self._outbox.start_sending(delivery.id, delivery.claimed_at)
        except StoreUnavailable:
            return self._put_back(delivery, delivery.due_at)
        if not is_claimed:
            return self._lost_claim(delivery)
        edit = delivery.model_copy(update={name: getattr(first, name) for name in _OF_EDITED})
        try:
            receipt = await self._send(edit, stories, first.ts)
        except SendLater as later:
            if later.after_s is None and delivery.attempts >= UPDATE_ATTEMPTS:
                return self._drop_update(delivery, later.cause)
            return self._retry(delivery, later)
        except WorkspaceRefused as refused:
            self._workspaces.refuse(turn, refused, self._clock())
            return self._put_back(delivery, delivery.due_at, str(refused))
        except (SendRefused, ConversationRefused) as refused:
            if isinstance(refused, ConversationRefused) or refused.by_slack:
                self._workspaces.accept(turn, self._clock(), sent=False)
            return self._drop_update(delivery, refused.cause)
        self._unanswered.pop(delivery.id, None)
        now = self._clock()
        if not receipt.found:
            self._workspaces.accept(turn, now, sent=False)
        return _Outcome(True, partial(self._confirm, delivery, receipt, now))

    def _drop_update(self, delivery: Delivery, reason: str) -> _Outcome:
        self._unanswered.pop(delivery.id, None)
        log.info("%s edits nothing: %s", _named(delivery), reason)
        return _Outcome(False, partial(self._outbox.drop_claimed, delivery.id, reason))

    async def _confirm(self, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        posted = not receipt.found and delivery.kind is not DeliveryKind.UPDATE
        ended_pause = await self._outbox.confirm(delivery.id, receipt.ts, now, posted=posted)
        if ended_pause:
            log.info("conversation %s accepts messages again", delivery.conversation)

    async def _wait_for_turn(self, team: str) -> float:
        """Waits for a turn of the workspace and returns 0 when it has one.

        Returns the seconds until the next turn if that is too far away, or after a stop.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_TURN_S
        while wait_s := await self._take_turn(team):
            if self._stopped.is_set() or loop.time() + wait_s > until:
                return wait_s
            await _wait(self._stopped, wait_s / 2)
        return 0.0

    def _put_back(self, delivery: Delivery, due_at: datetime, error: str = "") -> _Outcome:
        return _Outcome(False, partial(self._outbox.put_back, delivery.id, due_at, error))

    def _lost_claim(self, delivery: Delivery) -> _Outcome:
        """The outcome of a delivery whose lease ended before it was sent.

        If this process has claimed the delivery again in the meantime, that second claim is given
        back. Otherwise another process may have claimed it, and nothing is saved.
        """
        again = self._claimed_again.pop(delivery.id, None)
        return self._put_back(again, again.due_at) if again is not None else _NOTHING_TO_SAVE

    async def _read(self, delivery: Delivery) -> tuple[tuple[Story, ...], str | None]:
        """A delivery's stories, and the `ts` of the message that it replies to (None: no reply)."""
        stories = await self._outbox.stories(delivery)
        if delivery.kind is not DeliveryKind.FOLLOW_UP:
            return stories, None
        first = await self._outbox.first_message(
            delivery.event_id, delivery.team, delivery.conversation
        )
        return stories, first.ts if first is not None else None

    async def _send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        timeout_s = self._times.send_timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                return await self._sender.send(delivery, stories, thread_ts)
        except (SendLater, SendRefused, ConversationRefused, WorkspaceRefused):
            raise
        except TimeoutError as error:
            cause = f"no answer in {timeout_s:.0f} s"
            raise SendLater(None, cause, uncertain=True, unanswered=True) from error
        except Exception as error:
            # If the sender has a bug, the message must not be lost and other messages must still be
            # sent.
            log.exception("%s failed with an error of the bot's own", _named(delivery))
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
            due_at = now + timedelta(seconds=later.after_s)
            if not later.lookups_only and delivery.kind is not DeliveryKind.UPDATE:
                # The rate limit of posts applies to the whole workspace, so its other channels wait
                # as well.
                self._paused_until[delivery.team] = due_at
        log.info("%s waits until %s: %s", _named(delivery), due_at.isoformat(), later.cause)
        retry = partial(
            self._outbox.retry, delivery.id, due_at, later.cause, later.uncertain, counts
        )
        return _Outcome(False, retry)

    def _hold(self, delivery: Delivery, refused: ConversationRefused) -> _Outcome:
        """Holds the conversation's queued deliveries; gives them up after a day of refusals."""
        now, reason = self._clock(), f"{refused.cause}: {refused.cure}"
        self._unanswered.pop(delivery.id, None)
        due_at = next_try(delivery.held_at or now, now)
        if due_at is None:
            log.warning("%s was refused for a day and is given up: %s", _named(delivery), reason)
            give_up = partial(self._outbox.give_up_held, delivery, reason, now - HELD_FOR)
            return _Outcome(False, give_up)
        if delivery.held_at is None:
            log.warning("%s was refused; its conversation is paused: %s", _named(delivery), reason)
        hold = partial(self._outbox.hold, delivery, due_at, reason, now, refused.uncertain)
        return _Outcome(False, hold)


def _named(delivery: Delivery) -> str:
    """The delivery as named in the log: its id, its first story and its conversation."""
    story = f" about story {delivery.story_ids[0]}" if delivery.story_ids else ""
    return f"delivery {delivery.id}{story} to {delivery.conversation}"


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    """Returns when the event is set, or after the timeout."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
