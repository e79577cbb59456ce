"""Reviews a bundle before it is sent: which of its stories does the conversation still want?

    stories | a subscription that is not paused matches the story, or an earlier one of its event
            | or the person follows the event

Stories of a bundle wait for hours or days. In the meantime, people may have removed, paused or
narrowed the subscription that wanted them, or removed lines from the list on which its *only my
lines* depends. A conversation that refuses messages still wants them.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.alerts.delivery import Delivery
from bot.alerts.subscriptions.criteria import Blocs, Criteria, match
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import NoLineLists, StoryTouches, find_touching
from bot.lines.model import ListOwner
from bot.news.story import Story


class ConversationSubscriptions(Protocol):
    """Reads the subscriptions of a conversation."""

    async def of(self, team: str, conversation: str) -> Iterable[Subscription]: ...


class FollowReader(Protocol):
    """Reads which events a person follows."""

    async def followed(self, team: str, user: str) -> Collection[str]: ...


class EventStories(Protocol):
    """Reads the stories of an event, oldest first."""

    async def of_event(self, event_id: str) -> Sequence[Story]: ...


class BundleQueue(Protocol):
    """The outbox, as far as a review changes it."""

    async def keep_stories(self, delivery: Delivery, story_ids: tuple[str, ...]) -> object:
        """Saves that a claimed delivery has only these stories."""


class BundleReview:
    """Removes the stories from bundles that their conversations no longer want."""

    def __init__(
        self,
        outbox: BundleQueue,
        subscriptions: ConversationSubscriptions,
        follows: FollowReader,
        stories: EventStories,
        blocs: Blocs,
        clock: Callable[[], datetime],
        touches: StoryTouches | None = None,
    ) -> None:
        """Without `touches`, no story touches lines."""
        self._touches = touches or NoLineLists()
        self._outbox, self._subscriptions, self._follows = outbox, subscriptions, follows
        self._stories, self._blocs, self._clock = stories, blocs, clock

    async def review(
        self, bundle: Delivery, stories: tuple[Story, ...]
    ) -> tuple[Delivery, tuple[Story, ...]]:
        """A claimed bundle with the stories that are still wanted, which are saved with it.

        If none is, the result has no stories and is not saved. Raises StoreError.
        """
        wanted = await self._select(bundle, stories)
        if len(wanted) == len(stories):
            return bundle, stories
        ids = tuple(story.id for story in wanted)
        if ids:
            await self._outbox.keep_stories(bundle, ids)
        return bundle.model_copy(update={"story_ids": ids}), wanted

    async def _select(self, bundle: Delivery, stories: tuple[Story, ...]) -> tuple[Story, ...]:
        place, now = (bundle.team, bundle.conversation), self._clock()
        active = [
            each.criteria
            for each in await self._subscriptions.of(*place)
            if each.paused_until is None or each.paused_until <= now
        ]
        followed = frozenset(await self._follows.followed(*place))
        events = {story.event_id for story in stories} - followed
        matched = await self._find_matched(place, active, stories)
        wanted = followed | {event for event in events if event in matched}
        for event in events - wanted:
            # A development may match no subscription, but only the alert of its event.
            known = await self._stories.of_event(event) if active else ()
            if await self._find_matched(place, active, known):
                wanted |= {event}
        return tuple(story for story in stories if story.event_id in wanted)

    async def _find_matched(
        self, place: tuple[str, str], active: Sequence[Criteria], stories: Sequence[Story]
    ) -> set[str]:
        """The events of the stories that match."""
        touching = await find_touching(
            self._touches, ListOwner(*place), active, stories, self._blocs
        )
        return await asyncio.to_thread(self._list_matched, active, stories, touching)

    def _list_matched(
        self, active: Sequence[Criteria], stories: Iterable[Story], touching: Collection[str]
    ) -> set[str]:
        return {
            story.event_id
            for story in stories
            if any(match(each, story, self._blocs, touching) for each in active)
        }
