"""Names the states of deliveries anew and adds `sending`, `held` and `dropped`.

Up to 0006, a claimed delivery may have been posted; now that is the state `sending`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INDEXES = {"ix_deliveries_due": "due_at, seq", "ix_deliveries_unsent": "team, conversation, seq"}
_UNSENT = "state IN ('queued', 'claimed', 'sending', 'held')"


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
