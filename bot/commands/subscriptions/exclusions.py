"""*Fewer like this*: proposes how to narrow a subscription, previews it, and applies it.

story of an alert | proposals, at most three | preview: what it would have hidden | applied
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from bot.alerts.feedback import Feedback, FeedbackKind
from bot.alerts.subscriptions.criteria import Blocs, match
from bot.alerts.subscriptions.exclusions import (
    ExclusionKind,
    StoryExclusion,
    exclude,
    propose_exclusions,
)
from bot.alerts.subscriptions.model import Subscription
from bot.commands import replies
from bot.commands.grammar import Command, Verb
from bot.commands.ports import CommandStores
from bot.commands.request import CommandRequest, Reply
from bot.commands.subscriptions.service import SubscriptionRules, SubscriptionService
from bot.lines.model import ListOwner
from bot.news.story import Story
from bot.parties import Parties

EXCLUSION_VERBS = frozenset({Verb.FEWER, Verb.PREVIEW_EXCLUSION, Verb.EXCLUDE})
"""The commands that this service executes."""


class ExclusionService:
    """Narrows the subscriptions of a conversation."""

    def __init__(
        self,
        stores: CommandStores,
        subscriptions: SubscriptionService,
        parties: Callable[[], Parties],
        clock: Callable[[], datetime],
        rules: SubscriptionRules,
    ) -> None:
        self._stores, self._subscriptions, self._parties = stores, subscriptions, parties
        self._clock, self._rules = clock, rules

    async def execute(self, command: Command, request: CommandRequest) -> Reply:
        """The reply to one of `EXCLUSION_VERBS`."""
        if command.verb is Verb.FEWER:
            return await self.propose(command.text, request)
        subscription_id, exclusion = read_exclusion(command.text)
        found = await self._subscriptions.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        narrower = exclude(found.criteria, exclusion)
        if narrower is None:
            had = self._subscriptions.show(found)
            return replies.Subscribed(had, is_new=False, ended_pause=False)
        if command.verb is Verb.EXCLUDE:
            return await self._subscriptions.edit(found.id, narrower, None, request)
        hidden = await self._subscriptions.previews.preview_exclusion(found, narrower)
        return replies.PreviewedExclusion(found, exclusion, narrower, hidden)

    async def propose(self, event_id: str, request: CommandRequest) -> Reply:
        """Exclusions for the first subscription here that matches a story of the event."""
        stories = await self._stores.stories.of_event(event_id)
        if not stories:
            return replies.ProposedExclusions("", None)
        own = await self._stores.subscriptions.of(request.team, request.conversation)
        blocs, parties = self._rules.delivery.blocs or self._parties().blocs, self._parties()
        owner = ListOwner(request.team, request.conversation)
        touching = await self._subscriptions.own_lines.find_touching(
            owner, [each.criteria for each in own], stories, blocs
        )
        matching = await asyncio.to_thread(_list_matching, own, stories, blocs, touching)
        if not matching:
            return replies.ProposedExclusions(stories[0].title, None)
        subscription, story = matching[0]
        await self._note(story.id, request)
        recent = await self._subscriptions.previews.list_candidates(subscription.criteria)
        touching |= await self._subscriptions.own_lines.find_touching(
            owner, [subscription.criteria], recent, blocs
        )
        names = {code: parties.get(code).name for code in story.parties if code in parties}
        found = await asyncio.to_thread(
            propose_exclusions, subscription.criteria, story, recent, blocs, names, touching
        )
        others = len(matching) - 1
        return replies.ProposedExclusions(story.title, subscription, found, others)

    async def _note(self, story_id: str, request: CommandRequest) -> None:
        feedback = Feedback(
            team=request.team,
            conversation=request.conversation,
            user=request.user,
            story_id=story_id,
            kind=FeedbackKind.FEWER_LIKE_THIS,
            at=self._clock(),
        )
        await self._stores.feedback.add(feedback)


def _list_matching(
    own: Iterable[Subscription], stories: Sequence[Story], blocs: Blocs, touching: Collection[str]
) -> list[tuple[Subscription, Story]]:
    """The subscriptions that match a story, each with the first such story."""
    return [
        (each, story)
        for each in own
        if (story := next((s for s in stories if match(each.criteria, s, blocs, touching)), None))
    ]


def write_exclusion(subscription: Subscription, exclusion: StoryExclusion) -> str:
    """The value of a button: the subscription's id, and the kind and value of the exclusion."""
    return f"{subscription.id} {exclusion.kind} {exclusion.value}"


def read_exclusion(text: str) -> tuple[str, StoryExclusion]:
    """The subscription's id and the exclusion in the value of a button."""
    subscription_id, _, rest = text.partition(" ")
    kind, _, value = rest.partition(" ")
    known = ExclusionKind(kind) if kind in set(ExclusionKind) else ExclusionKind.WORD
    return subscription_id, StoryExclusion(kind=known, value=value)
