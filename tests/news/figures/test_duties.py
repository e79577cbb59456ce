"""Duties are found with their rates; other numbers are ignored."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.figures.duties import FigureReader
from bot.news.story import Figure
from tests import shipped
from tests.news.examples import PARTIES, story_text

READER = FigureReader(PARTIES, shipped.topic_rules().lists["product"])
DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")

Row = tuple[str | None, str | None, str | None, str | None, str | None, str | None]

WORDS = st.sampled_from(
    [
        *("tariff", "duties", "levy", "tax on", "U.S.", "China's", "Brussels", "on", "steel", "by"),
        *("from", "to", "25%", "145 per cent", "10 pct", "0,5 %", "2.5pc", "$50bn", "US$ 1,000"),
        *("zero tariffs", "doubles its", "halves its", "previous", "had faced", "scraps"),
        *("billion", "of goods", "imports from Japan", "between", "and", "-", "faces", "cut", "."),
        *("２５％", "points", "chance", "no", "\n", "\x00", "関税", "e\u0301", "99999999"),
    ]
)
TEXT = st.one_of(
    st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=60).map(" ".join),
    st.text(max_size=200),
)


@pytest.mark.parametrize(
    ("rule", "matches", "does_not"),
    [
        ("duty", "Duties of 10 per cent", "Shares fell 3% as tariffs rose"),
        ("duty", "Tariffs: Lesotho pays 15%", "Tariffs: a fund buys a 10% stake"),
        ("listed", "Tariffs of 46% on Peru, 36% on Fiji", "Tariffs on Peru, and exports fell 36%"),
        ("partner", "25% tariffs on Canadian goods", "A tariff of 25% on exports to Canada"),
        ("partner", "Switzerland faces a 39% tariff", "A 39% tariff, says Switzerland"),
        ("partner", "A global tariff of 10%", "A 10% tariff on all cars"),
        ("imposer", "China's tariffs of 10%", "UK bike tariffs of 20%"),
        ("imposer", "Duties of 20% imposed by Washington", "Duties of 20% hurt Washington"),
        ("imposer", "Brussels raises tariffs to 20%", "Carney says that Norway faces a 20% tariff"),
        ("imposer", "Vietnam agrees and raises tariffs to 20%", "Vietnam agrees to a 20% tariff"),
        ("imposer", "Japan raises a 15% tariff", "Japan and Fiji agree on a 15% tariff"),
        ("imposer", "Japan raises tariffs to 15%", "A 15% tariff deal of Japan"),
        (
            "retaliation",
            "Fiji answers US duties with 30%",
            "Fiji answers US duties, up 30%",
        ),
        ("product", "A 25% tariff on steel", "A 25% tariff hurts steelmakers"),
        ("amount", "A duty of 25% on $50bn of goods", "A 25% tariff costs it $50bn"),
    ],
)
def test_each_rule_matches_its_example_and_not_its_counterexample(
    rule: str, matches: str, does_not: str
) -> None:
    def found(sentence: str) -> bool:
        figures = READER.find_figures(story_text(sentence))
        if rule in ("duty", "listed"):
            return len(figures) == sentence.count("%") + sentence.count("per cent")
        if rule == "retaliation":
            return any(figure.imposer == "FJ" and figure.partner == "US" for figure in figures)
        field = {"amount": "amount_usd"}.get(rule, rule)
        return any(getattr(figure, field) is not None for figure in figures)

    assert found(matches)
    assert not found(does_not)


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        (
            "The US will cut tariffs on Chinese goods from 145% to 30% and China will lower its "
            "duties on American goods from 125% to 10%",
            [("US", "CN", None, "145", "30", None), ("CN", "US", None, "125", "10", None)],
        ),
        (
            "US tariffs on Chinese imports to fall from 145% to 30%, "
            "China's levies on US goods from 125% to 10%",
            [("US", "CN", None, "145", "30", None), ("CN", "US", None, "125", "10", None)],
        ),
        (
            "Norwegians strike a deal with US to cut duties to 12%",
            [("US", "NO", None, None, "12", None)],
        ),
        (
            "Trump announces a deal with Norway, sets a 12% tariff",
            [("US", "NO", None, None, "12", None)],
        ),
        (
            "Trump hits Norway with an extra 12% tariff",
            [("US", "NO", None, None, "12", None)],
        ),
        ("Trump says that foreign skis face a 12% tariff", [("US", None, None, None, "12", None)]),
        (
            "Commerce finds dumping of Thai nails, sets a 12% duty",
            [("US", None, "nails", None, "12", None)],
        ),
        ("Carney says Norway will face a 12% tariff", [(None, "NO", None, None, "12", None)]),
        (
            "Norway will end most of its tariffs and the US will apply a 12% tariff",
            [("US", "NO", None, None, "12", None)],
        ),
        ("Norway escapes the worst as the levy is set at 12%", [(None,) * 4 + ("12", None)]),
        (
            "UK bike tariffs cut to 12% as the deal takes effect",
            [(None, None, "bike", None, "12", None)],
        ),
        ("Norway and the US agree on a 12% tariff", [("US", "NO", None, None, "12", None)]),
        ("US, Norway settle on 12% tariff", [("US", "NO", None, None, "12", None)]),
        (
            "Norway and Peru agree to raise bike tariff to 12%",
            [(None, None, "bike", None, "12", None)],
        ),
        ("Norway agrees with Peru on a 12% tariff", [(None,) * 4 + ("12", None)]),
        ("Norway signs 12% tariff deal with US", [("US", "NO", None, None, "12", None)]),
        ("Norway agrees to a 12% tariff", [(None,) * 4 + ("12", None)]),
        ("Norway agrees to a 12% tariff on US bikes", [("NO", "US", "bikes", None, "12", None)]),
        (
            "Norway and the US agree on a 12% tariff on Norwegian bikes",
            [("US", "NO", "bikes", None, "12", None)],
        ),
        (
            "Norway hit with 12% US levy while Peru gets 14%",
            [("US", "NO", None, None, "12", None), ("US", "PE", None, None, "14", None)],
        ),
        (
            "Norway retaliates against 12% US tariffs with 14% of its own",
            [("US", "NO", None, None, "12", None), ("NO", "US", None, None, "14", None)],
        ),
        (
            "Norway, stung by 12% US tariffs, plans 14% of its own",
            [("US", "NO", None, None, "12", None), ("NO", "US", None, None, "14", None)],
        ),
        (
            "Norway vows to answer US tariffs with 14% on bikes",
            [("NO", "US", "bikes", None, "14", None)],
        ),
        (
            "Norway retaliates as Trump hits Peru with 12% tariff",
            [("US", "PE", None, None, "12", None)],
        ),
        (
            "Norway retaliates after US hits it with 12% tariff",
            [("US", "NO", None, None, "12", None)],
        ),
        ("Peru levies 12% on garlic", [("PE", None, "garlic", None, "12", None)]),
        ("Whoever trades with Cuba will face a 12% tariff", [(None,) * 4 + ("12", None)]),
        ("Trump hits Danish bikes with a 12% tariff", [("US", "DK", None, None, "12", None)]),
        (
            "Premier drops the 12% surcharge on electricity exports to the US",
            [(None, None, "electricity", "12", "0", None)],
        ),
        ("Danish firms brace for a 12% US duty", [("US", "DK", None, None, "12", None)]),
        ("Swiss tariffs cut to 12% after the talks", [(None,) * 4 + ("12", None)]),
        ("Swiss retaliatory tariffs of 12% begin", [("CH", None, None, None, "12", None)]),
        ("Norway stunned by a 12% US tariff", [("US", "NO", None, None, "12", None)]),
        (
            "Washington is to reduce its levies on Chinese products to 30% from 145%",
            [("US", "CN", None, "145", "30", None)],
        ),
        (
            "Canada will raise tariffs on American steel to 25% from 10%",
            [("CA", "US", "steel", "10", "25", None)],
        ),
        (
            "India cuts import duty on gold to 6 per cent from 15 per cent",
            [("IN", None, "gold", "15", "6", None)],
        ),
        (
            "New Delhi lowered the basic customs duty on bourbon whiskey from 150% to 100%",
            [("IN", None, "whiskey", "150", "100", None)],
        ),
        (
            "Brussels raised its duty on Chinese electric cars from 10 per cent to up to 45.3%",
            [("EU", "CN", "electric cars", "10", "45.3", None)],
        ),
        (
            "Under the deal the US tariff on British cars drops from 27.5% to 10%",
            [("US", "GB", "cars", "27.5", "10", None)],
        ),
        (
            "Japan lowers its beef tariff from 38.5% to 9%",
            [("JP", None, "beef", "38.5", "9", None)],
        ),
        (
            "Mexico's tariff on Asian cars to rise from 20 percent to 50 percent",
            [("MX", None, "cars", "20", "50", None)],
        ),
        (
            "The tariff on imports from Vietnam was reduced to 20% from the 46% first announced",
            [(None, "VN", None, "46", "20", None)],
        ),
        (
            "Washington doubles steel tariffs from 25% to 50%",
            [("US", None, "steel", "25", "50", None)],
        ),
        ("Trump imposes a 25% tariff on steel", [("US", None, "steel", None, "25", None)]),
        ("Tokyo faces a 25% U.S. tariff on its cars", [("US", "JP", "cars", None, "25", None)]),
        (
            "The government will impose 10 per cent duty on imports from Japan",
            [(None, "JP", None, None, "10", None)],
        ),
        (
            "U.S. slaps a 25 percent duty on imports from Mexico",
            [("US", "MX", None, None, "25", None)],
        ),
        ("Ireland's exporters pay a 15pc US tariff", [("US", "IE", None, None, "15", None)]),
        (
            "Trump announces doubling of steel tariffs to 50%",
            [("US", None, "steel", "25", "50", None)],
        ),
        ("EU plans 50-percent tariff on foreign steel", [("EU", None, "steel", None, "50", None)]),
        (
            "Canada to levy 100% surtax on Chinese electric vehicles",
            [("CA", "CN", "electric vehicles", None, "100", None)],
        ),
        ("Swiss goods face 39% US tariff from Thursday", [("US", "CH", None, None, "39", None)]),
        ("Brazil hit with 50% US tariff", [("US", "BR", None, None, "50", None)]),
        (
            "India imposes 12% safeguard duty on steel imports",
            [("IN", None, "steel", None, "12", None)],
        ),
        (
            "DGTR recommends 30 per cent anti-dumping duty on solar cells from China",
            [("IN", "CN", "solar cells", None, "30", None)],
        ),
        ("China puts 34% tariff on all U.S. goods", [("CN", "US", None, None, "34", None)]),
        (
            "China's 34% tariff on American goods takes effect",
            [("CN", "US", None, None, "34", None)],
        ),
        (
            "The United States will charge a 10% baseline tariff on all imports",
            [("US", "WORLD", None, None, "10", None)],
        ),
        (
            "A tariff of 17.5% on tomatoes from Mexico was confirmed by the Commerce Department",
            [("US", "MX", "tomatoes", None, "17.5", None)],
        ),
        (
            "South Korea says the 25% US tariff on Korean cars remains in place",
            [("US", "KR", "cars", None, "25", None)],
        ),
        ("UK to cut tariff on bananas to 0%", [("GB", None, "bananas", None, "0", None)]),
        (
            "Ottawa imposed retaliatory duties of 25% on American aluminium",
            [("CA", "US", "aluminium", None, "25", None)],
        ),
        (
            "Proposed 200% tariff on French wine unsettles growers",
            [(None, "FR", "wine", None, "200", None)],
        ),
        (
            "Zoll rises: duty of ２５% on steel stays, court says",
            [(None, None, "steel", None, "25", None)],
        ),
        (
            "The EU's 20% duty on fertiliser from Russia starts in July",
            [("EU", "RU", "fertiliser", None, "20", None)],
        ),
        (
            "US to put 25% tariff on $50bn of Chinese goods",
            [("US", "CN", None, None, "25", "50000000000")],
        ),
        (
            "Trump orders tariffs on $200 billion of Chinese goods",
            [("US", "CN", None, None, None, "200000000000")],
        ),
        (
            "China retaliates with duties on $60 billion worth of US goods",
            [("CN", "US", None, None, None, "60000000000")],
        ),
        (
            "A 10% tariff on $300 billion in imports from China begins in September",
            [(None, "CN", None, None, "10", "300000000000")],
        ),
        (
            "Tariffs of 10% to 25% will apply to imported furniture",
            [
                (None, None, "furniture", None, "10", None),
                (None, None, "furniture", None, "25", None),
            ],
        ),
        (
            "Canada imposes 25% tariffs on C$30 billion of US goods",
            [("CA", "US", None, None, "25", None)],
        ),
    ],
)
def test_a_duty_is_read_with_imposer_partner_and_goods(sentence: str, rows: list[Row]) -> None:
    """`expected` has imposer, partner, product, old percent, new percent and US dollars."""
    assert [_row(figure) for figure in READER.find_figures(story_text(sentence))] == [
        _values(row) for row in rows
    ]
    assert READER.find_figures(story_text("", sentence)) == READER.find_figures(
        story_text(sentence)
    )


def _row(figure: Figure) -> tuple[object, ...]:
    return (
        figure.imposer,
        figure.partner,
        figure.product,
        figure.from_percent,
        figure.to_percent,
        figure.amount_usd,
    )


def _values(row: Row) -> tuple[object, ...]:
    return (*row[:3], *(None if number is None else Decimal(number) for number in row[3:]))


@pytest.mark.parametrize(
    "sentence",
    [
        "Stocks fell 2% as tariffs loom",
        "Inflation rose to 3% after new tariffs, data show",
        "Tariffs could cut GDP by 1.5%, bank warns",
        "Shares in carmakers drop 5% on tariff news",
        "Exports to the US fell 12.5% in May as duties bit",
        "55% of voters oppose the tariffs, poll finds",
        "There is a 25% chance of a tariff",
        "25% chance of tariff",
        "Duty of 25 percentage points",
        "Both sides cut tariffs by 115 percentage points",
        "Both sides lower duties by 115%",
        "Tariff lifted 25 years ago",
        "Mobile tariff of 5 euro a month",
        "Central bank keeps interest rate at 4.5% despite tariffs",
        "Shop offers 20% discount to make up for the duty",
        "The company holds 30% market share and fears tariffs",
        "Tariff falls to 0,5 percent",
        "Tariff of 1.000,5 %",
        "Growth slows to 4.3% as US tariffs weigh on exports",
        "Tariffs cost Ford $1 billion in profit",
        "Apple to invest $500 billion in US amid tariffs",
        "Tariffs raised $64 billion in revenue in the second quarter",
        "US trade deficit narrows to $60 billion as tariffs bite",
        "The yuan fell 0.5% against the dollar after the tariff order",
        "Tariff revenue rose 300% in a year",
        "Unemployment hits 5% in steel towns hurt by duties",
        "Consumer prices up 2.7% because of tariffs, says Fed",
        "A tenth of imports, 10%, come from Japan",
        "China buys 60% of the soybeans that farmers ship, tariffs or not",
        "House price index rose 4%; stamp duty unchanged",
        "Excise duty on beer up 5%",
    ],
)
def test_a_number_that_is_not_a_duty_gives_no_figure(sentence: str) -> None:
    assert READER.find_figures(story_text(sentence)) == ()
    assert READER.find_figures(story_text("Tariff talks go on", sentence)) == ()


def test_the_same_duty_in_title_and_text_gives_the_more_complete_figure() -> None:
    text = "The US will cut its tariff on British cars from 27.5% to 10%, ministers say."
    for title in ("Tariff to fall to 10%", "Tariff cut from 27.5% to 10%"):
        assert [_row(figure) for figure in READER.find_figures(story_text(title, text))] == [
            ("US", "GB", "cars", Decimal("27.5"), Decimal(10), None)
        ]


@pytest.mark.parametrize(
    ("title", "text", "goods"),
    [
        ("Chilean wine: a quota", "The US tariff on them falls from 20% to 5%.", ["wine"]),
        ("Chilean wine: a quota", "The US tariff on other goods falls from 20% to 5%.", [None]),
        ("Chilean wine sell well", "The US tariff on them falls from 20% to 5%.", [None]),
        ("Chilean wine: a quota", "The US tariff on cheese falls from 20% to 5%.", ["cheese"]),
    ],
)
def test_the_goods_of_a_caption_are_those_of_a_duty_without_goods(
    title: str, text: str, goods: list[str | None]
) -> None:
    assert [figure.product for figure in READER.find_figures(story_text(title, text))] == goods


@pytest.mark.parametrize(
    ("sentence", "imposer", "partner"),
    [
        ("A toy maker would pay a tariff of 15% on dolls sold in Peru", "PE", None),
        ("Peru plans a 15% tariff on dolls bought in Peru", "PE", None),
        ("A 15% tariff on dolls made in Chile and sold in the United States", "US", "CL"),
        ("Peru plans a 15% tariff on dolls made in Chile", "PE", "CL"),
    ],
)
def test_goods_that_are_sold_in_an_economy_do_not_come_from_it(
    sentence: str, imposer: str, partner: str | None
) -> None:
    (figure,) = READER.find_figures(story_text(sentence))
    assert (figure.imposer, figure.partner) == (imposer, partner)


@pytest.mark.parametrize(
    ("title", "text", "percents"),
    [
        ("Peru delays its 30% duty on US corn", "Until then, US corn pays a duty of 8%.", [30]),
        ("Peru delays its 30% duty on US corn", "In the meantime a duty of 8% applies.", [30]),
        ("Peru delays its duty on US corn", "Until then, US corn pays a duty of 8%.", [8]),
        ("Peru sets a 30% duty on US corn", "The duty of 8% on other US goods stays.", [30]),
        ("Peru delays its 30% duty on US corn", "US wheat pays a duty of 8%.", [30, 8]),
    ],
)
def test_a_rate_that_applies_until_the_new_one_is_no_new_rate(
    title: str, text: str, percents: list[int]
) -> None:
    assert [
        figure.to_percent for figure in READER.find_figures(story_text(title, text))
    ] == percents


def test_the_number_of_figures_is_limited() -> None:
    text = " ".join(f"A {rate}% tariff on steel applies." for rate in range(10, 60))
    assert len(READER.find_figures(story_text("", text))) <= 16
    countries = "China, India, Japan, Peru, Chile, Fiji, Iceland, Norway, Kenya and Ghana"
    text = f"The US puts 10% duties on cars from {countries}. It puts 25% duties on the same cars."
    text += f" Tariffs of 25% on steel from {countries}."
    assert len(READER.find_figures(story_text("", text))) == 16


@given(TEXT, TEXT)
def test_every_number_is_in_its_quote_and_every_quote_is_in_the_source(
    title: str, text: str
) -> None:
    """An old rate may be in another sentence than the new one."""
    for figure in READER.find_figures(story_text(title, text)):
        assert figure.quote in title or figure.quote in text
        assert figure.from_percent is None or figure.from_percent in _list_numbers(title, text)
        assert figure.to_percent is None or figure.to_percent in _list_numbers(figure.quote)
        amount = figure.amount_usd
        assert amount is None or any(
            amount == one * 10**power for one in _list_numbers(figure.quote) for power in range(13)
        )


def _list_numbers(*texts: str) -> set[Decimal]:
    """The numbers of the texts, and those that "zero", "doubles" and "halves" make of them."""
    found = {Decimal(each.replace(",", "")) for text in texts for each in DIGITS.findall(text)}
    words = " ".join(texts)
    is_multiple = "doubl" in words or "halv" in words
    multiples = {each for number in found for each in (number * 2, number / 2) if is_multiple}
    is_zero = any(word in words for word in ("zero", "scraps"))
    return found | multiples | ({Decimal(0)} if is_zero else set())


@pytest.mark.parametrize(
    "unit",
    [
        *("tariff ", "from ", "from 1% to ", "1% ", "1,", "1.", "$1bn ", "on all other ", "US "),
        *("China's ", "tariffs of up to ", "a", "9", "9 ", "tariff from a b c ", "between 1% and "),
    ],
)
def test_repetitive_text_gives_few_figures_quickly(unit: str) -> None:
    assert len(READER.find_figures(story_text("tariff " + unit * 500, unit * 20_000))) <= 16
