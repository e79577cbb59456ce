"""Decides which delivery is sent next, as SQL.

Each statement's docstring begins with its parameters.

A conversation gets its messages one at a time, in the order in which they were queued. The earliest
unsent one is the head and blocks the others. Two kinds do not block: a digest before its hour, and
a message that failed so often that it may be at fault itself, with the replies in its thread. A
follow-up always waits for the alert that opens its thread.
"""

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    TextClause,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    text,
    update,
)

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.store import tables

STUBBORN_AFTER = 8
"""Attempts after which a message no longer blocks later ones in its conversation."""

_table = tables.deliveries
_row = _table.c
_earlier = _table.alias("earlier")
_opening = _table.alias("opening")
_now = bindparam("now", type_=tables.Moment)
_farthest = bindparam("farthest", type_=tables.Moment)
_team = bindparam("of_team", type_=String)

OF_TEAM = or_(_team.is_(None), _row.team == _team)
"""`of_team`: the deliveries of one team; NULL for all teams."""


def _unsent(name: str) -> TextClause:
    # The databases use their partial index only for this exact condition.
    return text(f"{name}.{tables.UNSENT}")


def _is_head() -> ColumnElement[bool]:
    earlier = _earlier.c
    at_fault = or_(earlier.attempts >= STUBBORN_AFTER, _waits_for_one_at_fault())
    not_yet = and_(earlier.kind == DeliveryKind.DIGEST, earlier.due_at > _now)
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
    """Whether the earlier message is a reply in a thread whose opening message is at fault."""
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


SENDABLE = (
    select(_row.id)
    .where(
        _unsent("deliveries"),
        _row.state == DeliveryState.OWED,
        _row.due_at <= _now,
        OF_TEAM,
        _is_head(),
    )
    .order_by(_row.due_at, _row.seq)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True, of=_table)
)
"""`now`, `of_team`, `limit`: the ids of deliveries that may be claimed, the first due first.

On PostgreSQL, rows that another process is claiming are skipped.
"""

CLAIM = (
    update(_table)
    .where(_row.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=DeliveryState.CLAIMED,
        attempts=_row.attempts + 1,
        claimed_at=_now,
        lease_until=bindparam("until", type_=tables.Moment),
    )
)
"""`ids`, `now`, `until`: claims deliveries with a lease until then."""

RELEASE = (
    update(_table)
    .where(_unsent("deliveries"), _row.state == DeliveryState.CLAIMED, OF_TEAM)
    .values(state=DeliveryState.OWED, due_at=_now, lease_until=None, uncertain=True)
)
"""`now`, `of_team`: queues claimed deliveries again as uncertain: they may have been posted."""

RELEASE_EXPIRED = RELEASE.where(or_(_row.lease_until <= _now, _row.lease_until > _farthest))
"""`now`, `farthest`, `of_team`: the same for expired leases, and leases too far in the future."""

HASTEN = (
    update(_table)
    .where(
        _unsent("deliveries"),
        _row.state == DeliveryState.OWED,
        _row.due_at > _farthest,
        _row.kind != DeliveryKind.DIGEST,
        OF_TEAM,
    )
    .values(due_at=_now)
)
"""`now`, `farthest`, `of_team`: makes due what was put off before the clock was set back."""

NEXT_MOMENT = select(
    func.min(case((_row.state == DeliveryState.CLAIMED, _row.lease_until), else_=_row.due_at))
).where(_unsent("deliveries"), OF_TEAM, or_(_row.state == DeliveryState.CLAIMED, _is_head()))
"""`now`, `of_team`: when the next delivery is due or a lease ends; NULL if none is unsent."""
