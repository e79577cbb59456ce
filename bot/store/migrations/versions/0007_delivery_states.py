"""Renames states of deliveries and prepares the tables for new ones.

At 0006, a delivery in state `claimed` may have been passed to Slack, so it becomes `sending`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INDEXES = {"ix_deliveries_due": "due_at, seq", "ix_deliveries_unsent": "team, conversation, seq"}
_UNSENT = "state IN ('queued', 'reserved', 'sending', 'held')"


def upgrade() -> None:
    """Changes the tables and their rows."""
    for name in _INDEXES:
        op.drop_index(name, "deliveries")
    op.execute("UPDATE deliveries SET state = 'queued' WHERE state = 'owed'")
    op.execute("UPDATE deliveries SET state = 'sending' WHERE state = 'claimed'")
    op.add_column("deliveries", sa.Column("held_at", sa.DateTime(timezone=True)))
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON deliveries ({columns}) WHERE {_UNSENT}")
    op.execute("ALTER TABLE proposals RENAME COLUMN told TO posted")
