"""A question that names cards and economies is answered by one of them and offers the others."""

from datetime import date

import pytest

from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery

TODAY = date(2026, 11, 30)


def read(text: str, ledger: Ledger) -> RateQuery:
    return parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "card", "economies", "product"),
    [
        ("transshipment vietnam", "transshipment", ["VN"], None),
        ("refund of ieepa duties on vietnam toys", "refunds", ["VN"], "toys"),
        ("port fees on chinese ships", "port-fees", ["CN"], "ships"),
        ("drawback for 8471.30 of malaysia", "drawback", ["MY"], "847130"),
        ("made in vietnam of chinese parts: transshipment?", "transshipment", ["VN", "CN"], None),
        ("chinese goods that enter through canada", "origin-rules", ["CN", "CA"], None),
        ("does india pay for buying russian oil", "russia-energy-act", ["IN"], None),
        ("is the truce with china extended", "us-china-truce", ["CN"], None),
        ("court of international trade and chinese goods", "forced-labor-cases", ["CN"], None),
        ("parcel from japan, postal, do i pay", "de-minimis", ["JP"], "low-value parcels"),
        ("did switzerland get a deal", "deal-switzerland", ["CH"], None),
        ("what does the eu framework agreement exempt", "deal-eu", ["EU"], None),
        ("tariff on buyers of iranian oil", "iran-cuba-venezuela-tariffs", ["IR"], None),
        ("refunds", "refunds", [], None),
        ("how do i protest the duty on steel from korea", "refunds", ["KR"], "steel"),
        ("goods on the water from india", "in-transit", ["IN"], None),
        ("is there mpf on toys of mexico", "processing-fees", ["MX"], "toys"),
        ("did scotus lower duties on chinese toys", "learning-resources", ["CN"], "toys"),
        ("section 301 investigation on vietnam", "section-301-investigations", ["VN"], None),
        (
            "is a section 232 robots duty due for japan",
            "section-232-investigations",
            ["JP"],
            "industrial robots",
        ),
    ],
)
def test_a_card_that_is_no_duty_offers_the_rates_of_the_economies(
    text: str, card: str, economies: list[str], product: str | None, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.kind, found.card) == (QueryKind.CARD, card)
    assert [one for one in (found.partner, *found.versus) if one] == economies
    assert found.product == product


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("section 232 on eu cars", {"section-232-cars"}),
        ("us china section 301", {"section-301"}),
        ("section 301 vietnam", {"section-301"}),
        ("car parts from mexico under usmca", {"usmca"}),
        ("does japan pay section 122 or section 301", {"section-122", "section-301"}),
        ("duty on mattresses of vietnam and antidumping", {"antidumping"}),
        ("roses from kenya agoa", {"preferences"}),
        ("sugar quota brazil", {"tariff-rate-quotas"}),
        ("the deal with indonesia on palm oil", {"deal-indonesia"}),
        ("what does japan charge on american rice, a tariff deal", {"deal-japan"}),
        ("has the threatened 25% on korean cars begun", {"announced-tariffs"}),
        ("does india still pay the russian oil tariff", {"russia-energy-act"}),
        ("us china", set()),
        ("bottled water from fiji", set()),
        ("wine from cape town in south africa", {"refunds"}),
        ("stackable chairs from vietnam", set()),
        ("movie projectors from japan", {"announced-tariffs"}),
        ("ford transit vans from turkey", set()),
    ],
)
def test_a_rate_offers_the_cards_that_the_question_names(
    text: str, cards: set[str], ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert found.kind is not QueryKind.CARD
    assert set(found.cards) == cards


@pytest.mark.parametrize(
    ("text", "first", "others"),
    [
        ("difference between section 232 and section 301", "section-232", ("section-301",)),
        ("s301 or 232, which applies", "section-232", ("section-301",)),
        ("ieepa vs section 122", "section-122", ("ieepa",)),
        ("is fentanyl the same as reciprocal", "reciprocal", ("fentanyl",)),
        ("drones and polysilicon 232", "section-232-solar", ("section-232-drones",)),
        ("drawback or ftz", "drawback", ("foreign-trade-zones",)),
        ("section 232", "section-232", ()),
    ],
)
def test_a_card_offers_the_other_cards(
    text: str, first: str, others: tuple[str, ...], ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert found.card == first
    assert found.cards == others


@pytest.mark.parametrize(
    ("text", "card", "misspelled"),
    [
        ("learing resorces", "learning-resources", "learing"),
        ("transhipmnt of goods", "transshipment", "transhipmnt"),
        ("drawbak", "drawback", "drawbak"),
    ],
)
def test_a_misspelled_card_is_found_and_its_reading_is_kept(
    text: str, card: str, misspelled: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert found.card == card
    assert misspelled in [one.word for one in found.respelled]


@pytest.mark.parametrize("text", ["retaliation", "who retaliates", "countermeasures"])
def test_retaliation_alone_is_that_on_goods_of_the_us(text: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (found.kind, found.partner) == (QueryKind.PARTY, "US")
    assert found.only_as_origin
