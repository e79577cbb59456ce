"""Adds the tables of readers' feedback and of answers that are kept as evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ONCE = ("story_id", "user", "conversation", "team", "kind")


def upgrade() -> None:
    """Creates the tables."""
    key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "feedback",
        sa.Column("seq", key, nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("story_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_feedback"),
        sa.UniqueConstraint(*_ONCE, name=f"uq_feedback_{'_'.join(_ONCE)}"),
    )
    op.create_table(
        "answers",
        sa.Column("seq", key, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_answers"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])
