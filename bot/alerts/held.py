"""How long deliveries are held for a conversation that refuses them, and when they are tried."""

from datetime import datetime, timedelta

HELD_FOR = timedelta(days=1)
"""After this time, deliveries that a conversation still refuses are given up."""
SHORTEST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)


def next_try(held_at: datetime, now: datetime) -> datetime | None:
    """When to try the conversation again; None once its time is over.

    The waits double from `SHORTEST_WAIT` to `LONGEST_WAIT`.
    """
    held_for = now - held_at
    if held_for >= HELD_FOR:
        return None
    return now + min(max(held_for, SHORTEST_WAIT), LONGEST_WAIT)
