"""Checks whether a person may act on a conversation: whether they are in it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.commands.ports import People
from bot.commands.replies import NotAMember
from bot.commands.request import CommandRequest

SURE_FOR = timedelta(minutes=30)
"""For how long a person who opened a modal in a conversation counts as being there if the platform
does not say whether they are."""


class MemberCheck:
    """Asks the platform only if the request does not show where the person is."""

    def __init__(self, people: People, clock: Callable[[], datetime]) -> None:
        self._people, self._clock = people, clock

    async def find_outsider(self, conversation: str, request: CommandRequest) -> NotAMember | None:
        """Why the person may not act on a conversation, unless they are in it.

        A command or a click there shows that they are. Others are asked about: those from their own
        messages or the Home tab, and submitted modals, because the person may have left since they
        opened one. From other places, people may never act.
        """
        user, is_there = request.user, request.place == conversation
        if conversation == user or (is_there and request.opened_at is None):
            return None
        is_member = None
        if is_there or request.place == user:
            is_member = await self._people.is_member(request.team, conversation, user)
        if is_member is None and is_there and request.opened_at is not None:
            is_recent = self._clock() < request.opened_at + SURE_FOR
            is_member = True if is_recent else None
        return None if is_member else NotAMember(conversation, is_member is not None)
