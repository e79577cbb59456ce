"""Stops sending to a workspace that refuses messages until it accepts messages again.

`bot.alerts.workspace_refusal` describes the states. The dispatcher calls `look` regularly, asks for
a `turn` before each message, and reports each outcome.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.workspace_refusal import (
    WorkspaceRefusal,
    check_passed,
    first_refusal,
    refused_again,
)
from bot.errors import WorkspaceRefused

log = logging.getLogger(__name__)


@dataclass
class Recovery:
    """The end of a workspace's refusal, and the number of messages sent since then."""

    refusal: WorkspaceRefusal
    at: datetime
    messages: int = 0


class RefusalReports(Protocol):
    """Is notified of each refusal and each recovery of a workspace."""

    def refused(self, refusal: WorkspaceRefusal) -> None:
        """The workspace refuses messages from now on."""

    def recovered(self, recovery: Recovery) -> None:
        """The workspace accepts messages again."""

    async def delivered(self, recovery: Recovery) -> None:
        """The workspace got all messages that were due.

        If this raises StoreError, it is called again later.
        """


Check = Callable[[str], Awaitable[None]]
"""Asks Slack whether a team's token is valid. Raises WorkspaceRefused if it is not. Any other
exception means that Slack did not answer.
"""


async def _no_check(_team: str) -> None:
    return None


class WorkspaceGate:
    """Knows which workspaces may get messages now.

    Without a `check` function, each check passes, so the next message tests the workspace.
    """

    def __init__(self, check: Check = _no_check) -> None:
        self._check = check
        self._reports: RefusalReports | None = None
        self._refusals: dict[str, WorkspaceRefusal] = {}
        self._recoveries: dict[str, Recovery] = {}
        self._trials: dict[str, asyncio.Lock] = {}

    def report_to(self, reports: RefusalReports) -> None:
        """Sends refusals and recoveries to `reports` from now on. They are logged in any case."""
        self._reports = reports

    @property
    def closed(self) -> frozenset[str]:
        """The ids of the teams to which no messages may be sent now."""
        return frozenset(team for team, each in self._refusals.items() if not each.trying)

    async def look(self, now: datetime) -> datetime | None:
        """Checks the workspaces whose check is due; returns when the next check is due, or None."""
        for team, refusal in tuple(self._refusals.items()):
            if refusal.is_check_due(now):
                self._refusals[team] = await self._checked(team, refusal, now)
        return min((self._refusals[team].check_at for team in self.closed), default=None)

    async def _checked(
        self, team: str, refusal: WorkspaceRefusal, now: datetime
    ) -> WorkspaceRefusal:
        try:
            await self._check(team)
        except WorkspaceRefused as refused:
            return refused_again(refusal, refused.cause, refused.cure, now)
        except Exception as error:
            # Slack did not answer, so the reason that it gave before is kept.
            log.debug("the check of workspace %s failed: %s", team, type(error).__name__)
            return refused_again(refusal, refusal.cause, refusal.cure, now)
        return check_passed(refusal)

    @asynccontextmanager
    async def turn(self, team: str) -> AsyncIterator[None]:
        """A context in which to send one message to a workspace.

        While it is unknown whether the workspace accepts messages again, only one message at a time
        is sent; the others wait.
        """
        trial = self._trials.setdefault(team, asyncio.Lock())
        if not self._is_trying(team):
            yield
            return
        await trial.acquire()
        if not self._is_trying(team):
            trial.release()
            yield
            return
        try:
            yield
        finally:
            trial.release()

    def _is_trying(self, team: str) -> bool:
        refusal = self._refusals.get(team)
        return refusal is not None and refusal.trying

    def refuse(self, team: str, error: WorkspaceRefused, now: datetime) -> None:
        """Records that the workspace refused a message.

        Refusals of further messages that were in flight at the first refusal change nothing.
        """
        known = self._refusals.get(team)
        if known is not None:
            if known.trying:
                self._refusals[team] = refused_again(known, error.cause, error.cure, now)
            return
        refusal = first_refusal(error.cause, error.cure, now)
        recovery = self._recoveries.pop(team, None)
        if recovery is not None:
            # The workspace recovered only briefly, so one report covers both refusals.
            refusal = refusal.model_copy(update={"since": recovery.refusal.since})
        self._refusals[team] = refusal
        log.warning(
            "Slack refuses all messages of workspace %s: %s. To fix it: %s. "
            "Messages stay queued, and Slack is asked again every 5 minutes or sooner",
            team,
            refusal.cause,
            refusal.cure,
        )
        if self._reports is not None:
            self._reports.refused(refusal)

    def accept(self, team: str, now: datetime, sent: bool = True) -> None:
        """Records that the workspace accepts messages.

        `sent` is False if the message was refused, but only because of its conversation.
        """
        refusal = self._refusals.pop(team, None)
        if refusal is not None:
            recovery = self._recoveries[team] = Recovery(refusal, now)
            log.warning(
                "Slack accepts messages of workspace %s again; it refused them since %s",
                team,
                f"{refusal.since:%Y-%m-%d %H:%M} UTC",
            )
            if self._reports is not None:
                self._reports.recovered(recovery)
        if sent and (known := self._recoveries.get(team)) is not None:
            known.messages += 1

    async def report_delivered(self) -> None:
        """Reports the recoveries; call it when all due messages are sent. Raises StoreError."""
        for team, recovery in tuple(self._recoveries.items()):
            if self._reports is not None:
                await self._reports.delivered(recovery)
            self._recoveries.pop(team, None)
