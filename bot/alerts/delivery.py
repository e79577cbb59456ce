"""What is owed: one message to one conversation, and the moves it may make.

owed --claim--> claimed --confirm--> sent
                   |  \\---retry----> owed     (due later)
                   |  \\---give up--> failed   (reported to the operator)
                   \\---lease out---> owed  (the process died; the sender looks first)
"""

from enum import StrEnum

from pydantic import AwareDatetime

from bot.frozen import Frozen


class DeliveryKind(StrEnum):
    """What the message is."""

    ALERT = "alert"
    FOLLOW_UP = "follow_up"
    DIGEST = "digest"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    OWED = "owed"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"


class Delivery(Frozen):
    """One message owed to one conversation.

    `id` is derived from what it is about and where it goes, so that the same message cannot be owed
    twice; it travels in the message's metadata.
    """

    id: str
    kind: DeliveryKind
    team: str
    conversation: str
    story_ids: tuple[str, ...]
    event_id: str
    reason: str
    """Why this conversation gets it, in words."""
    state: DeliveryState = DeliveryState.OWED
    attempts: int = 0
    due_at: AwareDatetime
    claimed_at: AwareDatetime | None = None
    ts: str = ""
    """Slack's id of the message once sent."""
    error: str = ""
