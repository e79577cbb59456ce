"""What commands need to know about line lists for subscriptions with *only my lines*.

A list belongs to one conversation. Callers check whether the person is in it, except for
`find_problem`.
"""

from collections.abc import Iterable
from typing import Protocol

from bot.alerts.subscriptions.criteria import Blocs, Criteria, is_same
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import StoryTouches, find_touching
from bot.alerts.subscriptions.wanted import ConversationSubscriptions
from bot.commands.membership import MemberCheck
from bot.commands.replies import LinesMissing
from bot.commands.request import CommandRequest
from bot.lines.model import ListOwner
from bot.news.story import Story


class ListRevisions(Protocol):
    """Which conversations have a line list."""

    async def revision(self, owner: ListOwner) -> int:
        """The revision of the owner's list; 0 if there is none."""


class OwnLines:
    """The line lists of conversations, as far as subscriptions depend on them."""

    def __init__(
        self,
        lists: ListRevisions,
        touches: StoryTouches,
        subscriptions: ConversationSubscriptions,
        members: MemberCheck,
    ) -> None:
        self._lists, self._touches = lists, touches
        self._subscriptions, self._members = subscriptions, members

    async def find_revision(self, owner: ListOwner) -> int:
        """The revision of the owner's list; 0 if there is none."""
        return await self._lists.revision(owner)

    async def find_missing(
        self, criteria: Criteria, owner: ListOwner, had: Iterable[Subscription] = ()
    ) -> LinesMissing | None:
        """Why criteria are not saved: they want only stories that touch lines, and there is no
        list. If a subscription in `had` has the filter already, it may keep it."""
        if not criteria.only_my_lines or any(each.criteria.only_my_lines for each in had):
            return None
        return None if await self._lists.revision(owner) else LinesMissing(owner.place)

    async def find_problem(
        self, criteria: Criteria, request: CommandRequest, own_id: str = ""
    ) -> LinesMissing | None:
        """The same for the form, in which the subscription `own_id` may be edited. People who are
        not in the conversation learn nothing."""
        if not criteria.only_my_lines:
            return None
        if await self._members.find_outsider(request.conversation, request) is not None:
            return None
        owner = ListOwner(request.team, request.conversation)
        every = await self._subscriptions.of(*owner)
        had = [each for each in every if each.id == own_id or is_same(each.criteria, criteria)]
        return await self.find_missing(criteria, owner, had)

    async def list_silent(self, subscriptions: Iterable[Subscription]) -> frozenset[str]:
        """The ids of those that send nothing, because their conversation has no list."""
        filtered = [each for each in subscriptions if each.criteria.only_my_lines]
        owners = {ListOwner(each.team, each.conversation) for each in filtered}
        lacking = {owner for owner in owners if not await self._lists.revision(owner)}
        return frozenset(
            each.id for each in filtered if ListOwner(each.team, each.conversation) in lacking
        )

    async def find_touching(
        self,
        owner: ListOwner,
        criteria: Iterable[Criteria],
        stories: Iterable[Story],
        blocs: Blocs,
    ) -> frozenset[str]:
        """The ids of the stories that touch lines, as far as the criteria ask for it."""
        return await find_touching(self._touches, owner, criteria, stories, blocs)
