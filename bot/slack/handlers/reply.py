"""What the bot replies to a command, and where it was asked."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.response import BoltResponse

from bot.slack.blockkit.blocks import Message


@dataclass(frozen=True)
class Reply:
    """What to say, and whether the whole channel sees it."""

    message: Message
    in_channel: bool = False

    @property
    def response_type(self) -> str:
        """Slack's word for who sees it."""
        return "in_channel" if self.in_channel else "ephemeral"

    def response(self) -> BoltResponse:
        """The acknowledgement of a command that says it; its JSON was written with the message."""
        return BoltResponse(status=200, body=self.message.body(self.response_type))


def place(body: dict[str, Any]) -> str:
    """Where alerts for whoever sent this go: the person, for a direct message with anybody."""
    channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    user = str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
    # The bot is in no direct message between two people; it can always write to one.
    return user if not channel or channel.startswith("D") else channel
