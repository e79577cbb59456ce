"""The parser's result, and its input apart from the body."""

from datetime import datetime

from bot.feeds.model import Entry, FeedId, FeedKind, PublisherHints
from bot.values import Frozen


class FeedContext(Frozen):
    """What the parser needs to know about the feed of a body."""

    feed_id: FeedId
    url: str
    """The address of the body. Relative links are resolved against it."""
    kind: FeedKind = FeedKind.SPECIALIST
    language: str = ""
    content_type: str = ""
    now: datetime
    max_entries: int = 500


class Parsed(Frozen):
    """A feed's entries, oldest first, and the feed's own data."""

    title: str = ""
    form: str = ""
    """The format in feedparser's notation, for example `rss20`; `json` for JSON Feed."""
    home: str = ""
    """The address of the feed's web site."""
    entries: tuple[Entry, ...] = ()
    listed: int = 0
    """The number of entries in the body, before the newest were selected."""
    listed_digest: str = ""
    """A digest of the keys of `entries`. It changes when the feed lists other entries."""
    complete: bool = True
    """False if the body was cut off. The validators of such a body must not be stored."""
    asked: PublisherHints = PublisherHints()
    window_s: float | None = None
    """Seconds between the oldest and the newest entry; None with fewer than two different dates."""
    hubs: tuple[str, ...] = ()
    """The WebSub hubs that the feed names."""
    topic: str = ""
    """The feed's own address (`rel="self"`), which its hub uses to identify it."""
    warnings: tuple[str, ...] = ()


class NotParsed(Frozen):
    """Why the body is not a feed."""

    cause: str
