"""Keeps imports that a person has proposed and not confirmed yet, in memory."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.commands.lines.replies import ProposedImport
from bot.lines.model import ListOwner
from bot.lines.validation import ImportedRow

KEPT = timedelta(hours=1)
"""How long an import waits for its confirmation."""
_MOST = 50
"""Maximum imports that wait; the oldest is dropped."""


class PendingImport(NamedTuple):
    """An import as it was shown to a person, with its rows."""

    owner: ListOwner
    user: str
    """The person who proposed it. Only this person may see and confirm it."""
    rows: tuple[ImportedRow, ...]
    proposed: ProposedImport
    opened_at: datetime | None = None
    """When the person opened the form or sent the file; None if that is unknown."""


class PendingImports:
    """Imports that wait for their confirmation. A restart forgets them."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[datetime, PendingImport]] = OrderedDict()

    def keep(self, pending: PendingImport) -> str:
        """Keeps the import; returns the id with which it is found again."""
        key = secrets.token_urlsafe(12)
        self._kept[key] = (self._clock(), pending)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return key

    def find(self, key: str, team: str, user: str) -> PendingImport | None:
        """The import with this id if this person proposed it, and not too long ago."""
        at, found = self._kept.get(key, (None, None))
        if at is None or found is None or self._clock() - at > KEPT:
            self._kept.pop(key, None)
            return None
        return found if (found.owner.team, found.user) == (team, user) else None

    def is_of_another(self, key: str, team: str, user: str) -> bool:
        """Whether another person proposed the import with this id."""
        _, found = self._kept.get(key, (None, None))
        return found is not None and (found.owner.team, found.user) != (team, user)

    def drop(self, key: str) -> None:
        """Forgets the import."""
        self._kept.pop(key, None)
