"""Numbers for operators: the unsent messages, the conditions of the feeds and the proposals.

Each query reads an index or a small table, because monitoring asks every few seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.monitoring.backlog import Backlog
from bot.proposals.approval.audit import State
from bot.store import tables
from bot.store.engine import Database
from bot.store.next_delivery import FIRST_DUE, WAITS_FOR_MUTE

_row, _state = tables.deliveries.c, tables.feed_states.c


class FeedCondition(NamedTuple):
    """What the saved state of a feed says, without the rest of the state."""

    feed_id: str
    has_error: bool
    is_stopped: bool
    was_polled: bool


class MonitoringQueries:
    """Reads numbers of all workspaces together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ping(self) -> bool:
        """True if the database answers; raises StoreError otherwise."""
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
        )
        rows = await self._database.rows(query)
        return [FeedCondition(feed_id, *(bool(each) for each in flags)) for feed_id, *flags in rows]

    async def count_proposals(self) -> Mapping[State, int]:
        """The number of proposals in each state."""
        state = tables.proposals.c.state
        rows = await self._database.rows(sa.select(state, sa.func.count()).group_by(state))
        return {State(each): count for each, count in rows}

    def _field(self, name: str) -> sa.ColumnElement[str]:
        """A field of a feed's state as text; NULL if it is missing or null."""
        if self._database.is_sqlite:
            return sa.cast(sa.func.json_extract(_state.data, f"$.{name}"), sa.String)
        return sa.func.jsonb_extract_path_text(sa.cast(_state.data, JSONB), name, type_=sa.String)
