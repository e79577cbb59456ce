"""Feedback: what readers say about the stories that they get."""

from enum import StrEnum

from pydantic import AwareDatetime

from bot.values import Frozen


class FeedbackKind(StrEnum):
    """What a reader says about a story. The database stores these values."""

    NOT_RELEVANT = "not_relevant"
    FEWER_LIKE_THIS = "fewer_like_this"


class Feedback(Frozen):
    """A reader's word about a story in a conversation."""

    team: str
    conversation: str
    user: str
    story_id: str
    kind: FeedbackKind
    at: AwareDatetime
