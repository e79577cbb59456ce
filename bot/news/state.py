"""The state of an event: its status, its dates, and whether the duty is collected."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.values import Frozen


class EventStatus(StrEnum):
    """How far a measure, a case or talks have come. The values appear in JSON."""

    THREATENED = "threatened"
    INVESTIGATED = "under_investigation"
    PROPOSED = "proposed"
    ANNOUNCED = "announced"
    """Decided; charged from a day that is still to come or not stated."""
    IN_FORCE = "in_force"
    DELAYED = "delayed"
    SUSPENDED = "suspended"
    UNLAWFUL = "ruled_unlawful"
    STAYED = "ruling_stayed"
    UPHELD = "upheld"
    ENDED = "ended"
    DEAL = "deal"
    TALKS = "talks"


class CollectionEffect(StrEnum):
    """What a ruling or another change of law means at the border. The values appear in JSON."""

    COLLECTED = "collected"
    NOT_COLLECTED = "not_collected"
    CHANGES = "changes"
    """The collection changes on a stated day."""


class Severity(StrEnum):
    """How much an event matters. The values appear in JSON."""

    ROUTINE = "routine"
    NOTABLE = "notable"
    BREAKING = "breaking"


class EventState(Frozen):
    """The state that a story reports. A field is None if the story does not state it."""

    status: EventStatus | None = None
    effective: date | None = None
    """The day from which the duty or its change applies, in the imposer's calendar."""
    collection: CollectionEffect | None = None
    collection_from: date | None = None
    """The day of a change of the collection."""
    severity: Severity = Severity.ROUTINE


class Relation(StrEnum):
    """The relation of a story to its event. The values are those of `tariffwire same`."""

    NEW = "different"
    """The story starts an event."""
    REPORT = "same"
    """Another report of a state that the event already has."""
    DEVELOPMENT = "follow_up"
    """A new status, rate, sum, date or scope, or the answer of the other side."""


class NewFactKind(StrEnum):
    """Which fact of an event a development changes."""

    STATUS = "status"
    RATE = "rate"
    SUM = "sum"
    DATE = "date"
    SCOPE = "scope"
    ANSWER = "answer"
    """Another party responds, for example by retaliation or an appeal."""
    COLLECTION = "collection"


class NewFact(Frozen):
    """One thing that a development changes. `before` is empty if the event had no such fact.

    The values are codes, not sentences: a status, a percent without its sign, an ISO date, a
    product, or a party's code.
    """

    kind: NewFactKind
    before: str = ""
    after: str


class JoinResult(NamedTuple):
    """The event of a story, and the relation of the story to it."""

    event_id: str
    relation: Relation
    new_facts: tuple[NewFact, ...] = ()
