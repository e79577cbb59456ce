"""The stored records of a workspace: its identity, members, conversations, messages and files."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

# The characters of Slack's ids. An id is a letter for its kind, then capital letters and digits.
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

Message = dict[str, Any]
"""A message with the fields of Slack's API."""


def new_id(kind: str) -> str:
    """A random id. `kind` is its first letter, for example C for channels, U for users, V for
    views."""
    return kind + "".join(secrets.choice(_LETTERS) for _ in range(10))


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids and secrets of one workspace, created once and stored in its file.

    `repr` omits the secrets, so that they never appear in a log.
    """

    team_id: str
    app_id: str
    bot_id: str
    bot_user_id: str
    person_id: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)

    @staticmethod
    def create() -> "Identity":
        """A new workspace's identity; its ids and secrets come from the operating system's random
        source."""
        app_id = new_id("A")
        return Identity(
            team_id=new_id("T"),
            app_id=app_id,
            bot_id=new_id("B"),
            bot_user_id=new_id("U"),
            person_id=new_id("U"),
            bot_token=f"xoxb-local-{secrets.token_urlsafe(24)}",
            app_token=f"xapp-1-{app_id}-{secrets.token_urlsafe(24)}",
            signing_secret=secrets.token_hex(16),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A member: the person at the page, the bot, or Slackbot."""

    id: str
    name: str
    real_name: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A public channel, or the direct messages of the person and the bot."""

    id: str
    name: str
    kind: Literal["public", "im"]
    created: int
    """When the conversation was created, in seconds since 1970 (UTC)."""
    person: str = ""
    """In direct messages with the bot, the id of the other member; empty for a channel."""
    has_bot: bool = True
    last_read: str = "0"
    """The ts of the newest message that the person has seen."""


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file. `content` is None until the file's bytes have arrived."""

    id: str
    name: str
    title: str
    mimetype: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Consecutive messages, and whether there are more.

    `private` holds the ts of the messages that only one person sees.
    """

    messages: Sequence[Message]
    has_more: bool
    private: frozenset[str]
