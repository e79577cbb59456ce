"""The outbox: the deliveries with their states.

`bot.alerts.delivery` describes the states, `bot.store.next_delivery` the order of sending.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.alerts.delivery import (
    LATE_AFTER,
    LONGEST_PUT_OFF,
    Delivery,
    DeliveryKind,
    DeliveryState,
    HeldConversation,
    Thread,
)
from bot.alerts.sending.ports import NO_BUSY_TEAMS, BusyTeams
from bot.news.story import Story
from bot.store import next_delivery, tables
from bot.store.delivery_rows import FIELDS, FIRST_IN_FRONT, MAY_BE_FIRST, read_delivery
from bot.store.engine import Database, chunks
from bot.store.installations import lock_installed
from bot.store.outcomes import RECORD, Outcome, WriteBatch, record_all, start_all
from bot.store.queueing import put_deliveries
from bot.store.stories import Stories
from bot.store.subscriptions import pause, resume_unheld

_table = tables.deliveries
_row = tables.deliveries.c
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)
_GIVEN_UP = (DeliveryState.FAILED, DeliveryState.DROPPED)
_LOOKED_AT = 50
"""Rows that are first read to find the first delivery of each team. Each time that teams may be
left, twice as many are read, so that few reads find a thousand teams.
"""
_ABOUT_AN_EVENT = (DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP, DeliveryKind.UPDATE)


class Outbox:
    """The deliveries table.

    If a `team` is given, only its deliveries are claimed, released, counted and listed. The
    deliveries of other teams wait for a process that serves those teams. With `only_installed`,
    nothing is queued for teams that have not installed the app by OAuth.
    """

    def __init__(
        self,
        database: Database,
        stories: Stories,
        team: str | None = None,
        *,
        only_installed: bool = False,
    ) -> None:
        self._database, self._stories, self._team = database, stories, team
        self._only_installed = only_installed
        self._starts = WriteBatch(database, start_all)
        self._outcomes = WriteBatch(database, record_all)

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
        busy: BusyTeams | None = None,
    ) -> tuple[Delivery, ...]:
        """Claims at most `limit` due messages, one per conversation, for the caller to send, and at
        most `updates` updates.

        Claims the deliveries with the earliest due times, of any team. With `busy`, it also claims
        one message and one update of each other team that is not busy. So a team with many messages
        does not delay the messages of other teams.

        The deliveries of the `closed` teams are left out. The lease lasts `lease_s` seconds, which
        must be less than LONGEST_PUT_OFF. When it expires, the deliveries are queued again. Those
        that were being sent are then `uncertain`.
        """
        until = now + timedelta(seconds=lease_s)

        def write(connection: sa.Connection) -> tuple[Delivery, ...]:
            far = {"now": now, "of_team": self._team, "farthest": now + LONGEST_PUT_OFF}
            connection.execute(next_delivery.RELEASE_EXPIRED, far)
            connection.execute(next_delivery.HASTEN, far)
            connection.execute(next_delivery.WAIT_FOR_MUTE, {"now": now, "of_team": self._team})
            messages, edits = busy or (None, None)
            ids = [
                *self._select(connection, next_delivery.SENDABLE, now, limit, closed, messages),
                *self._select(
                    connection, next_delivery.SENDABLE_UPDATES, now, updates, closed, edits
                ),
            ]
            if not ids:
                return ()
            connection.execute(next_delivery.CLAIM, {"ids": ids, "now": now, "until": until})
            query = sa.select(*FIELDS).where(_row.id.in_(ids)).order_by(_row.seq)
            return tuple(map(read_delivery, connection.execute(query)))

        return await self._database.write(write)

    def _select(
        self,
        connection: sa.Connection,
        sendable: sa.Select[str, str],
        now: datetime,
        limit: int,
        closed: Collection[str],
        busy: Collection[str] | None,
    ) -> list[str]:
        """The ids of the deliveries to claim; see `claim`."""

        def find(most: int, left_out: Iterable[str]) -> Sequence[sa.Row[str, str]]:
            given = {"now": now, "of_team": self._team, "closed": list(left_out), "limit": most}
            return connection.execute(sendable, given).all()

        found = list(find(limit, closed)) if limit > 0 else []
        left_out = {*closed, *(row.team for row in found), *(busy or ())}
        is_more, most = busy is not None and len(found) == limit, _LOOKED_AT
        while is_more and (self._team is None or self._team not in left_out):
            rows = find(most, left_out)
            firsts = {row.team: row for row in reversed(rows)}
            found += firsts.values()
            left_out.update(firsts)
            is_more, most = len(rows) == most, most * 2
        return [row.id for row in found]

    async def start_sending(self, delivery_id: str, claimed_at: datetime | None) -> bool:
        """Records that a claimed delivery is about to be passed to Slack.

        Returns False if the claim has ended in the meantime. The delivery must then not be sent.
        """
        return delivery_id in await self._starts.add((delivery_id, claimed_at))

    async def confirm(self, delivery_id: str, ts: str, now: datetime, posted: bool = True) -> bool:
        """Marks a delivery as sent; `ts` is Slack's id of the message.

        If it was `posted` now, its conversation accepts messages: its held messages are queued,
        and the pause of its subscriptions ends. Returns whether there was such a pause.
        """
        sent = DeliveryState.SENT
        outcome = Outcome(delivery=delivery_id, to=sent, ts=ts, sent_at=now)
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
            Outcome(
                delivery=delivery_id, due=due_at, error=error, unsure=uncertain, untried=untried
            )
        )

    async def put_back(
        self, delivery_id: str, due_at: datetime, error: str = "", uncertain: bool = False
    ) -> None:
        """Queues a claimed delivery again without counting an attempt; `error` is the reason."""
        await self._record(
            Outcome(delivery=delivery_id, due=due_at, untried=1, error=error, unsure=uncertain)
        )

    async def hold(
        self, delivery: Delivery, due_at: datetime, error: str, now: datetime, uncertain: bool
    ) -> None:
        """Holds all queued deliveries of the conversation that refused this claimed delivery.

        The delivery is tried again at `due_at`; the others wait for it. The conversation's
        subscriptions are paused.
        """
        outcome = Outcome(
            delivery=delivery.id,
            to=DeliveryState.HELD,
            due=due_at,
            error=error,
            untried=1,
            unsure=uncertain,
        )
        place = {"in_team": delivery.team, "in_conversation": delivery.conversation}

        def write(connection: sa.Connection) -> None:
            connection.execute(RECORD, outcome.model_dump())
            connection.execute(next_delivery.HOLD, {**place, "now": now, "error": error})
            pause(connection, delivery.team, delivery.conversation, error, now)

        await self._database.write(write)

    async def give_up_held(self, delivery: Delivery, error: str, before: datetime) -> None:
        """Marks a claimed delivery as failed, and its conversation's others held since `before`."""
        outcome = Outcome(delivery=delivery.id, to=DeliveryState.FAILED, error=error)
        place = {"in_team": delivery.team, "in_conversation": delivery.conversation}
        given = {**place, "before": before, "error": error}

        def write(connection: sa.Connection) -> None:
            connection.execute(RECORD, outcome.model_dump())
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

    async def keep_stories(self, delivery: Delivery, story_ids: tuple[str, ...]) -> bool:
        """Saves that a claimed delivery has only these stories; False if the claim has ended."""
        statement = sa.update(_table).where(
            _row.id == delivery.id,
            _row.state == DeliveryState.RESERVED,
            _row.claimed_at == delivery.claimed_at,
        )
        return await self._database.change(statement.values(story_ids=json.dumps(story_ids))) > 0

    async def drop_claimed(self, delivery_id: str, reason: str) -> None:
        """Marks a claimed delivery as dropped, because it cannot or need not be sent.

        If no other delivery is held for the conversation, the pause of its subscriptions ends.
        """
        dropped = DeliveryState.DROPPED
        await self._record(Outcome(delivery=delivery_id, to=dropped, error=reason))

    async def give_up(self, delivery_id: str, error: str) -> None:
        """Marks a claimed delivery as failed, with the reason. It is not retried.

        If no other delivery is held for the conversation, the pause of its subscriptions ends.
        """
        failed = DeliveryState.FAILED
        await self._record(Outcome(delivery=delivery_id, to=failed, error=error))

    async def _record(self, outcome: Outcome) -> None:
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
        self, now: datetime, closed: Collection[str] = (), busy: BusyTeams = NO_BUSY_TEAMS
    ) -> datetime | None:
        """The next moment at which a delivery is due or a lease ends; None if nothing is unsent.

        Deliveries of the `closed` teams, and those for which a team is `busy`, are left out.
        """
        found: Sequence[datetime | None]
        given = {
            "now": now,
            "of_team": self._team,
            "closed": [*closed, *busy.messages],
            "closed_to_updates": [*closed, *busy.updates],
        }
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
            sa.select(*FIELDS)
            .where(
                _row.event_id == event_id,
                _row.team == team,
                _row.conversation == conversation,
                _row.state == DeliveryState.SENT,
                MAY_BE_FIRST,
            )
            .order_by(*FIRST_IN_FRONT)
            .limit(1)
        )
        rows = await self._database.rows(query)
        return read_delivery(rows[0]) if rows else None

    async def sent(self, team: str, conversation: str, event_id: str) -> tuple[Delivery, ...]:
        """The deliveries about an event that were sent to a conversation, in order."""
        query = (
            sa.select(*FIELDS)
            .where(
                _row.event_id == event_id,
                _row.team == team,
                _row.conversation == conversation,
                _row.state == DeliveryState.SENT,
            )
            .order_by(_row.seq)
        )
        return tuple(map(read_delivery, await self._database.rows(query)))

    async def alerted(self, event_ids: Collection[str]) -> frozenset[Thread]:
        """The conversations with an alert about one of these events, in any state except failed.

        A follow-up that takes the place of a failed alert counts as one.
        """
        found: set[Thread] = set()
        for chunk in chunks(event_ids):
            query = sa.select(_row.event_id, _row.team, _row.conversation).where(
                _row.event_id.in_(chunk),
                MAY_BE_FIRST,
                _row.state.not_in(_GIVEN_UP),
            )
            found.update(Thread(*row) for row in await self._database.rows(query))
        return frozenset(found)

    async def bundled(self, event_ids: Collection[str]) -> dict[Thread, datetime]:
        """The conversations with one of these events in a bundle of a quiet time, in any state
        except failed and dropped, each with the planned moment of the last such bundle. Its next
        attempt may be later."""
        found: dict[Thread, datetime] = {}
        event = tables.bundle_events.c
        planned = sa.func.max(next_delivery.FIRST_DUE)
        for chunk in chunks(event_ids):
            query = (
                sa.select(event.event_id, _row.team, _row.conversation, planned)
                .join(_table, _row.id == event.delivery_id)
                .where(event.event_id.in_(chunk), _row.state.not_in(_GIVEN_UP))
                .group_by(event.event_id, _row.team, _row.conversation)
            )
            for *thread, due_at in await self._database.rows(query):
                found[Thread(*thread)] = due_at
        return found

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
        query = sa.select(*FIELDS).where(_row.state == state, next_delivery.OF_TEAM)
        query = query.order_by(_row.seq.desc()).limit(limit)
        rows = await self._database.rows(query, {"of_team": self._team})
        return tuple(map(read_delivery, rows))

    async def unsent(self, limit: int) -> tuple[Delivery, ...]:
        """The deliveries that are not sent yet, in the order in which they were queued."""
        query = sa.select(*FIELDS).where(sa.text(tables.UNSENT), next_delivery.OF_TEAM)
        rows = await self._database.rows(
            query.order_by(_row.seq).limit(limit), {"of_team": self._team}
        )
        return tuple(map(read_delivery, rows))

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
        rows = await self._database.rows(sa.select(*FIELDS).where(_row.id == delivery_id))
        return read_delivery(rows[0]) if rows else None

    async def reminders(self, since: datetime) -> tuple[Delivery, ...]:
        """The reminders that were sent or due since then, in any state, in the order of queuing."""
        # Two selections, because an index finds each of them.
        of_kind = sa.select(_row.seq).where(_row.kind == DeliveryKind.REMINDER)
        sent = of_kind.where(_row.sent_at >= since)
        others = of_kind.where(_row.sent_at.is_(None), _row.due_at >= since)
        found = _row.seq.in_(sa.union_all(sent, others))
        query = sa.select(*FIELDS).where(found, next_delivery.OF_TEAM)
        rows = await self._database.rows(query.order_by(_row.seq), {"of_team": self._team})
        return tuple(map(read_delivery, rows))

    async def queue(self, deliveries: Collection[Delivery]) -> bool:
        """Queues deliveries in their own transaction; see `put`."""
        return await self._database.write(lambda connection: self.put(connection, deliveries))

    def put(
        self,
        connection: sa.Connection,
        deliveries: Iterable[Delivery],
        now: datetime | None = None,
    ) -> bool:
        """Queues deliveries within the caller's transaction; see `bot.store.queueing`.

        Returns False if some were left out because their team has not installed the app.
        """
        planned = queued = tuple(deliveries)
        if self._only_installed:
            installed = lock_installed(connection, {each.team for each in planned})
            queued = tuple(each for each in planned if each.team in installed)
        put_deliveries(self._database, connection, queued, now)
        return len(queued) == len(planned)
