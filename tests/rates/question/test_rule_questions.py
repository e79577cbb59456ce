"""Tests that questions about rules and cases lead to cards, and that no economy is lost."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.errors import UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, Uncovered

TODAY = date(2026, 11, 30)
Ask = Callable[[str], RateQuery]


@pytest.fixture
def ask(parties: Parties, ledger: Ledger) -> Ask:
    def parse(text: str) -> RateQuery:
        return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)

    return parse


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("how is steel content valued after the change of this year", "section-232-metals"),
        (
            "do i pay both the auto parts tariff and the aluminum tariff on the same part",
            "stacking",
        ),
        ("do steel and copper duties both apply to one article", "stacking"),
        ("post only court news to our channel", "alerts"),
        ("stop sending me these alerts", "alerts"),
        ("where do your numbers come from", "last-checks"),
        ("how often do you update the rates", "last-checks"),
        ("which news sources do you use", "last-checks"),
        ("can i get only 301 news in my dm", "alerts"),
        ("what if one of the news sources fails", "last-checks"),
        ("who are you", "tariffwire"),
        ("can the customer who bore the tariff claim the refund", "refund-claimants"),
        ("what is the tariff classification for a speaker with a lamp", "classification"),
        ("is there an exemption for US content above 20 percent", "us-content"),
        ("does 20% US content reduce the tariff on cars of japan", "us-content"),
        ("does the duty follow the country of export or of origin", "origin-rules"),
        ("is a chinese motor in a mexican fan treated as chinese", "origin-rules"),
        ("steel melted in brazil and rolled in mexico", "origin-rules"),
        ("aluminum smelted in canada, extruded in mexico, duty", "origin-rules"),
        ("our factory in vietnam uses chinese steel, which rate", "origin-rules"),
        ("chinese steel furniture from vietnam", "origin-rules"),
        ("when we ship from hk is the origin china or hong kong", "origin-rules"),
    ],
)
def test_a_question_about_a_rule_leads_to_its_card(ask: Ask, text: str, card: str) -> None:
    assert ask(text).card == card


def test_a_rate_of_an_origin_is_no_question_about_a_rule(ask: Ask) -> None:
    assert ask("both tariffs on steel from china on the same day").card is None


@pytest.mark.parametrize(
    "text",
    [
        "turkey origin olive oil",
        "cheapest country of origin for shoes, vietnam or india",
        "who pays more, vietnam or china",
        "shirts made in china or made in vietnam",
        "french wine and cheese from italy",
        "mexican cars with 40% us content under usmca",
    ],
)
def test_a_question_for_a_rate_is_none_about_origin(ask: Ask, text: str) -> None:
    assert ask(text).card is None


@pytest.mark.parametrize(
    "text",
    [
        "we ship from hong kong, origin china, toys",
        "toys made in china, shipped by our supplier in hong kong",
        "toys, country of export hong kong, country of origin china",
    ],
)
def test_goods_that_ship_from_another_economy_keep_their_origin(ask: Ask, text: str) -> None:
    query = ask(text)
    assert (query.partner, query.versus, query.via) == ("CN", (), ("HK",))


@pytest.mark.parametrize("text", ["nintendo case", "news of the costco lawsuit", "apple's lawsuit"])
def test_an_unknown_case_is_not_in_the_data(ask: Ask, text: str) -> None:
    with pytest.raises(UnclearQuestion, match="is in our data") as raised:
        ask(text)
    assert "card learning-resources" in [command for _, command in raised.value.options]


def test_cases_are_goods_too(ask: Ask) -> None:
    assert ask("phone cases from china").product is not None


def test_every_change_is_a_history_of_all_origins(ask: Ask) -> None:
    query = ask("can you give me every change to the steel tariff since 2018, oldest first")
    assert (query.history, query.partner_implied, query.since) == (True, True, date(2018, 1, 1))


def test_every_change_that_concerns_goods_is_a_list(ask: Ask) -> None:
    query = ask("please list every change that affected auto parts since may")
    assert (query.kind, query.product) == (QueryKind.CHANGES, "auto parts")
    assert query.since == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("text", "card"),
    [
        (
            "has commerce opened new national security investigations on furniture or machinery",
            "section-232-investigations",
        ),
        (
            "does the eu still suspend its countermeasures against american products, and when "
            "does the suspension end",
            "eu-countermeasures",
        ),
        (
            "does a sofa with a steel frame pay the steel tariff as well as the furniture tariff",
            "stacking",
        ),
        ("fda fees on cheese from france", "agency-rules"),
        ("de minimus shpmts frm uk still dutyfree or nah", "de-minimis"),
    ],
)
def test_a_question_about_a_rule_is_no_question_about_goods(ask: Ask, text: str, card: str) -> None:
    assert ask(text).card == card


def test_what_the_asking_firm_opened_needs_no_question(ask: Ask) -> None:
    query = ask("we opened a warehouse; what is the duty on shoes from vietnam")
    assert (query.partner, query.product) == ("VN", "shoes")


def test_no_rate_answers_what_was_signed_or_opened(ask: Ask) -> None:
    with pytest.raises(UnclearQuestion, match="probe"):
        ask("launched probe chairs from vietnam")


@pytest.mark.parametrize(
    ("text", "imposer", "partner", "product"),
    [
        ("what rate does the uk apply to bicycles made in china", "GB", "CN", "bicycles"),
        ("how much did us importers pay on swiss watches", "US", "CH", "watches"),
        ("what are the taxes of us to brazil for shoes", "US", "BR", "shoes"),
        ("cdn retaliatory tariffs on us furniture", "CA", "US", "furniture"),
        ("us-ger autos", "US", "DE", "autos"),
        ("whisky duty of india on the uk under the new trade agreement", "IN", "GB", "whisky"),
        ("chair made of wood from italy", "US", "IT", "wooden chair"),
        ("matte finish tiles from italy", "US", "IT", "tiles"),
        ("oman dates", "US", "OM", "date fruit"),
        (
            "do pharmaceutical products from ireland fall under the 15% cap",
            "US",
            "IE",
            "pharmaceutical",
        ),
    ],
)
def test_each_word_has_its_place_in_a_rate(
    ask: Ask, text: str, imposer: str, partner: str, product: str
) -> None:
    query = ask(text)
    assert (query.imposer, query.partner, query.product) == (imposer, partner, product)


@pytest.mark.parametrize("text", ["tunisia tariff dates", "which dates matter for china"])
def test_dates_next_to_words_of_a_calendar_are_no_fruit(ask: Ask, text: str) -> None:
    assert ask(text).product is None


def test_a_tariff_that_may_finish_has_no_finnish_goods(ask: Ask) -> None:
    query = ask("is the tarif for korea finish or continue after november?")
    assert (query.kind, query.partner, query.versus) == (QueryKind.UPCOMING, "KR", ())


def test_a_calendar_question_whose_goods_nothing_names_offers_the_rates(ask: Ask) -> None:
    with pytest.raises(UnclearQuestion, match="glampings") as raised:
        ask("we import padded glampings from vietnam, what is due and does it go up in january")
    assert ("US duty on goods of Vietnam", "🇻🇳") in raised.value.options
    assert [command for _, command in raised.value.options][-1] == "cards"


def test_the_named_origin_wins_over_the_material(ask: Ask) -> None:
    query = ask("ctry of orig vietnam, material of china, t-shirts, invoice 27.800 usd")
    assert (query.partner, query.versus, query.unread) == ("VN", (), ("China",))
    assert query.value == 27_800


@pytest.mark.parametrize(
    "text",
    [
        "mexico's new tariffs on asian goods for a korean company with steel",
        "toys from china for our customer in japan via malaysia",
        "country of origin vietnam, chinese fabric, t-shirts",
        "steel duty in germany from the us and from india",
        "toys from IN/VN/MY for a german buyer",
    ],
)
def test_no_named_economy_is_lost(ask: Ask, parties: Parties, text: str) -> None:
    query = ask(text)
    named = {"mexico", "korean", "china", "chinese", "japan", "malaysia", "vietnam", "germany"}
    named |= {"german", "india"}
    codes = {query.imposer, query.partner, *query.versus, *query.via}
    for word in named & {*text.replace(",", " ").replace("'s", " ").split()}:
        party = parties.find(word)
        assert party is not None
        assert party.code in codes or party.name in query.unread, word


def test_scattered_words_are_no_goods(ask: Ask) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        ask("did they approve the tariff cut on american industrial goods in the eu")
    assert all("8417" not in command for _, command in raised.value.options)


@pytest.mark.parametrize(
    "text", ["upcoming all countries", "upcoming each country", "upcoming every economy"]
)
def test_a_calendar_of_all_countries_leaves_out_no_change(ask: Ask, text: str) -> None:
    assert ask(text) == RateQuery(kind=QueryKind.UPCOMING)


def test_a_calendar_of_two_economies_keeps_both(ask: Ask) -> None:
    query = ask("upcoming us and china all countries")
    assert (query.imposer, query.partner) == ("US", "CN")


def test_a_percentage_of_all_countries_needs_no_economy(ask: Ask) -> None:
    assert ask("is 50% still on for all countries").kind is QueryKind.PERCENT


def test_every_is_no_economy(ask: Ask) -> None:
    query = ask("list every tariff change that took effect in august 2026")
    assert (query.kind, query.partner) == (QueryKind.CHANGES, None)
    assert (query.since, query.until) == (date(2026, 8, 1), date(2026, 8, 31))


@pytest.mark.parametrize("text", ["upcoming all but china", "upcoming all countries except canada"])
def test_a_calendar_with_an_exception_offers_all_changes(ask: Ask, text: str) -> None:
    with pytest.raises(UnclearQuestion) as refused:
        ask(text)
    assert [question for _, question in refused.value.options] == ["upcoming"]


@pytest.mark.parametrize("text", ["tariffs 4 december 2026", "duties on 4 dec 2026"])
def test_a_day_alone_asks_for_its_changes(ask: Ask, text: str) -> None:
    day = date(2026, 12, 4)
    assert ask(text) == RateQuery(kind=QueryKind.UPCOMING, since=day, until=day)


@pytest.mark.parametrize(
    "text", ["mexico asian cars", "mexico 50% non-fta countries cars", "mexico cars from asia"]
)
def test_goods_of_a_region_ask_whose_duties_are_meant(ask: Ask, text: str) -> None:
    with pytest.raises(UnclearQuestion) as refused:
        ask(text)
    assert refused.value.options[0][1] == "tariffs by \U0001f1f2\U0001f1fd passenger cars"


def test_latin_american_goods_are_not_of_the_us(ask: Ask) -> None:
    with pytest.raises(UnclearQuestion, match="latin american"):
        ask("latin american steel")


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("thai tyre 4011.10 truck or car", "tyre 4011.10"),
        ("thai parts for cars and trucks", "cars parts or trucks parts"),
        ("chapter 99 numbers to declare for 7318.15 from thailand", "7318.15"),
        ("chapter 99 number steel pipes thailand", "steel pipes"),
        ("sec 232 cu thailand", "section 232 copper"),
    ],
)
def test_words_about_the_goods_name_no_other_goods(ask: Ask, text: str, product: str) -> None:
    query = ask(text)
    assert (query.kind, query.partner, query.product) == (QueryKind.PAIR, "TH", product)


@pytest.mark.parametrize(
    "text", ["AD duty chinese mattresses", "ad on mattresses from china", "ad-order china mattress"]
)
def test_the_short_form_of_antidumping_is_read(ask: Ask, text: str) -> None:
    query = ask(text)
    assert query.uncovered == (Uncovered.ANTIDUMPING,)
    assert query.product in ("mattresses", "mattress")


@pytest.mark.parametrize("text", ["ad/cvd", "ad-cvd order", "ad & cvd", "ad and cvd case"])
def test_both_short_forms_are_read(ask: Ask, text: str) -> None:
    query = ask(f"{text} steel nails china")
    assert query.uncovered == (Uncovered.ANTIDUMPING, Uncovered.COUNTERVAILING)
    assert query.product == "steel nails"


def test_the_way_to_state_a_duty_is_no_antidumping_duty(ask: Ask) -> None:
    assert not ask("ad valorem duty china toys").uncovered


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("furniture wood", ("wooden-furniture",)),
        ("door wood", ("wooden-doors",)),
        ("furniture of wood", ("wooden-furniture",)),
        ("pipes of steel", ("steel-pipes",)),
        ("chair plastic", ("chairs", "plastics")),
        ("pipe steel", ("steel-pipes",)),
        ("car steel", ("cars", "steel")),
        ("battery ev", ("ev-batteries",)),
        ("alum", ("aluminium",)),
        ("stl", ("steel",)),
    ],
)
def test_goods_may_stand_before_their_material(
    ledger: Ledger, text: str, goods: tuple[str, ...]
) -> None:
    assert ledger.reader.read_any(text).goods == goods


def test_wood_alone_is_asked_for(ask: Ask) -> None:
    with pytest.raises(UnclearQuestion, match="wood"):
        ask("vietnam wood")
