"""The tables of the first release, from which later steps lead on.

It has no work to do: `bot.store.upgrade` creates a new database from `bot.store.tables`. It
replaces the steps 0001 to 0006 of the time before that release and keeps the id of the last: a
database of that version is up to date, an older one is refused.
"""

revision = "0006"
down_revision = None


def upgrade() -> None:
    """Changes nothing."""
