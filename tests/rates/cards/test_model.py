"""Files of cards state a source and a day for each fact, and no rates of their own."""

import pytest
from pydantic import ValidationError

from bot.rates.cards.model import Card, CardFact, CardRow, list_percents
from tests.rates.cards.made import card, fact


@pytest.mark.parametrize("missing", ["on", "source"])
def test_a_fact_needs_a_day_and_a_source(missing: str) -> None:
    given = fact("12.5% since July")
    del given[missing]
    with pytest.raises(ValidationError, match=missing):
        CardFact.model_validate(given)


@pytest.mark.parametrize("missing", ["source", "as_of"])
def test_a_card_needs_a_source_and_a_day(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        Card.model_validate(card().model_dump(exclude={missing}))


def test_a_row_states_no_rate() -> None:
    with pytest.raises(ValidationError, match="computed"):
        CardRow(what="Steel 50%", measures=("us-232-steel",))


def test_a_card_has_a_state_or_measures_or_events() -> None:
    with pytest.raises(ValidationError, match="needs a state"):
        card(state=None)
    assert card(state=None, events=("ruling",)).events == ("ruling",)


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("It rises from 7.5% to 25 %.", ("7.5", "25")),
        ("The law allows up to 15%, at most 50%.", ()),
        ("Up to 100% on some, 40% on others", ("40",)),
        ("150 days, USD 800, List 4A", ()),
    ],
)
def test_percents_are_listed_without_the_limits_of_a_law(
    text: str, percents: tuple[str, ...]
) -> None:
    assert list_percents(text) == percents
