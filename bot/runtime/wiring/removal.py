"""Deletes the data of a workspace that has removed the app."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.alerts.sending.workspace_gate import Check, WorkspaceGate
from bot.errors import StoreError, StoreUnavailable, WorkspaceRefused
from bot.runtime.wiring.slack import SlackConnection
from bot.slack.workspaces.registry import InstalledWorkspaces
from bot.store.engine import Database
from bot.store.installations import Installations
from bot.store.removal_marks import RemovalMark, RemovalMarks
from bot.store.workspace_data import remove_workspace

log = logging.getLogger(__name__)


CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the bot's clock, which dates installations, may be from Slack's, which dates events."""
AGAIN_AFTER = timedelta(minutes=1)
"""Time after which a removal is repeated, because commands and messages that were in progress may
have saved something."""


def build_removal(
    slack: SlackConnection,
    database: Database,
    gate: WorkspaceGate,
    check: Check,
    clock: Callable[[], datetime],
) -> "WorkspaceRemoval | None":
    """The object that deletes the data of a workspace. None if the bot serves only one workspace,
    whose data is kept for a new token."""
    if slack.many is None:
        return None
    many = slack.many
    return WorkspaceRemoval(many.installations, many.installed, database, gate, check, clock)


class WorkspaceRemoval:
    """Deletes data in the database, and what this process remembers.

    `check` asks Slack whether the saved token of a workspace is valid.
    """

    def __init__(
        self,
        installations: Installations,
        installed: InstalledWorkspaces,
        database: Database,
        gate: WorkspaceGate,
        check: Check,
        clock: Callable[[], datetime],
    ) -> None:
        self._installations, self._installed = installations, installed
        self._database, self._gate = database, gate
        self._check, self._clock = check, clock
        self._marks = RemovalMarks(database)
        # Slack sends two events for one removal. The second one finds nothing, if it waits.
        self._removing = asyncio.Lock()

    async def remove(self, team: str, at: datetime) -> None:
        """Deletes the data of a workspace that removed the app at a moment, unless it has installed
        the app again since. Slack may send an event up to an hour late. Raises StoreError."""
        await self._marks.put(RemovalMark(team, at), self._clock())
        await self._remove(team, at)

    async def look_again(self) -> None:
        """Repeats each removal once, also those of other processes, to delete what was saved in the
        meantime; call it regularly. Raises StoreUnavailable.

        A removal that cannot be checked is tried again at the next call. The cause may be that no
        key decrypts the workspace's token.
        """
        for mark in await self._marks.handled_before(self._clock() - AGAIN_AFTER):
            try:
                await self._remove(mark.team, mark.at)
            except StoreUnavailable:
                raise
            except StoreError as error:
                log.warning("workspace %.20s is removed later: %s", mark.team, error)
                continue
            await self._marks.delete(mark)

    async def _remove(self, team: str, at: datetime) -> None:
        async with self._removing:
            last = await self._find_last_moment(team, at)
            removed = await remove_workspace(self._database, team, last)
        if removed is None:
            log.info("workspace %.20s has installed the app again since it removed it", team)
            return
        self._installed.forget(team)
        self._gate.forget(team)
        if rows := sum(removed.values()):
            log.warning(
                "the app was removed from workspace %.20s; %d rows were deleted", team, rows
            )

    async def _find_last_moment(self, team: str, at: datetime) -> datetime:
        """The time of the latest installation that this removal ended."""
        installed_at = await self._installations.find_moment(team)
        if installed_at is None or abs(installed_at - at) > CLOCKS_DIFFER:
            return at
        # The clocks do not say which of them came first, but Slack knows.
        self._installed.forget(team)
        try:
            await self._check(team)
        except WorkspaceRefused:
            return installed_at
        except StoreError:
            raise
        except Exception as error:
            log.info("the token of workspace %.20s: %s", team, type(error).__name__)
            return at
        return installed_at - timedelta(microseconds=1)
