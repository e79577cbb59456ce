"""Phrases around the goods: containers, remarks, clauses about a shipment, and named times."""

from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.question.test_understanding import TODAY


def read(text: str, parties: Parties, ledger: Ledger) -> RateQuery:
    return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("aluminium cans of beer from germany", ("beer",)),
        ("glass bottles of wine from italy", ("wine",)),
        ("bags of rice from thailand", ("rice",)),
        ("mexican beer in aluminum cans", ("beer",)),
        ("my client ships denim jackets from bangladesh", ("coats",)),
        ("frozen shrimps from ecuador", ("shrimp",)),
        ("electric scooters made in china", ("e-bikes",)),
        ("bags of leather from italy", ("luggage",)),
        ("stainless steel kitchen sinks from china (we heard that steel counts)", ("steel-sinks",)),
        ("stainless steel bolts from china", ("screws",)),
        ("furniture from vietnam when our container was entered", ("furniture",)),
        ("wooden tables from vietnam", ("tables",)),
        ("cotton sheets from india", ("cotton-bed-linen",)),
        ("plastic housewares from china", ("plastic-tableware",)),
        ("coffee beans from brazil", ("coffee",)),
        ("batteries aa china", ("primary-batteries",)),
        ("jackets, 100% leather, from italy", ("leather-clothing",)),
        ("20 pallets olive oil from tunisia", ("olive-oil",)),
        ("t-shirts knit from china", ("t-shirts",)),
        ("machine coffee from italy", ("coffee-makers",)),
        ("oil olive from tunisia", ("olive-oil",)),
        ("lithium batteries for e-bikes from china", ("lithium-batteries",)),
        ("leather handbags from italy", ("leather-handbags",)),
    ],
)
def test_the_goods_of_a_phrase_are_found(
    text: str, goods: tuple[str, ...], parties: Parties, ledger: Ledger
) -> None:
    product = read(text, parties, ledger).product
    assert product is not None
    assert ledger.reader.read_any(product).goods == goods


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("us china week of 10 november 2025", date(2025, 11, 10), date(2025, 11, 16)),
        ("us china since last summer", date(2026, 6, 1), TODAY),
        ("us china last winter", date(2025, 12, 1), date(2026, 2, 28)),
    ],
)
def test_a_named_time_is_a_period(
    text: str, since: date, until: date, parties: Parties, ledger: Ledger
) -> None:
    asked = read(text, parties, ledger)
    assert (asked.since, asked.until) == (since, until)


def test_liberation_day_is_a_day(parties: Parties, ledger: Ledger) -> None:
    assert read("us china on liberation day", parties, ledger).on == date(2025, 4, 2)


def test_a_list_of_three_economies_compares_origins(parties: Parties, ledger: Ledger) -> None:
    asked = read("china, vietnam, india toys", parties, ledger)
    assert (asked.kind, asked.imposer, asked.partner) == (QueryKind.COMPARE, "US", "CN")
    assert asked.versus == ("VN", "IN")


def test_production_that_moves_compares_both_origins(parties: Parties, ledger: Ledger) -> None:
    text = "moving production of backpacks from china to cambodia, what would we save"
    asked = read(text, parties, ledger)
    assert (asked.imposer, asked.partner, asked.versus) == ("US", "CN", ("KH",))


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("does column 2 apply to russian goods", "US", "RU"),
        ("do we pay anything on books printed in china", "US", "CN"),
        (
            "our supplier in guangdong asks for more, what is the duty on chairs from china",
            "US",
            "CN",
        ),
        ("irish butter tariff us", "US", "IE"),
        ("drone dji china tariff", "US", "CN"),
        ("china's duty on books", "CN", "WORLD"),
    ],
)
def test_the_economy_that_charges_is_found(
    text: str, imposer: str, partner: str, parties: Parties, ledger: Ledger
) -> None:
    asked = read(text, parties, ledger)
    assert (asked.imposer, asked.partner) == (imposer, partner)


def test_two_economies_that_charge_are_asked_about(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read("what does china and eu charge on cars", parties, ledger)
    assert [text for _, text in raised.value.options] == [
        "tariffs by 🇨🇳 cars",
        "tariffs by 🇪🇺 cars",
    ]


def test_a_choice_of_goods_has_all_goods(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read("capers from china", parties, ledger)
    assert raised.value.options[-1] == ("All goods", "🇨🇳 all goods")


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("auto parts mexico non-originating", "auto parts not usmca"),
        ("tequila from mexico without usmca claim", "tequila not usmca"),
        ("cheese from canada, no usmca certificate", "cheese not usmca"),
        ("s232 steel derivs japan", "section 232 steel derivatives"),
    ],
)
def test_a_claim_or_a_law_in_other_words_is_written_in_the_usual_ones(
    text: str, product: str, parties: Parties, ledger: Ledger
) -> None:
    assert read(text, parties, ledger).product == product


def test_a_share_of_a_material_is_no_rate(parties: Parties, ledger: Ledger) -> None:
    query = read("cotton t-shirts, 100% cotton, from pakistan", parties, ledger)
    assert (query.percent, query.product) == (None, "cotton t-shirts")


def test_a_duty_that_goods_may_be_exempt_from_names_no_other_goods(
    parties: Parties, ledger: Ledger
) -> None:
    text = "are auto parts from mexico under usmca exempt from the 25% auto tariff"
    query = read(text, parties, ledger)
    assert (query.percent, query.product) == (None, "auto parts under usmca")


def test_retaliation_with_goods_of_an_origin_offers_both_directions(
    parties: Parties, ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read("tariff on wine from france if retaliation comes back", parties, ledger)
    commands = [command for _, command in raised.value.options]
    assert commands[:2] == ["🇺🇸 on 🇫🇷 wine", "🇫🇷 on 🇺🇸 wine"]


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("how do i get back the ieepa duties that my broker paid", "refunds"),
        ("do refunds come with interest, and how long does cbp take", "refunds"),
        (
            "if goods left the port before the rate changed but arrive after, which counts",
            "in-transit",
        ),
        ("what did japan agree to", "deal-japan"),
        ("what is the average tariff on chinese imports", "average-rates"),
    ],
)
def test_a_sentence_about_a_rule_finds_its_card(
    text: str, card: str, parties: Parties, ledger: Ledger
) -> None:
    assert read(text, parties, ledger).card == card


def test_the_tariff_law_of_an_economy_names_the_importer(parties: Parties, ledger: Ledger) -> None:
    query = read("goods from china under mexico's new tariff law", parties, ledger)

    assert (query.imposer, query.partner, query.product) == ("MX", "CN", None)


def test_what_was_announced_in_a_period_is_its_changes(parties: Parties, ledger: Ledger) -> None:
    query = read("what was announced about tariffs in the past seven days?", parties, ledger)

    assert (query.kind, query.since) == (QueryKind.CHANGES, date(2026, 11, 23))


def test_an_article_for_other_goods_is_not_these_goods(parties: Parties, ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion):
        read("screens for phones from vietnam", parties, ledger)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("us tariff on china and japan in a table", None),
        ("us on china and japan toys, as a list please", "toys"),
        ("in one chart: us on china toys", "toys"),
        ("us on china toys in a table", "toys"),
        ("us on china tables", "tables"),
    ],
)
def test_the_form_of_an_answer_is_no_goods(
    text: str, product: str | None, parties: Parties, ledger: Ledger
) -> None:
    assert read(text, parties, ledger).product == product
