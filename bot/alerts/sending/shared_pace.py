"""Keeps the pace of a workspace across several workers.

Each worker learns Slack's limit by itself (`bot.slack.api.call_limiter`). In addition, the workers
share the configured pace and each pause that Slack asks one of them for.
"""

import asyncio
from contextlib import suppress
from contextvars import ContextVar
from typing import Protocol

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.sending.ports import Receipt, Sender, TakeTurn
from bot.errors import SendLater, StoreError
from bot.news.story import Story

_own_turn: ContextVar[str | None] = ContextVar("own_turn", default=None)
"""The workspace of which the task has a turn of this process, but not yet one that is shared."""


class TurnStore(Protocol):
    """When each workspace may get its next message; see `bot.store.workspace_turns`."""

    async def take(self, team: str, per_second: float | None) -> tuple[bool, float]:
        """Whether a turn was taken, and the seconds until it, or until one may be taken."""

    async def pause(self, team: str, wait_s: float) -> None:
        """Gives no turns for some seconds."""


class SharedPace:
    """A sender and its turns for one of several workers. `take_turn` may raise StoreError."""

    def __init__(
        self, turns: TurnStore, sender: Sender, take_turn: TakeTurn, per_second: float | None
    ) -> None:
        self._turns, self._sender = turns, sender
        self._take_turn, self._per_second = take_turn, per_second

    async def take_turn(self, team: str) -> float:
        """Waits for a turn of this process, then for one that no other worker has; see `TakeTurn`.

        In this order, a worker whose own turn is far away takes no turns of the others. It keeps
        its own turn until it gets one that is shared.
        """
        if _own_turn.get() != team:
            if wait_s := await self._take_turn(team):
                return wait_s
            _own_turn.set(team)
        is_taken, wait_s = await self._turns.take(team, self._per_second)
        if not is_taken:
            return wait_s
        _own_turn.set(None)
        await asyncio.sleep(wait_s)
        return 0.0

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        """Sends a delivery; see `Sender`."""
        try:
            return await self._sender.send(delivery, stories, thread_ts)
        except SendLater as later:
            is_post = delivery.kind is not DeliveryKind.UPDATE and not later.lookups_only
            if later.after_s is not None and is_post:
                # Without it, the other workers are asked to wait too.
                with suppress(StoreError):
                    await self._turns.pause(delivery.team, later.after_s)
            raise
