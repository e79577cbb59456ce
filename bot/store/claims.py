"""Which deliveries may be sent now, as SQL conditions.

A conversation's messages go out one at a time, in the order in which they came to be owed. The
earliest unsent one is its head and holds the others back, with two exceptions: a digest whose hour
has not come, and a message that failed so often that it may be at fault itself, with what goes into
its thread. A follow-up waits for the alert that opens its thread whatever happens.
"""

from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    Update,
    and_,
    case,
    func,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy import update as sql_update

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.store import tables

STUBBORN_AFTER = 8
"""Attempts after which a message no longer holds back those behind it in its conversation."""

_row = tables.deliveries.c
_earlier = tables.deliveries.alias("earlier")
_opening = tables.deliveries.alias("opening")


def _unsent(name: str) -> TextClause:
    # In these very words the databases see that their partial index serves.
    return text(f"{name}.{tables.UNSENT}")


def _is_head(now: datetime) -> ColumnElement[bool]:
    earlier = _earlier.c
    at_fault = or_(earlier.attempts >= STUBBORN_AFTER, _waits_for_one_at_fault())
    not_yet = and_(earlier.kind == DeliveryKind.DIGEST, earlier.due_at > now)
    opens_thread = and_(earlier.kind == DeliveryKind.ALERT, earlier.event_id == _row.event_id)
    held_back = (
        select(1)
        .where(
            earlier.team == _row.team,
            earlier.conversation == _row.conversation,
            earlier.seq < _row.seq,
            _unsent("earlier"),
            or_(opens_thread, not_(or_(at_fault, not_yet))),
        )
        .exists()
    )
    return not_(held_back)


def _waits_for_one_at_fault() -> ColumnElement[bool]:
    """Whether the earlier message goes into a thread that a message at fault is to open."""
    earlier, opening = _earlier.c, _opening.c
    found = (
        select(1)
        .where(
            opening.team == earlier.team,
            opening.conversation == earlier.conversation,
            opening.seq < earlier.seq,
            opening.event_id == earlier.event_id,
            opening.kind == DeliveryKind.ALERT,
            opening.attempts >= STUBBORN_AFTER,
            _unsent("opening"),
        )
        .exists()
    )
    return and_(earlier.kind == DeliveryKind.FOLLOW_UP, found)


def sendable(now: datetime, limit: int) -> Select[str]:
    """The ids of deliveries that may be claimed, first due first.

    On PostgreSQL those that another process is claiming are passed over.
    """
    return (
        select(_row.id)
        .where(
            _unsent("deliveries"),
            _row.state == DeliveryState.OWED,
            _row.due_at <= now,
            _is_head(now),
        )
        .order_by(_row.due_at, _row.seq)
        .limit(limit)
        .with_for_update(skip_locked=True, of=tables.deliveries)
    )


def claim(ids: list[str], now: datetime, lease_s: float) -> Update:
    """Marks deliveries as being sent until their lease ends."""
    return (
        sql_update(tables.deliveries)
        .where(_row.id.in_(ids))
        .values(
            state=DeliveryState.CLAIMED,
            attempts=_row.attempts + 1,
            claimed_at=now,
            lease_until=now + timedelta(seconds=lease_s),
        )
    )


def release(now: datetime, expired_only: bool) -> Update:
    """Owes again what is claimed (or what has outlived its lease); it may have been posted."""
    owe = sql_update(tables.deliveries).values(
        state=DeliveryState.OWED, due_at=now, lease_until=None, uncertain=True
    )
    claimed = owe.where(_unsent("deliveries"), _row.state == DeliveryState.CLAIMED)
    return claimed.where(_row.lease_until <= now) if expired_only else claimed


def next_moment(now: datetime) -> Select[datetime]:
    """When the next delivery becomes due or the next lease ends; None when nothing is unsent."""
    owed = and_(_row.state == DeliveryState.OWED, _is_head(now))
    claimed = _row.state == DeliveryState.CLAIMED
    moment = case((claimed, _row.lease_until), else_=_row.due_at)
    return select(func.min(moment)).where(_unsent("deliveries"), or_(owed, claimed))
