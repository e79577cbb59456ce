"""Permissions: everyone may ask; only operators change feeds and rates.

Who may change the subscriptions of a channel is a setting. Everyone may change their own.
"""

from collections.abc import Collection
from enum import StrEnum

from bot.alerts.subscriptions.model import Subscription
from bot.commands.grammar import Verb


class OperatorAction(StrEnum):
    """Actions that only operators may perform."""

    CHANGE_FEEDS = "change feeds"
    DECIDE_ON_RATES = "decide on rates"


class SubscriptionPolicy(StrEnum):
    """Who may change the subscriptions of a channel: the setting TARIFFWIRE_SUBSCRIPTIONS_BY."""

    ANYONE = "anyone"
    MAKER = "maker"
    """The person who made a subscription, and operators. Anyone may add and mute."""
    OPERATORS = "operators"


OPERATOR_ACTIONS = {
    Verb.ADD_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.REMOVE_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.RESUME_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.PROPOSALS: OperatorAction.DECIDE_ON_RATES,
}
"""The commands that only operators may use."""


class Permissions:
    """Checks permissions for typed commands, buttons and forms alike."""

    def __init__(
        self,
        operators: Collection[str] = (),
        subscriptions_by: SubscriptionPolicy = SubscriptionPolicy.ANYONE,
    ) -> None:
        """`operators` has the user ids of the setting TARIFFWIRE_OPERATORS."""
        self._operators, self.subscriptions_by = frozenset(operators), subscriptions_by

    def is_allowed(self, user: str, act: OperatorAction | None) -> bool:
        """Whether the user may perform the action. None stands for actions open to everyone."""
        return act is None or user in self._operators

    def may_add_subscription(self, user: str, conversation: str) -> bool:
        """Whether the user may subscribe the conversation, or mute something in it."""
        is_open = self.subscriptions_by is not SubscriptionPolicy.OPERATORS
        return is_open or conversation == user or user in self._operators

    def may_change_subscription(self, user: str, subscription: Subscription) -> bool:
        """Whether the user may edit, pause, resume or remove the subscription.

        The caller checks that it belongs to the conversation of the request, or to one that the
        user is in.
        """
        if subscription.conversation == user or user in self._operators:
            return True
        match self.subscriptions_by:
            case SubscriptionPolicy.ANYONE:
                return True
            case SubscriptionPolicy.MAKER:
                return bool(user) and subscription.created_by == user
            case SubscriptionPolicy.OPERATORS:
                return False
