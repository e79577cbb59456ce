"""Subscriptions at WebSub hubs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "hub_subscriptions",
        sa.Column("token", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_hub_subscriptions"),
    )
