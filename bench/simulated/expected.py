"""What each conversation must get on a simulated day, computed without the bot's planning.

Only the stories are the bot's: their topics, economies, events and relations, and the time at which
they were seen. Moments of digests are found by walking through the day in steps of 15 minutes and
looking at the clock on the wall of each zone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.simulated.world import BEGIN, MuteChange
from bot.alerts.mutes import MuteKind
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.news.state import Relation
from bot.news.story import Story

_STEP = timedelta(minutes=15)
_DAYS = 9
_SERVER_HOUR = 8
Blocs = Mapping[str, Iterable[str]]


class BundleKey(NamedTuple):
    """One digest, bundle of quiet hours or offer of a conversation."""

    kind: str
    moment: datetime


@dataclass
class Expectation:
    """What one conversation must get."""

    messages: set[str] = field(default_factory=set)
    """The stories of its alerts and developments."""
    bundles: dict[BundleKey, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The stories of each bundle."""
    optional: set[str] = field(default_factory=set)
    """Stories that may come, and need not: of an event of a quiet time, if its bundle may be
    deleted or moved by a mute, and of an event that went on while Slack refused messages."""

    def leave_out(self, story_ids: Collection[str]) -> None:
        """Makes stories optional."""
        self.messages.difference_update(story_ids)
        self.optional.update(story_ids)
        for key in list(self.bundles):
            self.bundles[key].difference_update(story_ids)
            if not self.bundles[key]:
                del self.bundles[key]


class _Due(NamedTuple):
    """When a story is sent; `moment` is None for at once."""

    moment: datetime | None
    kind: str
    topics: frozenset[str]


def expect(
    subscriptions: Sequence[Subscription],
    stories: Sequence[Story],
    mutes: Sequence[MuteChange],
    blocs: Blocs,
    keep: timedelta,
) -> Expectation:
    """What a conversation with these subscriptions and mutes must get of the stories, which are in
    the order in which they were planned. Sent bundles are deleted after `keep`."""
    found = Expectation()
    alerted: set[str] = set()
    quiet: dict[str, datetime] = {}
    earlier: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        event, is_report = story.event_id, story.relation is Relation.REPORT
        dues = [
            due
            for each in subscriptions
            if (due := _find_due(each, story, story, blocs)) is not None
        ]
        if not is_report and (event in alerted or event in quiet):
            for each in subscriptions:
                if each.timing.frequency is Frequency.INSTANT:
                    later = (_find_due(each, old, story, blocs) for old in earlier[event])
                    dues += [due for due in later if due is not None][:1]
        earlier[event].append(story)
        if not dues:
            continue
        if event in quiet and event not in alerted and story.seen_at > quiet[event] + keep:
            found.optional.add(story.id)
            continue
        due = min(dues, key=lambda each: each.moment or BEGIN - _STEP)
        is_digest = due.moment is not None and due.kind != "quiet"
        if not is_digest and event in alerted and is_report:
            continue
        mute = _find_mute(mutes, due.topics, story.seen_at)
        if not is_digest and is_report and event in quiet and event not in alerted:
            if mute is not None:
                found.optional.add(story.id)
                continue
            if story.seen_at >= quiet[event]:
                continue
            if due.moment is not None:
                due = due._replace(moment=quiet[event])
        if mute is not None:
            found.bundles[BundleKey("missed", mute)].add(story.id)
        elif due.moment is not None:
            found.bundles[BundleKey(due.kind, due.moment)].add(story.id)
            if due.kind == "quiet":
                quiet[event] = due.moment
        else:
            alerted.add(event)
            found.messages.add(story.id)
    return found


