"""A command as a person typed it, on any platform."""

from dataclasses import dataclass
from datetime import datetime


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
