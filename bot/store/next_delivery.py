"""SQL statements that decide which deliveries are sent next and change their states.

The docstring of each statement begins with its parameters.

A conversation gets its messages one at a time, in the order in which they were queued. Its earliest
unsent message is the head and blocks the others. Exceptions: a digest does not block before its
hour. A message that has failed so often that the message itself may be the cause does not block
either, nor do the replies in its thread. A follow-up always waits for the alert of its thread.
While a conversation is muted as a whole, its messages wait for the end of the mute; those that are
about the bot itself do not wait, and are not blocked by those that do. Held messages do not begin
to wait: the first of them is still tried, because its outcome says whether the conversation accepts
messages again.

Updates are outside this order, because they post nothing. They never block messages. An update
waits only for the alert that it edits, for earlier updates of the same alert, and while its
conversation refuses messages.
"""

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.mutes import MuteKind
from bot.store import tables

STUBBORN_AFTER = 8
"""After this many attempts, a message no longer blocks later messages in its conversation."""

_CLAIMABLE = (DeliveryState.QUEUED, DeliveryState.HELD)
_LEASED = (DeliveryState.RESERVED, DeliveryState.SENDING)

MUTABLE = (
    DeliveryKind.ALERT,
    DeliveryKind.FOLLOW_UP,
    DeliveryKind.DIGEST,
    DeliveryKind.REMINDER,
)
"""The kinds that wait while their conversation is muted. An edit notifies no one."""

_table = tables.deliveries
_row = _table.c
_mute = tables.mutes.c
_earlier = _table.alias("earlier")
_opening = _table.alias("opening")
_now = sa.bindparam("now", type_=tables.Moment)
_farthest = sa.bindparam("farthest", type_=tables.Moment)
_team = sa.bindparam("of_team", type_=sa.String)

FIRST_DUE = sa.func.coalesce(_row.first_due_at, _row.due_at)
"""When a delivery was due before its first attempt."""

OF_TEAM = sa.or_(_team.is_(None), _row.team == _team)
"""`of_team`: the deliveries of this team; of all teams if it is NULL."""
_OPEN = _row.team.not_in(sa.bindparam("closed", expanding=True))
"""`closed`: leaves out the deliveries of these teams, which get no messages now."""
_OPEN_TO_UPDATES = _row.team.not_in(sa.bindparam("closed_to_updates", expanding=True))


def _unsent(name: str) -> sa.TextClause:
    # SQLite and PostgreSQL use the partial indexes only for this exact condition.
    return sa.text(f"{name}.{tables.UNSENT}")


_mute_ends = (
    sa.select(_mute.until)
    .where(
        _mute.kind == MuteKind.CONVERSATION,
        _mute.subject == "",
        _mute.team == _row.team,
        _mute.conversation == _row.conversation,
        _mute.until > _now,
    )
    .correlate(_table)
)
WAITS_FOR_MUTE = sa.and_(_row.kind.in_(MUTABLE), _row.held_at.is_(None), _mute_ends.exists())
"""`now`: whether a delivery waits because its conversation is muted."""


def _is_head() -> sa.ColumnElement[bool]:
    """Whether a message is not blocked by an earlier one of its conversation."""
    # Both are of one conversation, so the end of its mute is the end for `earlier` too.
    earlier = _earlier.c
    ends_by_then = _mute_ends.where(_mute.until <= earlier.due_at).correlate(_earlier)
    at_fault = sa.or_(earlier.attempts >= STUBBORN_AFTER, _waits_for_one_at_fault())
    not_yet = sa.or_(
        sa.and_(earlier.kind == DeliveryKind.DIGEST, earlier.due_at > _now),
        sa.and_(earlier.kind.in_(MUTABLE), earlier.held_at.is_(None), _mute_ends.exists()),
        # It waited for the end of the mute when it was held.
        sa.and_(earlier.kind.in_(MUTABLE), ends_by_then.exists()),
    )
    opens_thread = sa.and_(earlier.kind == DeliveryKind.ALERT, earlier.event_id == _row.event_id)
    held_back = (
        sa.select(1)
        .where(
            earlier.team == _row.team,
            earlier.conversation == _row.conversation,
            earlier.seq < _row.seq,
            earlier.kind != DeliveryKind.UPDATE,
            _unsent("earlier"),
            sa.or_(opens_thread, sa.not_(sa.or_(at_fault, not_yet))),
        )
        # Keeps PostgreSQL from comparing each message with all of the workspace: it looks up the
        # earlier messages of one conversation in the index.
        .offset(0)
        .exists()
    )
    return sa.not_(held_back)


