"""Keeps back claimed messages about an event or topics that were muted since they were planned."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.digest import bundle_of_mute, make_bundle
from bot.alerts.mutes import Mute, MuteKind, find_mute
from bot.store import tables
from bot.store.delivery_rows import FIELDS, read_delivery
from bot.store.engine import Database
from bot.store.queueing import put_deliveries
from bot.values import Topic

_row = tables.deliveries.c
_mute = tables.mutes.c

_CONCERNS = sa.or_(
    # The index of mutes begins with these two columns.
    sa.and_(_mute.kind == MuteKind.EVENT, _mute.subject == _row.event_id),
    sa.and_(_mute.kind == MuteKind.TOPIC, _mute.subject.in_(tuple(Topic))),
)
_MUTES = (
    sa.select(_row.id, tables.mutes)
    .join(
        tables.mutes,
        sa.and_(_mute.team == _row.team, _mute.conversation == _row.conversation, _CONCERNS),
    )
    .where(
        _row.id.in_(sa.bindparam("ids", expanding=True)),
        _row.state == DeliveryState.RESERVED,
        _row.claimed_at == sa.bindparam("at", type_=tables.Moment),
        _row.kind.in_((DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP)),
        # An uncertain message may have been posted. A held one finds out whether its conversation
        # accepts messages again.
        _row.uncertain.is_(False),
        _row.held_at.is_(None),
    )
)
"""`ids`, `at`: the mutes of the conversations of these claims that may concern them."""


def keep_muted(
    database: Database, connection: sa.Connection, ids: Collection[str], at: datetime | None
) -> None:
    """Replaces muted messages among those that were claimed at this time by the bundles of what the
    mutes keep back, as if they were planned now."""
    mutes: dict[str, list[Mute]] = {}
    for delivery_id, *values in connection.execute(_MUTES, {"ids": list(ids), "at": at}):
        fields = dict(zip(tables.mutes.c.keys(), values, strict=True))
        mutes.setdefault(delivery_id, []).append(Mute.model_validate(fields))
    if at is None or not mutes:
        return
    muted, bundles = [], []
    claimed = sa.select(*FIELDS).where(_row.id.in_(mutes)).order_by(_row.seq)
    for each in map(read_delivery, connection.execute(claimed)):
        mute = find_mute(mutes[each.id], each.event_id, each.topics, at)
        if mute is None:
            continue
        muted.append(each.id)
        if mute.until is not None:
            place = each.team, each.conversation
            bundles.append(make_bundle(bundle_of_mute(mute), place, each.story_ids, mute.until))
    connection.execute(sa.delete(tables.deliveries).where(_row.id.in_(muted)))
    put_deliveries(database, connection, bundles)
