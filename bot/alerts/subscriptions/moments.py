"""When a conversation gets the daily and weekly messages that are not about stories.

    subscriptions | timing_of | its hour of the day | not in the quiet time | moment

Reminders and the line about a quiet week come at the hour of the conversation's digests, in its
time zone. During the quiet time they wait until its end, and at the weekend if they come on
weekdays only.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, find_zone, next_send

_LATEST = timedelta(days=1)
_LOOK_BACK = timedelta(days=4)
"""No moment is moved by more than this: from Friday evening over the weekend to Monday."""


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
    """The last moment of this timing up to `now`, if its message may still be sent: a daily one on
    the same day, a weekly one for a day. None otherwise, and in the quiet time.

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
    is_over = now - found >= _LATEST or (
        frequency is Frequency.DAILY and now.astimezone(zone).date() != day
    )
    if is_over:
        return None
    return PlaceMoment(found, day, (at.astimezone(zone).date() - day).days)
