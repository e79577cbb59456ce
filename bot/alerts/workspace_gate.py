"""Stops messages to a workspace that refuses them, and lets them pass when it accepts them again.

`bot.alerts.workspace_refusal` has the states. The dispatcher calls `look` regularly, asks for a
`turn` before each message, and reports each outcome.
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
    """A workspace that accepts messages again, and how many it got since."""

    refusal: WorkspaceRefusal
    at: datetime
    messages: int = 0


@dataclass(frozen=True)
class Turn:
    """One message's turn to be sent to a workspace."""

    team: str
    refusal: WorkspaceRefusal | None = None
    """The refusal whose end the message finds out; None if it is sent as usual."""


class RefusalReports(Protocol):
    """Gets each refusal and each recovery of a workspace."""

    def refused(self, refusal: WorkspaceRefusal) -> None:
        """The workspace refuses messages from now on."""

    def recovered(self, recovery: Recovery) -> None:
        """It accepts them again."""

    async def delivered(self, recovery: Recovery) -> None:
        """It got all messages that were due. Raises StoreError; then it is called again."""


Check = Callable[[str], Awaitable[None]]
"""Asks Slack whether a team's token is valid. Any exception means that it is not, or that Slack
did not answer.
"""


async def _no_check(_team: str) -> None:
    return None


class WorkspaceGate:
    """Which workspaces get messages now. Without a `check`, a message is tried at each moment."""

    def __init__(self, check: Check = _no_check) -> None:
        self._check = check
        self._reports: RefusalReports | None = None
        self._refusals: dict[str, WorkspaceRefusal] = {}
        self._recoveries: dict[str, Recovery] = {}
        self._trials: dict[str, asyncio.Lock] = {}

    def report_to(self, reports: RefusalReports) -> None:
        """Reports refusals and recoveries from now on; the log has them in any case."""
        self._reports = reports

    @property
    def closed(self) -> frozenset[str]:
        """The teams that get no messages now."""
        return frozenset(team for team, each in self._refusals.items() if not each.trying)

    async def look(self, now: datetime) -> datetime | None:
        """Checks the workspaces whose check is due; returns when the next one is."""
        for team, refusal in tuple(self._refusals.items()):
            if refusal.is_check_due(now):
                checked = await self._checked(team, refusal, now)
                if self._refusals.get(team) is refusal:
                    self._refusals[team] = checked
        return min((self._refusals[team].check_at for team in self.closed), default=None)

    async def _checked(
        self, team: str, refusal: WorkspaceRefusal, now: datetime
    ) -> WorkspaceRefusal:
        try:
            await self._check(team)
        except WorkspaceRefused as refused:
            return refused_again(refusal, refused.cause, refused.cure, now)
        except Exception as error:
            # Slack did not answer, so the reason is still the one that it gave before.
            log.debug("the check of workspace %s failed: %s", team, type(error).__name__)
            return refused_again(refusal, refusal.cause, refusal.cure, now)
        return check_passed(refusal)

    @asynccontextmanager
    async def turn(self, team: str) -> AsyncIterator[Turn]:
        """Waits while another message to a workspace finds out whether it accepts messages."""
        trial = self._trials.setdefault(team, asyncio.Lock())
        if self._tried(team) is None:
            yield Turn(team)
            return
        await trial.acquire()
        if (tried := self._tried(team)) is None:
            trial.release()
            yield Turn(team)
            return
        try:
            yield Turn(team, tried)
        finally:
            trial.release()

    def _tried(self, team: str) -> WorkspaceRefusal | None:
        """The refusal whose end the next message finds out; None if there is none."""
        refusal = self._refusals.get(team)
        return refusal if refusal is not None and refusal.trying else None

    def refuse(self, turn: Turn, error: WorkspaceRefused, now: datetime) -> None:
        """Records that a message was refused. Further messages in flight change nothing."""
        team = turn.team
        known = self._refusals.get(team)
        if known is not None:
            if known is turn.refusal:
                self._refusals[team] = refused_again(known, error.cause, error.cure, now)
            return
        refusal = first_refusal(error.cause, error.cure, now)
        recovery = self._recoveries.pop(team, None)
        if recovery is not None:
            # It recovered for a moment only: one report covers the whole time.
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

    def accept(self, turn: Turn, now: datetime, sent: bool = True) -> None:
        """Records that the workspace accepted a message, or refused only that one.

        A refusal ends only if the message was sent to find that out: any other one may have been
        accepted before the refusal began.
        """
        team = turn.team
        refusal = self._refusals.get(team)
        if refusal is not None and refusal is turn.refusal:
            del self._refusals[team]
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
        """Reports recoveries. For when everything that was due is sent; raises StoreError."""
        for team, recovery in tuple(self._recoveries.items()):
            if self._reports is not None:
                await self._reports.delivered(recovery)
            self._recoveries.pop(team, None)
