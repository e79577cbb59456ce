"""The first tables."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed_id", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_states"),
    )
    _entries()
    _stories()
    _deliveries()
    _wishes()
    op.create_table(
        "once",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("done_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_once"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("feed_id", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("lag_s", sa.Float),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "key", name="pk_entries"),
    )
    op.create_index("ix_entries_seen_at", "entries", ["seen_at"])
    op.create_table(
        "identities",
        sa.Column("feed_id", sa.String, nullable=False),
        sa.Column("identity", sa.String, nullable=False),
        sa.Column("entry_key", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "identity", name="pk_identities"),
        sqlite_with_rowid=False,
    )


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("feed_id", sa.String, nullable=False),
        sa.Column("entry_key", sa.String, nullable=False),
        sa.Column("published", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("topics", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_event_id", "stories", ["event_id"])
    op.create_index("ix_stories_published", "stories", ["published"])
    op.create_index("ix_stories_seen_at", "stories", ["seen_at"])
    op.create_index("ix_stories_feed_id_entry_key", "stories", ["feed_id", "entry_key"])


def _deliveries() -> None:
    big_integer = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "deliveries",
        sa.Column("seq", big_integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("story_ids", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("claimed_at", Moment),
        sa.Column("lease_until", Moment),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("ts", sa.String, nullable=False),
        sa.Column("sent_at", Moment),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
    )
    op.create_index(
        "ix_deliveries_event_id_team_conversation",
        "deliveries",
        ["event_id", "team", "conversation"],
    )
    unsent = sa.text("state IN ('owed', 'claimed')")
    for name, columns in (
        ("ix_deliveries_due", ["due_at", "seq"]),
        ("ix_deliveries_unsent", ["team", "conversation", "seq"]),
    ):
        op.create_index(name, "deliveries", columns, sqlite_where=unsent, postgresql_where=unsent)


def _wishes() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_team_conversation", "subscriptions", ["team", "conversation"])
    for table, who in (("follows", "user"), ("mutes", "conversation")):
        op.create_table(
            table,
            sa.Column("event_id", sa.String, nullable=False),
            sa.Column("team", sa.String, nullable=False),
            sa.Column(who, sa.String, nullable=False),
            sa.PrimaryKeyConstraint("event_id", "team", who, name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
