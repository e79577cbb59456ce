"""Questions are parsed to complete queries, or refused; few economies and goods are known."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.errors import NoEconomyNamed, QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD, Parties, Party
from bot.rates.model.goods import Good
from bot.rates.question.parse import parse_query
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import QueryKind, RateQuery, Uncovered, format_query, override_query
from tests.rates.made import ledger, sheet, written

TODAY, DAY = date(2026, 11, 24), date(2025, 5, 14)
PARTIES = Parties(
    [
        Party(code="US", name="United States", alpha3="USA", asked=("american",)),
        Party(code="CN", name="China", alpha3="CHN", asked=("chinese",)),
        Party(code="DE", name="Germany", alpha3="DEU", asked=("german",)),
        Party(code="CA", name="Canada", alpha3="CAN", asked=("canadian",)),
        Party(code="IN", name="India", alpha3="IND", asked=("indian",)),
        Party(code="BY", name="Belarus", alpha3="BLR"),
        Party(code="KG", name="Kyrgyzstan", alpha3="KGZ"),
        Party(code="BA", name="Bosnia and Herzegovina", alpha3="BIH"),
        Party(code="EU", name="European Union", members=("DE",)),
        Party(code=WORLD, name="all partners", asked=("world", "all countries")),
    ]
)
GOODS = [
    Good(id="steel", name="steel", hs=("72",)),
    Good(id="wine", name="wine", hs=("2204",)),
    Good(id="masks", name="face masks", hs=("6307",)),
    Good(id="phones", name="smartphones", hs=("8517",)),
]


def reader() -> ProductReader:
    return ledger(sheet(written("list", names=["list 3"])), goods=GOODS).reader


def read(text: str) -> RateQuery:
    return parse_query(text, PARTIES, TODAY, reader())


def pair(imposer: str, partner: str, **fields: Any) -> RateQuery:
    return RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner, **fields)


def origin(code: str, **fields: Any) -> RateQuery:
    """A question that names only the origin, so that the US is assumed to import."""
    return pair("US", code, imposer_assumed=True, **fields)


def party(code: str, **fields: Any) -> RateQuery:
    return RateQuery(kind=QueryKind.PARTY, partner=code, **fields)


BOTH: dict[str, Any] = {"both_ways": True}
STEEL: dict[str, Any] = {"product": "steel"}
QUERIES: list[tuple[str, RateQuery]] = [
    ("us china", pair("US", "CN", **BOTH)),
    ("US china steel", pair("US", "CN", product="steel", **BOTH)),
    (
        "us china steel history on 2025-05-14",
        pair("US", "CN", on=DAY, history=True, **BOTH, **STEEL),
    ),
    ("us on china", pair("US", "CN")),
    ("china by us", pair("US", "CN")),
    ("tariffs by us on china", pair("US", "CN")),
    ("us pays china", pair("CN", "US")),
    ("us imposes china", pair("US", "CN")),
    ("us against china", pair("US", "CN")),
    ("us charges china", pair("US", "CN")),
    ("from china to us", pair("US", "CN")),
    ("goods of china to us", pair("US", "CN")),
    ("goods of china in us", pair("US", "CN")),
    ("us goods into china", pair("CN", "US")),
    ("us to china", pair("CN", "US")),
    ("steel from china into us", pair("US", "CN", **STEEL)),
    ("what china faces in us", pair("US", "CN")),
    ("china face masks us", pair("CN", "US", product="face masks", **BOTH)),
    ("tariffs on china from us", pair("US", "CN")),
    ("on china to us", pair("US", "CN")),
    ("china steel in us", pair("US", "CN", **STEEL)),
    ("china steel us tariff", pair("US", "CN", **STEEL)),
    ("china steel us", pair("CN", "US", **STEEL, **BOTH)),
    ("us tariffs in china", pair("US", "CN", **BOTH)),
    ("us steel tariffs in china", pair("US", "CN", product="steel", **BOTH)),
    ("us duty", party("US")),
    ("us -> china", pair("US", "CN", **BOTH)),
    ("us ⟶ china", pair("US", "CN", **BOTH)),
    ("us => china", pair("US", "CN", **BOTH)),
    ("🇺🇸🇨🇳", pair("US", "CN", **BOTH)),
    ("(us) 'china'?", pair("US", "CN", **BOTH)),
    # A small word ("in", "by") that is also a country code is a code next to one economy.
    ("us in", pair("US", "IN", **BOTH)),
    ("in us", pair("IN", "US", **BOTH)),
    ("by -> us", pair("US", "BY", **BOTH)),
    ("us -> by", pair("US", "BY", **BOTH)),
    ("in in", origin("IN")),
    ("united states in", pair("US", "IN", **BOTH)),
    ("in united states", pair("IN", "US", **BOTH)),
    ("united states the", party("US")),
    ("*us* `china`~ _steel_", pair("US", "CN", **STEEL, **BOTH)),
    # "kg" is the code of Kyrgyzstan, but after a number it is a unit.
    ("us china 5 kg steel", pair("US", "CN", product="steel", **BOTH)),
    ("us kg steel", pair("US", "KG", **STEEL, **BOTH)),
    ("us bosnia and herzegovina steel", pair("US", "BA", **STEEL, **BOTH)),
    # More than one partner makes a comparison.
    (
        "us china vs india",
        RateQuery(kind=QueryKind.COMPARE, imposer="US", partner="CN", versus=("IN",)),
    ),
    (
        "us on china, india, germany, china steel",
        RateQuery(kind=QueryKind.COMPARE, imposer="US", partner="CN", versus=("IN", "DE"), **STEEL),
    ),
    (
        "by us on china and india",
        RateQuery(kind=QueryKind.COMPARE, imposer="US", partner="CN", versus=("IN",)),
    ),
    ("us us china", pair("US", "CN", **BOTH)),
    ("us all countries steel", pair("US", WORLD, **STEEL)),
    ("world us", party("US", only_as_origin=True)),
    ("steel all countries on canada", party("CA", only_as_origin=True, **STEEL)),
    # A question can name one economy only: the origin of the goods, or the economy that charges.
    ("china", origin("CN")),
    ("china history", origin("CN", history=True)),
    ("tariffs on china", origin("CN")),
    ("from china", origin("CN")),
    ("against china on 2025-05-14", origin("CN", on=DAY)),
    ("steel from canada", origin("CA", **STEEL)),
    ("steel made in canada", origin("CA", product="steel")),
    ("canadian steel", origin("CA", **STEEL)),
    ("canada steel", origin("CA", **STEEL)),
    ("canadian tariffs", party("CA")),
    ("tariffs by canada", party("CA")),
    ("canada's duties", party("CA")),
    ("us steel", pair("US", WORLD, partner_implied=True, **STEEL)),
    ("canada charges on steel", pair("CA", WORLD, partner_implied=True, **STEEL)),
    ("steel in canada", pair("CA", WORLD, partner_implied=True, product="steel")),
    ("steel on world", pair("US", WORLD, product="steel", imposer_assumed=True)),
    ("what china faces", origin("CN")),
    ("china steel on 2025-05-14", origin("CN", on=DAY, **STEEL)),
    # Questions about the calendar.
    ("upcoming", RateQuery(kind=QueryKind.UPCOMING)),
    (
        "upcoming china steel on 2025-05-14",
        RateQuery(kind=QueryKind.UPCOMING, partner="CN", on=DAY, **STEEL),
    ),
    ("calendar", RateQuery(kind=QueryKind.UPCOMING)),
    ("changes", RateQuery(kind=QueryKind.CHANGES, since=date(2026, 10, 25))),
    ("changed upcoming", RateQuery(kind=QueryKind.UPCOMING)),
    (
        "changes since 2025-05-14 china list 3",
        RateQuery(kind=QueryKind.CHANGES, partner="CN", since=DAY, product="list 3"),
    ),
    (
        "upcoming chapter 72 china",
        RateQuery(kind=QueryKind.UPCOMING, partner="CN", product="chapter 72"),
    ),
    (
        "upcoming next 2 weeks steel",
        RateQuery(kind=QueryKind.UPCOMING, since=TODAY, until=date(2026, 12, 8), product="steel"),
    ),
    (
        "changes last 7 days",
        RateQuery(kind=QueryKind.CHANGES, since=date(2026, 11, 17), until=TODAY),
    ),
]


@pytest.mark.parametrize(("text", "expected"), QUERIES)
def test_a_question_is_read(text: str, expected: RateQuery) -> None:
    assert read(text) == expected


_DAY = "Write it as 2025-12-31"
REFUSALS: list[tuple[str, QueryError]] = [
    (
        "us " * 167,
        QueryError("the question", "longer than 500 characters", "Ask about one pair"),
    ),
    ("", QueryError("the question", "names no economy", "Try: us china")),
    ("tariff on", QueryError("tariff on", "names no economy", "Try: us china")),
    ("list 3", NoEconomyNamed("list 3", "names a duty but no economy", ("us china list 3",))),
    ("chnnia", UnknownParty("chnnia", ("China",))),
    ("us gremny", UnknownParty("gremny", ("Germany",))),
    (
        "us china zzqqx",
        QueryError(
            "zzqqx",
            "neither goods nor an economy we know",
            "An HS code, such as 8507.60, works too",
        ),
    ),
    (
        "changes since whenever",
        QueryError("whenever", "not a day we can read", _DAY),
    ),
    ("upcoming gremny", UnknownParty("gremny", ("Germany",))),
    ("upcoming china zzqqx", UnknownParty("zzqqx", (), "neither goods nor an economy we know")),
    ("upcoming china zzqqx 3", UnknownParty("zzqqx", (), "neither goods nor an economy we know")),
    (
        "us eu on 11.12.2025",
        UnclearQuestion(
            "11.12.2025",
            "Which day do you mean by 11.12.2025?",
            [("11 Dec 2025", "us eu on 2025-12-11"), ("12 Nov 2025", "us eu on 2025-11-12")],
            _DAY,
        ),
    ),
    ("us china on 2025-02-30", QueryError("2025-02-30", "not a date", _DAY)),
]


@pytest.mark.parametrize(("text", "expected"), REFUSALS)
def test_a_question_that_is_not_understood_is_refused(text: str, expected: QueryError) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)
    assert (type(refused.value), vars(refused.value)) == (type(expected), vars(expected))


def test_a_question_of_the_greatest_length_is_read() -> None:
    assert read("us" + " " * 493 + "china") == read("us china")


def test_without_a_vocabulary_words_are_goods() -> None:
    assert parse_query("us china zzqqx", PARTIES, TODAY) == pair(
        "US", "CN", product="zzqqx", **BOTH
    )
    assert parse_query("upcoming zzqqx", PARTIES, TODAY) == RateQuery(kind=QueryKind.UPCOMING)
    with pytest.raises(UnknownParty):
        parse_query("steel", PARTIES, TODAY)


CHANGES = RateQuery(kind=QueryKind.CHANGES, since=date(2025, 5, 1))
LATER, MONTH_BEFORE = date(2026, 1, 31), date(2025, 4, 14)


@pytest.mark.parametrize(
    ("query", "on", "product", "expected"),
    [
        (pair("US", "CN", **BOTH), None, None, pair("US", "CN", **BOTH)),
        (pair("US", "CN", on=LATER, **BOTH), DAY, None, pair("US", "CN", on=DAY, **BOTH)),
        (pair("US", "CN", on=DAY, **BOTH), None, "wine", pair("US", "CN", on=DAY, product="wine")),
        (pair("US", "CN", **STEEL), None, "", pair("US", "CN", **STEEL)),
        (pair("US", "CN"), None, "\ud800wine", pair("US", "CN", product="?wine")),
        # With goods added, the economy is the importer, unless the question is about its exports.
        (
            party("US"),
            None,
            "wine",
            party("US").model_copy(
                update={
                    "kind": QueryKind.PAIR,
                    "imposer": "US",
                    "partner": WORLD,
                    "partner_implied": True,
                    "product": "wine",
                }
            ),
        ),
        (
            party("US", only_as_origin=True),
            DAY,
            "wine",
            party("US", only_as_origin=True, on=DAY, product="wine"),
        ),
        # For `changes`, the day is the last day of the period.
        (CHANGES, LATER, None, CHANGES.model_copy(update={"on": LATER})),
        (
            CHANGES,
            date(2025, 5, 1),
            None,
            CHANGES.model_copy(update={"on": date(2025, 5, 1), "since": date(2025, 4, 1)}),
        ),
        (
            CHANGES.model_copy(update={"since": None}),
            DAY,
            None,
            CHANGES.model_copy(update={"on": DAY, "since": MONTH_BEFORE}),
        ),
        (CHANGES, None, None, CHANGES),
        (RateQuery(kind=QueryKind.UPCOMING), DAY, None, RateQuery(kind=QueryKind.UPCOMING, on=DAY)),
    ],
)
def test_a_day_and_goods_given_apart_take_precedence(
    query: RateQuery, on: date | None, product: str | None, expected: RateQuery
) -> None:
    assert override_query(query, on, product) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (pair("US", "CN", **BOTH), "🇺🇸 🇨🇳"),
        (pair("US", "CN"), "🇺🇸 on 🇨🇳"),
        (pair("US", WORLD, on=DAY, **STEEL), "on 2025-05-14 🇺🇸 on world steel"),
        (pair("US", WORLD, partner_implied=True, **STEEL), "🇺🇸 steel"),
        (party("CN", history=True), "tariffs by 🇨🇳 history"),
        (party("US"), "🇺🇸"),
        (party("CN", only_as_origin=True), "world on 🇨🇳"),
        (
            RateQuery(kind=QueryKind.COMPARE, imposer="US", partner="CN", versus=("IN", WORLD)),
            "🇺🇸 on 🇨🇳 🇮🇳 world",
        ),
        (RateQuery(kind=QueryKind.UPCOMING, partner="CN", on=DAY), "upcoming on 2025-05-14 🇨🇳"),
        (RateQuery(kind=QueryKind.CHANGES, since=DAY, **STEEL), "changes since 2025-05-14 steel"),
        (
            RateQuery(kind=QueryKind.UPCOMING, since=DAY, until=LATER),
            "upcoming from 2025-05-14 to 2026-01-31",
        ),
        (RateQuery(kind=QueryKind.UPCOMING, until=LATER), "upcoming until 2026-01-31"),
        (origin("CN", **STEEL), "🇨🇳 steel"),
        (
            RateQuery(
                kind=QueryKind.COMPARE,
                imposer="US",
                partner="CN",
                versus=("IN",),
                imposer_assumed=True,
            ),
            "🇨🇳 vs 🇮🇳",
        ),
        (pair("US", "CN", since=DAY, until=LATER), "from 2025-05-14 to 2026-01-31 🇺🇸 on 🇨🇳"),
        (pair("US", "CN", percent=Decimal("12.5"), history=True), "🇺🇸 on 🇨🇳 12.5% history"),
        (pair("US", "CN", uncovered=(Uncovered.DRAWBACK,)), "🇺🇸 on 🇨🇳 drawback"),
    ],
)
def test_a_query_is_written_as_a_question(query: RateQuery, expected: str) -> None:
    assert format_query(query) == expected
