"""Feeds, their entries, and the result of a poll."""

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
    """The kind of publisher of a feed."""

    OFFICIAL = "official"
    WIRE = "wire"
    PAPER = "paper"
    SPECIALIST = "specialist"
    COURT = "court"


OFFICIAL_KINDS = frozenset({FeedKind.OFFICIAL, FeedKind.COURT})
"""The kinds of feeds of gazettes, agencies, ministries and courts."""


class Feed(Frozen):
    """An address to poll, from `config/feeds.yaml` or added by an operator."""

    id: FeedId
    title: str = Field(min_length=1, max_length=200)
    url: str = Field(pattern=r"^https?://", max_length=2000)
    kind: FeedKind = FeedKind.SPECIALIST
    region: str = ""
    language: str = "en"
    poll_minutes: float | None = Field(default=None, gt=0, le=525_600)
    """The minimum time between two polls; None means TARIFFWIRE_POLL_SECONDS."""
    topics: frozenset[Topic] = frozenset()
    """Only stories on these topics are used; empty means all."""
    enabled: bool = True
    matter: str = Field(default="", max_length=200)
    """What every entry is about, such as the caption of a docket, if their titles do not say it."""


class Entry(Frozen):
    """One item of a feed, as plain text.

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
    """The publication date in UTC; None if the feed gives no date or one that cannot be true."""
    published_roughly: bool = False
    """Whether only the day is certain, because the feed gave no time of day or no time zone."""
    language: str = ""
    aliases: tuple[str, ...] = ()
    """Digests of the text with the guid, the link or the date; see `bot.feeds.identity`."""
    place: str = ""
    """A digest of guid and link, by which an entry with an edited text is recognized. Empty if it
    is not unique in the body or the feed is a court's.
    """
    headline: str = ""
    """A digest of link and title, by which an edited entry with another guid is recognized. Empty
    in the same cases, and if the title is short.
    """
    texts: tuple[str, ...] = ()
    """Digests of title and summary together, and of the title, if they are long and unique in the
    body. They show that a site lists its old entries under other addresses.
    """


class PollOutcome(StrEnum):
    """The outcome of one poll of a feed."""

    READ = "read"
    NOT_MODIFIED = "not_modified"
    SAME_BODY = "same_body"
    FAILED = "failed"
    GONE = "gone"
    DEFERRED = "deferred"
    """No request was sent, because the host asked for a pause or the feed is not due, for example
    after a poll by another process.
    """


# The bot keeps these objects in memory for each feed. They are dataclasses, which need a tenth of
# the memory of a pydantic model. Unknown fields are ignored, because a newer version may have
# stored them.
_STORED = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class Validators:
    """The values that a server issued for conditional requests, and the digest of their body."""

    url: str = ""
    """The address that issued the validators; they are not valid for another one."""
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class PublisherHints:
    """How long a publisher asks clients to wait between polls, in headers and in the feed itself.

    Stored between polls, because a 304 response does not repeat the feed.
    """

    max_age_s: float | None = None
    """Seconds, from the header Cache-Control or Expires."""
    ttl_s: float | None = None
    """Seconds, from the element `ttl`."""
    period_s: float | None = None
    """Seconds, from the elements `sy:updatePeriod` and `sy:updateFrequency`."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day without polls, 0 to 23, in UTC."""
    skip_days: tuple[int, ...] = ()
    """Days of the week without polls, in UTC; Monday is 0."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class Pause:
    """A server's request to poll none of its feeds until a time."""

    server: str
    """The server's host and port."""
    until: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True, config=_STORED)
class FeedState:
    """The state of a feed that is stored between polls."""

    feed_id: FeedId
    configured_url: str = ""
    """The feed's configured address at the last poll. A new one resets the state."""
    validators: Validators = Validators()
    asked: PublisherHints = PublisherHints()
    next_poll_at: AwareDatetime | None = None
    """When the next poll is due; None if it is due at once or polling has stopped."""
    last_poll_at: AwareDatetime | None = None
    last_success_at: AwareDatetime | None = None
    last_entry_at: AwareDatetime | None = None
    """When a poll last found a new entry."""
    failures: int = 0
    """Failures in a row; 0 after a success."""
    failing_since: AwareDatetime | None = None
    """When the first of these failures happened; None after a success."""
    error: str = ""
    """The last failure in one line for operators; empty after a success."""
    status: int | None = None
    """The HTTP status of the last response; None if the last poll got no response."""
    current_url: str = ""
    """The target of a trusted permanent redirect, polled in place of the configured address."""
    moving_to: str = ""
    """The target of a permanent redirect that is not trusted yet."""
    moves_seen: int = 0
    """The number of polls in a row that were redirected to `moving_to`."""
    stopped: bool = False
    """Whether polling has stopped because the feed is gone (410). An operator can resume it."""
    pause: Pause | None = None
    """The pause requested by the last response, if it applies to the whole server."""
    window_s: float | None = None
    """Seconds between the oldest and the newest entry of the last body; None if unknown."""
    interval_s: float | None = None
    """Seconds from the last poll to the next one."""
    listed_digest: str = ""
    """A digest of the keys of all entries of the last body."""
    hub: str = ""
    """The WebSub hub that the last body or its headers named; empty if there is none."""
    topic: str = ""
    """The address that the hub uses for the feed."""
    quiet_polls: int = 0
    """The number of polls in a row that found the same entries as the poll before."""


STATE = TypeAdapter(FeedState)
"""Converts a FeedState from and to JSON."""


class Round(Frozen):
    """The result of one poll of one feed: its entries and the state to store."""

    feed_id: FeedId
    outcome: PollOutcome
    started_at: AwareDatetime
    finished_at: AwareDatetime
    entries: tuple[Entry, ...] = ()
    state: FeedState
    warnings: tuple[str, ...] = ()
    """Flaws of a body that could be read nevertheless, one line each."""


def make_feed_id(title: str, url: str, taken: Collection[str] = ()) -> str:
    """An id made from the title, or else from the host.

    If that id is in `taken`, a digest of `url` is appended. The result is deterministic.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    if not slug:
        host = urlsplit(url).hostname or "feed"
        slug = re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_")[:40] or "feed"
    if slug not in taken:
        return slug
    return f"{slug}_{sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}"
