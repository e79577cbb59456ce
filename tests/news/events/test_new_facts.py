"""A development names the facts that it changes."""

import pytest

from bot.news.events.facts import find_new_facts
from bot.news.state import EventStatus, NewFact, NewFactKind
from tests.news.examples import reported


def test_a_rate_that_replaces_the_one_before_is_new() -> None:
    first = reported("Norway raises tariff on tiles from India from 5% to 40%")
    second = reported("Norway raises tariff on tiles from India from 40% to 60%")
    assert find_new_facts(second, [first]) == (
        NewFact(kind=NewFactKind.RATE, before="40", after="60"),
    )
    assert find_new_facts(first, [first, second]) == ()


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Norway tile duty kicks in, further increase threatened", EventStatus.IN_FORCE),
        ("Norway threatens further increase, tile duty kicks in", EventStatus.IN_FORCE),
        ("Norway to sign deal on tiles it threatens", EventStatus.DEAL),
        ("Norway reaches deal on tiles, plans more", EventStatus.DEAL),
        ("Norway plans more, reaches deal on tiles", EventStatus.DEAL),
        ("Norway's final duty on tiles it proposes", EventStatus.ANNOUNCED),
        ("Norway proposes tile duty, threatens more", EventStatus.PROPOSED),
        ("Norway threatens more, proposes tile duty", EventStatus.PROPOSED),
    ],
)
def test_of_several_acts_the_decided_one_is_the_new_status(title: str, status: EventStatus) -> None:
    """The acts are a set, whose order differs between processes."""
    found = find_new_facts(reported(title), [reported("Norway probes tiles from India")])
    before = EventStatus.INVESTIGATED
    assert found == (NewFact(kind=NewFactKind.STATUS, before=before, after=status),)
