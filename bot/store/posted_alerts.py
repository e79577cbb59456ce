"""Reads which events were posted in a conversation."""

from collections.abc import Collection

import sqlalchemy as sa

from bot.alerts.delivery import FOLLOWS, DeliveryKind, DeliveryState
from bot.store import tables
from bot.store.engine import Database, chunks

_row = tables.deliveries.c


class PostedAlerts:
    """The messages of the deliveries table that were sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posted(
        self, team: str, conversation: str, event_ids: Collection[str]
    ) -> dict[str, str]:
        """Slack's id of the first message about each of these events in a conversation, by event.

        `Outbox.first_message` says which message is the first one. Events without one are left out.
        """
        found: dict[str, str] = {}
        is_alert = _row.kind == DeliveryKind.ALERT
        replaces_alert = sa.and_(_row.kind == DeliveryKind.FOLLOW_UP, _row.reason != FOLLOWS)
        for chunk in chunks(event_ids):
            query = (
                sa.select(_row.event_id, _row.ts)
                .where(
                    _row.event_id.in_(chunk),
                    _row.team == team,
                    _row.conversation == conversation,
                    _row.state == DeliveryState.SENT,
                    sa.or_(is_alert, replaces_alert),
                )
                .order_by(sa.case((is_alert, 0), else_=1), _row.seq)
            )
            for event, ts in await self._database.rows(query):
                found.setdefault(event, ts)
        return found
