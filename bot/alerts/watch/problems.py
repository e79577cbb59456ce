"""Finds feeds and rates with a problem.

feeds   gone, failing for a day, or silent for much longer than ever before
rates   not checked for a month, or not since a known date
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from bot.alerts.notices import feed_trouble
from bot.alerts.watch.facts import FailingFeed, OldRates, PassedDate, PassedDates, SilentFeed
from bot.alerts.watch.incidents import Problem
from bot.feeds.model import FeedState
from bot.rates.calendar.upcoming import find_checked_day, list_upcoming
from bot.rates.data_age import is_old
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming

SHORTEST_SILENCE = timedelta(days=3)
"""A feed without new entries for less than this is not silent, whatever is usual for it."""
_TIMES_USUAL = 2
_ENOUGH_MOMENTS = 10
"""With fewer polls that found new entries, it is unknown how long a feed is usually silent."""
_DATES_NAMED = 5


class EntryTimes(Protocol):
    """Reads when feeds published."""

    async def entry_moments(self, feed_ids: Collection[str]) -> Mapping[str, Sequence[datetime]]:
        """The times of the polls that found new entries of these feeds, oldest first."""


class FeedWatch:
    """Finds the feeds that fail or are silent."""

    def __init__(self, times: EntryTimes) -> None:
        self._times = times
        self._usual: dict[str, tuple[datetime | None, timedelta | None]] = {}
        """The longest silence of each quiet feed before its last entry, with the time of that
        entry. It cannot change while the feed is silent, so it is read once."""

    async def find_problems(
        self, states: Collection[FeedState], now: datetime
    ) -> tuple[Problem, ...]:
        """The problems of these feeds; raises StoreError."""
        quiet = {
            state.feed_id: state.last_entry_at
            for state in states
            if (_find_silence(state) or timedelta()) > SHORTEST_SILENCE
        }
        known = {
            feed_id: found
            for feed_id, found in self._usual.items()
            if feed_id in quiet and found[0] == quiet[feed_id]
        }
        if new := quiet.keys() - known.keys():
            moments = await self._times.entry_moments(sorted(new))
            for feed_id in new:
                known[feed_id] = quiet[feed_id], _find_longest(moments.get(feed_id, ()))
        self._usual = known
        found = (
            _find_failure(state, now)
            or _find_unusual_silence(state, known.get(state.feed_id, (None, None))[1])
            for state in states
        )
        return tuple(problem for problem in found if problem is not None)


def _find_longest(moments: Sequence[datetime]) -> timedelta | None:
    """The longest time between two of these; None if there are too few to tell."""
    if len(moments) < _ENOUGH_MOMENTS:
        return None
    return max(later - earlier for earlier, later in pairwise(moments))


def _find_failure(state: FeedState, now: datetime) -> Problem | None:
    """The failure of a feed; `Notices` reports its beginning."""
    trouble = feed_trouble(state, now)
    if trouble is None or state.failing_since is None:
        return None
    return Problem(
        subject=state.feed_id,
        key=trouble.key,
        about=FailingFeed(feed_id=state.feed_id, since=state.failing_since),
        reports_begin=False,
    )


def _find_silence(state: FeedState) -> timedelta | None:
    """How long the feed had no new entry at its last poll; None if it fails or had none ever.

    While the bot does not run, the silence does not grow.
    """
    if state.error or state.last_entry_at is None or state.last_success_at is None:
        return None
    return state.last_success_at - state.last_entry_at


def _find_unusual_silence(state: FeedState, usual: timedelta | None) -> Problem | None:
    silence, last = _find_silence(state), state.last_entry_at
    if silence is None or last is None or usual is None:
        return None
    if silence <= max(SHORTEST_SILENCE, _TIMES_USUAL * usual):
        return None
    return Problem(
        subject=state.feed_id,
        key=f"{state.feed_id} silent since {last.isoformat()}",
        about=SilentFeed(feed_id=state.feed_id, since=last, usual_s=usual.total_seconds()),
    )


def find_age_problems(
    last_checks: Mapping[str, date], today_in: Callable[[str], date]
) -> tuple[Problem, ...]:
    """The economies whose rates are old; a weekly notice reports them. `today_in` returns the day
    in an economy."""
    return tuple(
        Problem(
            subject=code,
            key=f"rates of {code} old, last checked {day.isoformat()}",
            about=OldRates(imposer=code, checked=day),
            reports_begin=False,
        )
        for code, day in last_checks.items()
        if is_old(day, today_in(code))
    )


def find_passed_problems(
    ledger: Ledger, imposers: Iterable[str], today_in: Callable[[str], date]
) -> tuple[Problem, ...]:
    """Those of the economies with known dates that have passed since their rates were last checked.

    `today_in` returns the day in an economy.
    """
    return tuple(
        _build_passed(code, passed)
        for code in imposers
        if (passed := _list_passed(ledger, code, today_in(code)))
    )


def _list_passed(ledger: Ledger, imposer: str, today: date) -> list[Upcoming]:
    measures = [one for one in ledger.measures if one.imposer == imposer]
    return list(_filter_passed(ledger, list_upcoming(ledger, date.min, today, measures), today))


def _filter_passed(ledger: Ledger, items: Collection[Upcoming], today: date) -> Iterator[Upcoming]:
    for item in items:
        checked = find_checked_day(ledger, item.imposer, item.partners) or today
        if max(checked, item.checked or date.min) < item.on < today:
            yield item


def _build_passed(imposer: str, passed: Sequence[Upcoming]) -> Problem:
    shown = passed[-_DATES_NAMED:]
    newest = tuple(PassedDate(on=item.on, measure=item.measure) for item in shown)
    return Problem(
        subject=imposer,
        key=f"dates of {imposer} passed up to {passed[-1].on.isoformat()}",
        about=PassedDates(imposer=imposer, newest=newest, earlier=len(passed) - len(newest)),
    )
