"""Marks the messages to followers, and notes which events came in the bundles of a quiet time.

Older versions knew a message to a follower by its reason in words. The bundles that they queued are
not noted: another report of one of their events makes an alert once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the columns and the table, and marks the messages that are saved."""
    for_follower = sa.Column("for_follower", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("deliveries", for_follower)
    left_out = sa.Column("left_out", sa.Integer, nullable=False, server_default="0")
    op.add_column("deliveries", left_out)
    op.create_table(
        "bundle_events",
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("delivery_id", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "delivery_id", name="pk_bundle_events"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "UPDATE deliveries SET for_follower = true"
        " WHERE kind = 'follow_up' AND reason = 'you follow this event'"
    )
