"""A card is found by its names, also in a sentence, but not in a question about a rate."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rates.cards.index import CardIndex
from bot.rates.cards.names import list_card_names, normalize_card_name
from bot.rates.ledger import Ledger
from tests.rates.cards.made import card
from tests.rates.made import PARTIES

INDEX = CardIndex(
    [
        card("section-1", title="Section 100", names=("section 100", "100"), yields_to_rates=True),
        card(
            "steel-1", title="Section 100 on steel", names=("section 100 steel",), law="section-1"
        ),
        card("section-3", title="Section 300", names=("section 300", "300"), yields_to_rates=True),
        card("refunds", title="Refunds", names=("refund", "cape")),
        card("china-case", title="The China case", names=("china case",)),
        card("import-quota", title="Import quotas", names=("import quota",)),
    ],
    PARTIES,
    lambda text: "bananas" in text or text == "cape",
)


@pytest.mark.parametrize("text", ["S100", "sec. 100", "§ 100", "§100", "Section-100", "sect 100"])
def test_a_law_is_found_in_every_spelling(text: str) -> None:
    assert INDEX.find(text) == "section-1"


@pytest.mark.parametrize(
    "text",
    [
        "is the section 100 tariff still in force?",
        "What is section 100, please",
        "when did section 100 begin and who pays it",
        "US section 100 duties",
    ],
)
def test_question_words_do_not_count(text: str) -> None:
    assert INDEX.find(text) == "section-1"


def test_the_more_specific_card_wins() -> None:
    assert INDEX.find("the steel duties of section 100") == "steel-1"
    assert INDEX.find("can i get a refund of section 100") == "refunds"


@pytest.mark.parametrize(
    "text",
    [
        "section 100 on china",
        "us china section 100",
        "cn section 100",
        "goods of germany under section 100",
        "🇨🇳 section 100",
        "us bananas section 100",
        "upcoming section 100",
        "what changed in section 100",
        "section 100 vs section 200",
        "not section 100",
        "upcoming refunds",
        "us china capes",
        "quota for cars",
        "steel",
        "us",
        "",
    ],
)
def test_a_question_about_a_rate_finds_no_card(text: str) -> None:
    assert INDEX.find(text) is None


def test_goods_without_an_economy_do_not_hide_a_law() -> None:
    assert INDEX.find("section 100 bananas") == "section-1"


def test_an_economy_in_a_name_of_a_card_does_not_hide_the_card() -> None:
    assert INDEX.find("the china case") == "china-case"


@pytest.mark.parametrize(
    ("text", "card_id"),
    [
        ("refund of section 100 on vietnam goods", "refunds"),
        ("refund not received for steel of section 100", "refunds"),
        ("can germany get a refund", "refunds"),
        ("us china refund bananas", "refunds"),
        ("the china case and vietnam", "china-case"),
        ("us china case", "china-case"),
        ("is there an import quota for us bananas", "import-quota"),
    ],
)
def test_a_card_that_is_no_duty_answers_a_question_with_an_economy(text: str, card_id: str) -> None:
    assert INDEX.find(text) == card_id


@pytest.mark.parametrize(
    ("text", "card_ids"),
    [
        ("difference between section 100 and 300", ("section-1", "section-3")),
        ("section 300 vs section 100", ("section-1", "section-3")),
        ("section 100 on steel or section 300", ("steel-1", "section-3")),
        ("section 100 steel refunds", ("refunds", "steel-1")),
        ("us china section 100 refund", ("refunds", "section-1")),
        ("section 100 on china", ("section-1",)),
        ("", ()),
    ],
)
def test_all_cards_that_a_text_names_are_found_by_weight(
    text: str, card_ids: tuple[str, ...]
) -> None:
    assert INDEX.read(text).named == card_ids


def test_laws_are_compared() -> None:
    assert INDEX.find("section 100 vs section 300") == "section-1"
    assert INDEX.find("section 100 vs section 300 on china") is None


def test_a_misspelled_name_is_suggested() -> None:
    assert INDEX.suggest("refnud") == ("refunds",)
    assert INDEX.suggest("sectoin 100 steel") == ("Section 100 on steel",)
    assert INDEX.suggest("refnud of china") == ()
    assert INDEX.suggest("bananas") == ()


def test_another_number_is_no_misspelling() -> None:
    assert INDEX.suggest("section 101") == ()


def test_a_law_without_a_card_is_named() -> None:
    assert INDEX.read("what is section 101?").unknown_law == "section 101"
    assert INDEX.read("section 100").unknown_law == ""
    assert INDEX.read("section 101 on china").unknown_law == ""
    assert INDEX.read("refunds").unknown_law == ""


def test_the_list_of_cards_is_asked_for() -> None:
    assert INDEX.read("cards").asks_for_list
    assert INDEX.read("Topics").asks_for_list
    assert not INDEX.read("cards of china").asks_for_list
    assert not CardIndex([], PARTIES).read("cards").asks_for_list


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str) -> None:
    found = INDEX.find(text)
    assert found is None or found in INDEX.by_id
    assert isinstance(INDEX.read(text).unknown_law, str)
    INDEX.suggest(text)


@pytest.mark.parametrize(
    ("text", "card_id"),
    [
        ("section 232", "section-232"),
        ("is the section 122 surcharge still in force", "section-122"),
        ("can i get a refund on ieepa duties", "refunds"),
        ("ieepa refunds", "refunds"),
        ("how do i file a protest for section 122", "refunds"),
        ("ieepa", "ieepa"),
        ("de minimis", "de-minimis"),
        ("usmca", "usmca"),
        ("learning resources", "learning-resources"),
        ("what did the supreme court say about tariffs", "learning-resources"),
        ("v.o.s. selections", "vos-selections"),
        ("mpf", "processing-fees"),
        ("when does the section 232 polysilicon duty begin", "section-232-solar"),
        ("anti-dumping duties on steel", "antidumping"),
        ("drawback on section 301", "drawback"),
        ("us japan section 232", None),
        ("what is the 301 rate on china", None),
        ("does canada still pay the fentanyl tariff", None),
        ("car parts from mexico under usmca", None),
        ("auto parts from canada not usmca", None),
        ("softwood lumber canada anti-dumping", None),
        ("brazil section 301", None),
        ("section 301 china", None),
        ("us china list 3", None),
        ("cape verde", None),
        ("cape verde tuna", None),
        ("bottled water from fiji", None),
        ("which country of origin pays least for shoes", None),
        ("us china toys, value 9000", None),
        ("does the normal duty add to the steel duty of china", None),
        ("transshipment vietnam", "transshipment"),
        ("port fees on chinese ships", "port-fees"),
        ("refund of ieepa on vietnam goods", "refunds"),
        ("is drawback allowed on steel exported to peru", "drawback"),
        ("does de minimis still work for parcels from japan", "de-minimis"),
        ("which goods of china are under uflpa", "uflpa"),
        ("cotton from xinjiang china uflpa", "uflpa"),
        ("does germany get exclusions from section 232", "exclusions"),
        ("mpf on goods of mexico", "processing-fees"),
        ("ftz goods of china", "foreign-trade-zones"),
        ("kenya roses agoa", None),
        ("us russia column 2", None),
        ("section 232 on eu cars", None),
        ("usmca car parts mexico", None),
        ("steel", None),
        ("us china", None),
        ("toys from china", None),
        ("is the 10% still on", None),
    ],
)
def test_the_shipped_cards_are_found(ledger: Ledger, text: str, card_id: str | None) -> None:
    assert ledger.cards.find(text) == card_id


def test_each_name_of_a_shipped_card_finds_this_card(ledger: Ledger) -> None:
    found = {
        (one.id, name): ledger.cards.find(name)
        for one in ledger.cards.all
        for name in list_card_names(one)
    }
    assert len(found) > 200
    assert {key: card_id for key, card_id in found.items() if card_id != key[0]} == {}


def test_a_name_has_no_word_of_every_question() -> None:
    assert normalize_card_name("What are the Section 232 tariffs now?") == {"section", "232"}


@pytest.mark.parametrize(
    ("text", "card_id"),
    [
        ("trade deal indonesia", "deal-indonesia"),
        ("deal with the eu", "deal-eu"),
        ("swiss trade deal", "deal-switzerland"),
        ("what is in the us uk deal", "deal-uk"),
        ("eu mercosur agreement", "other-agreements"),
        ("eu cbam steel", "cbam"),
        ("3-euro parcel levy in the eu", "eu-parcel-levy"),
        ("has the wto said anything about the american steel duties", "wto"),
        ("can i ask cbp for a binding ruling", "binding-rulings"),
        ("continuous bond", "customs-bonds"),
        ("interest on refunds", "refund-interest"),
        ("25% tariff on countries trading with iran", "iran-cuba-venezuela-tariffs"),
        ("fabric from china sewn in jordan", "textile-origin"),
        ("section 232 inclusion round", "inclusions"),
        ("who pays the tariff", "importer-of-record"),
        ("executive order 14257", "reciprocal"),
        ("what did eo 14389 do", "ieepa"),
        ("proclamation 11021", "section-232-metals"),
        ("is 9903.88.15 still in force", "section-301-lists"),
        ("9903.99.99", "chapter-99"),
    ],
)
def test_topics_that_are_asked_often_have_a_card(ledger: Ledger, text: str, card_id: str) -> None:
    assert ledger.cards.find(text) == card_id


@pytest.mark.parametrize("text", ["eu india trade deal", "who pays tariffs on steel from japan"])
def test_a_deal_of_others_or_a_duty_of_an_economy_is_not_such_a_topic(
    ledger: Ledger, text: str
) -> None:
    assert ledger.cards.find(text) is None
