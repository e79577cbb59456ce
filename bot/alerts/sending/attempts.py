"""One attempt to send a delivery, and what to save about its outcome.

    SendLater            outbox.retry, with backoff
    SendRefused          outbox.give_up
    ConversationRefused  outbox.hold, and outbox.give_up_held after a day
    WorkspaceRefused     outbox.put_back, until the workspace accepts messages (`WorkspaceGate`)

An update edits the first message of its event. It is not a post, so it neither waits for a turn of
posts nor takes one, and its rate limit delays no post. Sending it twice changes nothing, so it
needs no look-up. If Slack refuses to edit the message, or refuses the conversation, the update is
dropped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from bot.alerts.delivery import LONGEST_PUT_OFF, Delivery, DeliveryKind
from bot.alerts.sending.held import HELD_FOR, next_try
from bot.alerts.sending.ports import (
    DeliveryQueue,
    DispatchTimes,
    Receipt,
    ReviewBundle,
    Sender,
    TakeTurn,
)
from bot.alerts.sending.workspace_gate import Turn, WorkspaceGate
from bot.errors import (
    ConversationRefused,
    SendLater,
    SendRefused,
    StoreUnavailable,
    WorkspaceRefused,
)
from bot.news.story import Story

log = logging.getLogger(__name__)

LONGEST_BACKOFF_S = 300.0
"""The longest wait between two attempts, unless Slack asks for more."""
UPDATE_ATTEMPTS = 8
"""An update that has failed this often is dropped. The next story of its event makes another
update.
"""
LONGEST_TURN_S = 10.0
"""Maximum seconds that a claimed delivery waits for a turn of its workspace. If the turn is further
away, the delivery is queued again.
"""
_UNWANTED = "no subscription of the conversation wants its stories any more"
_OF_EDITED = ("id", "reason", "due_at", "first_due_at", "claimed_at", "held_at", "error")
"""The fields that an edit has from the message that it edits."""


class AttemptResult(NamedTuple):
    """Whether an attempt sent the message, and `save`, which writes its result to the outbox."""

    sent: bool
    save: Callable[[], Awaitable[None]]


async def _save_nothing() -> None:
    return None


_NOTHING_TO_SAVE = AttemptResult(False, _save_nothing)


class Attempts:
    """Makes attempts to send deliveries. Nothing is saved until the caller calls `save` of the
    result.

    After `stopped` is set, it starts no attempt. `take_again` removes and returns the later claim
    of a delivery that this process has claimed again.
    """

    def __init__(
        self,
        outbox: DeliveryQueue,
        sender: Sender,
        clock: Callable[[], datetime],
        pace_s: float,
        times: DispatchTimes,
        workspaces: WorkspaceGate,
        take_turn: TakeTurn,
        review: ReviewBundle,
        stopped: asyncio.Event,
        take_again: Callable[[str], Delivery | None],
    ) -> None:
        self._outbox, self._sender, self._clock, self._times = outbox, sender, clock, times
        self._workspaces, self._take_turn, self._review = workspaces, take_turn, review
        self._stopped, self._take_again, self._pace_s = stopped, take_again, pace_s
        self._next_send_at: dict[tuple[str, str], float] = {}
        self._paused_until: dict[str, datetime] = {}
        self._unanswered: dict[str, int] = {}

    async def wait_for_pace(self, delivery: Delivery) -> None:
        """Waits until the conversation may get its next message."""
        await asyncio.sleep(self.find_wait_s(delivery.team, delivery.conversation))

    def find_wait_s(self, team: str, conversation: str) -> float:
        """Seconds until the conversation may get its next message; 0 if it may get it now."""
        next_at = self._next_send_at.get((team, conversation), 0.0)
        return max(next_at - asyncio.get_running_loop().time(), 0.0)

    async def post(self, delivery: Delivery, turn: Turn) -> AttemptResult:
        """Posts a message, unless it has to wait."""
        now = self._clock()
        paused_until = self._paused_until.get(delivery.team, now)
        paused = now < paused_until <= now + LONGEST_PUT_OFF
        if self._stopped.is_set() or paused:
            due_at = max(paused_until, delivery.due_at) if paused else delivery.due_at
            return self._put_back(delivery, due_at)
        if delivery.team in self._workspaces.closed:
            return self._put_back(delivery, delivery.due_at)
        try:
            if wait_s := await self._wait_for_turn(delivery.team):
                return self._put_back(delivery, self._clock() + timedelta(seconds=wait_s))
            stories, thread_ts = await self._read(delivery)
            if stories and delivery.kind is DeliveryKind.DIGEST and not delivery.uncertain:
                delivery, stories = await self._review(delivery, stories)
                if not stories:
                    log.info("%s is dropped: %s", name_delivery(delivery), _UNWANTED)
                    drop = partial(self._outbox.drop_claimed, delivery.id, _UNWANTED)
                    return AttemptResult(False, drop)
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
            return AttemptResult(False, partial(back, str(refused), refused.uncertain))
        except ConversationRefused as refused:
            if not refused.by_look_up:
                self._workspaces.accept(turn, self._clock(), sent=False)
            return self._hold(delivery, refused)
        except SendRefused as refused:
            self._unanswered.pop(delivery.id, None)
            if refused.by_slack:
                self._workspaces.accept(turn, self._clock(), sent=False)
            log.warning("%s was refused: %s", name_delivery(delivery), refused.cause)
            return AttemptResult(False, partial(self._outbox.give_up, delivery.id, refused.cause))
        finally:
            conversation = delivery.team, delivery.conversation
            self._next_send_at[conversation] = asyncio.get_running_loop().time() + self._pace_s
        self._unanswered.pop(delivery.id, None)
        now = self._clock()
        if not receipt.found:
            self._workspaces.accept(turn, now)
        return AttemptResult(True, partial(self._confirm, delivery, receipt, now))

    async def edit(self, delivery: Delivery, turn: Turn) -> AttemptResult:
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
        return AttemptResult(True, partial(self._confirm, delivery, receipt, now))

    def _drop_update(self, delivery: Delivery, reason: str) -> AttemptResult:
        self._unanswered.pop(delivery.id, None)
        log.info("%s has nothing to edit: %s", name_delivery(delivery), reason)
        return AttemptResult(False, partial(self._outbox.drop_claimed, delivery.id, reason))

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
            await wait_for(self._stopped, wait_s / 2)
        return 0.0

    def _put_back(self, delivery: Delivery, due_at: datetime, error: str = "") -> AttemptResult:
        return AttemptResult(False, partial(self._outbox.put_back, delivery.id, due_at, error))

    def _lost_claim(self, delivery: Delivery) -> AttemptResult:
        """The outcome of a delivery whose lease ended before it was sent.

        If this process has claimed the delivery again in the meantime, that second claim is given
        back. Otherwise another process may have claimed it, and nothing is saved.
        """
        again = self._take_again(delivery.id)
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
        is_digest, times = delivery.kind is DeliveryKind.DIGEST, self._times
        timeout_s = times.digest_timeout_s if is_digest else times.send_timeout_s
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
            log.exception("%s failed with an error of the bot's own", name_delivery(delivery))
            raise SendLater(None, type(error).__name__, uncertain=True) from error

    def _retry(self, delivery: Delivery, later: SendLater) -> AttemptResult:
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
        log.info("%s waits until %s: %s", name_delivery(delivery), due_at.isoformat(), later.cause)
        retry = partial(
            self._outbox.retry, delivery.id, due_at, later.cause, later.uncertain, counts
        )
        return AttemptResult(False, retry)

    def _hold(self, delivery: Delivery, refused: ConversationRefused) -> AttemptResult:
        """Holds the conversation's queued deliveries; gives them up after a day of refusals."""
        now, reason = self._clock(), f"{refused.cause}: {refused.cure}"
        self._unanswered.pop(delivery.id, None)
        due_at = next_try(delivery.held_at or now, now)
        if due_at is None:
            log.warning(
                "%s was refused for a day and is given up: %s", name_delivery(delivery), reason
            )
            give_up = partial(self._outbox.give_up_held, delivery, reason, now - HELD_FOR)
            return AttemptResult(False, give_up)
        if delivery.held_at is None:
            log.warning(
                "%s was refused; its conversation is paused: %s", name_delivery(delivery), reason
            )
        hold = partial(self._outbox.hold, delivery, due_at, reason, now, refused.uncertain)
        return AttemptResult(False, hold)


def name_delivery(delivery: Delivery) -> str:
    """The delivery as named in the log: its id, its first story and its conversation."""
    story = f" about story {delivery.story_ids[0]}" if delivery.story_ids else ""
    return f"delivery {delivery.id}{story} to {delivery.conversation}"


async def wait_for(event: asyncio.Event, timeout_s: float) -> None:
    """Returns when the event is set, or after the timeout."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
