"""The base class of all values, and the topics of news."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """The base class of values: immutable and compared by content.

    The constructor raises ValidationError for unknown fields.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


def to_utc(moment: datetime) -> datetime:
    """The moment in UTC; raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def digest(*parts: str, size: int = 16) -> str:
    """The BLAKE2b hash of the parts: `size` bytes, written as hexadecimal digits.

    The parts may contain lone surrogates, which UTF-8 does not allow.
    """
    packed = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=size).hexdigest()


class Topic(StrEnum):
    """A topic of stories. Its values appear in JSON."""

    TARIFF = "tariff"
    NEGOTIATION = "negotiation"
    COURT_RULING = "court_ruling"

    @property
    def label(self) -> str:
        """The topic for readers: `court rulings`."""
        return f"{self.value.replace('_', ' ')}s"

    @property
    def command_word(self) -> str:
        """The topic in a command: `court-rulings`."""
        return self.label.replace(" ", "-")
