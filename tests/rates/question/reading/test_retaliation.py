"""Questions about retaliation: the duties of an economy on goods of the US, with shipped data."""

from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind
from tests.rates.asked import ask

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "imposer", "product"),
    [
        ("canada retaliation steel", "CA", "steel"),
        ("canada countermeasures on us", "CA", None),
        ("countermeasures of china on us pork", "CN", "pork"),
        ("does the eu still retaliate against the us", "EU", None),
        ("us china retaliation", "CN", None),
        ("did canada drop any countertariffs", "CA", None),
        ("chinese counter-tariffs on american soybeans", "CN", "soybeans"),
        ("mexico retaliatory tariffs", "MX", None),
        ("how did canada hit back", "CA", None),
        ("march 2025 countermeasure china", "CN", "march 2025 countermeasure"),
    ],
)
def test_retaliation_means_the_duties_on_goods_of_the_us(
    text: str, imposer: str, product: str | None, ledger: Ledger
) -> None:
    found = parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert (found.kind, found.imposer, found.partner) == (QueryKind.PAIR, imposer, "US")
    assert (found.product, found.both_ways) == (product, False)


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("us retaliation on china", "US", "CN"),
        ("us retaliates against canada", "US", "CA"),
        ("canada retaliation against china", "CA", "CN"),
    ],
)
def test_words_that_state_the_direction_decide(
    text: str, imposer: str, partner: str, ledger: Ledger
) -> None:
    found = parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert (found.imposer, found.partner) == (imposer, partner)


def test_retaliation_against_the_us_alone_lists_all_importing_countries(ledger: Ledger) -> None:
    found = parse_query("retaliation against the us", ledger.parties, TODAY, ledger.reader)
    assert (found.kind, found.partner, found.only_as_origin) == (QueryKind.PARTY, "US", True)


def test_of_several_that_retaliate_the_person_chooses_one(ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        parse_query("canada and eu retaliation", ledger.parties, TODAY, ledger.reader)
    commands = [command for _, command in raised.value.options]
    found = [parse_query(one, ledger.parties, TODAY, ledger.reader) for one in commands]
    assert [(one.imposer, one.partner) for one in found] == [("CA", "US"), ("EU", "US")]


@pytest.mark.parametrize("text", ["eu retaliation", "eu duty on us whiskey", "eu on us"])
def test_a_suspended_countermeasure_is_named(text: str, ledger: Ledger) -> None:
    [said] = ask(text, ledger, TODAY)
    [one] = [one for one in said.warnings if isinstance(one, kinds.SuspendedDuty)]
    assert (one.measure.id, one.until) == ("eu-us-2025-countermeasures", None)


def test_a_duty_suspended_later_is_not_named_before(ledger: Ledger) -> None:
    [said] = ask("eu on us on 2025-06-01", ledger, TODAY)
    assert not any(isinstance(one, kinds.SuspendedDuty) for one in said.warnings)
