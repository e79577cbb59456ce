"""Stores the state `claimed` as `reserved`.

Up to 0006, `claimed` was a message that may have been posted, and `owed` a queued one. A program of
that version that runs for a while after the upgrade still writes both, so they are read as such.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_INDEXES = {"ix_deliveries_due": "due_at, seq", "ix_deliveries_unsent": "team, conversation, seq"}
_UNSENT = "state IN ('queued', 'reserved', 'sending', 'held')"


def upgrade() -> None:
    """Changes the rows and the conditions of two indexes."""
    for name in _INDEXES:
        op.drop_index(name, "deliveries")
    op.execute("UPDATE deliveries SET state = 'queued' WHERE state = 'owed'")
    op.execute("UPDATE deliveries SET state = 'sending' WHERE state = 'claimed'")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON deliveries ({columns}) WHERE {_UNSENT}")
