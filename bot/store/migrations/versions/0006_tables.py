"""All tables of the first release.

It replaces the steps 0001 to 0006 of the time before that release and leads to the tables of 0006,
whose id it keeps: a database of that version is up to date, an older one is refused.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed_id", sa.String, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
    )
    _entries()
    _stories()
    _deliveries()
    _preferences()
    _proposals()
    op.create_table(
        "hub_subscriptions",
        sa.Column("token", sa.String, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_table(
        "once",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("done_at", _MOMENT, nullable=False),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("feed_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("lag_s", sa.Float),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("ix_entries_seen_at", "entries", ["seen_at"])
    op.create_table(
        "identities",
        sa.Column("feed_id", sa.String, primary_key=True),
        sa.Column("identity", sa.String, primary_key=True),
        sa.Column("entry_key", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("feed_id", sa.String, nullable=False),
        sa.Column("entry_key", sa.String, nullable=False),
        sa.Column("published", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("topics", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("ix_stories_event_id", "stories", ["event_id"])
    op.create_index("ix_stories_published", "stories", ["published"])
    op.create_index("ix_stories_seen_at", "stories", ["seen_at"])
    op.create_index("ix_stories_feed_id_entry_key", "stories", ["feed_id", "entry_key"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("story_ids", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("claimed_at", _MOMENT),
        sa.Column("lease_until", _MOMENT),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("ts", sa.String, nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.Column("error", sa.Text, nullable=False),
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


def _preferences() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("ix_subscriptions_team_conversation", "subscriptions", ["team", "conversation"])
    for table, who in (("follows", "user"), ("mutes", "conversation")):
        op.create_table(
            table,
            sa.Column("event_id", sa.String, primary_key=True),
            sa.Column("team", sa.String, primary_key=True),
            sa.Column(who, sa.String, primary_key=True),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "reminders_off",
        sa.Column("team", sa.String, primary_key=True),
        sa.Column("conversation", sa.String, primary_key=True),
        sqlite_with_rowid=False,
    )


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
    )
    op.create_index("ix_proposals_state", "proposals", ["state"])
    op.create_table(
        "rate_acts",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("proposal_id", sa.String, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("ix_rate_acts_proposal_id", "rate_acts", ["proposal_id"])
