"""Who may do what: everyone may ask and subscribe, operators also change feeds and rates."""

from collections.abc import Collection
from enum import StrEnum

from bot.commands.grammar import Verb


class OperatorAction(StrEnum):
    """What only operators may do."""

    CHANGE_FEEDS = "change feeds"
    DECIDE_ON_RATES = "decide on rates"


OPERATOR_ACTIONS = {
    Verb.ADD_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.REMOVE_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.RESUME_FEED: OperatorAction.CHANGE_FEEDS,
    Verb.PROPOSALS: OperatorAction.DECIDE_ON_RATES,
}
"""The commands that only operators may use."""


class Permissions:
    """The one check of permissions, for typed commands, buttons and forms."""

    def __init__(self, operators: Collection[str] = ()) -> None:
        """`operators` are ids of people, as the setting TARIFFWIRE_OPERATORS lists them."""
        self._operators = frozenset(operators)

    def is_allowed(self, user: str, act: OperatorAction | None) -> bool:
        """Whether the person may do it; None stands for what everyone may do."""
        return act is None or user in self._operators
