"""Words that were not read, and sentences that were half read, with shipped data."""

from datetime import date

import pytest

from bot.errors import QueryError, UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, format_query

TODAY = date(2026, 11, 30)


def read(text: str, ledger: Ledger) -> RateQuery:
    return parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)


def list_offers(text: str, ledger: Ledger) -> tuple[str, list[str]]:
    """The question back, and the commands of its buttons."""
    with pytest.raises(UnclearQuestion) as refused:
        read(text, ledger)
    return refused.value.question, [command for _, command in refused.value.options]


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("our supplier threatens to stop shipping toys from china, what is the duty", "threatens"),
        ("what duty applies to bicycles from taiwan, asks a zorbologist", "zorbologist"),
        ("how much do we pay on 7318.15 from taiwan that was notarized", "notarized"),
        ("us duty on chinese toys and how to dispute it", "how to dispute it"),
        ("compare vietnam and thailand on notarized shoes", "notarized"),
        ("li-ion batteries non-ev from china", "non-ev"),
    ],
)
def test_words_that_change_the_question_are_kept(text: str, unread: str, ledger: Ledger) -> None:
    assert unread in read(text, ledger).unread


@pytest.mark.parametrize(
    ("text", "parts", "card"),
    [
        ("toys from china and why is it so high", ("why is it so high",), None),
        ("toys from china, who pays it", ("who pays it",), "importer-of-record"),
        ("us china toys? also who files the entry", ("who files the entry",), None),
        ("toys from china and vietnam, and how do i reduce it", ("how do i reduce it",), None),
        ("toys from china, can you please check", (), None),
        ("toys from china, and how much is it", (), None),
        ("toys from china, could we ship them from vietnam", (), None),
    ],
)
def test_a_second_part_without_an_answer_is_named(
    text: str, parts: tuple[str, ...], card: str | None, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.unread, found.product) == (parts, "toys")
    assert card is None or card in found.cards


def test_goods_without_an_origin_name_what_was_not_read(ledger: Ledger) -> None:
    asked, offers = list_offers("what is the rate on copper and does it apply to zorbs", ledger)
    assert "zorbs" in asked
    assert "🇺🇸 copper" in offers


def test_the_labels_of_headings_are_whole_words(ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as refused:
        read("yoga blocks from china", ledger)
    labels = [label for label, _ in refused.value.options]
    assert labels[0].startswith("HS 6808: Panels, boards, tiles, blocks ")
    assert [one for one in labels if len(one) > 70] == []
    assert labels[0].endswith("of…")


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("is switzerland 39% still valid or 15%", "US", "CH"),
        ("is switzerland 15%", "US", "CH"),
        ("IS -> US fish", "US", "IS"),
        ("are -> us dates", "US", "AE"),
        ("furniture from all countries", "US", "WORLD"),
    ],
)
def test_a_verb_is_no_economy_and_all_countries_are_origins(
    text: str, imposer: str, partner: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.kind, found.imposer, found.partner) == (QueryKind.PAIR, imposer, partner)


@pytest.mark.parametrize(
    "text",
    [
        "steel from canada and when does it end",
        "steel of canada end date",
        "steel from canada will it end",
        "upcoming goods of 🇨🇦 steel",
    ],
)
def test_when_a_duty_ends_is_asked_for_the_goods_of_the_origin(text: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (found.kind, found.partner, found.product) == (QueryKind.UPCOMING, "CA", "steel")
    assert found.only_as_origin
    assert read(format_query(found), ledger) == found


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("duty on a 2024 pickup from thailand", None),
        ("used 2024 cars from japan", None),
        ("duty on pickups from thailand in 2024", date(2024, 1, 1)),
        ("was there a 2019 section 301 duty on toys from china", date(2019, 1, 1)),
        ("is there a 2027 increase for nicaragua", date(2027, 1, 1)),
        ("a 2025 comparison of us china toys", date(2025, 1, 1)),
        ("is there a 2026 eu car tariff", date(2026, 1, 1)),
        ("a 2026 car tariff of 25% on japan", date(2026, 1, 1)),
        ("a 2027 china steel increase", date(2027, 1, 1)),
        ("a 2027 steel increase", date(2027, 1, 1)),
        ("a 2026 forecast for steel from canada", date(2026, 1, 1)),
        ("history of toys from china with a 2025 start", date(2025, 1, 1)),
    ],
)
def test_only_the_year_of_a_model_is_no_period(
    text: str, since: date | None, ledger: Ledger
) -> None:
    assert read(text, ledger).since == since


@pytest.mark.parametrize("text", ["steel from all countries", "wine made in all countries"])
def test_all_countries_are_origins(text: str, ledger: Ledger) -> None:
    query = read(text, ledger)
    assert (query.imposer, query.partner) == ("US", "WORLD")


@pytest.mark.parametrize(
    "text",
    [
        "steel to all countries",
        "tariffs by world on steel",
        "how much is the duty on wine in all countries",
    ],
)
def test_all_countries_are_not_one_importing_country(text: str, ledger: Ledger) -> None:
    with pytest.raises(QueryError) as refused:
        read(text, ledger)
    assert refused.value.thing == "all countries"


