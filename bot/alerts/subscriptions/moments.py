"""When a conversation gets what comes once a day or once a week apart from its stories.

    subscriptions | timing_of | its hour of the day | not in the quiet time | moment

Reminders and the line about a quiet week come at the hour of the conversation's digests, in its
time zone. In the quiet time and, for weekdays only, at the weekend they wait until its end.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, find_zone, next_send

_LOOK_BACK = timedelta(days=2)
"""No moment is moved by more than this, except to the end of a weekend."""


class PlaceMoment(NamedTuple):
    """A moment of a conversation."""

    at: datetime
    day: date
    """The day of the moment there."""
    next_in: int
    """The number of days until the day of the next moment."""


def find_moment(
    timing: Timing, now: datetime, server: ServerTime, frequency: Frequency = Frequency.DAILY
) -> PlaceMoment | None:
    """The last moment of this timing up to `now`; None if it is days ago, or if it is quiet now.

    The weekday of weekly moments is Monday.
    """
    quiet = timing.model_copy(update={"frequency": Frequency.INSTANT})
    if next_send(quiet, now, server) is not None:
        return None
    regular = Timing(
        frequency=frequency,
        hour=timing.hour,
        zone=timing.zone,
        weekdays_only=timing.weekdays_only,
    )
    zone = find_zone(timing.zone) or server.zone
    found, moment = None, next_send(regular, now - _LOOK_BACK, server)
    while moment is not None:
        at = next_send(quiet, moment, server) or moment
        if at > now:
            break
        found, moment = at, next_send(regular, moment, server)
    if found is None or moment is None:
        return None
    day = found.astimezone(zone).date()
    return PlaceMoment(found, day, (at.astimezone(zone).date() - day).days)
