"""Finds the trade entries of a simulated day that have no story or two, and how that came about.

An entry without a story was lost if the bot has received it: a body with it was sent to a process
that lived on, or a later request was answered with 304, so the bot had saved the validators of such
a body. Otherwise it is a question of pace: the feed failed or the bot was killed, and nothing was
read before the day ended or newer entries took the entry's place in the feed.
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
    before: Sequence[Request]
    """The last request for its feed before it was published; empty if there was none."""
    requests: Sequence[Request]
    """The requests for its feed while it was listed."""
    kills: Sequence[datetime]
    """When each process of the bot was killed."""

    @property
    def is_received(self) -> bool:
        """Whether a process that lived on got a body with the entry."""
        return any(
            each.answer == "304" or (each.answer == "200" and not self._was_killed(each))
            for each in self.requests
        )

    def __str__(self) -> str:
        asked = [
            f"{each.at:%d %H:%M} {each.answer}{' and SIGKILL' * self._was_killed(each)}"
            for each in (*self.before, *self.requests)
        ]
        listed = [
            f"{at:%d %H:%M}"
            for at in self.kills
            if at >= self.entry.at and (self.until is None or at < self.until)
        ]
        until = f"until {self.until:%d %H:%M}" if self.until else "to the end"
        return (
            f"press{self.entry.feed} {self.entry.title!r}: {self.stories} stories, "
            f"listed from {self.entry.at:%d %H:%M} {until}; "
            f"requests: {_join(asked)}; kills: {_join(listed)}"
        )

    def _was_killed(self, request: Request) -> bool:
        """Whether the process of the request was killed in the same minute, maybe before it saved
        the result. The next process repeats the minute."""
        return self.kills[request.process : request.process + 1] == [request.at]


def find_wrong_entries(
    world: World, stories: Iterable[Story], requests: Sequence[Sequence[Request]]
) -> Iterator[WrongEntry]:
    """The trade entries without exactly one story; `requests` has those for each feed, in order."""
    found = Counter((story.feed_id, story.title) for story in stories)
    kills = [BEGIN + minute * MINUTE for minute in world.kills]
    for feed, entries in enumerate(world.entries_of):
        sent = requests[feed]
        for place, entry in enumerate(entries):
            count = found[f"press{feed}", entry.title]
            if not entry.is_trade or count == 1:
                continue
            end = place + LISTED
            first = bisect_right(sent, place, key=lambda each: each.published)
            last = bisect_right(sent, end, key=lambda each: each.published)
            yield WrongEntry(
                entry=entry,
                stories=count,
                until=entries[end].at if end < len(entries) else None,
                before=sent[max(first - 1, 0) : first],
                requests=sent[first:last],
                kills=kills,
            )


def _join(events: Sequence[str]) -> str:
    if not events:
        return "none"
    more = f" and {len(events) - _SHOWN} more" if len(events) > _SHOWN else ""
    return ", ".join(events[:_SHOWN]) + more
