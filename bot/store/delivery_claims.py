"""Which deliveries may be sent now, as SQL; the statements' parameters are named beside each.

A conversation's messages go out one at a time, in the order in which they came to be owed. The
earliest unsent one is its head and holds the others back, with two exceptions: a digest whose hour
has not come, and a message that failed so often that it may be at fault itself, with what goes into
its thread. A follow-up waits for the alert that opens its thread whatever happens.
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
"""Attempts after which a message no longer holds back those behind it in its conversation."""

_table = tables.deliveries
_row = _table.c
_earlier = _table.alias("earlier")
_opening = _table.alias("opening")
_now = bindparam("now", type_=tables.Moment)
_farthest = bindparam("farthest", type_=tables.Moment)
_team = bindparam("of_team", type_=String)

OF_TEAM = or_(_team.is_(None), _row.team == _team)
"""`of_team`: the deliveries of one team; NULL for those of all."""


def _unsent(name: str) -> TextClause:
    # In these very words the databases see that their partial index serves.
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
"""`now`, `of_team`, `limit`: the ids of deliveries that may be claimed, first due first.

On PostgreSQL those that another process is claiming are passed over.
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
"""`ids`, `now`, `until`: marks deliveries as being sent until then."""

RELEASE = (
    update(_table)
    .where(_unsent("deliveries"), _row.state == DeliveryState.CLAIMED, OF_TEAM)
    .values(state=DeliveryState.OWED, due_at=_now, lease_until=None, uncertain=True)
)
"""`now`, `of_team`: owes again what is claimed, for it may or may not have been posted."""

RELEASE_EXPIRED = RELEASE.where(or_(_row.lease_until <= _now, _row.lease_until > _farthest))
"""`now`, `farthest`, `of_team`: the same for what has outlived its lease, by any clock."""

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
"""`now`, `farthest`, `of_team`: makes due what a clock that has been set back since put off."""

NEXT_MOMENT = select(
    func.min(case((_row.state == DeliveryState.CLAIMED, _row.lease_until), else_=_row.due_at))
).where(_unsent("deliveries"), OF_TEAM, or_(_row.state == DeliveryState.CLAIMED, _is_head()))
"""`now`, `of_team`: when the next delivery becomes due or the next lease ends.

NULL when nothing is unsent.
"""
