"""What a feed is and what it said: the first nouns on the way feed -> entry -> story."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from bot.news.topic import Topic

FeedId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Frozen(BaseModel):
    """A value: it compares by content, cannot be changed, and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FeedKind(StrEnum):
    """Who speaks in a feed."""

    OFFICIAL = "official"
    WIRE = "wire"
    PAPER = "paper"
    SPECIALIST = "specialist"
    COURT = "court"


class Feed(Frozen):
    """An address that is polled, as `config/feeds.yaml` or an operator names it."""

    id: FeedId
    title: str = Field(min_length=1, max_length=200)
    url: str = Field(pattern=r"^https?://", max_length=2000)
    kind: FeedKind = FeedKind.SPECIALIST
    region: str = ""
    language: str = "en"
    poll_minutes: float | None = Field(default=None, gt=0)
    """Minutes between two polls at the least; None leaves it to TARIFFWIRE_POLL_SECONDS."""
    topics: frozenset[Topic] = frozenset()
    """Only stories on these topics are taken; empty means all."""
    enabled: bool = True


class Entry(Frozen):
    """What a feed said once, as parsed and cleaned to plain text; nothing is interpreted yet.

    `key` is the entry's identity within its feed: a digest over guid, link and text, because court
    feeds give one guid to many docket entries. Title, summary and link are plain text, not escaped
    for any output.
    """

    feed_id: FeedId
    key: str
    guid: str = ""
    link: str = ""
    title: str
    summary: str = ""
    published: AwareDatetime | None = None
    """UTC; None where the feed gives no date or one that cannot be true."""
    language: str = ""


class Outcome(StrEnum):
    """How one poll of a feed ended."""

    READ = "read"
    NOT_MODIFIED = "not_modified"
    SAME_BODY = "same_body"
    FAILED = "failed"
    GONE = "gone"


class Validators(Frozen):
    """What the server gave to ask 'has it changed?' with; echoed to the letter, never invented."""

    url: str = ""
    """The address they were given for; they are worth nothing at another one."""
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""


class Round(Frozen):
    """What one poll of one feed brought."""

    feed_id: FeedId
    outcome: Outcome
    started_at: AwareDatetime
    finished_at: AwareDatetime
    entries: tuple[Entry, ...] = ()
    validators: Validators = Validators()
    """To be stored for the next poll; on a failure, those that the poll began with."""
    next_poll_at: AwareDatetime
    failures: int = 0
    """Failures in a row, this one included; 0 after a success."""
    error: str = ""
    """One line for the operator; empty on success."""
    moved_to: str = ""
    """The address to use from now on, where a permanent redirect has held; else empty."""
    status: int | None = None
    """The HTTP status of the last answer, where there was one."""


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)