def _waits_for_one_at_fault() -> sa.ColumnElement[bool]:
    """Whether `earlier` is a reply in a thread whose alert has failed `STUBBORN_AFTER` times."""
    earlier, opening = _earlier.c, _opening.c
    found = (
        sa.select(1)
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
    return sa.and_(earlier.kind == DeliveryKind.FOLLOW_UP, found)


def _can_edit() -> sa.ColumnElement[bool]:
    """Whether an update has nothing to wait for."""
    earlier, held = _earlier.c, _table.alias("held").c
    waits = (
        sa.select(1)
        .where(
            earlier.event_id == _row.event_id,
            earlier.team == _row.team,
            earlier.conversation == _row.conversation,
            earlier.seq < _row.seq,
            earlier.kind.in_((DeliveryKind.ALERT, DeliveryKind.UPDATE)),
            _unsent("earlier"),
        )
        .offset(0)  # as in `_is_head`
        .exists()
    )
    # The database computes this set once, not once for each update.
    refusing = sa.select(held.team, held.conversation).where(
        _unsent("held"), held.held_at.is_not(None)
    )
    return sa.and_(sa.not_(waits), sa.tuple_(_row.team, _row.conversation).not_in(refusing))


IS_NEXT_MESSAGE = sa.and_(_row.kind != DeliveryKind.UPDATE, _is_head())
"""`now`: whether a delivery is a message that no earlier one of its conversation blocks."""

IS_FREE_UPDATE = sa.and_(_row.kind == DeliveryKind.UPDATE, _can_edit())
"""Whether a delivery is an update that has nothing to wait for."""


IS_DUE = sa.and_(
    _unsent("deliveries"), _row.state.in_(_CLAIMABLE), _row.due_at <= _now, OF_TEAM, _OPEN
)
"""`now`, `of_team`, `closed`: whether a delivery is due and not claimed."""


IS_CLAIMED = sa.and_(_unsent("deliveries"), _row.state.in_(_LEASED), OF_TEAM)
"""`of_team`: whether a delivery is claimed."""


def select_sendable(condition: sa.ColumnElement[bool]) -> sa.Select[str, str]:
    """`now`, `of_team`, `closed`, `limit`: the ids and teams of due deliveries for which the
    condition holds, earliest due first.

    On PostgreSQL, rows that another process is claiming are skipped.
    """
    return (
        sa.select(_row.id, _row.team)
        .where(IS_DUE, condition)
        .order_by(_row.due_at, _row.seq)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True, of=_table)
    )


SENDABLE = select_sendable(IS_NEXT_MESSAGE)
"""The messages that may be claimed; see `select_sendable`."""

SENDABLE_UPDATES = select_sendable(IS_FREE_UPDATE)
"""The updates that may be claimed."""

KEEP_CLAIMED = (
    sa.update(_table)
    .where(
        _row.id.in_(sa.bindparam("ids", expanding=True)),
        _row.state == DeliveryState.RESERVED,
        _row.claimed_at == _now,
        WAITS_FOR_MUTE,
    )
    .values(
        state=DeliveryState.QUEUED,
        attempts=_row.attempts - 1,
        due_at=_mute_ends.scalar_subquery(),
        first_due_at=None,
        lease_until=None,
    )
)
"""`ids`, `now`: ends the claims of `now` in conversations that were muted since, so that these
deliveries wait for the end of the mute.
"""

START_SENDING = (
    sa.update(_table)
    .where(
        _row.id.in_(sa.bindparam("ids", expanding=True)),
        _row.state == DeliveryState.RESERVED,
        _row.claimed_at == sa.bindparam("at", type_=tables.Moment),
    )
    .values(state=DeliveryState.SENDING)
    .returning(_row.id)
)
"""`ids`, `at`: marks the deliveries that were claimed at `at` as being sent; returns their ids."""

CLAIM = (
    sa.update(_table)
    .where(_row.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        state=DeliveryState.RESERVED,
        attempts=_row.attempts + 1,
        claimed_at=_now,
        lease_until=sa.bindparam("until", type_=tables.Moment),
    )
)
"""`ids`, `now`, `until`: claims the deliveries with a lease that ends at `until`."""

RELEASE = (
    sa.update(_table)
    .where(IS_CLAIMED)
    .values(
        state=DeliveryState.QUEUED,
        due_at=_now,
        first_due_at=FIRST_DUE,
        lease_until=None,
        uncertain=sa.or_(_row.uncertain, _row.state == DeliveryState.SENDING),
    )
)
"""`now`, `of_team`: queues all claimed deliveries again. Those that were being sent become
uncertain, because Slack may have received them.
"""

