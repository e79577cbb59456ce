"""Reports the beginning and the end of each problem to the operators, once each.

    problems now | compared with the open incidents | notices | open incidents saved

An incident is a problem whose beginning is reported and whose end is not. It is saved, so a restart
repeats no report and misses no end. A notice's id is computed from the problem's key, so a crash
between the notice and the save queues no second one.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Protocol

from pydantic import Field

from bot.alerts.notices import Notices, Trouble
from bot.alerts.watch.facts import Condition, WatchNotice
from bot.values import Frozen

log = logging.getLogger(__name__)


class Problem(Frozen):
    """A problem that exists now, or an incident: a problem whose beginning is reported."""

    subject: str
    """What has the problem, for example a feed. A subject has one problem at a time."""
    key: str
    """Identifies the problem. If a subject's problem gets another key, that is reported too."""
    about: Annotated[Condition, Field(discriminator="kind")]
    reports_begin: bool = True
    """False if another part reports its beginning."""


class IncidentStore(Protocol):
    """The open incidents of a team, by scope and subject."""

    async def incidents(self, team: str, scope: str) -> Mapping[str, Problem]: ...

    async def put_incident(self, team: str, scope: str, problem: Problem) -> object: ...

    async def delete_incident(self, team: str, scope: str, subject: str) -> object: ...


class Incidents:
    """Reports problems of several scopes, for example feeds and rates."""

    def __init__(self, store: IncidentStore, notices: Notices, team: str) -> None:
        self._store, self._notices, self._team = store, notices, team

    async def find_key(self, scope: str, subject: str) -> str:
        """The key of the subject's open incident; empty if it has none."""
        found = (await self._store.incidents(self._team, scope)).get(subject)
        return found.key if found is not None else ""

    async def look(
        self, scope: str, problems: Iterable[Problem], subjects: Collection[str]
    ) -> None:
        """Reports what began or ended since the last look; raises StoreError.

        `subjects` are all subjects that exist. The end of a problem is not reported if its subject
        was removed.
        """
        now = {problem.subject: problem for problem in problems}
        had = await self._store.incidents(self._team, scope)
        for subject, problem in now.items():
            known = had.get(subject)
            if known is None or known.key != problem.key:
                await self._begin(scope, problem)
        for subject, incident in had.items():
            if subject not in now:
                if subject in subjects:
                    log.info("problem ended: %s", incident.key)
                    ended = WatchNotice(about=incident.about, has_ended=True)
                    await self._report(f"{incident.key}, ended", ended)
                await self._store.delete_incident(self._team, scope, subject)

    async def _begin(self, scope: str, problem: Problem) -> None:
        if problem.reports_begin:
            if not await self._report(problem.key, WatchNotice(about=problem.about)):
                # The operators' workspace has not installed the app yet. The next look tries again.
                return
            log.warning("problem: %s", problem.key)
        await self._store.put_incident(self._team, scope, problem)

    async def _report(self, key: str, notice: WatchNotice) -> bool:
        return await self._notices.report(Trouble(key, content=notice.model_dump_json()))
