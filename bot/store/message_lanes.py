"""The unsent deliveries by lane, for workers on PostgreSQL.

`bot.store.outbox` has all other operations, and `bot.store.next_delivery` the order of sending.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.alerts.delivery import LONGEST_PUT_OFF, Delivery, DeliveryKind
from bot.alerts.sending.lanes import Lane
from bot.store import job_queue, next_delivery, tables
from bot.store.delivery_rows import FIELDS, read_delivery
from bot.store.engine import Database

MOST_SWEPT = 5000
"""Maximum conversations for which a sweep adds jobs. Those with the earliest due message come
first."""

_row = tables.deliveries.c
LANE_KEY = _row.team + ":" + _row.conversation
"""`Lane.key` of a message."""
_is_update = _row.kind == DeliveryKind.UPDATE
_in_conversation = sa.and_(
    _row.team == sa.bindparam("in_team"), _row.conversation == sa.bindparam("in_conversation")
)
_RELEASE = {
    True: next_delivery.RELEASE.where(_in_conversation, sa.not_(_is_update)),
    False: next_delivery.RELEASE.where(_row.team == sa.bindparam("in_team"), _is_update),
}
"""`now`, `of_team`, `in_team`, `in_conversation`: releases the claims of a lane with and without a
conversation."""
_CLAIM = next_delivery.CLAIM.returning(*FIELDS)
_SENDABLE = {
    True: next_delivery.select_sendable(sa.and_(_in_conversation, next_delivery.IS_NEXT_MESSAGE)),
    False: next_delivery.select_sendable(
        sa.and_(_row.team == sa.bindparam("in_team"), next_delivery.IS_FREE_UPDATE)
    ),
}


_since = sa.bindparam("since", type_=tables.Moment)
_recent = sa.or_(_since.is_(None), _row.due_at > _since)
# PostgreSQL computes this set once. With a join, it compares each message with each job if its
# statistics are from the time when both tables were empty.
_unfinished = (
    sa.select(sa.column("lock", sa.String))
    .select_from(sa.table("procrastinate_jobs"))
    .where(sa.text("queue_name = 'messages' AND status IN ('todo', 'doing')"))
)
_WITHOUT_JOB = (
    sa.select(_row.team, _row.conversation)
    .where(
        next_delivery.IS_DUE,
        _recent,
        # This condition comes first: with a backlog, almost all lanes have jobs, and the slower
        # check whether a message is blocked is then rarely made.
        LANE_KEY.not_in(_unfinished),
        next_delivery.IS_NEXT_MESSAGE,
    )
    .group_by(_row.team, _row.conversation)
    .order_by(sa.func.min(_row.due_at))
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
"""`now`, `of_team`, `closed`, `since`, `limit`: the conversations that have a message to send and
have no job.
"""
_TEAMS_WITH_UPDATES = (
    sa.select(_row.team, sa.literal(""))
    .where(
        next_delivery.IS_DUE,
        _recent,
        next_delivery.IS_FREE_UPDATE,
    )
    .distinct()
)
"""`now`, `of_team`, `closed`, `since`: the workspaces in which an update can be sent."""
_CLAIMED_LANES = (
    sa.select(_row.team, sa.case((_is_update, ""), else_=_row.conversation))
    .where(next_delivery.IS_CLAIMED)
    .distinct()
)
"""`of_team`: the lanes with claimed deliveries."""


class MessageLanes:
    """The lanes of the outbox, and the jobs of all lanes.

    If a `team` is given, only the lanes of this team are swept. A sweep adds at most `most_swept`
    lanes of messages.
    """

    def __init__(
        self, database: Database, team: str | None = None, most_swept: int = MOST_SWEPT
    ) -> None:
        self._database, self._team, self._most_swept = database, team, most_swept

    async def claim(
        self, lane: Lane, now: datetime, lease_s: float, closed: Collection[str], is_first: bool
    ) -> Delivery | None:
        """Claims the next delivery that is due in the lane, as `Outbox.claim` does.

        The first claim of the lane's one job queues claimed deliveries of the lane again: such a
        claim belongs to a job whose worker has died. Those that were being sent are then
        `uncertain`. Deliveries of a conversation that was muted since the last sweep may be
        claimed, but `Outbox.start_sending` refuses them.
        """
        place = {"in_team": lane.team, "in_conversation": lane.conversation}
        given = {"now": now, "of_team": self._team, "closed": list(closed), "limit": 1, **place}
        until = now + timedelta(seconds=lease_s)
        is_conversation = bool(lane.conversation)

        def write(connection: sa.Connection) -> Delivery | None:
            if is_first:
                connection.execute(_RELEASE[is_conversation], given)
            ids = connection.execute(_SENDABLE[is_conversation], given).scalars().all()
            if not ids:
                return None
            claimed = connection.execute(_CLAIM, {"ids": ids, "now": now, "until": until})
            return read_delivery(claimed.one())

        return await self._database.write(write)

    async def sweep(
        self, now: datetime, closed: Collection[str] = (), since: datetime | None = None
    ) -> int:
        """Adds jobs for lanes in which something is due and that have none; returns how many.

        With `since`, it looks only at messages that became due since then, so it is fast.
        Otherwise, it also moves the due messages of muted conversations, and adds the lanes that
        have claims but no job. Such claims remain if a job ends while the database is unreachable.
        """

        def write(connection: sa.Connection) -> int:
            of_team = {"now": now, "of_team": self._team}
            queries = [_TEAMS_WITH_UPDATES]
            if since is None:
                far = of_team | {"farthest": now + LONGEST_PUT_OFF}
                connection.execute(next_delivery.HASTEN, far)
                connection.execute(next_delivery.WAIT_FOR_MUTE, of_team)
                queries.append(_CLAIMED_LANES)
            queries.append(_WITHOUT_JOB)
            given = of_team | {"closed": list(closed), "since": since, "limit": self._most_swept}
            found = [each for query in queries for each in connection.execute(query, given)]
            lanes = {Lane(team=team, conversation=place) for team, place in found}
            return job_queue.add_missing(connection, lanes)

        return await self._database.write(write)

    async def add(self, lane: Lane) -> None:
        """Adds a job for a lane that is being drained. It begins when the running job has ended."""
        await self._database.write(lambda connection: job_queue.add_lanes(connection, {lane: None}))

    async def add_hosts(self, hosts: Collection[str]) -> None:
        """Adds a job for each feed host that has none."""
        await self._database.write(lambda connection: job_queue.add_hosts(connection, hosts))

    async def take_over(self, after_s: float, ended: Collection[int] = ()) -> int:
        """Gives the jobs of workers that have been silent for `after_s` seconds to others, and the
        lanes of jobs that have `ended`."""
        return await self._database.write(
            lambda connection: job_queue.take_over(connection, after_s, ended)
        )

    async def find_silent(self, workers: Collection[int], after_s: float) -> set[int]:
        """Those of the workers that have been silent for `after_s` seconds."""
        return await self._database.read(
            lambda connection: job_queue.find_silent(connection, workers, after_s)
        )
