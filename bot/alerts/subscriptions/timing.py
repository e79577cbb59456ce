"""Timing: when a conversation gets the stories of a subscription.

    instant  at once, or at the end of the quiet time
    hourly   at the next full hour that is not quiet
    daily    at an hour of the reader's clock
    weekly   at that hour of one weekday

The quiet time of a subscription is its quiet hours and, if it is for weekdays only, the weekend.
Breaking stories of an instant subscription may pass. Daily and weekly digests have an hour of their
own, so quiet hours do not move them.

`next_send` depends on nothing but its arguments: the moments of a subscription are fixed, and each
story gets the first one after it. So no digest is lost or doubled when clocks change.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.values import Frozen

_HOUR = Field(None, ge=0, le=23)
_SATURDAY = 5
_QUARTER = timedelta(minutes=15)
"""All zones differ from UTC by whole quarters of an hour, so quiet times end on one."""
_LONGEST_QUIET = timedelta(days=4)


class Frequency(StrEnum):
    """How often the stories of a subscription are sent."""

    INSTANT = "instant"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class ServerTime(NamedTuple):
    """The hour of digests and the time zone for subscriptions that state none."""

    hour: int = 8
    zone: tzinfo = UTC


class Timing(Frozen):
    """When the stories of a subscription are sent."""

    frequency: Frequency = Frequency.INSTANT
    hour: int | None = _HOUR
    """The hour of daily and weekly digests; None for the server's."""
    weekday: int = Field(0, ge=0, le=6)
    """The day of weekly digests; 0 is Monday."""
    weekdays_only: bool = False
    zone: str = ""
    """The IANA name of the reader's time zone; empty for the server's."""
    quiet_from: int | None = _HOUR
    quiet_to: int | None = _HOUR
    """The hours between which nothing is sent; None, or equal hours, for no quiet hours."""
    breaking_passes: bool = True
    """Whether breaking stories of an instant subscription are sent in the quiet time too."""

    @property
    def has_quiet_hours(self) -> bool:
        """Whether nothing is sent in some hours of the day."""
        hours = self.quiet_from, self.quiet_to
        return None not in hours and self.quiet_from != self.quiet_to

    @property
    def has_quiet_time(self) -> bool:
        """Whether the stories of an instant subscription wait in some hours or on some days."""
        is_instant = self.frequency is Frequency.INSTANT
        return is_instant and (self.weekdays_only or self.has_quiet_hours)

    @property
    def depends_on_clock(self) -> bool:
        """Whether the time zone matters: there is a digest, a weekend or a quiet hour."""
        is_instant = self.frequency is Frequency.INSTANT
        return not is_instant or self.weekdays_only or self.has_quiet_hours

    def change(self, stated: "Timing") -> "Timing":
        """This timing with the values that `stated` was made with."""
        values = {name: getattr(stated, name) for name in stated.model_fields_set}
        changed = self.model_copy(update=values)
        if changed.frequency in (Frequency.DAILY, Frequency.WEEKLY):
            return changed
        return changed.model_copy(update={"hour": None, "weekday": 0})

    def in_effect(self, server: ServerTime) -> "Timing":
        """The same timing with the server's hour and time zone in place of those not stated."""
        if not self.depends_on_clock:
            return self
        zone = self.zone if find_zone(self.zone) is not None else str(server.zone)
        has_hour = self.frequency in (Frequency.DAILY, Frequency.WEEKLY)
        hour = server.hour if self.hour is None and has_hour else self.hour
        return self.model_copy(update={"zone": zone, "hour": hour})


def next_send(
    timing: Timing, now: datetime, server: ServerTime, *, is_breaking: bool = False
) -> datetime | None:
    """When to send a story that was seen at `now`, in UTC; None for at once."""
    zone = find_zone(timing.zone) or server.zone
    hour = server.hour if timing.hour is None else timing.hour
    match timing.frequency:
        case Frequency.INSTANT:
            passes = is_breaking and timing.breaking_passes
            if passes or not _is_quiet(timing, now.astimezone(zone)):
                return None
            return _first_after(_list_quarters(now), timing, zone)
        case Frequency.HOURLY:
            return _first_after(_list_hours(now, zone), timing, zone)
        case Frequency.DAILY:
            days = range(-1, 5)
            return next_moment(now, hour, zone, days, weekdays_only=timing.weekdays_only)
        case Frequency.WEEKLY:
            today = now.astimezone(zone).date()
            ahead = (timing.weekday - today.weekday()) % 7
            return next_moment(now, hour, zone, (ahead - 7, ahead, ahead + 7))


def next_moment(
    now: datetime,
    hour: int,
    zone: tzinfo,
    days: Iterable[int] = range(-1, 3),
    *,
    weekdays_only: bool = False,
) -> datetime:
    """The first moment after `now`, in UTC, at which clocks in `zone` show `hour` o'clock.

    `days` are the days to look at, counted from today.
    """
    today = now.astimezone(zone).date()
    found = (today + timedelta(days=ahead) for ahead in days)
    wanted = (day for day in found if not (weekdays_only and day.weekday() >= _SATURDAY))
    moments = (_find_moment(day, hour, zone) for day in wanted)
    return next(moment for moment in moments if moment > now)


@lru_cache(maxsize=1_000)
def find_zone(name: str) -> tzinfo | None:
    """The time zone with this IANA name; None if the name is empty or unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        # ValueError for a path out of the database, OSError for one of its folders.
        return None


def _find_moment(day: date, hour: int, zone: tzinfo) -> datetime:
    """The moment at which clocks show the hour on that day.

    If the hour comes twice, it is the first one. If clocks skip it, it is the moment at which it
    would have begun, or an hour before if that is on the next day.
    """
    moment = datetime.combine(day, time(hour), zone).astimezone(UTC)
    is_on_day = moment.astimezone(zone).date() == day
    return moment if is_on_day else moment - timedelta(hours=1)


def floor_to_quarter(now: datetime) -> datetime:
    """The full quarter of an hour before `now`, in UTC. All moments of timings are on one."""
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0).astimezone(UTC)


def _list_quarters(now: datetime) -> Iterable[datetime]:
    start = floor_to_quarter(now)
    return (start + n * _QUARTER for n in range(1, _LONGEST_QUIET // _QUARTER))


def _list_hours(now: datetime, zone: tzinfo) -> Iterable[datetime]:
    """The moments after `now` at which a new hour begins in the zone."""
    return (each for each in _list_quarters(now) if each.astimezone(zone).minute == 0)


def _first_after(moments: Iterable[datetime], timing: Timing, zone: tzinfo) -> datetime:
    return next(each for each in moments if not _is_quiet(timing, each.astimezone(zone)))


def _is_quiet(timing: Timing, local: datetime) -> bool:
    if timing.weekdays_only and local.weekday() >= _SATURDAY:
        return True
    first, last = timing.quiet_from, timing.quiet_to
    if first is None or last is None or first == last:
        return False
    if first < last:
        return first <= local.hour < last
    return local.hour >= first or local.hour < last
