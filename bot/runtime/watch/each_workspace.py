"""Runs the same regular job for each workspace, with an object of its own."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)


class Look(Protocol):
    """A job of one workspace that is called regularly."""

    async def look(self) -> None: ...


class EachWorkspace:
    """The jobs of all workspaces. `make` makes the job of a workspace, whose id it gets."""

    def __init__(
        self, list_teams: Callable[[], Awaitable[Sequence[str]]], make: Callable[[str], Look]
    ) -> None:
        self._list_teams, self._make = list_teams, make
        self._made: dict[str, Look] = {}

    async def look(self) -> None:
        """Runs the job of each workspace, one after the other.

        If one fails, the failure is logged and the others run. Raises StoreUnavailable, because
        all would fail without the database.
        """
        teams = await self._list_teams()
        self._made = {team: self._made.get(team) or self._make(team) for team in teams}
        for team, job in self._made.items():
            try:
                await job.look()
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("a regular job of workspace %s failed", team)
