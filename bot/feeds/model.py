"""What a feed is and what it said: the first nouns on the way feed -> entry -> story."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.values import Frozen, Topic

FeedId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


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
    poll_minutes: float | None = Field(default=None, gt=0, le=525_600)
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
    published_roughly: bool = False
    """The feed gave no time of day or no time zone: true to the day only."""
    language: str = ""
    aliases: tuple[str, ...] = ()
    """Further digests of the text: with guid, link or moment alone; see `bot.feeds.identity`."""
    place: str = ""
    """A digest of guid and link: where an edited text is recognised. Empty where it cannot be."""


class PollOutcome(StrEnum):
    """How one poll of a feed ended."""

    READ = "read"
    NOT_MODIFIED = "not_modified"
    SAME_BODY = "same_body"
    FAILED = "failed"
    GONE = "gone"
    DEFERRED = "deferred"
    """Nothing was asked: the host had told another of its feeds to wait, or another process has
    asked meanwhile."""


# There are three of these for each feed as long as the bot runs, and a model takes ten times the
# memory: as values they are the same.
# One that a newer version kept is read for what this one knows.
_KEPT = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True, config=_KEPT)
class Validators:
    """What the server gave to ask 'has it changed?' with; echoed to the letter, never invented."""

    url: str = ""
    """The address they were given for; they are worth nothing at another one."""
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_KEPT)
class PublisherHints:
    """How long a publisher asks to be left alone, in headers and in the feed itself.

    Kept between polls, because an answer 'not modified' repeats none of it.
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


@dataclass(frozen=True, slots=True, kw_only=True, config=_KEPT)
class Pause:
    """A server's wish to be left alone with all its feeds."""

    server: str
    """Name and port."""
    until: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True, config=_KEPT)
class FeedState:
    """What is remembered about a feed between polls. `bot.feeds` decides it, the store keeps it."""

    feed_id: FeedId
    configured_url: str = ""
    """The address that the feed had when this was learnt; another one starts afresh."""
    validators: Validators = Validators()
    asked: PublisherHints = PublisherHints()
    next_poll_at: AwareDatetime | None = None
    """Not before this moment; None: never polled, due at once."""
    last_poll_at: AwareDatetime | None = None
    last_success_at: AwareDatetime | None = None
    last_entry_at: AwareDatetime | None = None
    """When an entry that was new to us last came."""
    failures: int = 0
    """Failures in a row; 0 after a success."""
    failing_since: AwareDatetime | None = None
    """When the first of these failures in a row happened."""
    error: str = ""
    """One line for the operator; empty after a success."""
    status: int | None = None
    """The HTTP status of the last answer, where there was one."""
    current_url: str = ""
    """The address in use where it differs from the configured one: a permanent move that held."""
    moving_to: str = ""
    """A permanent redirect seen but not yet trusted, and how often in a row."""
    moves_seen: int = 0
    stopped: bool = False
    """Gone for good (410): not polled again until an operator says so."""
    pause: Pause | None = None
    """What the last answer asked for by Retry-After, where it holds for other feeds too."""
    window_s: float | None = None
    """Seconds between the oldest and the newest entry of the last body, where dates allow."""
    interval_s: float | None = None
    """Seconds to the next poll that the last answer led to."""
    listed_digest: str = ""
    """A digest of the keys of all entries of the last body."""
    hub: str = ""
    """The WebSub hub that the last body named; empty where it named none."""
    topic: str = ""
    """The address by which that hub knows the feed."""
    quiet_polls: int = 0
    """Polls in a row that brought no other entries than the one before."""


STATE = TypeAdapter(FeedState)
"""A state from JSON and to it."""


class Round(Frozen):
    """What one poll of one feed brought: its entries, and the state to remember."""

    feed_id: FeedId
    outcome: PollOutcome
    started_at: AwareDatetime
    finished_at: AwareDatetime
    entries: tuple[Entry, ...] = ()
    state: FeedState
    warnings: tuple[str, ...] = ()
    """What was odd about the body though it could be read; one line each."""
