"""The outbox: the deliveries with their states.

`bot.alerts.delivery` describes the states, `bot.store.next_delivery` the order of sending.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from bot.alerts.delivery import (
    FOLLOWS,
    LATE_AFTER,
    LONGEST_PUT_OFF,
    Delivery,
    DeliveryKind,
    DeliveryState,
    HeldConversation,
    Thread,
    delivery_id,
)
from bot.news.story import Story
from bot.store import next_delivery, tables
from bot.store.engine import AnyRow, Database, chunks, execute_many
from bot.store.stories import Stories
from bot.store.subscriptions import pause, resume_refusing, resume_unheld
from bot.values import Frozen

P = TypeVar("P")
R = TypeVar("R")

_table = tables.deliveries
_row = tables.deliveries.c
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)
_ABOUT_AN_EVENT = (DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP, DeliveryKind.UPDATE)
_may_be_first = sa.or_(
    _row.kind == DeliveryKind.ALERT,
    sa.and_(_row.kind == DeliveryKind.FOLLOW_UP, _row.reason != FOLLOWS),
)
_FIELDS = [_row[name] for name in Delivery.model_fields]


class Outbox:
    """The deliveries table.

    If a `team` is given, only its deliveries are claimed, released, counted and listed. The
    deliveries of other teams wait for a process that serves those teams.
    """

    def __init__(self, database: Database, stories: Stories, team: str | None = None) -> None:
        self._database, self._stories, self._team = database, stories, team
        self._insert = database.insert(_table).on_conflict_do_nothing()
        self._starts = _WriteBatch(database, _start_all)
        self._outcomes = _WriteBatch(database, _record_all)

    @property
    def team(self) -> str | None:
        """The team whose deliveries the outbox serves; None if it serves all teams."""
        return self._team

    async def claim(
        self,
        now: datetime,
        limit: int,
        lease_s: float,
        closed: Collection[str] = (),
        updates: int = 0,
    ) -> tuple[Delivery, ...]:
        """Claims at most `limit` due messages, one per conversation, for the caller to send, and at
        most `updates` updates.

        The deliveries of the `closed` teams are left out. The lease lasts `lease_s` seconds, which
        must be less than LONGEST_PUT_OFF. When it expires, the deliveries are queued again. Those
        that were being sent are then `uncertain`.
        """
        until = now + timedelta(seconds=lease_s)

        def write(connection: sa.Connection) -> tuple[Delivery, ...]:
            given = {"now": now, "of_team": self._team, "closed": list(closed)}
            far = {"now": now, "of_team": self._team, "farthest": now + LONGEST_PUT_OFF}
            connection.execute(next_delivery.RELEASE_EXPIRED, far)
            connection.execute(next_delivery.HASTEN, far)
            ids: list[str] = []
            for sendable, most in (
                (next_delivery.SENDABLE, limit),
                (next_delivery.SENDABLE_UPDATES, updates),
            ):
                if most > 0:
                    ids += connection.execute(sendable, given | {"limit": most}).scalars()
            if not ids:
                return ()
            connection.execute(next_delivery.CLAIM, {"ids": ids, "now": now, "until": until})
            query = sa.select(*_FIELDS).where(_row.id.in_(ids)).order_by(_row.seq)
            return tuple(map(_delivery, connection.execute(query)))

        return await self._database.write(write)

    async def start_sending(self, delivery_id: str, claimed_at: datetime | None) -> bool:
        """Records that a claimed delivery is about to be passed to Slack.

        Returns False if the claim has ended in the meantime. The delivery must then not be sent.
        """
        return delivery_id in await self._starts.add((delivery_id, claimed_at))

    async def confirm(self, delivery_id: str, ts: str, now: datetime, posted: bool = True) -> bool:
        """Marks a delivery as sent; `ts` is Slack's id of the message.

        If it was `posted` now, its conversation accepts messages: what was held for it is queued,
        and the pause of its subscriptions ends. Returns whether there was such a pause.
        """
        sent = DeliveryState.SENT
        outcome = _Outcome(delivery=delivery_id, to=sent, ts=ts, sent_at=now)
        return delivery_id in await self._outcomes.add((outcome, posted))

    async def retry(
        self,
        delivery_id: str,
        due_at: datetime,
        error: str,
        uncertain: bool = False,
        counts: bool = True,
    ) -> None:
        """Queues a claimed delivery again for `due_at`.

        `uncertain` says that it may have been posted. `counts` says that the attempt is counted,
        because the message itself may be the cause of the failure.
        """
        untried = 0 if counts else 1
        await self._record(
            _Outcome(
                delivery=delivery_id, due=due_at, error=error, unsure=uncertain, untried=untried
            )
        )

    async def put_back(
        self, delivery_id: str, due_at: datetime, error: str = "", uncertain: bool = False
    ) -> None:
        """Queues a claimed delivery again without counting an attempt; `error` is the reason."""
        await self._record(
            _Outcome(delivery=delivery_id, due=due_at, untried=1, error=error, unsure=uncertain)
        )

    async def hold(
        self, delivery: Delivery, due_at: datetime, error: str, now: datetime, uncertain: bool
    ) -> None:
        """Holds all queued deliveries of the conversation that refused this claimed delivery.

        The delivery is tried again at `due_at`; the others wait for it. The conversation's
        subscriptions are paused.
        """
        outcome = _Outcome(
            delivery=delivery.id,
            to=DeliveryState.HELD,
            due=due_at,
            error=error,
            untried=1,
            unsure=uncertain,
        )
        place = {"in_team": delivery.team, "in_conversation": delivery.conversation}

        def write(connection: sa.Connection) -> None:
            connection.execute(_record, outcome.model_dump())
            connection.execute(next_delivery.HOLD, {**place, "now": now, "error": error})
            pause(connection, delivery.team, delivery.conversation, error, now)

        await self._database.write(write)

    async def give_up_held(self, delivery: Delivery, error: str, before: datetime) -> None:
        """Marks a claimed delivery as failed, and its conversation's others held since `before`."""
        outcome = _Outcome(delivery=delivery.id, to=DeliveryState.FAILED, error=error)
        place = {"in_team": delivery.team, "in_conversation": delivery.conversation}
        given = {**place, "before": before, "error": error}

        def write(connection: sa.Connection) -> None:
            connection.execute(_record, outcome.model_dump())
            connection.execute(next_delivery.GIVE_UP_HELD, given)

        await self._database.write(write)

    async def held(self) -> tuple[HeldConversation, ...]:
        """The conversations that refuse messages, longest held first."""
        since = sa.func.min(_row.held_at).label("since")
        query = (
            sa.select(_row.team, _row.conversation, since, sa.func.max(_row.error))
            .where(sa.text(tables.UNSENT), _row.held_at.is_not(None), next_delivery.OF_TEAM)
            .group_by(_row.team, _row.conversation)
            .order_by(since)
        )
        rows = await self._database.rows(query, {"of_team": self._team})
        return tuple(HeldConversation(*row) for row in rows)

    async def finish_update(self, delivery_id: str, reason: str) -> None:
        """Marks a claimed update as dropped, because it cannot or need not be made."""
        dropped = DeliveryState.DROPPED
        await self._record(_Outcome(delivery=delivery_id, to=dropped, error=reason))

    async def give_up(self, delivery_id: str, error: str) -> None:
        """Marks a claimed delivery as failed, with the reason. It is not retried.

        If no other delivery is held for the conversation, the pause of its subscriptions ends.
        """
        failed = DeliveryState.FAILED
        await self._record(_Outcome(delivery=delivery_id, to=failed, error=error))

    async def _record(self, outcome: "_Outcome") -> None:
        await self._outcomes.add((outcome, False))

    async def release_all(self, now: datetime) -> int:
        """Queues all claimed deliveries again; returns how many.

        Those that were being sent become `uncertain`. Call this only when the one process that
        sends messages starts: a claim in the database then belongs to a process that has ended.
        Those that are late get the error that the bot was not running, unless they have another.
        A bot of an older version may have written states of its own after the upgrade; these
        deliveries are queued too.
        """

        def write(connection: sa.Connection) -> int:
            given = {"now": now, "of_team": self._team}
            connection.execute(next_delivery.ADOPT, {"of_team": self._team})
            late = {"before": now - LATE_AFTER, "of_team": self._team}
            connection.execute(next_delivery.EXPLAIN_LATE, late)
            return connection.execute(next_delivery.RELEASE, given).rowcount

        return await self._database.write(write)

    async def next_due(
        self, now: datetime, closed: Collection[str] = (), updates: bool = True
    ) -> datetime | None:
        """The next moment at which a delivery is due or a lease ends; None if nothing is unsent.

        Deliveries of the `closed` teams are left out, and updates unless `updates` is set.
        """
        found: Sequence[datetime | None]
        given = {"now": now, "of_team": self._team, "closed": list(closed), "updates": updates}
        found = await self._database.column(next_delivery.NEXT_MOMENT, given)
        return found[0]

    async def stories(self, delivery: Delivery) -> tuple[Story, ...]:
        """The stories from which to render a delivery, oldest first.

        For an alert, a follow-up and an update, these are the stories of the event so far: at most
        `EVENT_STORIES`, and those of the delivery in any case. For any other delivery, they are its
        own stories, in its order. Stories that were deleted are left out.
        """
        if delivery.kind in _ABOUT_AN_EVENT:
            return await self._stories.of_event(delivery.event_id, delivery.story_ids)
        return await self._stories.many(delivery.story_ids)

    async def first_message(self, event_id: str, team: str, conversation: str) -> Delivery | None:
        """The first message about the event in a conversation, whose thread gets the follow-ups.

        It is the alert. If the alert failed, it is the follow-up that was sent in its place. None
        if neither was sent, for example to a follower.
        """
        query = (
            sa.select(*_FIELDS)
            .where(
                _row.event_id == event_id,
                _row.team == team,
                _row.conversation == conversation,
                _row.state == DeliveryState.SENT,
                _may_be_first,
            )
            .order_by(sa.case((_row.kind == DeliveryKind.ALERT, 0), else_=1), _row.seq)
            .limit(1)
        )
        rows = await self._database.rows(query)
        return _delivery(rows[0]) if rows else None

    async def sent(self, team: str, conversation: str, event_id: str) -> tuple[Delivery, ...]:
        """The deliveries about an event that were sent to a conversation, in order."""
        query = (
            sa.select(*_FIELDS)
            .where(
                _row.event_id == event_id,
                _row.team == team,
                _row.conversation == conversation,
                _row.state == DeliveryState.SENT,
            )
            .order_by(_row.seq)
        )
        return tuple(map(_delivery, await self._database.rows(query)))

    async def alerted(self, event_ids: Collection[str]) -> frozenset[Thread]:
        """The conversations with an alert about one of these events, in any state except failed.

        A follow-up that takes the place of a failed alert counts as one.
        """
        found: set[Thread] = set()
        for chunk in chunks(event_ids):
            query = sa.select(_row.event_id, _row.team, _row.conversation).where(
                _row.event_id.in_(chunk),
                _may_be_first,
                _row.state.not_in((DeliveryState.FAILED, DeliveryState.DROPPED)),
            )
            found.update(Thread(*row) for row in await self._database.rows(query))
        return frozenset(found)

    async def counts(self) -> dict[DeliveryState, int]:
        """The number of deliveries in each state."""
        query = (
            sa.select(_row.state, sa.func.count()).where(next_delivery.OF_TEAM).group_by(_row.state)
        )
        rows = await self._database.rows(query, {"of_team": self._team})
        found = {row[0]: row[1] for row in rows}
        return {state: found.get(state, 0) for state in DeliveryState}

    async def failed(self, limit: int = 20) -> tuple[Delivery, ...]:
        """The failed deliveries, newest first, each with its `error`."""
        return await self.ended(DeliveryState.FAILED, limit)

    async def ended(self, state: DeliveryState, limit: int) -> tuple[Delivery, ...]:
        """The deliveries in this state, newest first."""
        query = sa.select(*_FIELDS).where(_row.state == state, next_delivery.OF_TEAM)
        query = query.order_by(_row.seq.desc()).limit(limit)
        rows = await self._database.rows(query, {"of_team": self._team})
        return tuple(map(_delivery, rows))

    async def unsent(self, limit: int) -> tuple[Delivery, ...]:
        """The deliveries that are not sent yet, in the order in which they were queued."""
        query = sa.select(*_FIELDS).where(sa.text(tables.UNSENT), next_delivery.OF_TEAM)
        rows = await self._database.rows(
            query.order_by(_row.seq).limit(limit), {"of_team": self._team}
        )
        return tuple(map(_delivery, rows))

    async def send_again(self, now: datetime, delivery_id: str | None = None) -> int:
        """Queues deliveries so that they are due at once; returns how many.

        With an id, queues that delivery if it is queued, held, failed or dropped. Without an id,
        queues all failed deliveries.
        """
        states = (
            (DeliveryState.FAILED,)
            if delivery_id is None
            else (*_WAITING, DeliveryState.FAILED, DeliveryState.DROPPED)
        )
        statement = sa.update(_table).where(_row.state.in_(states))
        if delivery_id is not None:
            statement = statement.where(_row.id == delivery_id)
        waits = _row.state.in_(_WAITING)
        queued = {
            "state": DeliveryState.QUEUED,
            "attempts": 0,
            # A given up or dropped one is held for a whole day again if it is refused.
            "held_at": sa.case((waits, _row.held_at), else_=sa.null()),
            "error": sa.case((sa.and_(waits, _row.held_at.is_not(None)), _row.error), else_=""),
            "due_at": now,
            "first_due_at": None,
        }
        return await self._database.change(statement.values(**queued))

    async def drop(self, delivery_id: str) -> bool:
        """Marks a queued, held or failed delivery as dropped; False if it is in another state.

        If no other delivery is held for the conversation, the pause of its subscriptions ends.
        """

        def write(connection: sa.Connection) -> bool:
            named = sa.select(_row.state).where(_row.id == delivery_id).with_for_update()
            state = connection.execute(named).scalar()
            if state not in (*_WAITING, DeliveryState.FAILED):
                return False
            dropping = sa.update(_table).where(_row.id == delivery_id)
            connection.execute(dropping.values(state=DeliveryState.DROPPED))
            if state in _WAITING:
                resume_unheld(connection, [delivery_id])
            return True

        return await self._database.write(write)

    async def get(self, delivery_id: str) -> Delivery | None:
        """The delivery with this id; None if there is none."""
        rows = await self._database.rows(sa.select(*_FIELDS).where(_row.id == delivery_id))
        return _delivery(rows[0]) if rows else None

    async def reminders(self, since: datetime) -> tuple[Delivery, ...]:
        """The reminders that were due since then, in any state, in the order of queuing."""
        query = sa.select(*_FIELDS).where(
            _row.kind == DeliveryKind.REMINDER, _row.due_at >= since, next_delivery.OF_TEAM
        )
        rows = await self._database.rows(query.order_by(_row.seq), {"of_team": self._team})
        return tuple(map(_delivery, rows))

    async def queue(self, deliveries: Collection[Delivery]) -> None:
        """Queues deliveries in their own transaction; a delivery with a known id stays as it is."""
        await self._database.write(lambda connection: self.put(connection, deliveries))

    def put(self, connection: sa.Connection, deliveries: Iterable[Delivery]) -> None:
        """Queues deliveries within the caller's transaction.

        A delivery whose id is known stays as it is. But the stories of a digest are added to the
        conversation's queued digest of the same hour, and those of an update to the queued update
        of the same message.
        """
        rows, updates = [], []
        for delivery in deliveries:
            if delivery.kind is DeliveryKind.UPDATE:
                updates.append(delivery)
            elif delivery.kind is not DeliveryKind.DIGEST:
                rows.append(_values(delivery))
            elif (digest := _digest_to_insert(connection, delivery)) is not None:
                rows.append(_values(digest))
        rows += map(_values, _join_updates(connection, updates))
        execute_many(connection, self._insert, rows)


