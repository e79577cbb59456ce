"""Permissions: everyone may ask; only operators change feeds and rates.

Who may change the subscriptions of a channel is a setting. Everyone may change their own.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from bot.alerts.subscriptions.model import Subscription
from bot.commands.grammar import Command, Verb


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


class Access(StrEnum):
    """What a command does, which decides who may use it."""

    READ = "read"
    """Reads, or changes only what belongs to the person. Everyone may."""
    CHANGE_CONVERSATION = "change conversation"
    """Changes what the conversation gets. `Permissions.may_add_subscription` decides."""
    CHANGE_SUBSCRIPTION = "change subscription"
    """Changes subscriptions. `Permissions.may_change_subscription` decides about each."""


ACCESS: Mapping[Verb, Access | OperatorAction] = {
    Verb.HELP: Access.READ,
    Verb.ASK: Access.READ,
    Verb.TABLE: Access.READ,
    Verb.CALENDAR_FILE: Access.READ,
    Verb.DEADLINE_FILE: Access.READ,
    Verb.LIST: Access.READ,
    Verb.LATEST: Access.READ,
    Verb.FEEDS: Access.READ,
    Verb.FOLLOWING: Access.READ,
    Verb.FOLLOW_EVENT: Access.READ,
    Verb.UNFOLLOW_EVENT: Access.READ,
    Verb.NOT_RELEVANT: Access.READ,
    Verb.SHOW_MISSED: Access.READ,
    Verb.FEWER: Access.READ,
    Verb.MY: Access.READ,
    Verb.MY_FILE: Access.READ,
    Verb.MY_UPLOAD: Access.CHANGE_CONVERSATION,
    Verb.MY_REMOVE: Access.CHANGE_CONVERSATION,
    Verb.SUBSCRIBE: Access.CHANGE_CONVERSATION,
    Verb.REMINDERS: Access.CHANGE_CONVERSATION,
    Verb.QUIET_WEEKS: Access.CHANGE_CONVERSATION,
    Verb.MUTE_EVENT: Access.CHANGE_CONVERSATION,
    Verb.UNMUTE_EVENT: Access.CHANGE_CONVERSATION,
    Verb.MUTE_TOPIC: Access.CHANGE_CONVERSATION,
    Verb.UNMUTE_TOPIC: Access.CHANGE_CONVERSATION,
    Verb.MUTE_CONVERSATION: Access.CHANGE_CONVERSATION,
    Verb.UNMUTE_CONVERSATION: Access.CHANGE_CONVERSATION,
    Verb.UNSUBSCRIBE: Access.CHANGE_SUBSCRIPTION,
    Verb.EDIT: Access.CHANGE_SUBSCRIPTION,
    Verb.PAUSE: Access.CHANGE_SUBSCRIPTION,
    Verb.RESUME: Access.CHANGE_SUBSCRIPTION,
    Verb.PREVIEW_EXCLUSION: Access.CHANGE_SUBSCRIPTION,
    Verb.EXCLUDE: Access.CHANGE_SUBSCRIPTION,
    Verb.ADD_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.REMOVE_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.RESUME_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.PROPOSALS: OperatorAction.DECIDE_ON_RATES,
}
"""What each command does. A command that is missing here cannot be executed."""
_OWN = frozenset({Verb.MY_UPLOAD, Verb.MY_REMOVE})
"""The commands that change only what belongs to the person, unless they are about the channel."""
_SWITCHES = frozenset({Verb.REMINDERS, Verb.QUIET_WEEKS})
"""The commands that only read if they have no argument."""


def find_access(command: Command) -> Access | OperatorAction:
    """What a command does. Raises KeyError for one that `ACCESS` lacks."""
    if command.verb in _SWITCHES and not command.text:
        return Access.READ
    if command.verb in _OWN and not (command.lines and command.lines.for_channel):
        return Access.READ
    return ACCESS[command.verb]


class Permissions:
    """Checks permissions for typed commands, buttons and forms alike."""

    def __init__(
        self,
        operators: Collection[str] = (),
        subscriptions_by: SubscriptionPolicy = SubscriptionPolicy.ANYONE,
        home: str | None = None,
    ) -> None:
        """`operators` has the user ids of the setting TARIFFWIRE_OPERATORS. `home` is the workspace
        of these people; None if the bot serves only one workspace."""
        self._operators, self.subscriptions_by = frozenset(operators), subscriptions_by
        self._home = home

    def _is_operator(self, user: str, team: str) -> bool:
        return user in self._operators and self._home in (None, team)

    def is_allowed(self, user: str, act: OperatorAction | None, team: str) -> bool:
        """Whether the user of a workspace may perform the action. None stands for actions open to
        everyone."""
        return act is None or self._is_operator(user, team)

    def may_add_subscription(self, user: str, conversation: str, team: str) -> bool:
        """Whether the user may subscribe the conversation, mute something in it, or switch its
        reminders."""
        is_open = self.subscriptions_by is not SubscriptionPolicy.OPERATORS
        return is_open or conversation == user or self._is_operator(user, team)

    def may_change_subscription(self, user: str, subscription: Subscription) -> bool:
        """Whether the user may edit, pause, resume or remove the subscription.

        The caller checks that the user is in the subscription's conversation.
        """
        if subscription.conversation == user or self._is_operator(user, subscription.team):
            return True
        match self.subscriptions_by:
            case SubscriptionPolicy.ANYONE:
                return True
            case SubscriptionPolicy.MAKER:
                return bool(user) and subscription.created_by == user
            case SubscriptionPolicy.OPERATORS:
                return False
