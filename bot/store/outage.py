"""Logs the beginning and the end of each period in which the database cannot be reached."""

import logging

from bot.errors import StoreUnavailable
from bot.readiness import NotReady, Readiness

log = logging.getLogger(__name__)


class Outage:
    """Logs the beginning and the end of an outage; the bot is not ready in between."""

    def __init__(self, readiness: Readiness | None = None) -> None:
        self._readiness = readiness or Readiness()
        self._lasts = self._stops_writes = False

    @property
    def lasts(self) -> bool:
        """Whether there is an outage: `met` began it, and `over` has not ended it."""
        return self._lasts

    def met(self, error: StoreUnavailable, *, is_write: bool) -> None:
        """Records that the database could not be read or written."""
        self._stops_writes = self._stops_writes or is_write
        if not self._lasts:
            self._lasts = True
            self._readiness.set(NotReady.DATABASE)
            log.error("%s; nothing is lost: writes are retried until they succeed", error)

    def over(self, *, is_write: bool) -> None:
        """Records a successful read or write. A read does not end an outage in which a write has
        failed, because a full disk can still be read."""
        if self._lasts and (is_write or not self._stops_writes):
            self._lasts = self._stops_writes = False
            self._readiness.clear(NotReady.DATABASE)
            log.info("the database can be used again")
