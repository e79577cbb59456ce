"""Finds the trade entries of a simulated day that have no story or two, and how that came about.

An entry that was in no body that the bot received is a question of pace: the feed was down, and the
bot waited after the failures. An entry that was in a body and has no story was lost.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bench.simulated.press import Request
from bench.simulated.world import BEGIN, LISTED, MINUTE, Published, World
from bot.news.story import Story

_SHOWN = 12
"""Requests and kills that are shown for an entry."""


@dataclass(frozen=True)
class WrongEntry:
    """A trade entry without a story, or with several."""

    entry: Published
    stories: int
    until: datetime | None
    """When newer entries took its place in the feed; None if that did not happen."""
    requests: Sequence[Request]
    """The requests for its feed, from the last one before it was published."""
    received: bool
    """Whether it was in a body that the feed sent."""
    kills: Sequence[datetime]

    def __str__(self) -> str:
        since = self.requests[0].at if self.requests else self.entry.at
        events = [(each.at, each.answer) for each in self.requests]
        events += [(at, "SIGKILL") for at in self.kills if at >= since]
        shown = [f"{at:%d %H:%M} {what}" for at, what in sorted(events)[:_SHOWN]]
        until = f"until {self.until:%d %H:%M}" if self.until else "to the end"
        return (
            f"press{self.entry.feed} {self.entry.title!r}: {self.stories} stories, "
            f"listed from {self.entry.at:%d %H:%M} {until}; {', '.join(shown) or 'never requested'}"
        )


def find_wrong_entries(
    world: World, stories: Iterable[Story], requests: Sequence[Sequence[Request]]
) -> Iterator[WrongEntry]:
    """The trade entries without exactly one story; `requests` has those for each feed, in order."""
    found = Counter((story.feed_id, story.title) for story in stories)
    kills = [BEGIN + minute * MINUTE for minute in world.kills]
    for feed, entries in enumerate(world.entries_of):
        for place, entry in enumerate(entries):
            count = found[f"press{feed}", entry.title]
            if not entry.is_trade or count == 1:
                continue
            last = place + LISTED
            first = bisect_right(requests[feed], place, key=lambda each: each.published)
            yield WrongEntry(
                entry=entry,
                stories=count,
                until=entries[last].at if last < len(entries) else None,
                requests=requests[feed][max(first - 1, 0) :],
                received=any(
                    each.answer == "200" and each.published <= last
                    for each in requests[feed][first:]
                ),
                kills=kills,
            )
