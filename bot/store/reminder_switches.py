"""Where reminders of what takes effect were switched off."""

from sqlalchemy import delete, select

from bot.store import tables
from bot.store.engine import Database

_row = tables.reminders_off.c


class ReminderSwitches:
    """The table of conversations without reminders; all others have them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def off(self, team: str) -> frozenset[str]:
        """The team's conversations in which they are off."""
        query = select(_row.conversation).where(_row.team == team)
        return frozenset(await self._database.column(query))

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        """Switches them on or off in a conversation; False where they were so already."""
        row = {"team": team, "conversation": conversation}
        here = (_row.team == team, _row.conversation == conversation)
        taken_out = delete(tables.reminders_off).where(*here)
        put_in = self._database.insert(tables.reminders_off).values(row).on_conflict_do_nothing()
        return await self._database.change(taken_out if on else put_in) > 0
