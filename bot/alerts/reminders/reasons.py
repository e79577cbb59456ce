"""Says in words to which subscriptions a reminder belongs."""

from collections.abc import Sequence

from bot.alerts.dated_events import DatedEvent
from bot.alerts.reminders.model import Place
from bot.alerts.reminders.recipients import Recipients
from bot.alerts.subscriptions.criteria import EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.rates.ledger import Ledger
from bot.values import Topic


def describe_reasons(
    ledger: Ledger,
    place: Place,
    asking: Sequence[Subscription],
    held: Sequence[Subscription],
    events: Sequence[DatedEvent],
    recipients: Recipients,
) -> str:
    """The delivery's reason, such as `subscribed here to tariffs of China or Japan`.

    `asking` are the subscriptions that the changes of duties concern, and `events` those with
    deadlines.
    """
    matching = [one for one in held if any(recipients.find_topics(one, each) for each in events)]
    found = dict.fromkeys(_describe_reason(ledger, each, "tariffs") for each in asking)
    found |= dict.fromkeys(_describe_reason(ledger, each, _name_topics(each)) for each in matching)
    reasons = [f"subscribed here to {'; '.join(found)}"] if found else []
    if any(recipients.follows(place, event) for event in events):
        reasons.append("you follow an event below")
    return ", and ".join(reasons)


def _name_topics(subscription: Subscription) -> str:
    """The topics of a subscription: `tariffs, court rulings`."""
    named = [topic.label for topic in Topic if topic in subscription.criteria.topics]
    return ", ".join(named) or "all topics"


def _describe_reason(ledger: Ledger, subscription: Subscription, topics: str) -> str:
    """What a subscription is about: `tariffs of China or Japan on steel`."""
    criteria = subscription.criteria
    names = [_name_economies(ledger, each) for each in criteria.economies]
    of = f" of {' or '.join(names)}" if names else " of any economy"
    goods = f" on {' or '.join(each.text for each in criteria.goods)}" if criteria.goods else ""
    words = f" with {' or '.join(criteria.words)}" if criteria.words else ""
    lines = " that touch your lines" if criteria.only_my_lines else ""
    return f"{topics}{of}{goods}{words}{lines}"


def _name_economies(ledger: Ledger, economies: EconomyFilter) -> str:
    codes = (economies.first, economies.second)
    names = [
        ledger.parties.get(code).name if code in ledger.parties else code for code in codes if code
    ]
    return (" on " if economies.directed else " and ").join(names)
