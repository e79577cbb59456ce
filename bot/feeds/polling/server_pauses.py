"""Remembers which servers asked to pause all their feeds (Retry-After), and until when."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.feeds.model import FeedState, Pause
from bot.feeds.polling.next_poll import CLOCK_TOLERANCE


class ServerPauses:
    """The pauses in effect; `clock` returns the time in UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._pauses: dict[str, tuple[datetime, Pause]] = {}
        """Maps each server to the time at which it requested the pause, and the pause."""

    def add(self, pause: Pause, at: datetime) -> None:
        """Adds a pause that the server requested at the time `at`."""
        now = self._clock()
        self._pauses = {
            server: each for server, each in self._pauses.items() if each[1].until > now
        }
        self._pauses[pause.server] = (at, pause)

    def restore_pauses(self, states: Iterable[FeedState]) -> None:
        """Restores the pauses in the stored states of feeds."""
        stored = [
            (state.pause, state.last_poll_at)
            for state in states
            if state.pause is not None and state.last_poll_at is not None
        ]
        for pause, at in sorted(stored, key=lambda each: each[0].until):
            self.add(pause, at)

    def find_end(self, server: str) -> datetime | None:
        """When the server's pause ends; None if there is none or the clock was set back."""
        now = self._clock()
        found = self._pauses.get(server)
        if found is None:
            return None
        at, pause = found
        return pause.until if at - CLOCK_TOLERANCE <= now < pause.until else None