class _WriteBatch(Generic[P, R]):
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


def _start_all(
    connection: sa.Connection, claims: Sequence[tuple[str, datetime | None]]
) -> frozenset[str]:
    """Marks claimed deliveries as being sent; returns the ids of those whose claim still holds."""
    by_moment: dict[datetime | None, list[str]] = {}
    for claimed, at in claims:
        by_moment.setdefault(at, []).append(claimed)
    started: set[str] = set()
    for at, ids in by_moment.items():
        given = {"ids": ids, "at": at}
        started.update(connection.execute(next_delivery.START_SENDING, given).scalars())
    return frozenset(started)


def _record_all(
    connection: sa.Connection, given: Sequence[tuple["_Outcome", bool]]
) -> frozenset[str]:
    """Records outcomes, each with whether its message was posted.

    Returns the posted deliveries that ended the pause of a conversation.
    """
    connection.execute(_record, [outcome.model_dump() for outcome, _ in given])
    if failed := [each.delivery for each, _ in given if each.to is DeliveryState.FAILED]:
        resume_unheld(connection, failed)
    posted = [outcome for outcome, is_posted in given if is_posted]
    moments = [each.sent_at for each in posted if each.sent_at is not None]
    if not moments:
        return frozenset()
    return resume_refusing(connection, [each.delivery for each in posted], max(moments))