EXPLAIN_LATE = (
    sa.update(_table)
    .where(
        _unsent("deliveries"),
        sa.bindparam("before", type_=tables.Moment) >= FIRST_DUE,
        _row.error == "",
        OF_TEAM,
    )
    .values(error="the bot was not running")
)
"""`before`, `of_team`: says of deliveries that were due before, and of which no attempt failed, why
they wait.
"""

ADOPT = (
    sa.update(_table)
    .where(_row.state.in_(("owed", "claimed")), OF_TEAM)
    .values(
        state=sa.case((_row.state == "owed", DeliveryState.QUEUED), else_=DeliveryState.SENDING)
    )
)
"""`of_team`: gives deliveries that a program of the first release wrote the states of today. It may
have posted those that it had claimed.
"""

RELEASE_EXPIRED = RELEASE.where(sa.or_(_row.lease_until <= _now, _row.lease_until > _farthest))
"""`now`, `farthest`, `of_team`: does the same as `RELEASE`, but only if the lease has expired or
ends after `farthest`.
"""

HASTEN = (
    sa.update(_table)
    .where(
        _unsent("deliveries"),
        _row.state.in_(_CLAIMABLE),
        _row.due_at > _farthest,
        _row.kind != DeliveryKind.DIGEST,
        sa.not_(WAITS_FOR_MUTE),
        OF_TEAM,
    )
    .values(due_at=_now)
)
"""`now`, `farthest`, `of_team`: makes deliveries due that are due after `farthest`. Such a time was
written before the clock was set back.
"""

WAIT_FOR_MUTE = (
    sa.update(_table)
    .where(
        _unsent("deliveries"),
        _row.state.in_(_CLAIMABLE),
        _row.due_at <= _now,
        OF_TEAM,
        WAITS_FOR_MUTE,
    )
    .values(due_at=_mute_ends.scalar_subquery(), first_due_at=None)
)
"""`now`, `of_team`: moves the due deliveries of a muted conversation to the end of the mute."""

NEXT_MOMENT = sa.select(
    sa.func.min(sa.case((_row.state.in_(_LEASED), _row.lease_until), else_=_row.due_at))
).where(
    _unsent("deliveries"),
    OF_TEAM,
    sa.or_(
        _row.state.in_(_LEASED),
        sa.and_(_OPEN, IS_NEXT_MESSAGE),
        sa.and_(_OPEN_TO_UPDATES, IS_FREE_UPDATE),
    ),
)
"""`now`, `of_team`, `closed`, `closed_to_updates`: the next time at which a message or an update
is due in a team that is not closed to it, or at which a lease ends; NULL if there is none.
"""

_here = sa.and_(
    _unsent("deliveries"),
    _row.team == sa.bindparam("in_team"),
    _row.conversation == sa.bindparam("in_conversation"),
    _row.state.in_(_CLAIMABLE),
    _row.kind != DeliveryKind.UPDATE,
)

HOLD = (
    sa.update(_table)
    .where(_here)
    .values(
        state=DeliveryState.HELD,
        held_at=sa.func.coalesce(_row.held_at, _now),
        error=sa.bindparam("error"),
    )
)
"""`in_team`, `in_conversation`, `now`, `error`: holds the queued deliveries of a conversation."""

GIVE_UP_HELD = (
    sa.update(_table)
    .where(_here, _row.held_at <= sa.bindparam("before", type_=tables.Moment))
    .values(state=DeliveryState.FAILED, error=sa.bindparam("error"))
)
"""`in_team`, `in_conversation`, `before`, `error`: marks deliveries of a conversation as failed
that are held since `before` or earlier.
"""

_others_held = (
    sa.select(1)
    .where(
        _earlier.c.team == _row.team,
        _earlier.c.conversation == _row.conversation,
        _earlier.c.id != _row.id,
        _earlier.c.held_at.is_not(None),
        _unsent("earlier"),
    )
    .exists()
)
_of_ids = _row.id.in_(sa.bindparam("ids", expanding=True))

HELD_BY_OTHERS = sa.select(_row.id, _row.team, _row.conversation).where(_of_ids, _others_held)
"""`ids`: which of these deliveries are in a conversation for which others are held."""

LAST_HELD = (
    sa.select(_row.team, _row.conversation)
    .where(_of_ids, _row.held_at.is_not(None), sa.not_(_others_held))
    .distinct()
)
"""`ids`: the conversations for which only deliveries among these were held."""

RESUME = (
    sa.update(_table)
    .where(_here, _row.held_at.is_not(None))
    .values(
        state=DeliveryState.QUEUED,
        held_at=None,
        error="",
        first_due_at=None,
        due_at=sa.case((_row.kind == DeliveryKind.DIGEST, _row.due_at), else_=_now),
    )
)
"""`in_team`, `in_conversation`, `now`: queues the held deliveries of a conversation. A digest keeps
its due time; the others are due at once.
"""
