"""Logs the beginning and the end of each period in which the database cannot be reached."""

import logging

from bot.errors import StoreUnavailable
from bot.readiness import NotReady, Readiness

log = logging.getLogger(__name__)


class Outage:
    """Logs the beginning and the end of an outage; the bot is not ready in between."""

    def __init__(self, readiness: Readiness | None = None) -> None:
        self._readiness = readiness or Readiness()
        self._lasts = False

    @property
    def lasts(self) -> bool:
        """Whether the database could not be reached, and no write has succeeded since."""
        return self._lasts

    def met(self, error: StoreUnavailable) -> None:
        """Records that the database could not be reached."""
        if not self._lasts:
            self._lasts = True
            self._readiness.set(NotReady.DATABASE)
            log.error("%s; nothing is lost: writes are retried until they succeed", error)

    def over(self) -> None:
        """Records a successful write; reads do not count, as they may work during an outage."""
        if self._lasts:
            self._lasts = False
            self._readiness.clear(NotReady.DATABASE)
            log.info("the database can be written again")
