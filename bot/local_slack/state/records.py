"""What a workspace is made of, as it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Message = dict[str, Any]
"""A message in Slack's own fields."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation: a public channel, or a direct message between the person and the bot."""

    id: str
    name: str
    kind: Literal["public", "im"]
    created: int
    """Seconds since 1970, UTC."""
    person: str = ""
    """The other side of a direct message."""
    has_bot: bool = True
    last_read: str = "0"
    """The ts of the newest message that the person has seen."""


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file; `content` is None until its bytes have arrived."""

    id: str
    name: str
    title: str
    mimetype: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A stretch of messages, and whether there are more beyond it.

    `private` holds the ts of those that one person sees.
    """

    messages: Sequence[Message]
    has_more: bool
    private: frozenset[str]
