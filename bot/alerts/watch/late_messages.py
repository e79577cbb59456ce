"""Reports late messages to the operators.

    unsent news | oldest late? | begins: a notice to operators | ends: another

A message is late if it should have been sent more than `LATE_AFTER` ago. Messages that are held
because their conversation refuses them do not count, and quiet time and mutes do not make a message
late. A message that was sent late shows readers how late it is (`Delivery.late_by`).

A retry moves the time at which a message is due, but the outbox keeps the first one. So a look
reads the outbox, remembers nothing, and writes only if something began or ended.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.alerts.delivery import LATE_AFTER
from bot.alerts.watch.facts import LateQueue
from bot.alerts.watch.incidents import Incidents, Problem

_SCOPE = "queue"


class LateMessageSource(Protocol):
    """Finds the late messages of a team."""

    async def find_late(self, team: str, before: datetime, now: datetime) -> LateQueue | None:
        """The news that should have been sent before a moment; None if there is none."""


class LateMessages:
    """Watches the outbox; call `look` before sending starts and then about once a minute."""

    def __init__(
        self,
        store: LateMessageSource,
        incidents: Incidents,
        team: str,
        clock: Callable[[], datetime],
        is_refusing: Callable[[], bool],
        *,
        is_home: bool = True,
    ) -> None:
        """`is_refusing` says whether the workspace refuses all messages; that is reported
        elsewhere. `is_home` says that it is the workspace of the operators, which the reports then
        do not name."""
        self._store, self._incidents, self._team = store, incidents, team
        self._named = "" if is_home else team
        self._clock, self._is_refusing = clock, is_refusing

    async def look(self) -> None:
        """Reports what began or ended since the last look; raises StoreError."""
        now = self._clock()
        late = await self._store.find_late(self._team, now - LATE_AFTER, now)
        key = await self._incidents.find_key(_SCOPE, _SCOPE)
        problems = []
        if late is not None and (key or not self._is_refusing()):
            whose = f" of workspace {self._named}" if self._named else ""
            key = key or f"messages late since {late.since.isoformat()}, queue{whose}"
            late = late.model_copy(update={"team": self._named})
            problems.append(Problem(subject=_SCOPE, key=key, about=late))
        await self._incidents.look(_SCOPE, problems, {_SCOPE})
