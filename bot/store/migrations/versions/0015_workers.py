"""Adds what several workers share: when feeds are due, and the turns of workspaces."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Adds the column and the table, and reads from each state when its feed is due."""
    op.add_column("feed_states", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.create_index("ix_feed_states_due_at", "feed_states", ["due_at"])
    op.create_table(
        "workspace_turns",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", name="pk_workspace_turns"),
    )
    connection = op.get_bind()
    states = sa.table("feed_states", *map(sa.column, ("feed_id", "data")))
    due_at = sa.column("due_at", sa.DateTime(timezone=True))
    change = sa.update(sa.table("feed_states", sa.column("feed_id"), due_at))
    rows = connection.execute(sa.select(states.c.feed_id, states.c.data)).all()
    for feed_id, data in rows:
        state = json.loads(data)
        if state.get("stopped"):
            continue
        at = state.get("next_poll_at")
        moment = datetime.fromisoformat(at).astimezone(UTC) if at else _AT_ONCE
        if connection.dialect.name == "sqlite":
            moment = moment.replace(tzinfo=None)
        of_feed = sa.column("feed_id") == feed_id
        connection.execute(change.where(of_feed).values(due_at=moment))
