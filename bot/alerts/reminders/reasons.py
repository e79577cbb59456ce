"""Says in words to which subscriptions a reminder belongs."""

from bot.alerts.subscriptions.criteria import EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.rates.ledger import Ledger
from bot.values import Topic


def name_topics(subscription: Subscription) -> str:
    """The topics of a subscription: `tariffs, court rulings`."""
    named = [topic.label for topic in Topic if topic in subscription.criteria.topics]
    return ", ".join(named) or "all topics"


def describe_reason(ledger: Ledger, subscription: Subscription, topics: str) -> str:
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
