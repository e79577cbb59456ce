"""An entry understood: topics with evidence, parties, figures, summary."""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from bot.feeds.model import FeedId, FeedKind
from bot.values import Frozen, Topic


class Evidence(Frozen):
    """Why a topic was given: the words that were found, and the rule that took them."""

    topic: Topic
    rule: str
    """The id of the rule in `config/topics.yaml`."""
    words: str
    """The words as they stand in the story."""
    where: str = Field(pattern="^(title|summary)$")


class Figure(Frozen):
    """A number the story gives for a duty: percent of customs value, or US dollars.

    Every number stands in the story's own text, within `quote`.
    """

    imposer: str | None = None
    partner: str | None = None
    product: str | None = None
    from_percent: Decimal | None = None
    to_percent: Decimal | None = None
    amount_usd: Decimal | None = None
    quote: str = ""


class Match(Frozen):
    """What the matcher says of one text; no topics means: stay silent."""

    topics: tuple[Topic, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Story(Frozen):
    """An entry understood; `id` is a digest of feed and entry key, the same each time."""

    id: str
    feed_id: FeedId
    entry_key: str
    source: str
    """The feed's title, as readers are told it."""
    kind: FeedKind
    title: str
    link: str = ""
    text: str = ""
    """The entry's own summary as plain text, which `same` compares and figures are quoted from."""
    summary: str = ""
    """The sentences worth posting; each stands in title or text."""
    published: AwareDatetime
    """UTC; when the feed gave no date, when the entry was first seen."""
    seen_at: AwareDatetime
    topics: tuple[Topic, ...]
    parties: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes and `EU`, in order of appearance."""
    figures: tuple[Figure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    event_id: str = ""
    """The id of the first story of the event it belongs to; empty until the pipeline joins it."""

    @property
    def starts_event(self) -> bool:
        """Whether this story is the one that made the alert; the others go into its thread."""
        return self.event_id == self.id
