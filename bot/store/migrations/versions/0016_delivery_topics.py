"""Notes for which topics a conversation gets a message about a story.

The messages that an older version queued have none, so a mute of a topic does not keep them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Adds the column."""
    topics = sa.Column("topics", sa.Text, nullable=False, server_default="[]")
    op.add_column("deliveries", topics)