class _Outcome(Frozen):
    """The result of one attempt; the fields are the parameters of the statement `_record`."""

    delivery: str
    to: DeliveryState = DeliveryState.QUEUED
    due: datetime | None = None
    untried: int = 0
    unsure: bool = False
    ts: str = ""
    sent_at: datetime | None = None
    error: str = ""


_record = (
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


def _digest_to_insert(connection: sa.Connection, digest: Delivery) -> Delivery | None:
    """The digest to insert; None if its stories were added to a queued digest.

    If the digest of that hour may already have been sent, the new stories make a second one.
    """
    known = _find_digest(connection, _row.id == digest.id)
    if known is None:
        # The bundle of a mute whose end was moved has an id of its earlier end. The first condition
        # is that of the index, without which SQLite reads the whole table.
        known = _find_digest(
            connection,
            sa.text(tables.UNSENT),
            _row.team == digest.team,
            _row.conversation == digest.conversation,
            _row.kind == DeliveryKind.DIGEST,
            _row.content == digest.content,
            _row.due_at == digest.due_at,
            _row.state == DeliveryState.QUEUED,
        )
    if known is None:
        return digest
    if known.state != DeliveryState.QUEUED or known.attempts > 0 or known.uncertain:
        about = " ".join((digest.due_at.isoformat(), *digest.story_ids))
        second = delivery_id(digest.kind, digest.team, digest.conversation, about)
        return digest.model_copy(update={"id": second})
    both = dict.fromkeys((*json.loads(known.story_ids), *digest.story_ids))
    adding = sa.update(_table).where(_row.id == known.id).values(story_ids=json.dumps(list(both)))
    connection.execute(adding)
    return None


def _find_digest(
    connection: sa.Connection, *conditions: sa.ColumnElement[bool] | sa.TextClause
) -> AnyRow | None:
    fields = _row.id, _row.state, _row.attempts, _row.uncertain, _row.story_ids
    query = sa.select(*fields).where(*conditions).limit(1).with_for_update()
    return connection.execute(query).one_or_none()


def _join_updates(connection: sa.Connection, updates: Collection[Delivery]) -> Collection[Delivery]:
    """Adds the stories of updates to those that are still queued for the same messages.

    Returns the updates to insert. A claimed update is not joined: it may be rendered already.
    """
    queued = _queued_updates(connection, {each.event_id for each in updates})
    joined: dict[Thread, Delivery] = {}
    for each in updates:
        thread = Thread(each.event_id, each.team, each.conversation)
        known = joined.get(thread) or queued.get(thread) or each
        ids = tuple(dict.fromkeys((*known.story_ids, *each.story_ids)))
        joined[thread] = known.model_copy(update={"story_ids": ids})
    added = [
        {"of": each.id, "stories": json.dumps(each.story_ids)}
        for thread, each in joined.items()
        if thread in queued
    ]
    execute_many(connection, _set_stories, added)
    return [each for thread, each in joined.items() if thread not in queued]


def _queued_updates(
    connection: sa.Connection, event_ids: Collection[str]
) -> dict[Thread, Delivery]:
    """The queued updates of these events, locked until the end of the transaction."""
    found: dict[Thread, Delivery] = {}
    for chunk in chunks(event_ids):
        query = sa.select(*_FIELDS).where(
            _row.event_id.in_(chunk),
            _row.kind == DeliveryKind.UPDATE,
            _row.state == DeliveryState.QUEUED,
        )
        for each in map(_delivery, connection.execute(query.with_for_update())):
            found[Thread(each.event_id, each.team, each.conversation)] = each
    return found


_set_stories = (
    sa.update(_table).where(_row.id == sa.bindparam("of")).values(story_ids=sa.bindparam("stories"))
)


def _values(delivery: Delivery) -> dict[str, Any]:
    values = delivery.model_dump(mode="python")
    return values | {"story_ids": json.dumps(delivery.story_ids)}


def _delivery(row: AnyRow) -> Delivery:
    values = dict(row._mapping)
    return Delivery.model_validate(values | {"story_ids": json.loads(values["story_ids"])})
