"""Stops sending to a workspace that refuses messages until it accepts messages again.

`bot.alerts.sending.workspace_refusal` describes the states. The dispatcher calls `look` and `save`
regularly, asks for a `turn` before each message, and reports each outcome.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.sending.workspace_refusal import (
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
    is_reported_here: bool = True
    """Whether this process reported the refusal, or restored it. Otherwise another worker did."""


@dataclass(frozen=True)
class Turn:
    """One message's turn to be sent to a workspace."""

    team: str
    refusal: WorkspaceRefusal | None = None
    """The refusal that this message tests: if it is accepted, the refusal has ended. None if the
    workspace does not refuse messages."""


class RefusalReports(Protocol):
    """Is notified of each refusal and each recovery of a workspace."""

    def refused(self, team: str, refusal: WorkspaceRefusal) -> None:
        """The workspace refuses messages from now on."""

    def restored(self, team: str, refusal: WorkspaceRefusal) -> None:
        """It refuses them, which an earlier process or another worker has reported."""

    def recovered(self, team: str, recovery: Recovery) -> None:
        """The workspace accepts messages again."""

    async def delivered(self, team: str, recovery: Recovery) -> None:
        """The workspace got all messages that were due.

        If this raises StoreError, it is called again later.
        """

    def forgotten(self, team: str) -> None:
        """The workspace has removed the app, so the end of its refusal is never reported."""


Check = Callable[[str], Awaitable[None]]
"""Asks Slack whether a team's token is valid. Raises WorkspaceRefused if it is not. Any other
exception means that Slack did not answer.
"""


async def _no_check(_team: str) -> None:
    return None


class SavedRefusals(Protocol):
    """Keeps the refusals of workspaces across restarts. Its methods raise StoreError."""

    async def get(self, team: str) -> WorkspaceRefusal | None:
        """The refusal of a workspace; None if it accepted messages."""

    async def put(self, team: str, refusal: WorkspaceRefusal) -> WorkspaceRefusal | None:
        """Saves it in place of an earlier one, and returns that one; None if there was none."""

    async def delete(self, team: str) -> None:
        """Deletes it, if there is one."""


class _Unsaved:
    """Keeps nothing."""

    async def get(self, _team: str) -> None:
        return None

    async def put(self, _team: str, _refusal: WorkspaceRefusal) -> None:
        return None

    async def delete(self, _team: str) -> None:
        return None


_UNSAVED = _Unsaved()


