"""Reminders of duties that take effect or end, and of deadlines in official notices: about a week
before, and about a day before.

    ledger | changes within 7 days   | subscribed conversations | not yet   | one message for
    events | deadlines within 7 days | and people who follow    | reminded  | each conversation

1. A change is announced up to seven days before it (`WEEK`) and again on the day before (`DAY`).
2. Each of the two reminders is sent once, even if late because the bot was down or the change
   became known late: the first up to two days before the change, the second up to the day itself.
   A change first announced three or two days before it gets no second reminder.
3. All reminders of a conversation on one day are one message, at the hour of its digests, in its
   time zone and after its quiet hours (`bot.alerts.subscriptions.moments`). Where messages come on
   weekdays only, Friday's announces what happens up to Monday.
4. A conversation gets a reminder if it is subscribed to tariffs of any economy, or of the economy
   that imposes the duty or whose goods are charged; for a pair, to both. If the subscription names
   goods or words, the change must name one of them. Paused subscriptions, muted conversations, and
   those that turned reminders off get none; a reminder that is due after the mute is sent then.
5. Of a deadline, a conversation is reminded if one of its subscriptions matches a story of the
   event, unless a mute of the event or of the topics keeps it back. People who follow the event
   are reminded too.
6. For a subscription with *only my lines*, the change or a story of the event must touch a line of
   the conversation's list.

Earlier reminders are read from the outbox, so neither a restart nor a corrected rate repeats one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.alerts.dated_events import DatedEvent
from bot.alerts.deadlines import NO_DATED_EVENTS, DatedEvents
from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.mutes import Mute
from bot.alerts.reminders.model import Due, DueDeadline, LeadTime, Place, Reminder, SentReminders
from bot.alerts.reminders.reasons import describe_reasons
from bot.alerts.reminders.recipients import (
    Recipients,
    group_by_place,
    list_on_tariffs,
    wants_change,
)
from bot.alerts.reminders.schedule import ReminderDay
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import NOTHING_TOUCHING, TouchingAhead
from bot.rates.calendar.entries import CalendarEntry, build_entries
from bot.rates.calendar.upcoming import list_upcoming_by_measure, merge_rows
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming

WEEK_DAYS = 7
"""Maximum days before a change at which it is announced for the first time."""
ONE_REMINDER_DAYS = 3
"""A change that is first announced at most this many days before it gets no second reminder."""


def reminder_due(days_left: int, sent: Mapping[LeadTime, int], next_in: int = 1) -> LeadTime | None:
    """The reminder to send `days_left` days before a change; None if none is due.

    `next_in` is the number of days until the next reminders of the conversation.
    """
    if days_left < 0 or LeadTime.DAY in sent:
        return None
    first = sent.get(LeadTime.WEEK)
    if days_left <= next_in:
        return None if first is not None and first <= ONE_REMINDER_DAYS else LeadTime.DAY
    return LeadTime.WEEK if first is None and days_left <= WEEK_DAYS else None


@dataclass(frozen=True)
class ReminderFacts:
    """What is known at `now`: the duties, the reminders that were `sent`, the conversations without
    reminders (`off`), and what is muted or touches lines."""

    ledger: Ledger
    sent: SentReminders
    now: datetime
    off: Collection[Place] = ()
    mutes: Collection[Mute] = ()
    touching: TouchingAhead = NOTHING_TOUCHING


def plan_reminders(
    facts: ReminderFacts,
    subscriptions: Iterable[Subscription],
    day: ReminderDay,
    dated: DatedEvents = NO_DATED_EVENTS,
) -> tuple[Delivery, ...]:
    """One delivery for each conversation for which a reminder is due on the day."""
    ledger, sent, now, touching = facts.ledger, facts.sent, facts.now, facts.touching
    today, next_in = day

    def concerns(one: Subscription, item: Upcoming) -> bool:
        return wants_change(ledger, one, item) and touching.allows(one, item)

    changes = list_changes(ledger, today, today)
    by_place = group_by_place(subscriptions, dated.followers, facts.off, now)
    recipients = Recipients(dated, facts.mutes, ledger.parties.blocs, now, touching)
    found = []
    for place, held in by_place.items():
        on_tariffs = [] if recipients.are_tariffs_muted(place) else list_on_tariffs(held)
        wanted = [item for item in changes if any(concerns(one, item) for one in on_tariffs)]
        entries = build_entries(ledger, merge_rows(ledger, wanted))
        due = tuple(_due(entries, place, sent, today, next_in))
        events = [each for each in dated.events if recipients.includes(place, held, each)]
        deadlines = tuple(_due_deadlines(events, place, sent, today, next_in))
        if due or deadlines:
            concerned = wanted if due else []
            asking = [one for one in on_tariffs if any(concerns(one, item) for item in concerned)]
            keys = {one.ahead.event_id for one in deadlines}
            announced = [each for each in events if each.id in keys]
            reason = describe_reasons(ledger, place, asking, held, announced, recipients)
            reminder = Reminder(counted_on=today, due=due, deadlines=deadlines)
            found.append(_delivery(place, reminder, reason, now))
    return tuple(found)


def _due(
    changes: Iterable[CalendarEntry],
    place: Place,
    sent: SentReminders,
    today: date,
    next_in: int,
) -> Iterator[Due]:
    for change in changes:
        left = (change.on - today).days
        lead = reminder_due(left, sent.get((place, change.key), {}), next_in)
        if lead is not None:
            yield Due(notice=lead, ahead=change)


def _due_deadlines(
    events: Iterable[DatedEvent], place: Place, sent: SentReminders, today: date, next_in: int
) -> Iterator[DueDeadline]:
    ahead = (each for event in events for each in event.deadlines)
    for deadline in sorted(ahead, key=lambda each: each.on):
        left = (deadline.on - today).days
        lead = reminder_due(left, sent.get((place, deadline.key), {}), next_in)
        if lead is not None:
            yield DueDeadline(notice=lead, ahead=deadline)


def list_changes(ledger: Ledger, first: date, last: date) -> tuple[Upcoming, ...]:
    """The changes to announce on these days."""
    until = last + timedelta(days=WEEK_DAYS)
    return list_upcoming_by_measure(ledger, first - timedelta(days=1), until)


def _delivery(place: Place, reminder: Reminder, reason: str, now: datetime) -> Delivery:
    announced: list[Due | DueDeadline] = [*reminder.due, *reminder.deadlines]
    about = "\x1e".join(f"{due.ahead.key} {due.notice}" for due in announced)
    content = reminder.model_dump_json()
    return make_delivery(DeliveryKind.REMINDER, place, about, reason, now, content=content)