def _find_due(
    subscription: Subscription, matched: Story, story: Story, blocs: Blocs
) -> _Due | None:
    """When the subscription gets `story`; None if `matched` does not match."""
    until = subscription.paused_until
    topics = _match(subscription, matched, blocs)
    if not topics or (until is not None and story.seen_at < until):
        return None
    timing = subscription.timing
    if timing.frequency is not Frequency.INSTANT:
        moments = _list_moments(timing)
        return _Due(next(m for m in moments if m > story.seen_at), timing.frequency, topics)
    passes = timing.breaking_passes and story.state.severity == "breaking"
    if passes or not _is_quiet(timing, story.seen_at):
        return _Due(None, "", topics)
    ends = (m for m in _list_steps() if m > story.seen_at and not _is_quiet(timing, m))
    return _Due(next(ends), "quiet", topics)


def _match(subscription: Subscription, story: Story, blocs: Blocs) -> frozenset[str]:
    """The topics for which the story matches; empty if it does not match."""
    criteria = subscription.criteria
    topics = {each.value for each in story.topics}
    if criteria.topics:
        topics &= {each.value for each in criteria.topics}
    text = f" {story.title} {story.text}".lower()
    if criteria.words and not any(f" {word}" in text for word in criteria.words):
        return frozenset()
    parties = set(story.parties)
    for each in criteria.economies:
        firsts = _list_names(each.first, blocs) & parties
        seconds = _list_names(each.second, blocs) & parties if each.second else firsts
        if any(one != other or each.second is None for one in firsts for other in seconds):
            return frozenset(topics)
    return frozenset() if criteria.economies else frozenset(topics)


def _list_names(code: str, blocs: Blocs) -> set[str]:
    """The economy, the members of the bloc, and the blocs of the member."""
    return {code, *blocs.get(code, ()), *(bloc for bloc in blocs if code in blocs[bloc])}


def _find_mute(
    mutes: Sequence[MuteChange], topics: frozenset[str], now: datetime
) -> datetime | None:
    """The moment at which the mute that keeps a story back ends; None if there is none."""
    begin = next((each for each in mutes if not each.lifts), None)
    if begin is None:
        return None
    end = min(each.at for each in mutes if each.lifts)
    if not begin.at <= now < end:
        return None
    mute = begin.mute
    return end if mute.kind is MuteKind.CONVERSATION or topics == {mute.subject} else None


@lru_cache(maxsize=1)
def _list_steps() -> tuple[datetime, ...]:
    """Each quarter of an hour from a day before the simulated day to a week after it."""
    return tuple(BEGIN - timedelta(days=1) + _STEP * n for n in range(_DAYS * 96))


@lru_cache(maxsize=10_000)
def _list_moments(timing: Timing) -> tuple[datetime, ...]:
    """The moments of the digests of a subscription."""
    zone = ZoneInfo(timing.zone)
    found: list[datetime] = []
    days: set[object] = set()
    for step in _list_steps():
        local = step.astimezone(zone)
        is_weekend = timing.weekdays_only and local.weekday() > 4
        if timing.frequency is Frequency.HOURLY:
            if local.minute == 0 and not _is_quiet(timing, step):
                found.append(step)
            continue
        hour = _SERVER_HOUR if timing.hour is None else timing.hour
        # If the clock skips the hour, the digest comes when the hour would have begun.
        before = (step - _STEP).astimezone(zone)
        skips = before.hour < hour < local.hour and before.date() == local.date()
        if not ((local.hour == hour and local.minute == 0) or skips) or local.date() in days:
            continue
        if timing.frequency is Frequency.WEEKLY and local.weekday() != timing.weekday:
            continue
        if timing.frequency is Frequency.DAILY and is_weekend:
            continue
        days.add(local.date())
        found.append(step)
    return tuple(found)


@lru_cache(maxsize=200_000)
def _is_quiet(timing: Timing, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(timing.zone))
    if timing.weekdays_only and local.weekday() > 4:
        return True
    if timing.quiet_from is None or timing.quiet_to is None:
        return False
    hours = (timing.quiet_to - timing.quiet_from) % 24
    return (local.hour - timing.quiet_from) % 24 < hours
