"""Rows of the table of deliveries: how they are read and written, and which is a first message."""

import json
from typing import Any

import sqlalchemy as sa

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.store import tables
from bot.store.engine import AnyRow

_row = tables.deliveries.c

FIELDS = [_row[name] for name in Delivery.model_fields]
"""The columns that `read_delivery` needs."""

IS_ALERT = _row.kind == DeliveryKind.ALERT
MAY_BE_FIRST = sa.or_(
    IS_ALERT, sa.and_(_row.kind == DeliveryKind.FOLLOW_UP, _row.for_follower.is_(False))
)
"""Whether it may be the first message about its event in a conversation: the alert, or a follow-up
that was sent in the place of a failed alert. A message to a follower is never one.
"""
FIRST_IN_FRONT = sa.case((IS_ALERT, 0), else_=1), _row.seq
"""The order in which the first message of an event comes first."""


def read_delivery(row: AnyRow) -> Delivery:
    """The delivery in a row with the columns `FIELDS`."""
    values = dict(row._mapping)
    return Delivery.model_validate(values | {"story_ids": json.loads(values["story_ids"])})


def list_values(delivery: Delivery) -> dict[str, Any]:
    """The values of a new row."""
    values = delivery.model_dump(mode="python")
    return values | {"story_ids": json.dumps(delivery.story_ids)}
