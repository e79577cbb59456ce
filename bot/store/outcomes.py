"""Writes the outcomes of attempts to send, many in one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryState
from bot.store import next_delivery, tables
from bot.store.engine import Database
from bot.store.subscriptions import resume_refusing, resume_unheld
from bot.values import Frozen

P = TypeVar("P")
R = TypeVar("R")

_table = tables.deliveries
_row = tables.deliveries.c
_UNSENT_ENDS = (DeliveryState.FAILED, DeliveryState.DROPPED)


class WriteBatch(Generic[P, R]):
    """Runs `work` once for all values that are added while the previous batch is written.

    Writing each delivery on its own would halve the throughput.
    """

    def __init__(self, database: Database, work: Callable[[sa.Connection, Sequence[P]], R]) -> None:
        self._database, self._work = database, work
        self._waiting: list[P] = []
        self._next: asyncio.Task[R] | None = None
        self._one_write = asyncio.Lock()

    async def add(self, given: P) -> R:
        """Adds a value; returns what `work` returns for its batch. Raises StoreError on failure."""
        self._waiting.append(given)
        if self._next is None:
            self._next = asyncio.create_task(self._write())
        return await asyncio.shield(self._next)

    async def _write(self) -> R:
        async with self._one_write:
            batch, self._waiting, self._next = self._waiting, [], None
            return await self._database.write(lambda connection: self._work(connection, batch))


class Outcome(Frozen):
    """The result of one attempt; the fields are the parameters of the statement `RECORD`."""

    delivery: str
    to: DeliveryState = DeliveryState.QUEUED
    due: datetime | None = None
    untried: int = 0
    unsure: bool = False
    ts: str = ""
    sent_at: datetime | None = None
    error: str = ""


RECORD = (
    sa.update(_table)
    .where(
        _row.id == sa.bindparam("delivery"),
        # A posted message is marked as sent even if its lease has expired and it is queued again.
        sa.or_(
            # This is not written as IN, which SQLAlchemy cannot run for many rows at once.
            _row.state == DeliveryState.RESERVED,
            _row.state == DeliveryState.SENDING,
            sa.and_(
                sa.or_(_row.state == DeliveryState.QUEUED, _row.state == DeliveryState.HELD),
                sa.bindparam("to", type_=sa.String) == "sent",
            ),
        ),
    )
    .values(
        state=sa.bindparam("to", type_=sa.String),
        attempts=_row.attempts - sa.bindparam("untried", type_=sa.Integer),
        due_at=sa.func.coalesce(sa.bindparam("due", type_=tables.Moment), _row.due_at),
        first_due_at=next_delivery.FIRST_DUE,
        lease_until=None,
        uncertain=sa.or_(_row.uncertain, sa.bindparam("unsure", type_=sa.Boolean)),
        ts=sa.bindparam("ts"),
        sent_at=sa.bindparam("sent_at"),
        # A held delivery keeps the reason of its hold if its try meets something else.
        error=sa.case(
            (
                sa.and_(_row.held_at.is_not(None), sa.bindparam("to", type_=sa.String) == "queued"),
                _row.error,
            ),
            else_=sa.bindparam("error", type_=sa.String),
        ),
    )
)


def start_all(
    connection: sa.Connection, claims: Sequence[tuple[str, datetime | None]]
) -> frozenset[str]:
    """Marks claimed deliveries as being sent; returns the ids of those whose claim still holds.

    It ends if the conversation was muted since.
    """
    by_moment: dict[datetime | None, list[str]] = {}
    for claimed, at in claims:
        by_moment.setdefault(at, []).append(claimed)
    started: set[str] = set()
    for at, ids in by_moment.items():
        connection.execute(next_delivery.KEEP_CLAIMED, {"ids": ids, "now": at})
        given = {"ids": ids, "at": at}
        started.update(connection.execute(next_delivery.START_SENDING, given).scalars())
    return frozenset(started)


def record_all(connection: sa.Connection, given: Sequence[tuple[Outcome, bool]]) -> frozenset[str]:
    """Records outcomes, each with whether its message was posted.

    Returns the posted deliveries that ended the pause of a conversation.
    """
    connection.execute(RECORD, [outcome.model_dump() for outcome, _ in given])
    if ended := [each.delivery for each, _ in given if each.to in _UNSENT_ENDS]:
        resume_unheld(connection, ended)
    posted = [outcome for outcome, is_posted in given if is_posted]
    moments = [each.sent_at for each in posted if each.sent_at is not None]
    if not moments:
        return frozenset()
    return resume_refusing(connection, [each.delivery for each in posted], max(moments))
