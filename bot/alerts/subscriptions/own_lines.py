"""*Only my lines*: which stories touch the lines of the conversations that want only these.

    subscriptions with the filter | stories that pass the other filters | touch a line of the list?

Whether a story touches a line depends on the ledger and on the list. A service that has both
finds it out before deliveries are planned, but only if a subscription has the filter.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from bot.alerts.subscriptions.criteria import Blocs, Criteria, match
from bot.alerts.subscriptions.model import Subscription
from bot.lines.model import ListOwner
from bot.news.story import Story
from bot.rates.model.changes import Upcoming

TouchingStories = Mapping[tuple[str, str], frozenset[str]]
"""The ids of stories that touch a line, by the team and the conversation of the line list."""


class StoryTouches(Protocol):
    """Finds the stories that touch lines."""

    async def list_touching(self, owner: ListOwner, stories: Sequence[Story]) -> frozenset[str]:
        """The ids of those stories that touch a line of the owner's list; none without a list."""


ChangeKey = tuple[str, date]
"""The id of a measure and the day on which it changes."""


class LineTouches(StoryTouches, Protocol):
    """Finds the stories and the changes of duties that touch lines."""

    async def list_touching_changes(
        self, owner: ListOwner, changes: Sequence[Upcoming]
    ) -> frozenset[ChangeKey]:
        """Those of the changes on whose day the total of a line of the owner's list changes."""


class NoLineLists:
    """Finds nothing, for a bot without line lists."""

    async def list_touching(self, _: ListOwner, __: Sequence[Story]) -> frozenset[str]:
        return frozenset()

    async def list_touching_changes(
        self, _: ListOwner, __: Sequence[Upcoming]
    ) -> frozenset[ChangeKey]:
        return frozenset()


class TouchingAhead(NamedTuple):
    """What touches the lines of the conversations that want only that, by team and conversation."""

    stories: TouchingStories
    changes: Mapping[tuple[str, str], Collection[ChangeKey]]

    def allows(self, subscription: Subscription, change: Upcoming) -> bool:
        """Whether the change touches lines, or the subscription does not ask for that."""
        if not subscription.criteria.only_my_lines:
            return True
        place = subscription.team, subscription.conversation
        return get_change_key(change) in self.changes.get(place, ())


NOTHING_TOUCHING = TouchingAhead({}, {})


def get_change_key(change: Upcoming) -> ChangeKey:
    """What identifies a change."""
    return change.measure_id, change.on


async def find_touching(
    touches: StoryTouches,
    owner: ListOwner,
    criteria: Iterable[Criteria],
    stories: Iterable[Story],
    blocs: Blocs,
) -> frozenset[str]:
    """The ids of the stories that touch the owner's lines, of those that pass the other filters of
    criteria with *only my lines*."""
    others = {
        each.model_copy(update={"only_my_lines": False}) for each in criteria if each.only_my_lines
    }
    if not others:
        return frozenset()
    passing = await asyncio.to_thread(_select, tuple(others), tuple(stories), blocs)
    return await touches.list_touching(owner, passing) if passing else frozenset()


async def find_all_touching(
    touches: StoryTouches,
    subscriptions: Iterable[Subscription],
    stories: Sequence[Story],
    blocs: Blocs,
) -> TouchingStories:
    """The same for each conversation with a subscription that has the filter."""
    wanted: dict[ListOwner, list[Criteria]] = {}
    for each in subscriptions:
        if each.criteria.only_my_lines:
            owner = ListOwner(each.team, each.conversation)
            wanted.setdefault(owner, []).append(each.criteria)
    return {
        owner: await find_touching(touches, owner, criteria, stories, blocs)
        for owner, criteria in wanted.items()
    }


async def find_touching_ahead(
    touches: LineTouches,
    subscriptions: Iterable[Subscription],
    stories: Sequence[Story],
    changes: Sequence[Upcoming],
    blocs: Blocs,
) -> TouchingAhead:
    """What touches the lines of each conversation with a subscription that has the filter."""
    filtered = [each for each in subscriptions if each.criteria.only_my_lines]
    owners = dict.fromkeys(ListOwner(each.team, each.conversation) for each in filtered)
    return TouchingAhead(
        await find_all_touching(touches, filtered, stories, blocs),
        {owner: await touches.list_touching_changes(owner, changes) for owner in owners},
    )


def _select(
    criteria: Sequence[Criteria], stories: Iterable[Story], blocs: Blocs
) -> tuple[Story, ...]:
    return tuple(story for story in stories if any(match(each, story, blocs) for each in criteria))


def count_dependent(subscriptions: Iterable[Subscription]) -> int:
    """The number of subscriptions that send nothing without a line list."""
    return sum(each.criteria.only_my_lines for each in subscriptions)
