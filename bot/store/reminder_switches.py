"""Stores which conversations have switched reminders off."""

from sqlalchemy import delete, select

from bot.store import tables
from bot.store.engine import Database

_row = tables.reminders_off.c


class ReminderSwitches:
    """The table of conversations without reminders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def off(self, team: str) -> frozenset[str]:
        """The team's conversations without reminders."""
        query = select(_row.conversation).where(_row.team == team)
        return frozenset(await self._database.column(query))

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        """Switches reminders on or off in a conversation; False if that changes nothing."""
        row = {"team": team, "conversation": conversation}
        here = (_row.team == team, _row.conversation == conversation)
        remove = delete(tables.reminders_off).where(*here)
        add = self._database.insert(tables.reminders_off).values(row).on_conflict_do_nothing()
        return await self._database.change(remove if on else add) > 0
