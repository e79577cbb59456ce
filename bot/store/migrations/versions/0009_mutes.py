"""Lets a conversation mute events, topics and itself, each until a moment.

The mutes of events stay, without an end. A mute of subscriptions, which release 0.1 saved with each
of them, becomes a mute of their conversation.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Creates the table anew and fills it."""
    connection = op.get_bind()
    events = connection.execute(sa.text("SELECT event_id, team, conversation FROM mutes")).all()
    op.drop_table("mutes")
    mutes = op.create_table(
        "mutes",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("kind", "subject", "team", "conversation", name="pk_mutes"),
        sqlite_with_rowid=False,
    )
    rows: list[tuple[object, ...]] = [
        ("event", event, team, place, None) for event, team, place in events
    ]
    rows += [("conversation", "", *place, until) for place, until in _find_muted(connection)]
    if rows:
        names = ("kind", "subject", "team", "conversation", "until")
        op.bulk_insert(mutes, [dict(zip(names, row, strict=True)) for row in rows])


def _find_muted(connection: sa.Connection) -> list[tuple[tuple[str, str], datetime]]:
    """The conversations with muted subscriptions, each with the end of its last mute."""
    found: dict[tuple[str, str], datetime] = {}
    query = sa.text("SELECT team, conversation, data FROM subscriptions")
    for team, conversation, data in connection.execute(query):
        if muted_until := json.loads(data).get("muted_until"):
            until = datetime.fromisoformat(muted_until).astimezone(UTC)
            place = (team, conversation)
            found[place] = max(until, found.get(place, until))
    # SQLite has no time zones.
    is_naive = connection.dialect.name == "sqlite"
    return [
        (place, until.replace(tzinfo=None) if is_naive else until) for place, until in found.items()
    ]
