"""Deletes the data of a workspace that has removed the app."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.alerts.sending.workspace_gate import WorkspaceGate
from bot.runtime.wiring.slack import SlackConnection
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.store.engine import Database
from bot.store.installations import Installations
from bot.store.workspace_data import remove_workspace

log = logging.getLogger(__name__)


def build_removal(
    slack: SlackConnection, database: Database, gate: WorkspaceGate
) -> Callable[[str, datetime], Awaitable[None]] | None:
    """What deletes the data of a workspace; None with one workspace, whose data waits for a new
    token."""
    if slack.many is None:
        return None
    many = slack.many
    return WorkspaceRemoval(many.installations, many.installed, database, gate).remove


class WorkspaceRemoval:
    """Deletes data in the database, and what this process remembers."""

    def __init__(
        self,
        installations: Installations,
        installed: InstalledWorkspaces,
        database: Database,
        gate: WorkspaceGate,
    ) -> None:
        self._installations, self._installed = installations, installed
        self._database, self._gate = database, gate

    async def remove(self, team: str, at: datetime) -> None:
        """Deletes the data of a workspace that removed the app at a moment, unless it has installed
        the app again since. Slack may send an event up to an hour late. Raises StoreError."""
        installed_at = await self._installations.find_moment(team)
        if installed_at is not None and installed_at > at:
            log.info("workspace %.20s has installed the app again since it removed it", team)
            return
        rows = sum((await remove_workspace(self._database, team)).values())
        self._installed.forget(team)
        self._gate.forget(team)
        log.warning("the app was removed from workspace %.20s; %d rows were deleted", team, rows)
