"""Sends the deliveries of one lane: the due messages of one conversation, in order.

Several workers share the lanes by a job queue (`bot.store.job_queue`), which gives each lane to one
worker at a time. A worker keeps a lane until the conversation may get its next message, so the
workers need no common clock for the pace of a conversation. A lane with many messages goes back to
the queue after some seconds, so that others get their turn.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.sending.dispatcher import Dispatcher
from bot.values import Frozen

LONGEST_DRAIN_S = 10.0
"""Seconds after which a lane goes back to the queue. The message that is being sent is finished."""


class Lane(Frozen):
    """The messages to one conversation, or the updates of one workspace."""

    team: str
    conversation: str = ""
    """Empty for the updates of all conversations of the workspace, which share one rate limit."""

    @property
    def key(self) -> str:
        """The lane's name in the job queue."""
        return f"{self.team}:{self.conversation or 'updates'}"


def find_lane(delivery: Delivery) -> Lane:
    """The lane to which a delivery belongs."""
    is_update = delivery.kind is DeliveryKind.UPDATE
    return Lane(team=delivery.team, conversation="" if is_update else delivery.conversation)


class LaneQueue(Protocol):
    """The unsent deliveries by lane; see `bot.store.message_lanes`."""

    async def claim(
        self, lane: Lane, now: datetime, lease_s: float, closed: Collection[str], is_first: bool
    ) -> Delivery | None: ...

    async def add(self, lane: Lane) -> None:
        """Adds a job for a lane that is being drained. It must not begin before the present job of
        the lane has ended."""
        ...


class LaneSender:
    """Drains lanes with the parts of a dispatcher. `Dispatcher.watch_workspaces` must run at the
    same time."""

    def __init__(
        self, dispatcher: Dispatcher, lanes: LaneQueue, longest_s: float = LONGEST_DRAIN_S
    ) -> None:
        self._dispatcher, self._lanes, self._longest_s = dispatcher, lanes, longest_s

    async def drain(self, lane: Lane) -> int:
        """Sends the due deliveries of the lane, in order; returns how many were sent.

        After `longest_s` seconds, adds the lane to the queue again and returns.

        Call it only if no one else drains the lane: claims in it then belong to a worker that has
        died, and the first claim releases them. Raises StoreError.
        """
        dispatcher, sent, is_first = self._dispatcher, 0, True
        loop = asyncio.get_running_loop()
        until = loop.time() + self._longest_s
        while not dispatcher.is_stopping:
            claimed = await self._lanes.claim(
                lane,
                dispatcher.clock(),
                dispatcher.times.lease_s,
                dispatcher.workspaces.closed,
                is_first,
            )
            if claimed is None:
                break
            sent, is_first = sent + await dispatcher.deliver(claimed), False
            await asyncio.sleep(dispatcher.find_wait_s(lane.team, lane.conversation))
            if loop.time() >= until:
                await self._lanes.add(lane)
                break
        return sent
