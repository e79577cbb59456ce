"""`rates check` finds cards that the ledger contradicts."""

from datetime import date
from typing import Any

from bot.rates.cards.check import CardProblem, find_card_contradictions
from bot.rates.cards.model import Card
from bot.rates.consistency import ContradictionKind, list_contradictions
from bot.rates.ledger import Ledger
from tests import shipped
from tests.rates.cards.made import card, card_ledger, fact
from tests.rates.made import book, rate, ruling, written

MEASURES = [written("us-a", rate(25)), written("us-b", rate(10))]
ROW_A, ROW_B = ({"what": name, "measures": [f"us-{name}"]} for name in "ab")


def check(*cards: Card) -> list[CardProblem]:
    event = ruling(date(2026, 3, 1), "us-a").model_copy(update={"what": "40% was proposed"})
    return list(find_card_contradictions(card_ledger(*cards, measures=MEASURES, legal=[event])))


def law(**fields: Any) -> Card:
    return card(state=None, bases=("Section 1",), **fields)


def test_a_law_whose_rows_lack_a_measure_is_found() -> None:
    (found,) = check(law(rows=[ROW_A]))
    assert found.card == "law-1"
    assert "us-b" in found.text
    assert not found.is_rate


def test_a_card_that_is_a_part_of_the_law_may_have_the_measure() -> None:
    part = card("part", law="law-1", rows=[ROW_B])
    assert check(law(rows=[ROW_A]), part) == []
    assert check(law(rows=[ROW_A]), card("part", rows=[ROW_B])) != []


def test_a_law_without_rows_shows_all_its_measures() -> None:
    assert check(law()) == []


def test_a_rate_in_a_text_that_the_ledger_does_not_have_is_found() -> None:
    (found,) = check(law(points=[fact("It is 26% now.")]))
    assert "26%" in found.text
    assert found.is_rate


def test_rates_of_measures_and_events_and_quoted_figures_may_be_stated() -> None:
    points = [fact("25%"), fact("40%"), fact("Advice: 99%", quoted=True), fact("10.0%")]
    assert check(law(points=points)) == []


def test_the_check_of_the_rates_has_the_cards() -> None:
    ledger = card_ledger(law(points=[fact("26%")], rows=[ROW_A]), measures=MEASURES)
    files = book()
    kinds = [one.kind for one in list_contradictions(files, ledger)]
    assert kinds == [ContradictionKind.CARD_LACKS_MEASURE, ContradictionKind.CARD_RATE]


def test_each_measure_in_force_of_each_us_law_is_in_a_card(ledger: Ledger) -> None:
    files = shipped.book()
    laws = {base for one in ledger.cards.all for base in one.bases}
    assert laws == set(files.imposer_files["us.yaml"].bases)
    assert list(find_card_contradictions(ledger)) == []
