"""Previews of subscriptions and exclusions, from the stories that are stored.

A preview replays the stories of days or weeks, so only one is computed at a time, from the events
that can matter to it. The newest previews are kept for a while: a form that is saved shows the same
one again.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Criteria, list_names
from bot.alerts.subscriptions.exclusions import HiddenStories, preview_exclusion
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.preview import Preview, preview
from bot.alerts.subscriptions.timing import Timing
from bot.commands.ports import StoryStore
from bot.commands.subscriptions.own_lines import OwnLines
from bot.lines.model import ListOwner
from bot.news.story import Story

PREVIEWED = timedelta(days=7)
"""The time of which stories are previewed for a subscription."""
EXCLUDED = timedelta(days=30)
"""The time of which stories are previewed for an exclusion."""
_KNOWN_FOR = timedelta(minutes=5)
_MOST_KNOWN = 50


class _Wanted(NamedTuple):
    """What a kept preview is for. The list and its revision count with *only my lines* only."""

    criteria: Criteria
    timing: Timing
    owner: ListOwner | None
    revision: int


class PreviewService:
    """Computes previews, one at a time.

    A story that was older than `max_age` when it was first seen sends nothing.
    """

    def __init__(
        self,
        stories: StoryStore,
        clock: Callable[[], datetime],
        rules: DeliveryRules,
        max_age: timedelta,
        lines: OwnLines | None = None,
    ) -> None:
        """Without `lines`, no story touches lines."""
        self._stories, self._clock, self._lines = stories, clock, lines
        self._rules, self._max_age = rules, max_age
        self._turn = asyncio.Semaphore(1)
        self._known: dict[_Wanted, tuple[datetime, Preview]] = {}

    async def preview(
        self, criteria: Criteria, timing: Timing, owner: ListOwner | None = None
    ) -> Preview:
        """What a subscription would have sent in the last days, with the owner's lines of now."""
        async with self._turn:
            now, wanted = self._clock(), await self._make_key(criteria, timing, owner)
            at, found = self._known.get(wanted, (None, None))
            if found is not None and at is not None and now - at < _KNOWN_FOR:
                return found
            stories = await self._read(criteria, now - PREVIEWED)
            touching = await self._find_touching(criteria, stories, wanted.owner)
            rules = self._rules, self._max_age, touching
            found = await asyncio.to_thread(preview, criteria, timing, stories, *rules)
            self._known.pop(wanted, None)
            self._known[wanted] = now, found
            if len(self._known) > _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            return found

    async def preview_exclusion(
        self, subscription: Subscription, narrower: Criteria
    ) -> HiddenStories:
        """What a subscription would have sent in the last weeks, but not with narrower criteria."""
        async with self._turn:
            stories = await self._read(subscription.criteria, self._clock() - EXCLUDED)
            owner = ListOwner(subscription.team, subscription.conversation)
            touching = await self._find_touching(subscription.criteria, stories, owner)
            rules = self._rules, self._max_age, touching
            return await asyncio.to_thread(
                preview_exclusion, subscription, narrower, stories, *rules
            )

    async def list_candidates(self, criteria: Criteria) -> Sequence[Story]:
        """The stories of the last weeks that match the criteria, and some others."""
        async with self._turn:
            return await self._read(criteria, self._clock() - EXCLUDED)

    async def _make_key(
        self, criteria: Criteria, timing: Timing, owner: ListOwner | None
    ) -> _Wanted:
        if not criteria.only_my_lines or owner is None or self._lines is None:
            return _Wanted(criteria, timing, None, 0)
        return _Wanted(criteria, timing, owner, await self._lines.find_revision(owner))

    async def _find_touching(
        self, criteria: Criteria, stories: Sequence[Story], owner: ListOwner | None
    ) -> frozenset[str]:
        if owner is None or self._lines is None:
            return frozenset()
        return await self._lines.find_touching(owner, [criteria], stories, self._rules.blocs)

    async def _read(self, criteria: Criteria, since: datetime) -> Sequence[Story]:
        names = list_names(criteria, self._rules.blocs)
        return await self._stories.of_events_about(since, criteria.topics, names)
