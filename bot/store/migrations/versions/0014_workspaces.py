"""Adds the workspaces in which the app is installed by OAuth."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "installations",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("enterprise", sa.String, nullable=False),
        sa.Column("bot_id", sa.String, nullable=False),
        sa.Column("bot_user", sa.String, nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team", name="pk_installations"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "oauth_states",
        sa.Column("state", sa.String, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_oauth_states"),
    )
    op.create_index("ix_oauth_states_expires_at", "oauth_states", ["expires_at"])
