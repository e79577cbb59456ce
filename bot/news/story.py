"""A story: an entry with its topics, evidence, parties, figures and summary."""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from bot.feeds.model import FeedId, FeedKind
from bot.values import Frozen, Topic


class Evidence(Frozen):
    """Why a story has a topic: the words, and the rule that matched them."""

    topic: Topic
    rule: str
    """The id of the rule in `config/topics.yaml`."""
    words: str
    """The words as in the story."""
    where: str = Field(pattern="^(title|summary)$")


class Figure(Frozen):
    """A number that the story states for a duty: percent of customs value, or US dollars.

    Every number is in `quote`, which is a part of the story's text.
    """

    imposer: str | None = None
    partner: str | None = None
    product: str | None = None
    from_percent: Decimal | None = None
    to_percent: Decimal | None = None
    amount_usd: Decimal | None = None
    quote: str = ""


class Match(Frozen):
    """The result of matching the topic rules; no topics means: stay silent."""

    topics: tuple[Topic, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Story(Frozen):
    """An entry about one of the topics; `id` is a digest of feed and entry key."""

    id: str
    feed_id: FeedId
    entry_key: str
    source: str
    """The feed's title, as readers see it."""
    kind: FeedKind
    title: str
    link: str = ""
    text: str = ""
    """The entry's summary as plain text; figures quote it, and events are matched by it."""
    summary: str = ""
    """The best sentences of title and text, unchanged."""
    published: AwareDatetime
    """UTC; for an entry without a date, when it was first seen."""
    seen_at: AwareDatetime
    topics: tuple[Topic, ...]
    parties: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes and `EU`, in order of appearance."""
    figures: tuple[Figure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    event_id: str = ""
    """The id of the first story of the event it belongs to; empty until the pipeline joins it."""
