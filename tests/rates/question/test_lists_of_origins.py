"""Lists of economies without a word of direction, and arrows, with shipped data."""

from datetime import date

import pytest

from bot.errors import QueryError, UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import RateQuery

TODAY = date(2026, 11, 30)


def read(text: str, ledger: Ledger) -> RateQuery:
    return parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("ukraine moldova georgia(country!) steel/wine/nuts rates plz", "UA MD GE"),
        ("vietnam cambodia shoes", "VN KH"),
        ("india japan cars", "IN JP"),
        ("stel pipes from s korea + turkey how mutch now??", "KR TR"),
        ("steel ex turkey / korea", "TR KR"),
        ("shirts of india & pakistan", "IN PK"),
        ("tires ex thailand + vietnam + korea", "TH VN KR"),
        ("hs 6109.10 bd / lka / ind pls compare", "BD LK IN"),
        ("china vietnam toys", "CN VN"),
        ("cn vs vn vs in vs jp vs kr", "CN VN IN JP KR"),
        ("cn vs vn vs my vs jp toys", "CN VN MY JP"),
        ("cn vs vn vs in toys", "CN VN IN"),
        ("in vs vn shoes", "IN VN"),
        ("japan and korea", "JP KR"),
        ("shirts made in china or in vietnam, which is cheaper", "CN VN"),
    ],
)
def test_economies_of_which_none_charges_the_other_are_origins(
    text: str, origins: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert found.imposer == "US"
    assert [found.partner, *found.versus] == origins.split()


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("canada china steel", "CA", "CN"),
        ("mexico china cars", "MX", "CN"),
        ("vietnam on china steel", "VN", "CN"),
        ("CN->US li-ion batteries", "US", "CN"),
        ("germany -> usa cars", "US", "DE"),
        ("how many percent for export the olive oil from tunisia at usa", "US", "TN"),
    ],
)
def test_a_direction_in_the_data_or_the_words_is_kept(
    text: str, imposer: str, partner: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.imposer, found.partner) == (imposer, partner)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        (
            "fiji bottled water n jamaica rum + trinidad ammonia",
            ["🇺🇸 on 🇫🇯 bottled water", "🇺🇸 on 🇯🇲 rum", "🇺🇸 on 🇹🇹 ammonia"],
        ),
        ("peru asparagus, chile salmon", ["🇺🇸 on 🇵🇪 asparagus", "🇺🇸 on 🇨🇱 salmon"]),
        ("rice thailand, tea india", ["🇺🇸 on 🇹🇭 rice", "🇺🇸 on 🇮🇳 tea"]),
    ],
)
def test_each_economy_with_its_own_goods_is_offered(
    text: str, offered: list[str], ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as refused:
        read(text, ledger)
    assert [command for _, command in refused.value.options] == offered


def test_at_most_fifteen_origins_are_compared(ledger: Ledger) -> None:
    codes = str.split("cn vn th kh bd lk pk tr jp kr tw gb ch br mx ca")
    assert len(read(" vs ".join(codes[:15]), ledger).versus) == 14
    with pytest.raises(QueryError, match="more than 15 origins"):
        read(" vs ".join(codes), ledger)
