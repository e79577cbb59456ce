"""Which servers asked to be left alone with all their feeds, and until when."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.feeds.model import FeedState, Pause
from bot.feeds.polling.next_poll import CLOCK_SLACK


class ServerPauses:
    """The pauses that have not ended; `clock` gives the time in UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._asked: dict[str, tuple[datetime, Pause]] = {}

    def begin(self, pause: Pause, at: datetime) -> None:
        """Keeps to a pause that was asked for at that moment."""
        now = self._clock()
        self._asked = {
            server: asked for server, asked in self._asked.items() if asked[1].until > now
        }
        self._asked[pause.server] = (at, pause)

    def recall(self, states: Iterable[FeedState]) -> None:
        """Keeps to those that the states of feeds tell of: they were asked for before a restart."""
        told = [
            (state.pause, state.last_poll_at)
            for state in states
            if state.pause is not None and state.last_poll_at is not None
        ]
        for pause, at in sorted(told, key=lambda each: each[0].until):
            self.begin(pause, at)

    def until(self, server: str) -> datetime | None:
        """When the server's pause ends, if there is one; a clock that was set back ends it."""
        now = self._clock()
        found = self._asked.get(server)
        if found is None:
            return None
        at, pause = found
        return pause.until if at - CLOCK_SLACK <= now < pause.until else None
