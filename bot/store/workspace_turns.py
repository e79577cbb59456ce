"""When each workspace may get its next message, for several workers on PostgreSQL.

The times are those of the database's clock, which all workers share.
"""

from datetime import timedelta

import sqlalchemy as sa

from bot.store.engine import Database

LONGEST_S = 1.0
"""A turn that is further away is not taken: the caller can do something else meanwhile."""

_TAKE = sa.text(
    """
    INSERT INTO workspace_turns AS turn (team, next_at) VALUES (:team, now() + :gap)
    ON CONFLICT (team) DO UPDATE SET next_at = greatest(turn.next_at, now()) + :gap
    WHERE turn.next_at <= now() + :longest
    RETURNING extract(epoch FROM next_at - :gap - now())
    """
)
_LOOK = sa.text(
    "SELECT extract(epoch FROM next_at - now()) FROM workspace_turns WHERE team = :team"
)
_PAUSE = sa.text(
    """
    INSERT INTO workspace_turns AS turn (team, next_at) VALUES (:team, now() + :wait)
    ON CONFLICT (team) DO UPDATE SET next_at = greatest(turn.next_at, excluded.next_at)
    """
)


class WorkspaceTurns:
    """The table of turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, team: str, per_second: float | None) -> tuple[bool, float]:
        """Takes the next turn of a workspace, if it is at most `LONGEST_S` away.

        Returns whether it was taken, and the seconds until it; otherwise the seconds until one may
        be taken. Without a pace, only pauses delay a turn.
        """
        if per_second is None:
            wait_s = await self._look(team)
            return wait_s <= 0, wait_s
        given = {
            "team": team,
            "gap": timedelta(seconds=1 / per_second),
            "longest": timedelta(seconds=LONGEST_S),
        }
        taken = await self._database.write(lambda c: c.execute(_TAKE, given).scalar())
        if taken is not None:
            return True, max(float(taken), 0.0)
        return False, max(await self._look(team) - LONGEST_S, 0.01)

    async def pause(self, team: str, wait_s: float) -> None:
        """Gives the workspace no turn for `wait_s` seconds."""
        given = {"team": team, "wait": timedelta(seconds=wait_s)}
        await self._database.write(lambda c: c.execute(_PAUSE, given))

    async def _look(self, team: str) -> float:
        found = await self._database.column(_LOOK, {"team": team})
        return max(float(found[0]), 0.0) if found else 0.0
