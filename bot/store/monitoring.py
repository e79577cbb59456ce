"""What operators see: numbers of unsent messages, feeds and proposals, and lists of events and
conversations.

Each query of a number reads an index or a small table, because monitoring asks every few seconds.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.monitoring.backlog import Backlog
from bot.monitoring.overview import ConversationOverview, EventOverview, MessageOverview, Slice
from bot.news.story import Story
from bot.proposals.approval.audit import State
from bot.store import tables
from bot.store.engine import Database
from bot.store.feeds import AT_ONCE
from bot.store.next_delivery import FIRST_DUE, WAITS_FOR_MUTE

_row, _state, _story = tables.deliveries.c, tables.feed_states.c, tables.stories.c
_TRIED_WRITE = "write during an outage"
"""The row of the table `once` that is written to see whether an outage is over."""
_GROUPS = {
    **dict.fromkeys(DeliveryState, "waiting"),
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "given_up",
    DeliveryState.DROPPED: "given_up",
}
"""The field of `EventOverview` that counts the messages in a state."""


class FeedCondition(NamedTuple):
    """What the saved state of a feed says, without the rest of the state."""

    feed_id: str
    has_error: bool
    is_stopped: bool
    was_polled: bool
    due_at: datetime | None = None
    """The time of the next poll; None if the feed is stopped or due at once."""


class MonitoringQueries:
    """Reads numbers of all workspaces together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ping(self) -> bool:
        """True if the database answers; raises StoreError otherwise.

        During an outage, it also tries to write. A process that seldom writes would see the end of
        the outage late.
        """
        if self._database.is_in_outage:
            insert = self._database.insert(tables.once).values(name=_TRIED_WRITE, done_at=AT_ONCE)
            changed = {"done_at": insert.excluded.done_at}
            await self._database.change(
                insert.on_conflict_do_update(index_elements=["name"], set_=changed)
            )
        return bool(await self._database.column(sa.select(sa.literal(1))))

    async def count_backlog(self, now: datetime) -> Backlog:
        """The numbers of unsent messages."""
        unsent = sa.text(tables.UNSENT)
        states = sa.select(_row.state, sa.func.count()).where(unsent).group_by(_row.state)
        due = (
            sa.select(FIRST_DUE.label("due_at"), _row.team, _row.conversation)
            .where(
                unsent,
                _row.held_at.is_(None),
                _row.kind != DeliveryKind.UPDATE,
                sa.bindparam("now", type_=tables.Moment) >= FIRST_DUE,
                sa.not_(WAITS_FOR_MUTE),
            )
            .subquery()
        )
        by_place = (
            sa.select(sa.func.min(due.c.due_at, type_=tables.Moment).label("due_at"))
            .group_by(due.c.team, due.c.conversation)
            .subquery()
        )
        totals = sa.select(
            sa.func.count(), sa.func.min(by_place.c.due_at, type_=tables.Moment)
        ).select_from(by_place)

        def read(connection: sa.Connection) -> Backlog:
            counted = {DeliveryState(state): n for state, n in connection.execute(states)}
            waiting, oldest = connection.execute(totals, {"now": now}).one()
            return Backlog(by_state=counted, waiting=waiting, oldest_due_at=oldest)

        return await self._database.read(read)

    async def list_feed_conditions(self) -> Sequence[FeedCondition]:
        """The condition of each feed that was ever polled."""
        query = sa.select(
            _state.feed_id,
            self._field("error") != "",
            self._field("stopped").in_(("true", "1")),
            self._field("last_poll_at").is_not(None),
            sa.func.nullif(_state.due_at, AT_ONCE, type_=tables.Moment),
        )
        rows = await self._database.rows(query)
        return [
            FeedCondition(feed_id, bool(has_error), bool(is_stopped), bool(was_polled), due_at)
            for feed_id, has_error, is_stopped, was_polled, due_at in rows
        ]

    async def count_proposals(self) -> Mapping[State, int]:
        """The number of proposals in each state."""
        state = tables.proposals.c.state
        rows = await self._database.rows(sa.select(state, sa.func.count()).group_by(state))
        return {State(each): count for each, count in rows}

    async def list_events(self, part: Slice) -> tuple[EventOverview, ...]:
        """The events with the newest first stories."""
        query = (
            sa.select(_story.data)
            .where(_story.id == _story.event_id)
            .order_by(_story.seen_at.desc(), _story.id)
            .limit(part.limit)
            .offset(part.offset)
        )
        found = await self._database.column(query)
        firsts = [Story.model_validate_json(data) for data in found]
        ids = [story.id for story in firsts]
        stories, messages = await self._count_stories(ids), await self._count_messages(ids)
        return tuple(
            EventOverview(first=story, stories=stories[story.id], **messages[story.id])
            for story in firsts
        )

    async def _count_stories(self, event_ids: Sequence[str]) -> Mapping[str, int]:
        query = sa.select(_story.event_id, sa.func.count()).group_by(_story.event_id)
        rows = await self._database.rows(query.where(_story.event_id.in_(event_ids)))
        return {event_id: count for event_id, count in rows}  # noqa: C416 - rows are no pairs

    async def _count_messages(self, event_ids: Sequence[str]) -> Mapping[str, Counter[str]]:
        """The numbers of messages by the fields of `EventOverview`, for each event."""
        query = (
            sa.select(_row.event_id, _row.state, sa.func.count())
            .where(_row.event_id.in_(event_ids), _row.kind != DeliveryKind.PROPOSAL)
            .group_by(_row.event_id, _row.state)
        )
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for event_id, state, count in await self._database.rows(query):
            counts[event_id][_GROUPS[DeliveryState(state)]] += count
        return counts

    async def list_messages(self, event_id: str, limit: int) -> tuple[MessageOverview, ...]:
        """The messages about an event, in the order in which they were queued."""
        query = (
            sa.select(*(_row[name] for name in MessageOverview.model_fields))
            .where(_row.event_id == event_id, _row.kind != DeliveryKind.PROPOSAL)
            .order_by(_row.seq)
            .limit(limit)
        )
        rows = await self._database.rows(query)
        return tuple(MessageOverview.model_validate(dict(row._mapping)) for row in rows)

    async def list_conversations(self, part: Slice) -> tuple[ConversationOverview, ...]:
        """The conversations with unsent messages, the longest due first."""
        due_at = sa.func.min(FIRST_DUE, type_=tables.Moment).label("due_at")
        query = (
            sa.select(
                _row.team,
                _row.conversation,
                sa.func.count().label("messages"),
                due_at,
                sa.func.min(_row.held_at, type_=tables.Moment).label("held_since"),
                sa.func.max(_row.error).label("error"),
            )
            .where(sa.text(tables.UNSENT))
            .group_by(_row.team, _row.conversation)
            .order_by(due_at, _row.team, _row.conversation)
            .limit(part.limit)
            .offset(part.offset)
        )
        rows = await self._database.rows(query)
        return tuple(ConversationOverview.model_validate(dict(row._mapping)) for row in rows)

    def _field(self, name: str) -> sa.ColumnElement[str]:
        """A field of a feed's state as text; NULL if it is missing or null."""
        if self._database.is_sqlite:
            return sa.cast(sa.func.json_extract(_state.data, f"$.{name}"), sa.String)
        return sa.func.jsonb_extract_path_text(sa.cast(_state.data, JSONB), name, type_=sa.String)
