"""Runs the same regular job for each workspace, with an object of its own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol


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
        """Runs the job of each workspace, one after the other. Raises the errors of the jobs."""
        teams = await self._list_teams()
        self._made = {team: self._made.get(team) or self._make(team) for team in teams}
        for job in self._made.values():
            await job.look()
