"""A command as a person typed it on any platform, its reply, and the limit of requests."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import dataclass_transform


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A typed command with its user and conversation.

    `text` is plain, without a platform's markup. `conversation` is the id of the place for alerts:
    a channel, or the person for direct messages.
    """

    text: str
    team: str
    conversation: str
    user: str
    needs_invitation: bool = False
    """Whether the bot must be invited before it can post, as in private channels."""
    opened_in: str = ""
    """Where the person acts, if it is another place than the conversation, such as the Home tab.
    The platform has then not shown that they are in the conversation."""
    opened_at: datetime | None = None
    """When the person opened the modal that they have submitted; None for other requests. They may
    have left the conversation since then."""

    is_public: bool = False
    """Whether everyone in the conversation sees the reply, as that to a mention in a channel."""

    @property
    def place(self) -> str:
        """The conversation in which the person acts."""
        return self.opened_in or self.conversation


@dataclass_transform(frozen_default=True)
class Reply:
    """The result of a command; each subclass becomes a frozen dataclass."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)


MAX_PEOPLE = 10_000
"""How many people a RequestLimit remembers. The person who was quiet longest is forgotten first."""


class RequestLimit:
    """Limits the requests of each person: a token bucket that holds the requests of a minute."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._full_at: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        """When the bucket of each person is full again."""

    def find_wait(self, team: str, user: str, now: datetime) -> int:
        """Takes a request of the person; returns 0, or in how many seconds the next is allowed."""
        step = timedelta(minutes=1) / self.per_minute
        full_at = max(self._full_at.get((team, user), now), now) + step
        over = full_at - now - timedelta(minutes=1)
        if over > timedelta(0):
            return math.ceil(over.total_seconds())
        self._full_at[team, user] = full_at
        self._full_at.move_to_end((team, user))
        if len(self._full_at) > MAX_PEOPLE:
            self._full_at.popitem(last=False)
        return 0
