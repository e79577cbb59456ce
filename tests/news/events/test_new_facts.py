"""A development names the facts that it changes."""

from bot.news.events.facts import find_new_facts
from bot.news.state import NewFact, NewFactKind
from tests.news.examples import reported


def test_a_rate_that_replaces_the_one_before_is_new() -> None:
    first = reported("Norway raises tariff on tiles from India from 5% to 40%")
    second = reported("Norway raises tariff on tiles from India from 40% to 60%")
    assert find_new_facts(second, [first]) == (
        NewFact(kind=NewFactKind.RATE, before="40", after="60"),
    )
    assert find_new_facts(first, [first, second]) == ()
