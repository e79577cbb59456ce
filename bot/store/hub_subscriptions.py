"""Stores the subscriptions at WebSub hubs."""

from sqlalchemy import delete, select

from bot.feeds.websub.protocol import HubSubscription
from bot.store import tables
from bot.store.engine import Database

_row = tables.hub_subscriptions.c


class HubSubscriptions:
    """The table of subscriptions at hubs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def every(self) -> tuple[HubSubscription, ...]:
        """All hub subscriptions, in no particular order."""
        found = await self._database.column(select(_row.data))
        return tuple(HubSubscription.model_validate_json(data) for data in found)

    async def put(self, subscription: HubSubscription) -> None:
        """Saves a hub subscription; it replaces the one with the same token."""
        row = {"token": subscription.token, "data": subscription.model_dump_json()}
        statement = self._database.insert(tables.hub_subscriptions).values(row)
        upsert = statement.on_conflict_do_update(
            index_elements=["token"], set_={"data": statement.excluded.data}
        )
        await self._database.change(upsert)

    async def remove(self, token: str) -> None:
        """Deletes the hub subscription with this token, if there is one."""
        await self._database.change(delete(tables.hub_subscriptions).where(_row.token == token))
