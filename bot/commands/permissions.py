"""Permissions: everyone may ask and subscribe; only operators change feeds and rates."""

from collections.abc import Collection
from enum import StrEnum

from bot.commands.grammar import Verb


class OperatorAction(StrEnum):
    """Actions that only operators may perform."""

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
    """Checks permissions for typed commands, buttons and forms alike."""

    def __init__(self, operators: Collection[str] = ()) -> None:
        """`operators` has the user ids of the setting TARIFFWIRE_OPERATORS."""
        self._operators = frozenset(operators)

    def is_allowed(self, user: str, act: OperatorAction | None) -> bool:
        """Whether the user may perform the action. None stands for actions open to everyone."""
        return act is None or user in self._operators
