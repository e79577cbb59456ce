"""The revision of the first release, at which the migrations start.

It has nothing to do, because `bot.store.upgrade` creates a new database from `bot.store.tables`. It
replaces the migrations 0001 to 0006 from before that release and keeps the id of the last one. So a
database at 0006 can be upgraded, and an older one is refused.
"""

revision = "0006"
down_revision = None


def upgrade() -> None:
    """Changes nothing."""
