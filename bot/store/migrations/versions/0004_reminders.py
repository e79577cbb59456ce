"""Reminders: what they tell, and where they were switched off."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    """Adds the column, makes the table."""
    op.add_column("deliveries", sa.Column("content", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "reminders_off",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("team", "conversation", name="pk_reminders_off"),
        sqlite_with_rowid=False,
    )
