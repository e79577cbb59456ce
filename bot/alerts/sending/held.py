"""How long deliveries to a conversation that refuses messages are held, and when to retry them."""

from datetime import datetime, timedelta

HELD_FOR = timedelta(days=1)
"""Deliveries that a conversation still refuses after this time are given up."""
SHORTEST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)


def next_try(held_at: datetime, now: datetime) -> datetime | None:
    """When to try the conversation again; None once it has refused messages for `HELD_FOR`.

    The waits double from `SHORTEST_WAIT` to `LONGEST_WAIT`.
    """
    held_for = now - held_at
    if held_for >= HELD_FOR:
        return None
    return now + min(max(held_for, SHORTEST_WAIT), LONGEST_WAIT)
