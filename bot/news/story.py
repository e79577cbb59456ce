"""A story: an entry with its topics, evidence, parties, figures and summary."""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from bot.feeds.model import FeedId, FeedKind
from bot.news.deadlines.model import Deadline
from bot.news.state import EventState, NewFact, Relation
from bot.values import Frozen, Topic


class Evidence(Frozen):
    """Why a story has a topic: the words, and the rule that matched them."""

    topic: Topic
    rule: str
    """The id of the rule in `config/topics.yaml`."""
    words: str
    """The words that matched, unchanged."""
    where: str = Field(pattern="^(title|summary|feed)$")
    """`feed` if the words are from the feed's `matter`."""


class Figure(Frozen):
    """A duty that a story states, in percent of the customs value or in US dollars.

    `quote` is a part of the story's title or text. It contains all numbers of the figure, except an
    old rate from another sentence and a new rate that is computed ("doubles", "zero").
    """

    imposer: str | None = None
    partner: str | None = None
    product: str | None = None
    from_percent: Decimal | None = None
    to_percent: Decimal | None = None
    amount_usd: Decimal | None = None
    quote: str = ""


class Match(Frozen):
    """The result of the topic rules. An entry without topics does not become a story."""

    topics: tuple[Topic, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Story(Frozen):
    """An entry about at least one topic; `id` is a hash of the feed id and the entry key."""

    id: str
    feed_id: FeedId
    entry_key: str
    source: str
    """The feed's title, as readers see it."""
    kind: FeedKind
    title: str
    link: str = ""
    text: str = ""
    """The entry's summary as plain text. Quotes of figures are parts of it or of the title."""
    summary: str = ""
    """At most two sentences of the text, unchanged."""
    published: AwareDatetime
    """In UTC. For an entry without a date, the time at which it was first seen."""
    seen_at: AwareDatetime
    topics: tuple[Topic, ...]
    parties: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes and `EU`, in order of appearance."""
    title_parties: tuple[str, ...] = ()
    """The parties that the title names."""
    figures: tuple[Figure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    state: EventState = EventState()
    """The state of the event that the story itself reports."""
    deadlines: tuple[Deadline, ...] = ()
    """The dated deadlines that an official notice states; empty for the report of an outlet."""
    event_id: str = ""
    """The id of the event: the id of the event's first story. Empty until the event is known."""
    relation: Relation = Relation.NEW
    """The relation of the story to its event."""
    new_facts: tuple[NewFact, ...] = ()
    """What a development changes; empty for other stories."""
