"""Who may do what with the subscriptions of a channel, for each value of the setting."""

import pytest

from bot.commands.permissions import OperatorAction, Permissions, SubscriptionPolicy
from tests.store.examples import TEAM, subscription

ANYONE, MAKER, OPERATORS = SubscriptionPolicy


@pytest.mark.parametrize(
    ("policy", "user", "may_add", "may_change"),
    [
        (ANYONE, "member", True, True),
        (ANYONE, "maker", True, True),
        (ANYONE, "operator", True, True),
        (MAKER, "member", True, False),
        (MAKER, "maker", True, True),
        (MAKER, "operator", True, True),
        (MAKER, "", True, False),
        (OPERATORS, "member", False, False),
        (OPERATORS, "maker", False, False),
        (OPERATORS, "operator", True, True),
    ],
)
def test_the_setting_decides_who_may_change_a_channel(
    policy: SubscriptionPolicy, user: str, may_add: bool, may_change: bool
) -> None:
    permissions = Permissions({"operator"}, policy)
    made = subscription("C1", created_by="maker")
    assert permissions.may_add_subscription(user, "C1", TEAM) is may_add
    assert permissions.may_change_subscription(user, made) is may_change
    nameless = made.model_copy(update={"created_by": ""})
    expected = policy is ANYONE or user == "operator"
    assert permissions.may_change_subscription(user, nameless) is expected


def test_a_person_with_the_id_of_an_operator_in_another_workspace_is_no_operator() -> None:
    permissions = Permissions({"operator"}, OPERATORS, home=TEAM)
    theirs = subscription("C1", team="T2", created_by="maker")
    for act in OperatorAction:
        assert permissions.is_allowed("operator", act, TEAM)
        assert not permissions.is_allowed("operator", act, "T2")
    assert permissions.may_add_subscription("operator", "C1", TEAM)
    assert not permissions.may_add_subscription("operator", "C1", "T2")
    assert not permissions.may_change_subscription("operator", theirs)


@pytest.mark.parametrize("policy", list(SubscriptionPolicy))
def test_everyone_may_change_their_own_messages(policy: SubscriptionPolicy) -> None:
    permissions = Permissions({"operator"}, policy)
    assert permissions.may_add_subscription("U1", "U1", TEAM)
    assert permissions.may_change_subscription("U1", subscription("U1", created_by="operator"))
