"""That the database is away, told once when it goes and once when it is back."""

import logging

from bot.errors import StoreAway

log = logging.getLogger(__name__)


class Outage:
    """One line for the log at each end, however many polls, messages and commands meet it."""

    def __init__(self) -> None:
        self._lasts = False

    def met(self, error: StoreAway) -> None:
        """To be called at each failure."""
        if not self._lasts:
            self._lasts = True
            log.error("%s; nothing is lost: all is tried again until it can be written", error)

    def over(self) -> None:
        """To be called at each write that was kept: there are failures in which all can be read."""
        if self._lasts:
            self._lasts = False
            log.info("the database can be written again")
