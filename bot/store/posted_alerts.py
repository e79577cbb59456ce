"""Reads which events were posted in a conversation."""

from collections.abc import Collection

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryState
from bot.store import tables
from bot.store.delivery_rows import FIRST_IN_FRONT, MAY_BE_FIRST
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
        for chunk in chunks(event_ids):
            query = (
                sa.select(_row.event_id, _row.ts)
                .where(
                    _row.event_id.in_(chunk),
                    _row.team == team,
                    _row.conversation == conversation,
                    _row.state == DeliveryState.SENT,
                    MAY_BE_FIRST,
                )
                .order_by(*FIRST_IN_FRONT)
            )
            for event, ts in await self._database.rows(query):
                found.setdefault(event, ts)
        return found
