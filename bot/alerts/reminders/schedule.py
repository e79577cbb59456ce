"""On which day each conversation gets reminders."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from bot.alerts.subscriptions.model import Subscription, timing_of
from bot.alerts.subscriptions.moments import PlaceMoment, find_moment
from bot.alerts.subscriptions.timing import ServerTime, Timing


class ReminderDay(NamedTuple):
    """The day of a conversation's reminders, and the number of days until the next ones."""

    day: date
    next_in: int


class ReminderSchedule:
    """Knows which conversations get reminders now: those whose time came after `since`."""

    def __init__(
        self,
        subscriptions: Iterable[Subscription],
        server: ServerTime,
        now: datetime,
        since: datetime | None,
    ) -> None:
        self._server, self._now, self._since = server, now, since
        own: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            own.setdefault(subscription.conversation, []).append(subscription)
        # Many timings are equal, so equal ones are computed only once.
        self._moments: dict[Timing, PlaceMoment | None] = {}
        self._of_place = {place: self._find_day(timing_of(found)) for place, found in own.items()}
        self._of_others = self._find_day(timing_of(()))
        self.days = {*self._of_place.values(), self._of_others} - {None}

    def get_day(self, conversation: str) -> ReminderDay | None:
        """The day of the reminders that the conversation gets now; None if it gets none."""
        return self._of_place.get(conversation, self._of_others)

    def _find_day(self, timing: Timing) -> ReminderDay | None:
        if timing not in self._moments:
            self._moments[timing] = find_moment(timing, self._now, self._server)
        moment = self._moments[timing]
        if moment is None or (self._since is not None and moment.at <= self._since):
            return None
        return ReminderDay(moment.day, moment.next_in)
