"""A reminder, and which reminders were sent."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.alerts.delivery import Delivery
from bot.news.deadlines.events import EventDeadline
from bot.rates.calendar.entries import CalendarEntry
from bot.values import Frozen


class LeadTime(StrEnum):
    """Names the two reminders of a change."""

    WEEK = "week"
    DAY = "day"


class Due(Frozen):
    """A change (`ahead`), and which of its two reminders is due (`notice`)."""

    notice: LeadTime
    ahead: CalendarEntry


class DueDeadline(Frozen):
    """A deadline (`ahead`), and which of its two reminders is due (`notice`)."""

    notice: LeadTime
    ahead: EventDeadline


class Reminder(Frozen):
    """The changes and deadlines that one message announces, by day. `Delivery.content` is a
    Reminder as JSON."""

    counted_on: date
    """The day from which 'in 7 days' is counted, in the time zone of the digest."""
    due: tuple[Due, ...] = ()
    deadlines: tuple[DueDeadline, ...] = ()


class Place(NamedTuple):
    """A conversation of a team."""

    team: str
    conversation: str


SentReminders = Mapping[tuple[Place, str], Mapping[LeadTime, int]]
"""Maps each conversation and change to the reminders sent, with the days that were left then."""


def read_sent(deliveries: Iterable[Delivery]) -> SentReminders:
    """The reminders in these deliveries, sent or still queued.

    Another version of the bot may have written their content, so only the needed fields are read.
    """
    found: dict[tuple[Place, str], dict[LeadTime, int]] = {}
    for delivery in deliveries:
        content = json.loads(delivery.content)
        counted_on = date.fromisoformat(content["counted_on"])
        for due in (*content["due"], *content.get("deadlines", ())):
            change = Place(delivery.team, delivery.conversation), due["ahead"]["key"]
            left = (date.fromisoformat(due["ahead"]["on"]) - counted_on).days
            found.setdefault(change, {})[LeadTime(due["notice"])] = left
    return found
