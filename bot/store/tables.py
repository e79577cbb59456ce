"""The tables. A change here needs a step in `migrations/versions`, and its id in `REVISION`.

    feeds, feed_states        feeds that operators added; the state of each feed between polls
    entries, identities       entries as published; the identities by which they are recognized
    stories                   stories; those with one event_id are an event
    deliveries                the outbox: messages queued, claimed, sent or failed
    subscriptions             which conversation wants which stories
    follows, mutes            events that a person follows; events that a conversation muted
    reminders_off             conversations without reminders
    hub_subscriptions         subscriptions at WebSub hubs
    proposals, rate_acts      proposals; the audit entries of decisions, which only grow
    once                      marks of what is done once in a database's life

A value is a column where a query asks for it; the whole value is JSON in `data`.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from bot.values import utc

REVISION = "0006"
"""The Alembic revision that has these tables."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite, which has no time zones, stores it as UTC text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value for the driver; raises ValueError for a naive datetime."""
        if value is None:
            return None
        return utc(value).replace(tzinfo=None) if dialect.name == "sqlite" else utc(value)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """The driver's value in UTC; PostgreSQL gives it in the session's zone."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", String, primary_key=True),
    Column("data", Text, nullable=False),
)

feed_states = Table(
    "feed_states",
    metadata,
    Column("feed_id", String, primary_key=True),
    Column("data", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("feed_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    # From published to seen; NULL without a date, and for a feed's first round.
    Column("lag_s", Float),
    Column("data", Text, nullable=False),
    Index(None, "seen_at"),
)

identities = Table(
    "identities",
    metadata,
    Column("feed_id", String, primary_key=True),
    Column("identity", String, primary_key=True),
    # The newest entry with this identity that became a story; the first, while none did.
    Column("entry_key", String, nullable=False),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    Column("id", String, primary_key=True),
    Column("event_id", String, nullable=False),
    Column("feed_id", String, nullable=False),
    Column("entry_key", String, nullable=False),
    Column("published", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # Each topic between blanks, so that LIKE '% tariff %' finds it.
    Column("topics", String, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "event_id"),
    Index(None, "published"),
    Index(None, "seen_at"),
    Index(None, "feed_id", "entry_key"),
)

UNSENT = "state IN ('owed', 'claimed')"
"""The condition of two partial indexes."""

deliveries = Table(
    "deliveries",
    metadata,
    # The order in which messages were queued; each conversation gets them in this order.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("team", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("event_id", String, nullable=False),
    Column("story_ids", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False, server_default=""),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("lease_until", Moment),
    Column("uncertain", Boolean, nullable=False),
    Column("ts", String, nullable=False),
    Column("sent_at", Moment),
    Column("error", Text, nullable=False),
    Index(None, "event_id", "team", "conversation"),
    Index(
        "ix_deliveries_due",
        "due_at",
        "seq",
        sqlite_where=text(UNSENT),
        postgresql_where=text(UNSENT),
    ),
    Index(
        "ix_deliveries_unsent",
        "team",
        "conversation",
        "seq",
        sqlite_where=text(UNSENT),
        postgresql_where=text(UNSENT),
    ),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("team", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "team", "conversation"),
)

follows = Table(
    "follows",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("team", String, primary_key=True),
    Column("user", String, primary_key=True),
    sqlite_with_rowid=False,
)

mutes = Table(
    "mutes",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("team", String, primary_key=True),
    Column("conversation", String, primary_key=True),
    sqlite_with_rowid=False,
)

reminders_off = Table(
    "reminders_off",
    metadata,
    Column("team", String, primary_key=True),
    Column("conversation", String, primary_key=True),
    sqlite_with_rowid=False,
)

hub_subscriptions = Table(
    "hub_subscriptions",
    metadata,
    Column("token", String, primary_key=True),
    Column("data", Text, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # Whether the message to operators shows the proposal as it is now.
    Column("told", Boolean, nullable=False),
    Column("data", Text, nullable=False),
    # Empty while it is pending.
    Column("decision", Text, nullable=False),
    Index(None, "state"),
)

rate_acts = Table(
    "rate_acts",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("proposal_id", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "proposal_id"),
)

once = Table(
    "once",
    metadata,
    Column("name", String, primary_key=True),
    Column("done_at", Moment, nullable=False),
)
