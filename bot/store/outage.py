"""Logs once when the database cannot be reached, and once when it can be again."""

import logging

from bot.errors import StoreUnavailable
from bot.readiness import NotReady, Readiness

log = logging.getLogger(__name__)


class Outage:
    """One line in the log at each end of an outage; meanwhile the bot is not ready."""

    def __init__(self, readiness: Readiness | None = None) -> None:
        self._readiness = readiness or Readiness()
        self._lasts = False

    def met(self, error: StoreUnavailable) -> None:
        """Records a failure."""
        if not self._lasts:
            self._lasts = True
            self._readiness.set(NotReady.DATABASE)
            log.error("%s; nothing is lost: writes are retried until they succeed", error)

    def over(self) -> None:
        """Records a write that succeeded; reads do not count, because some outages allow them."""
        if self._lasts:
            self._lasts = False
            self._readiness.clear(NotReady.DATABASE)
            log.info("the database can be written again")
