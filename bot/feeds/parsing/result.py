"""The parser's input (except the body) and its result."""

from datetime import datetime

from bot.feeds.model import Entry, FeedId, FeedKind, PublisherHints
from bot.values import Frozen


class FeedContext(Frozen):
    """What the parser needs to know about a feed."""

    feed_id: FeedId
    url: str
    """The address of the body; relative links are resolved against it."""
    kind: FeedKind = FeedKind.SPECIALIST
    language: str = ""
    content_type: str = ""
    now: datetime
    max_entries: int = 500


class Parsed(Frozen):
    """A feed's entries, oldest first, and what the feed says about itself."""

    title: str = ""
    form: str = ""
    """The format in feedparser's notation, for example `rss20`; `json` for JSON Feed."""
    home: str = ""
    """The web site of the feed."""
    entries: tuple[Entry, ...] = ()
    listed: int = 0
    """The number of entries in the body, before the newest were picked."""
    listed_digest: str = ""
    """A digest of the keys of all entries: the same while the feed lists the same."""
    complete: bool = True
    """False if the body was cut off; its validators must not be stored."""
    asked: PublisherHints = PublisherHints()
    window_s: float | None = None
    """Seconds between the oldest and the newest entry; None with fewer than two dates."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs that the feed names."""
    topic: str = ""
    """The feed's own address (`rel="self"`), which its hub uses to identify it."""
    warnings: tuple[str, ...] = ()


class NotParsed(Frozen):
    """Why the body is not a feed."""

    cause: str