def test_now_and_another_day_are_compared(ledger: Ledger) -> None:
    found = read("eu car tariff now vs a year ago", ledger)
    assert found.days == (date(2025, 11, 30), TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("us china toys now vs last year", date(2025, 1, 1), TODAY),
        ("us china toys currently versus q2 2025", date(2025, 4, 1), TODAY),
        ("us china toys now vs 2027", TODAY, date(2027, 12, 31)),
    ],
)
def test_now_and_a_long_time_are_all_days_between(
    text: str, first: date, last: date, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.since, found.until) == (first, last)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("does switzerland have a deal and what is the rate on pharma", "pharma"),
        ("japan autos and deal", "autos"),
        ("section 232 on steel derivatives from the eu", "section 232 on steel derivatives"),
    ],
)
def test_words_that_name_nothing_are_cut_from_the_ends_of_goods(
    text: str, product: str, ledger: Ledger
) -> None:
    assert read(text, ledger).product == product


@pytest.mark.parametrize(
    "text",
    [
        "us china",
        "toys from china",
        "good morning, could you please tell me what duty we pay on shoes from vietnam today?",
        "our broker says that steel from india pays 50%, is it true?",
        "what do we pay if we import shoes from vietnam",
        "when our container arrives next week, what is the duty on coffee from colombia",
        "usmca claim on mexican avocados",
        "if i claim korus on 6115.95 from korea, what would i pay",
        "who pays more on wine, france or chile",
    ],
)
def test_polite_and_usual_words_are_no_unread_words(text: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (found.unread, found.kind in (QueryKind.PAIR, QueryKind.COMPARE)) == ((), True)


@pytest.mark.parametrize(
    ("text", "unread", "offered"),
    [
        # Conditions with words that were not read.
        (
            "does a mexican avocado come in free if the importer forgets to claim usmca",
            "forgets",
            ["🇲🇽 avocado", "card usmca"],
        ),
        ("if our supplier relocates to vietnam what do sofas pay", "relocates", ["🇻🇳 sofas"]),
        ("what will steel from brazil pay unless congress ratifies it", "ratifies", ["🇧🇷 steel"]),
        ("if we split the shipment of watches from switzerland", "split", ["🇨🇭 watches"]),
        # Most words were not read.
        ("how do exporters of china cope, negotiate and persist", "cope", ["🇨🇳"]),
        # Nothing names goods.
        ("how would you frobnicate a gizmotron from switzerland today", "frobnicate", ["🇨🇭"]),
    ],
)
def test_a_half_read_sentence_gets_no_figure(
    text: str, unread: str, offered: list[str], ledger: Ledger
) -> None:
    question, commands = list_offers(text, ledger)
    assert unread in question
    assert set(offered) <= set(commands)
    assert len(commands) <= 4


@pytest.mark.parametrize(
    ("text", "economies", "product"),
    [
        ("chinese steel poured in vietnam duty", ["CN", "VN"], "steel"),
        ("shirts sewn in jordan from egyptian cotton", ["JO", "EG"], "shirts and blouses"),
        ("cars assembled in mexico with japanese engines", ["MX", "JP"], "passenger cars"),
        ("furniture assembled in mexico from chinese parts", ["MX", "CN"], "furniture"),
        ("goods made in mexico with 60% chinese content, what duty", ["MX", "CN"], None),
    ],
)
def test_goods_made_from_goods_of_another_economy_get_the_card_about_origin(
    text: str, economies: list[str], product: str | None, ledger: Ledger
) -> None:
    query = read(text, ledger)
    assert query.card == "origin-rules"
    assert [query.partner, *query.versus] == economies
    assert query.product == product


@pytest.mark.parametrize(
    "text",
    [
        "us tariff on shirts made in vietnam",
        "shirts made in china or made in vietnam",
        "what is the duty on cars made in germany for the us",
    ],
)
def test_goods_made_in_one_economy_are_read(text: str, ledger: Ledger) -> None:
    assert read(text, ledger).imposer == "US"


@pytest.mark.parametrize(
    ("text", "origin", "via"),
    [
        ("chinese shoes stored in a mexican warehouse", "CN", ("MX",)),
        ("toys from china via hong kong", "CN", ("HK",)),
        ("steel made in india shipped from dubai", "IN", ("AE",)),
        ("tires from thailand transiting through singapore", "TH", ("SG",)),
    ],
)
def test_a_place_on_the_way_is_no_origin(
    text: str, origin: str, via: tuple[str, ...], ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.imposer, found.partner, found.via) == ("US", origin, via)


def test_a_way_without_an_origin_stays_in_the_question(ledger: Ledger) -> None:
    assert read("steel through canada", ledger).partner == "CA"


@pytest.mark.parametrize(
    "text",
    [
        "mexican tomatoes w/ usmca & w/o",
        "if our canadian furniture doesn't qualify for usmca, how much more is the duty",
        "how much do we save with usmca on mexican cars",
        "difference between usmca and no usmca for canadian steel",
    ],
)
def test_both_sides_of_a_claim_are_asked_for(text: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert found.product is not None
    assert "usmca" not in found.product


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("hw much tarrif on shooes frm indonesa", "shoes"),
        ("wht is the rate todya on bicycles frm taiwn", "bicycles"),
        ("sofa?? also mattress from vietnm", "sofa, mattress"),
        ("toys n shoes from china", "toys and shoes"),
        ("sec 301 nicaragua", "section 301"),
        ("li-ion batteries 301+fent+recip china", "li-ion batteries"),
    ],
)
def test_short_and_misspelled_words_are_read_at_once(
    text: str, product: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.product, found.unread) == (product, ())


@pytest.mark.parametrize("text", ["us nowhere", "china zorbs"])
def test_a_short_text_with_an_unknown_word_is_not_understood(text: str, ledger: Ledger) -> None:
    with pytest.raises(QueryError) as refused:
        read(text, ledger)
    assert not isinstance(refused.value, UnclearQuestion)
