"""Previews of subscriptions and exclusions, from the stories that are stored.

A preview replays the stories of days or weeks, so only one is computed at a time, from the events
that can matter to it. The newest previews are kept for a while: a form that is saved shows the same
one again.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Criteria, list_names
from bot.alerts.subscriptions.exclusions import HiddenStories, preview_exclusion
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.preview import Preview, preview
from bot.alerts.subscriptions.timing import Timing
from bot.commands.ports import StoryStore
from bot.news.story import Story

PREVIEWED = timedelta(days=7)
"""The time of which stories are previewed for a subscription."""
EXCLUDED = timedelta(days=30)
"""The time of which stories are previewed for an exclusion."""
_KNOWN_FOR = timedelta(minutes=5)
_MOST_KNOWN = 50


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
    ) -> None:
        self._stories, self._clock = stories, clock
        self._rules, self._max_age = rules, max_age
        self._turn = asyncio.Semaphore(1)
        self._known: dict[tuple[Criteria, Timing], tuple[datetime, Preview]] = {}

    async def preview(self, criteria: Criteria, timing: Timing) -> Preview:
        """What a subscription would have sent in the last days."""
        async with self._turn:
            now, wanted = self._clock(), (criteria, timing)
            at, found = self._known.get(wanted, (None, None))
            if found is not None and at is not None and now - at < _KNOWN_FOR:
                return found
            stories = await self._read(criteria, now - PREVIEWED)
            rules = self._rules, self._max_age
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
            rules = self._rules, self._max_age
            return await asyncio.to_thread(
                preview_exclusion, subscription, narrower, stories, *rules
            )

    async def list_candidates(self, criteria: Criteria) -> Sequence[Story]:
        """The stories of the last weeks that match the criteria, and some others."""
        async with self._turn:
            return await self._read(criteria, self._clock() - EXCLUDED)

    async def _read(self, criteria: Criteria, since: datetime) -> Sequence[Story]:
        names = list_names(criteria, self._rules.blocs)
        return await self._stories.of_events_about(since, criteria.topics, names)
