"""Places, goods with an own origin and foreign words in questions."""

from datetime import date

import pytest

from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.vocabulary.foreign import translate

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "imposer", "partner", "product"),
    [
        ("my client in toronto imports us steel", "CA", "US", "steel"),
        ("importer in rotterdam buys bourbon from kentucky", "NL", "US", "bourbon"),
        ("our german customer buys our kentucky bourbon", "DE", "US", "bourbon"),
        ("we are in shanghai and buy soybeans from iowa", "CN", "US", "soybeans"),
        ("exporting lobsters from maine to canada", "CA", "US", "lobsters"),
        ("our plant in monterrey ships wire harnesses to texas", "US", "MX", "wire harnesses"),
        ("supplier in china ships vietnamese shoes", "US", "VN", "shoes"),
        ("bourbon to the eu", "EU", "US", "bourbon"),
        ("american whiskey tariff in canada", "CA", "US", "whiskey"),
        ("scotch whisky", "US", "GB", "scotch whisky"),
        ("us scotch", "US", "GB", "scotch"),
        ("scotch from japan", "US", "JP", "scotch"),
        ("tequila to the eu", "EU", "MX", "tequila"),
        ("feta", "US", "GR", "cheese"),
        ("droits de douane vin france", "US", "FR", "wine"),
        ("combien de droits sur le vin francais aux usa", "US", "FR", "wine"),
        ("aranceles acero mexico", "US", "MX", "steel"),
        ("arancel de eeuu para zapatos de vietnam", "US", "VN", "shoes"),
        ("zölle auf autos aus deutschland", "US", "DE", "cars"),
        ("dazi su vino italiano", "US", "IT", "wine"),
        ("wheels from maroc", "US", "MA", "wheels"),
    ],
)
def test_a_place_or_a_name_stands_for_an_economy(
    text: str, imposer: str, partner: str, product: str, parties: Parties, ledger: Ledger
) -> None:
    query = parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
    assert (query.imposer, query.partner, query.product) == (imposer, partner, product)


@pytest.mark.parametrize("text", ["auto parts from mexico", "machines from italy", "la mer creams"])
def test_an_english_question_is_not_translated(text: str) -> None:
    assert translate(text) == text
