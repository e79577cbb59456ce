"""Adds the tables of line lists."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "line_lists",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", "place", name="pk_line_lists"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listed_lines",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("totals", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team", "place", "code", "origin", name="pk_listed_lines"),
        sqlite_with_rowid=False,
    )