class WorkspaceGate:
    """Knows which workspaces may get messages now.

    Without a `check` function, each check passes, so the next message tests the workspace. A
    refusal is saved until its end is reported, so that a restarted bot continues it. With one
    workspace, a new token needs such a restart.
    Among several workers, the one that is the first to save a refusal reports it.
    """

    def __init__(self, check: Check = _no_check, saved: SavedRefusals = _UNSAVED) -> None:
        self._check, self._saved = check, saved
        self._stored: dict[str, WorkspaceRefusal] = {}
        self._reports: RefusalReports | None = None
        self._refusals: dict[str, WorkspaceRefusal] = {}
        self._recoveries: dict[str, Recovery] = {}
        self._trials: dict[str, asyncio.Lock] = {}
        self._unreported: set[str] = set()
        self._reported_elsewhere: set[str] = set()

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
            again = refused_again(refusal, refused.cause, refused.cure, now)
            return again.model_copy(update={"by_check": True})
        except Exception as error:
            # Slack did not answer, so the reason that it gave before is kept.
            log.debug("the check of workspace %s failed: %s", team, type(error).__name__)
            return refused_again(refusal, refusal.cause, refusal.cure, now)
        return check_passed(refusal)

    @asynccontextmanager
    async def turn(self, team: str) -> AsyncIterator[Turn]:
        """A context in which to send one message to a workspace.

        While it is unknown whether the workspace accepts messages again, only one message at a time
        is sent; the others wait.
        """
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
        """Records that the workspace refused a message.

        Refusals of further messages that were in flight at the first refusal change nothing.
        """
        team = turn.team
        known = self._refusals.get(team)
        if known is not None:
            if known is turn.refusal:
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
        self._unreported.add(team)

    def accept(self, turn: Turn, now: datetime, sent: bool = True) -> None:
        """Records that the workspace accepted a message, or refused only that one.

        A refusal ends only if the message was sent to find that out: any other one may have been
        accepted before the refusal began.
        """
        team = turn.team
        if (refusal := self._refusals.get(team)) is not None and refusal is turn.refusal:
            self._recover(team, refusal, now)
        if sent and (known := self._recoveries.get(team)) is not None:
            known.messages += 1

    def _recover(self, team: str, refusal: WorkspaceRefusal, now: datetime) -> None:
        del self._refusals[team]
        self._unreported.discard(team)
        is_here = team not in self._reported_elsewhere
        recovery = Recovery(refusal, now, is_reported_here=is_here)
        self._recoveries[team] = recovery
        log.warning(
            "Slack accepts messages of workspace %s again; it refused them since %s",
            team,
            f"{refusal.since:%Y-%m-%d %H:%M} UTC",
        )
        if self._reports is not None:
            self._reports.recovered(team, recovery)

    def recover_checked(self, now: datetime) -> bool:
        """Ends the refusals of workspaces whose token is valid again, even if there was nothing to
        send. Returns whether a recovery is to be reported."""
        for team, refusal in tuple(self._refusals.items()):
            if refusal.trying and refusal.by_check:
                self._recover(team, refusal, now)
        return bool(self._recoveries)

    async def report_delivered(self, now: datetime) -> None:
        """Reports the recoveries; call it when all due messages are sent. Raises StoreError."""
        self.recover_checked(now)
        for team, recovery in tuple(self._recoveries.items()):
            if self._reports is not None:
                await self._reports.delivered(team, recovery)
            await self._saved.delete(team)
            self._stored.pop(team, None)
            self._recoveries.pop(team, None)
            self._reported_elsewhere.discard(team)

    async def restore(self, team: str, now: datetime) -> None:
        """Continues the refusal that an earlier process saved, if any; raises StoreError."""
        saved = await self._saved.get(team)
        if saved is None:
            return
        refusal = saved.model_copy(update={"check_at": now, "trying": False})
        self._refusals[team] = self._stored[team] = refusal
        log.warning(
            "Slack refused all messages of workspace %s before the start: %s", team, refusal.cause
        )
        if self._reports is not None:
            self._reports.restored(team, refusal)

    def forget(self, team: str) -> None:
        """Drops the state of a workspace that has removed the app."""
        for known in (self._refusals, self._stored, self._recoveries):
            known.pop(team, None)
        for teams in (self._unreported, self._reported_elsewhere):
            teams.discard(team)
        if self._reports is not None:
            self._reports.forgotten(team)

    def keep_only(self, teams: Collection[str]) -> None:
        """Drops the state of other workspaces: they have removed the app."""
        for team in {*self._refusals, *self._recoveries} - set(teams):
            self.forget(team)

    async def save(self) -> None:
        """Saves what a later process needs of new refusals, and reports them; raises StoreError."""
        for team, refusal in tuple(self._refusals.items()):
            known = self._stored.get(team)
            is_new = team in self._unreported
            if is_new or known is None or known.by_check is not refusal.by_check:
                earlier = await self._saved.put(team, refusal)
                self._stored[team] = refusal
                if is_new:
                    self._report(team, refusal, earlier if known is None else None)

    def _report(
        self, team: str, refusal: WorkspaceRefusal, elsewhere: WorkspaceRefusal | None
    ) -> None:
        """Reports a new refusal, unless another worker has saved and reported it before."""
        self._unreported.discard(team)
        if elsewhere is not None:
            self._reported_elsewhere.add(team)
            current = self._refusals.get(team)
            if current is not None and not current.trying:
                # All workers name the same beginning, so that operators get one message.
                since = {"since": elsewhere.since}
                self._refusals[team] = current.model_copy(update=since)
        if self._reports is None:
            return
        if elsewhere is not None:
            self._reports.restored(team, refusal)
        else:
            self._reports.refused(team, refusal)
