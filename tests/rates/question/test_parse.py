"""Parsing of questions as people type them, with the shipped vocabulary."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD, Parties, Party
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery

Read = Callable[[str], RateQuery]


@pytest.fixture
def read(parties: Parties, ledger: Ledger, today: date) -> Read:
    return lambda text: parse_query(text, parties, today, ledger.reader)


@pytest.mark.parametrize(
    "text",
    [
        "us china",
        "US China",
        "usa prc",
        "🇺🇸 🇨🇳",
        "us 🇨🇳",
        "🇺🇸 china",
        "us🇨🇳",
        "us -> 🇨🇳",
        "US, China?",
        "united states and china",
        "what is the us china tariff",
        "us -> china",
        "us → china",
        "us china today",
    ],
)
def test_two_parties_are_asked_about_in_both_directions(text: str, read: Read) -> None:
    query = read(text)

    assert (query.kind, query.imposer, query.partner) == (QueryKind.PAIR, "US", "CN")
    assert query.both_ways
    assert query.product is None


@pytest.mark.parametrize(
    "text",
    [
        "us on china",
        "us tariffs on china",
        "tariffs by us on china",
        "tariffs on china by us",
        "what is the tariff on chinese goods in the us",
        "goods from china to the us",
        "how much does china pay in the us",
    ],
)
def test_prepositions_say_which_party_imposes(text: str, read: Read) -> None:
    query = read(text)

    assert (query.imposer, query.partner, query.both_ways) == ("US", "CN", False)


def test_codes_that_are_also_words_are_economies_next_to_an_arrow(read: Read) -> None:
    query = read("by -> in")

    assert (query.imposer, query.partner) == ("BY", "IN")


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("us -> china", "US", "CN"),
        ("china -> us", "US", "CN"),
        ("brazil → us", "US", "BR"),
        ("canada -> china", "CA", "CN"),
        ("china -> us steel", "US", "CN"),
    ],
)
def test_the_party_before_an_arrow_imposes_unless_goods_flow_into_the_us(
    text: str, imposer: str, partner: str, read: Read
) -> None:
    query = read(text)

    assert (query.imposer, query.partner) == (imposer, partner)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("us eu steel", "steel"),
        ("us china 8507.60", "8507.60"),
        ("us china ev batteries", "ev batteries"),
        ("us cars japan", "cars"),
        ("us china section 301 list 3 only", "section 301 list 3 only"),
        ("what are the us tariffs on chinese steel?", "steel"),
    ],
)
def test_the_remaining_words_are_the_product(text: str, product: str, read: Read) -> None:
    assert read(text).product == product


def test_one_imposer_with_goods_asks_for_all_partners(read: Read) -> None:
    query = read("us steel")

    assert (query.imposer, query.partner, query.product) == ("US", "WORLD", "steel")


@pytest.mark.parametrize(
    ("text", "origin", "product"),
    [
        ("what is the tariff on steel from canada", "CA", "steel"),
        ("swiss watches", "CH", "watches"),
        ("duty on canadian lumber", "CA", "lumber"),
        ("cars made in germany", "DE", "cars"),
        ("canada steel", "CA", "steel"),
        ("8544.42 china", "CN", "8544.42"),
        ("vietnam", "VN", None),
        ("tariffs on china", "CN", None),
        ("what does china pay", "CN", None),
    ],
)
def test_goods_from_one_economy_ask_for_us_duties_on_that_origin(
    text: str, origin: str, product: str | None, read: Read
) -> None:
    query = read(text)

    assert (query.kind, query.imposer, query.partner) == (QueryKind.PAIR, "US", origin)
    assert query.product == product
    assert query.imposer_assumed


def test_goods_from_the_us_ask_for_duties_of_all_economies_on_them(read: Read) -> None:
    query = read("tariffs on us steel")

    assert (query.kind, query.partner, query.product) == (QueryKind.PARTY, "US", "steel")
    assert query.only_as_origin


@pytest.mark.parametrize("text", ["us steel", "chinese tariffs on steel", "us"])
def test_an_economy_that_charges_is_not_read_as_the_origin(text: str, read: Read) -> None:
    query = read(text)

    assert not query.only_as_origin
    assert not query.imposer_assumed


@pytest.mark.parametrize(
    "text",
    [
        "us china on 2025-04-15",
        "us china 2025-4-15",
        "us china on april 15, 2025",
        "us china 15 April 2025",
        "us china as of 15th of apr 2025",
    ],
)
def test_a_day_is_understood_as_people_write_it(text: str, read: Read) -> None:
    query = read(text)

    assert query.on == date(2025, 4, 15)
    assert query.product is None


def test_the_words_history_versus_upcoming_and_changes_are_understood(read: Read) -> None:
    assert read("us china history").history
    compared = read("us china vs vietnam vs brazil")
    assert (compared.kind, compared.partner, compared.versus) == (
        QueryKind.COMPARE,
        "CN",
        ("VN", "BR"),
    )
    assert read("upcoming").kind is QueryKind.UPCOMING
    assert read("changes since 2025-04-01").since == date(2025, 4, 1)
    assert read("changes china").partner == "CN"
    assert read("china").kind is QueryKind.PAIR
    assert read("us").kind is QueryKind.PARTY


@pytest.mark.parametrize(
    ("text", "near"),
    [("us chnnia", "China"), ("us vitenm", "Vietnam"), ("cnda us", "Canada"), ("chnnia", "China")],
)
def test_a_misspelled_party_is_refused_with_the_nearest_names(
    text: str, near: str, read: Read
) -> None:
    with pytest.raises(UnknownParty) as refused:
        read(text)

    assert near in refused.value.suggestions


@pytest.mark.parametrize("text", ["us atlantis", "us nowhere", "us china gizmos"])
def test_words_that_are_neither_goods_nor_an_economy_are_refused(text: str, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)

    assert refused.value.cure


def test_similar_goods_are_suggested(read: Read) -> None:
    with pytest.raises(UnclearQuestion) as refused:
        read("us china washing")

    labels = [label for label, _ in refused.value.options]
    assert "washing machines" in labels
    assert len(labels) <= 4


@pytest.mark.parametrize("text", ["us china section 232 only", "us ieepa", "us china headline"])
def test_layers_and_legal_bases_are_known_words(text: str, read: Read) -> None:
    assert read(text).product


@pytest.mark.parametrize("day", ["foo", "whenever"])
def test_an_unreadable_day_is_reported(day: str, read: Read) -> None:
    with pytest.raises(QueryError, match="not a day we can read") as refused:
        read(f"changes since {day}")

    assert refused.value.cure == "Write it as 2025-12-31"


def test_a_misspelled_economy_in_a_calendar_question_is_reported(read: Read) -> None:
    with pytest.raises(UnknownParty):
        read("upcoming chnnia")


@pytest.mark.parametrize("text", ["", "tariff", "us china on 2025-02-30", "x" * 3000, "steel"])
def test_a_question_that_is_not_understood_has_a_cure(text: str, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)

    assert refused.value.cure


_WORDS = st.sampled_from(
    [
        *("us", "china", "on", "->", "by", "from", "in", "vs", "history", "upcoming", "changes"),
        *("since", "2025-04-15", "2025-99-01", "0000-00-00", "april", "15", "8507.60", "steel"),
        *("🇺🇸", ":flag-cn:", "<@U1>", "<!channel>", "\u202e", "no", "it", "only", "section 301"),
    ]
)


@pytest.mark.parametrize(
    ("text", "imposer", "partner", "product"),
    [
        ("tariff on solar panels from vietnam in the us", "US", "VN", "solar panels"),
        ("what would i pay to import tires from thailand into the us", "US", "TH", "tires"),
        ("exports of canola from canada to china", "CN", "CA", "canola"),
        ("japanese cars in the us", "US", "JP", "cars"),
        ("what is the tariff for chinese evs in mexico", "MX", "CN", "evs"),
        ("what tariff does india face in the united states", "US", "IN", None),
        ("swiss watches us tariff", "US", "CH", "watches"),
        ("us machinery entering china", "CN", "US", "machinery"),
        ("american cars that enter the european union", "EU", "US", "cars"),
        ("german tires entering the us", "US", "DE", "tires"),
        ("chinese steel entering mexico", "MX", "CN", "steel"),
    ],
)
def test_words_of_direction_say_who_imposes(
    text: str, imposer: str, partner: str, product: str | None, read: Read
) -> None:
    query = read(text)

    assert (query.imposer, query.partner, query.product) == (imposer, partner, product)
    assert not query.both_ways


@pytest.mark.parametrize(
    "text", ["us tariffs in china", "us china tariffs", "us face masks china", "us steel china"]
)
def test_without_words_of_direction_the_first_party_imposes(text: str, read: Read) -> None:
    query = read(text)

    assert (query.imposer, query.partner) == ("US", "CN")


@pytest.mark.parametrize(
    ("text", "partner"),
    [
        ("steel coils melted and poured in mexico", "MX"),
        ("aluminum smelted in canada", "CA"),
        ("shrimp harvested in india", "IN"),
    ],
)
def test_the_place_of_a_process_is_the_origin(text: str, partner: str, read: Read) -> None:
    query = read(text)

    assert (query.imposer, query.partner) == ("US", partner)


@pytest.mark.parametrize(
    ("text", "partner"),
    [
        ("india all changes from 2025-08-01", "IN"),
        ("all changes vietnam since may 2026", "VN"),
        ("all upcoming japan", "JP"),
    ],
)
def test_all_changes_of_an_economy_are_not_those_of_all_countries(
    text: str, partner: str, read: Read
) -> None:
    query = read(text)

    assert (query.imposer, query.partner) == (None, partner)


_ANY = st.text(st.characters(exclude_categories=()), max_size=200)


@given(st.one_of(_ANY, st.lists(_WORDS, max_size=10).map(" ".join)))
def test_the_parser_raises_nothing_but_query_errors(
    parties: Parties, ledger: Ledger, text: str
) -> None:
    try:
        query = parse_query(text, parties, date(2026, 11, 24), ledger.reader)
    except QueryError:
        return
    assert isinstance(query, RateQuery)


@given(st.data())
def test_any_two_parties_are_found_in_any_spelling(parties: Parties, data: st.DataObject) -> None:
    both = st.lists(
        st.sampled_from([party for party in parties if party.code != WORLD]),
        min_size=2,
        max_size=2,
        unique_by=lambda party: party.code,
    )
    first, second = data.draw(both)
    text = f"{data.draw(_spelt(first))} {data.draw(_spelt(second))}"
    # Skips pairs that together spell one economy: 'la Reunion' is not LA (Laos) and Reunion.
    assume(parties.find(text) is None)

    query = parse_query(text, parties, date(2026, 11, 24))

    assert (query.imposer, query.partner, query.product) == (first.code, second.code, None)


def _spelt(party: Party) -> st.SearchStrategy[str]:
    return st.sampled_from([party.name, party.code, party.code.lower(), party.flag])


@pytest.mark.parametrize("text", ["upcoming narnia", "changes gizmos", "upcoming china gizmos"])
def test_a_calendar_for_unknown_words_is_refused(text: str, read: Read) -> None:
    with pytest.raises(QueryError, match="neither goods nor an economy"):
        read(text)


@pytest.mark.parametrize(
    "text", ["upcoming in the next 30 days", "changes this month", "what is upcoming in december"]
)
def test_words_of_time_do_not_limit_a_calendar_to_goods(text: str, read: Read) -> None:
    query = read(text)

    assert (query.partner, query.product) == (None, None)


@pytest.mark.parametrize(
    "text",
    ["tariffs on chinese steel", "what is the duty on steel from china", "duty from china cars"],
)
def test_a_partner_alone_is_not_read_as_the_imposer(text: str, read: Read) -> None:
    query = read(text)

    assert (query.imposer, query.partner, query.imposer_assumed) == ("US", "CN", True)


def test_goods_without_an_economy_get_a_button_for_each_likely_origin(read: Read) -> None:
    with pytest.raises(UnclearQuestion) as refused:
        read("steel on 2026-09-01")

    found = [read(command) for _, command in refused.value.options]
    assert [one.partner for one in found] == ["CA", "MX", "KR", WORLD]
    assert {(one.imposer, one.product, str(one.on)) for one in found} == {
        ("US", "steel", "2026-09-01")
    }


def test_a_unit_after_a_number_is_not_an_economy(ledger: Ledger) -> None:
    query = parse_query("us canada motorcycles over 800 cc", ledger.parties, date(2026, 11, 29))

    assert (query.imposer, query.partner, query.versus) == ("US", "CA", ())
    assert query.product == "motorcycles over 800 cc"
