"""Gives the watches tables of their own, and deliveries the time at which they were first due.

Until here, the notes of the watches were rows of `once`. The conversations that want a line about
quiet weeks move to a table. Open incidents and delays are deleted. The next look finds again those
that last. A problem that ends during the upgrade gets no notice of its end, and an outage that made
messages late may be reported a second time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_QUIET_WEEKS = "quiet weeks of "
_OTHER_NOTES = ("delay of ", "incident in ")


def upgrade() -> None:
    """Creates the tables, the column and its index, and moves the rows."""
    quiet_weeks = op.create_table(
        "quiet_weeks",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("team", "conversation", name="pk_quiet_weeks"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incidents",
        sa.Column("team", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team", "scope", "subject", name="pk_incidents"),
        sqlite_with_rowid=False,
    )
    op.add_column("deliveries", sa.Column("first_due_at", sa.DateTime(timezone=True)))
    op.create_index("ix_deliveries_kind_sent_at", "deliveries", ["kind", "sent_at"])
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT name FROM once")).scalars().all()
    if rows := [_read_place(name) for name in names if name.startswith(_QUIET_WEEKS)]:
        op.bulk_insert(quiet_weeks, rows)
    for name in names:
        if name.startswith((_QUIET_WEEKS, *_OTHER_NOTES)):
            connection.execute(sa.text("DELETE FROM once WHERE name = :name"), {"name": name})


def _read_place(name: str) -> dict[str, str]:
    """The place in a name such as `quiet weeks of T1: C1`, which ends with a line break."""
    team, _, conversation = name.removeprefix(_QUIET_WEEKS).rstrip("\n").partition(": ")
    return {"team": team, "conversation": conversation}
