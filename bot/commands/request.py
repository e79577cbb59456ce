"""A command as a person typed it, whatever platform it came from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandRequest:
    """What was typed, by whom and where.

    `conversation` is where alerts would go: a channel, or the person for a direct message.
    """

    text: str
    team: str
    conversation: str
    user: str
    invited: bool = True
    """Whether the bot can post there without being invited: not so in private channels."""
