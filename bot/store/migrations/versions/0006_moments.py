"""What entries of before are known again by where guid and link both change."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

import sqlalchemy as sa
from alembic import op
from pydantic import ValidationError

from bot.feeds.identity import moment
from bot.feeds.model import Entry
from bot.store.tables import Moment

revision = "0006"
down_revision = "0005"

# What is older is listed no more, or makes no message.
_LOOKED_BACK = timedelta(days=30)
_AT_ONCE = 1000
_SAID = ("feed_id", "key", "guid", "link", "title", "summary", "published", "published_roughly")

_entries = sa.table(
    "entries",
    sa.column("feed_id", sa.String),
    sa.column("key", sa.String),
    sa.column("seen_at", Moment),
    sa.column("data", sa.Text),
)
_PUT = sa.text(
    "INSERT INTO identities (feed_id, identity, entry_key)"
    " VALUES (:feed_id, :identity, :entry_key) ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    """Keeps the moment of each entry of the last days, as if it had always been kept.

    By the rule of today, for it is today's that asks. No feed that has no such rule asks for any.
    """
    connection = op.get_bind()
    newest = connection.scalar(sa.select(sa.func.max(_entries.c.seen_at)))
    if newest is None:
        return
    for batch in _batches(connection, newest - _LOOKED_BACK):
        rows = [row for data in batch if (row := _row(json.loads(data))) is not None]
        if rows:
            connection.execute(_PUT, rows)


def _batches(connection: sa.Connection, since: object) -> Iterator[list[str]]:
    """The entries seen since then, by feed and key, some at a time."""
    feed_id, key = _entries.c.feed_id, _entries.c.key
    query = (
        sa.select(feed_id, key, _entries.c.data)
        .where(_entries.c.seen_at >= since)
        .order_by(feed_id, key)
        .limit(_AT_ONCE)
    )
    found = connection.execute(query).all()
    while found:
        yield [row.data for row in found]
        after = sa.tuple_(feed_id, key) > sa.tuple_(found[-1].feed_id, found[-1].key)
        found = connection.execute(query.where(after)).all()


def _row(said: Mapping[str, object]) -> dict[str, str] | None:
    try:
        entry = Entry.model_validate({name: said[name] for name in _SAID if name in said})
    except ValidationError:
        return None
    found = moment(entry)
    return {"feed_id": entry.feed_id, "identity": found, "entry_key": entry.key} if found else None
