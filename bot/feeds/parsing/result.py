"""What a body turned out to hold, as it comes back from the process that parsed it."""

from datetime import datetime

from bot.feeds.model import Entry, FeedId, FeedKind, PublisherHints
from bot.values import Frozen


class FeedContext(Frozen):
    """What the parser has to know of a feed."""

    feed_id: FeedId
    url: str
    """The address that the body came from; relative links are resolved against it."""
    kind: FeedKind = FeedKind.SPECIALIST
    language: str = ""
    content_type: str = ""
    now: datetime
    max_entries: int = 500
    listing: bytes = b""
    """What the feed listed the last time: not cleaned again (see `normalization.seen_digest`)."""


class Parsed(Frozen):
    """A feed's entries, oldest first, and what the feed says of itself.

    Entries that the feed listed the last time, word for word, are not among them.
    """

    title: str = ""
    form: str = ""
    """The format and version as feedparser names it, such as `rss20`; `json` for JSON Feed."""
    home: str = ""
    """The site that the feed belongs to."""
    entries: tuple[Entry, ...] = ()
    listed: int = 0
    """How many entries the body held before the newest were picked."""
    listing: bytes = b""
    """What the body listed, for the next time."""
    listed_digest: str = ""
    """A digest of the keys of all that the body listed."""
    complete: bool = True
    """False when the body was cut off: its validators are worth nothing."""
    asked: PublisherHints = PublisherHints()
    window_s: float | None = None
    """Seconds between the oldest and the newest date in the body; None without two of them."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs that the feed names."""
    topic: str = ""
    """The address by which the feed calls itself; hubs know it by that."""
    warnings: tuple[str, ...] = ()


class NotParsed(Frozen):
    """Why no feed was found in a body."""

    cause: str
