"""Finds feeds and rates with a problem.

feeds   gone, failing for a day, or silent for much longer than ever before
rates   not checked for a month, or not since a known date
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from bot.alerts.notices import feed_trouble
from bot.alerts.watch.incidents import Problem
from bot.feeds.health import format_duration
from bot.feeds.model import FeedState
from bot.rates.calendar.upcoming import find_checked_day, list_upcoming
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Upcoming
from bot.text.dates import format_day

SHORTEST_SILENCE = timedelta(days=3)
"""A feed without new entries for less than this is not silent, whatever is usual for it."""
_TIMES_USUAL = 2
_ENOUGH_MOMENTS = 10
"""With fewer polls that found new entries, it is unknown how long a feed is usually silent."""
_DATES_NAMED = 5


def list_quiet_feeds(states: Iterable[FeedState]) -> tuple[str, ...]:
    """The feeds that can be read but had no new entry for a while, up to the last poll."""
    return tuple(
        state.feed_id
        for state in states
        if (_find_silence(state) or timedelta()) > SHORTEST_SILENCE
    )


def find_feed_problems(
    states: Iterable[FeedState],
    moments: Mapping[str, Sequence[datetime]],
    now: datetime,
) -> tuple[Problem, ...]:
    """The feeds that fail or are silent.

    `moments` has, for the feeds of `list_quiet_feeds`, the times of the polls that found new
    entries, oldest first.
    """
    found = []
    for state in states:
        problem = _find_failure(state, now) or _find_unusual_silence(
            state, moments.get(state.feed_id, ())
        )
        if problem is not None:
            found.append(problem)
    return tuple(found)


def _find_failure(state: FeedState, now: datetime) -> Problem | None:
    """The failure of a feed; `Notices` reports its beginning."""
    trouble = feed_trouble(state, now)
    if trouble is None or state.failing_since is None:
        return None
    since = _format_moment(state.failing_since)
    return Problem(
        subject=state.feed_id,
        key=trouble.key,
        ended=f"The feed {state.feed_id} can be read again. It had failed since {since}.",
    )


def _find_silence(state: FeedState) -> timedelta | None:
    """How long the feed had no new entry at its last poll; None if it fails or had none ever.

    While the bot does not run, the silence does not grow.
    """
    if state.error or state.last_entry_at is None or state.last_success_at is None:
        return None
    return state.last_success_at - state.last_entry_at


def _find_unusual_silence(state: FeedState, moments: Sequence[datetime]) -> Problem | None:
    silence, last = _find_silence(state), state.last_entry_at
    if silence is None or last is None or len(moments) < _ENOUGH_MOMENTS:
        return None
    usual = max(later - earlier for earlier, later in pairwise(moments))
    if silence <= max(SHORTEST_SILENCE, _TIMES_USUAL * usual):
        return None
    longest = format_duration(usual.total_seconds())
    return Problem(
        subject=state.feed_id,
        key=f"{state.feed_id} silent since {last.isoformat()}",
        text=f"The feed {state.feed_id} has published nothing since {_format_moment(last)}. "
        f"Before, it was never silent for more than {longest}. Its address still answers; check "
        "whether the publisher has moved the feed.",
        ended=f"The feed {state.feed_id} publishes again. It had been silent since "
        f"{_format_moment(last)}.",
    )


def find_age_problems(
    last_checks: Mapping[str, date], names: Mapping[str, str], today: date, fresh_for: timedelta
) -> tuple[Problem, ...]:
    """The economies whose rates were last checked long ago; a weekly notice reports them."""
    return tuple(
        Problem(
            subject=code,
            key=f"rates of {code} old, last checked {day.isoformat()}",
            ended=f"The rates of {names[code]} were checked. Before, the last check was on "
            f"{format_day(day)}.",
        )
        for code, day in last_checks.items()
        if today - day > fresh_for
    )


def find_passed_problems(
    ledger: Ledger, names: Mapping[str, str], today_in: Callable[[str], date]
) -> tuple[Problem, ...]:
    """The economies with known dates that have passed since their rates were last checked.

    `names` has the name of each economy to look at. `today_in` returns the day there.
    """
    return tuple(
        _build_passed(code, name, passed)
        for code, name in names.items()
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


def _build_passed(code: str, name: str, passed: Sequence[Upcoming]) -> Problem:
    newest = passed[-1].on
    listed = "; ".join(f"{format_day(item.on)}: {item.measure}" for item in passed[-_DATES_NAMED:])
    earlier = len(passed) - _DATES_NAMED
    more = f"; and {earlier} earlier" if earlier > 0 else ""
    return Problem(
        subject=code,
        key=f"dates of {code} passed up to {newest.isoformat()}",
        text=f"Known dates of {name} have passed since its rates were last checked: "
        f"{listed}{more}. Check what came of them. If the data is right, press the button.",
        ended=f"The rates of {name} were checked after the known dates up to {format_day(newest)}.",
        old_imposers=(code,),
    )


def _format_moment(at: datetime) -> str:
    return f"{format_day(at.date())}, {at:%H:%M} UTC"
