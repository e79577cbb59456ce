"""The base of every value in the bot, and the topics it listens for."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: it compares by content, cannot be changed, and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC; raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def digest(*parts: str, size: int = 16) -> str:
    """A digest of the parts, of `size` bytes in hexadecimal; lone surrogates are allowed."""
    packed = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=size).hexdigest()


class Topic(StrEnum):
    """A topic a story can be about; the values are part of the JSON contract."""

    TARIFF = "tariff"
    NEGOTIATION = "negotiation"
    COURT_RULING = "court_ruling"

    @property
    def label(self) -> str:
        """The topic as people read it: `court ruling`."""
        return self.value.replace("_", " ")
