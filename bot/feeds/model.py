"""What a feed is and what it published: the first values on the way feed -> entry -> story."""

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.values import Frozen, Topic

FeedId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class FeedKind(StrEnum):
    """What kind of publisher a feed has."""

    OFFICIAL = "official"
    WIRE = "wire"
    PAPER = "paper"
    SPECIALIST = "specialist"
    COURT = "court"


class Feed(Frozen):
    """An address to poll, from `config/feeds.yaml` or added by an operator."""

    id: FeedId
    title: str = Field(min_length=1, max_length=200)
    url: str = Field(pattern=r"^https?://", max_length=2000)
    kind: FeedKind = FeedKind.SPECIALIST
    region: str = ""
    language: str = "en"
    poll_minutes: float | None = Field(default=None, gt=0, le=525_600)
    """The shortest time between two polls; None means TARIFFWIRE_POLL_SECONDS."""
    topics: frozenset[Topic] = frozenset()
    """Only stories on these topics are kept; empty means all."""
    enabled: bool = True


class Entry(Frozen):
    """One item of a feed, cleaned to plain text but not interpreted.

    `key` identifies the entry within its feed: a digest of guid, link and text, because court feeds
    use one guid for many docket entries. Title, summary and link are not escaped for any output.
    """

    feed_id: FeedId
    key: str
    guid: str = ""
    link: str = ""
    title: str
    summary: str = ""
    published: AwareDatetime | None = None
    """UTC; None if the feed gives no date, or one that cannot be true."""
    published_roughly: bool = False
    """The feed gave no time of day or no time zone: only the day is certain."""
    language: str = ""
    aliases: tuple[str, ...] = ()
    """Digests of the text with only the guid, link or date; see `bot.feeds.identity`."""
    place: str = ""
    """A digest of guid and link, which recognizes an edited text. Empty if it is not unique."""


class PollOutcome(StrEnum):
    """How one poll of a feed ended."""

    READ = "read"
    NOT_MODIFIED = "not_modified"
    SAME_BODY = "same_body"
    FAILED = "failed"
    GONE = "gone"
    DEFERRED = "deferred"
    """Nothing was requested: the host asked for a pause, or another process polled meanwhile."""


# Three of these stay in memory for each feed; a dataclass takes a tenth of a model's memory.
# Unknown fields are ignored, because a newer version may have stored them.
_STORED = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class Validators:
    """What the server issued for conditional requests; sent back unchanged."""

    url: str = ""
    """The address that issued them; they are not valid for another one."""
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class PublisherHints:
    """How long a publisher asks not to be polled, in headers and in the feed itself.

    Stored between polls, because a 304 response does not repeat it.
    """

    max_age_s: float | None = None
    """Seconds, by Cache-Control or Expires."""
    ttl_s: float | None = None
    """Seconds, by the `ttl` element."""
    period_s: float | None = None
    """Seconds, by `sy:updatePeriod` and `sy:updateFrequency`."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, UTC, 0 to 23."""
    skip_days: tuple[int, ...] = ()
    """Days of the week, UTC, Monday is 0."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class Pause:
    """A server's request not to poll any of its feeds for a while."""

    server: str
    """Host and port."""
    until: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class FeedState:
    """What is stored about a feed between polls."""

    feed_id: FeedId
    configured_url: str = ""
    """The feed's address at that time; a changed address resets the state."""
    validators: Validators = Validators()
    asked: PublisherHints = PublisherHints()
    next_poll_at: AwareDatetime | None = None
    """None: never polled, due at once."""
    last_poll_at: AwareDatetime | None = None
    last_success_at: AwareDatetime | None = None
    last_entry_at: AwareDatetime | None = None
    """When a new entry was last found."""
    failures: int = 0
    """Failures in a row; 0 after a success."""
    failing_since: AwareDatetime | None = None
    """When the first of these failures happened."""
    error: str = ""
    """One line for the operator; empty after a success."""
    status: int | None = None
    """The HTTP status of the last response, if there was one."""
    current_url: str = ""
    """The address in use if a permanent redirect replaced the configured one."""
    moving_to: str = ""
    """A permanent redirect that is not trusted yet."""
    moves_seen: int = 0
    """How often in a row `moving_to` was seen."""
    stopped: bool = False
    """Gone (410): not polled again until an operator resumes it."""
    pause: Pause | None = None
    """The Retry-After of the last response, if it applies to the whole server."""
    window_s: float | None = None
    """Seconds between the oldest and the newest entry of the last body; None without dates."""
    interval_s: float | None = None
    """Seconds from the last poll to the next one."""
    listed_digest: str = ""
    """A digest of the keys of all entries of the last body."""
    hub: str = ""
    """The WebSub hub that the last body named; empty without one."""
    topic: str = ""
    """The address that the hub uses for the feed."""
    quiet_polls: int = 0
    """Polls in a row that found the same entries as the one before."""


STATE = TypeAdapter(FeedState)
"""Converts a state from and to JSON."""


class Round(Frozen):
    """The result of one poll of one feed: its entries and the state to store."""

    feed_id: FeedId
    outcome: PollOutcome
    started_at: AwareDatetime
    finished_at: AwareDatetime
    entries: tuple[Entry, ...] = ()
    state: FeedState
    warnings: tuple[str, ...] = ()
    """What was odd about the body although it could be read; one line each."""


def make_feed_id(title: str, url: str, taken: Collection[str] = ()) -> str:
    """An id from the title, or else from the host, that is not in `taken`. Deterministic."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    if not slug:
        host = urlsplit(url).hostname or "feed"
        slug = re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_")[:40] or "feed"
    if slug not in taken:
        return slug
    return f"{slug}_{sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}"
