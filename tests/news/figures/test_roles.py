"""Which economy charges a duty and which one pays it, for each way to phrase it."""

from decimal import Decimal

import pytest

from bot.news.figures.duties import FigureReader
from bot.news.story import Figure
from tests.news.examples import PARTIES, story_text


@pytest.fixture
def reader() -> FigureReader:
    return FigureReader(PARTIES, ["steel", "copper", "cars", "wine"])


Roles = tuple[str | None, str | None]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The US threatens Mexico with a new 25% tariff", [("US", "MX")]),
        ("The US threatens Mexico over a new 25% tariff", [("US", "MX")]),
        ("Mexico exports to Canada pay a 25% tariff", [("CA", "MX")]),
        ("Peru exporters to the US face a 25% duty", [("US", "PE")]),
        ("A 25% surcharge on electricity exports to Canada", [(None, None)]),
        ("Duties of 25% on goods exports to Canada", [(None, None)]),
        ("Vietnam 46% tariff", [(None, None)]),
        ("Tariffs: Vietnam 46%", [(None, "VN")]),
        ("Countries that deal with Iran face a 25% tariff", [(None, None)]),
        ("Tariff of 25% set by the US on Peru", [("US", "PE")]),
        ("China's on American goods fall to a 10% tariff", [("CN", "US")]),
        ("China's 25% tariff on Peru", [("CN", "PE")]),
        ("China raises the US steel duty to 25%", [("CN", "US")]),
        ("Japan, Peru agree on a 25% tariff", [(None, None)]),
        ("Japan, the US agree on a 25% tariff", [("US", "JP")]),
        ("Japan, Peru raise a 25% tariff", [("PE", None)]),
        ("Japan has agreed with Peru on a 25% tariff", [(None, None)]),
        ("Japan has agreed with the US on a 25% tariff", [("US", "JP")]),
        ("Peru signs a deal, raises its tariff to 25%", [("PE", None)]),
        ("Peru signs a deal on a 25% tariff", [(None, None)]),
        ("Peru signs a deal and the tariff is 25%", [(None, None)]),
        ("Japan is hurt as Peru raises its tariff to 25%", [("PE", None)]),
        ("Japan raises its tariff to 25% as Peru waits", [("JP", None)]),
        ("Japan says that Peru raises its tariff to 25%", [("PE", None)]),
        ("After Peru raises its tariff to 25%", [("PE", None)]),
        ("After the US raises its tariff to 25%", [("US", None)]),
        ("Peru answers 25% US tariffs with 30%", [("US", "PE"), ("PE", "US")]),
        ("Peru answers US tariffs with 30%", [("PE", "US")]),
        ("Peru will retaliate against US tariffs on Chile with 30% on wine", [("PE", "US")]),
        ("US tariffs hurt and Peru answers US duties with 30%", [("PE", "US")]),
        (
            "Peru retaliates against 25% US tariffs, with 30% of its own",
            [("US", "PE"), ("PE", "US")],
        ),
        ("Peru retaliates against US tariffs at 30% of its own", [("PE", "US")]),
        ("Peru will match the US tariff with 30%", [("PE", "US")]),
        ("Peru steel tariffs 25%", [(None, None)]),
        ("Peru levies 25% on steel", [("PE", None)]),
        ("Peru duty 25%", [(None, None)]),
        ("Peru would get a 25% tariff", [(None, "PE")]),
        ("Peru says steel faces a 25% tariff", [(None, None)]),
        ("Peru and Chile, which pay a 25% tariff", [(None, None)]),
        ("The US levy while Peru gets 25%", [("US", "PE")]),
        ("Global tariff of 25%", [(None, "WORLD")]),
        ("Tariff of 25% on almost all countries", [(None, "WORLD")]),
        ("Tariff of 25% for most trading partners from the US", [("US", "WORLD")]),
        ("US imposes a 25% tariff on all imports from Peru", [("US", "PE")]),
        ("Imports of Peru pay 25% duty", [(None, "PE")]),
        ("Peru's retaliatory tariffs of 25%", [("PE", None)]),
        ("Its own tariffs of 25% hit Peru", [(None, None)]),
        ("Peru own tariffs of 25%", [("PE", None)]),
        ("US to hit Peru with 25% tariff", [("US", "PE")]),
        ("The EU pays a 25% US duty", [("US", "EU")]),
        ("A 25% tariff deal with Peru", [(None, None)]),
        ("Peru raises 25% tariff deal", [(None, None)]),
        ("Peru makes a 25% steel tariff deal", [(None, None)]),
        ("US tariffs hurt and Peru answers Chinese duties with 30%", [("PE", "CN")]),
        ("Peru answers Chile on tariffs with 30%", [("PE", "CL")]),
        ("The talk of Peru raises the tariff to 25%", [(None, None)]),
        ("Japan agrees with Fiji, Peru agrees with Chile on a 25% tariff", [(None, None)]),
        ("China raises its duty on US steel from 10% to 25%", [("CN", "US")]),
        ("Peru raises a 25% tariff", [("PE", None)]),
    ],
)
def test_imposer_and_partner_are_read_from_the_words_around_a_rate(
    reader: FigureReader, sentence: str, expected: list[Roles]
) -> None:
    found = reader.find_figures(story_text(sentence))
    assert [(figure.imposer, figure.partner) for figure in found] == expected


def figure(sentence: str, to: str | None, **fields: object) -> Figure:
    percent = None if to is None else Decimal(to)
    return Figure.model_validate({"to_percent": percent, "quote": sentence} | fields)


def test_each_rate_of_a_sentence_gets_the_sum_that_follows_it(reader: FigureReader) -> None:
    sentence = "US puts a 25% tariff on $50bn of Chinese goods and 10% on $7bn of Peruvian goods"
    assert reader.find_figures(story_text(sentence)) == (
        figure(sentence, "25", imposer="US", partner="CN", amount_usd=Decimal(50 * 10**9)),
        figure(sentence, "10", imposer="US", partner="PE", amount_usd=Decimal(7 * 10**9)),
    )


def test_a_quote_holds_the_sum_too(reader: FigureReader) -> None:
    filler = "and so on " * 16
    sentence = f"{filler}a 25% tariff {filler}on $50bn of Chinese goods {filler}"
    [found] = reader.find_figures(story_text(sentence))
    assert "25%" in found.quote
    assert "$50bn" in found.quote
    assert len(found.quote) <= 300
    before = f"{filler}On $50bn of Chinese goods {filler}a 25% tariff {filler}"
    [found] = reader.find_figures(story_text(before))
    assert "25%" in found.quote
    assert "$50bn" in found.quote


def test_a_sum_of_another_rate_is_not_taken(reader: FigureReader) -> None:
    sentence = "A 5% tariff applies. A 25% tariff on $50bn of Chinese goods"
    assert [each.amount_usd for each in reader.find_figures(story_text(sentence))] == [
        None,
        Decimal(50 * 10**9),
    ]
    before = "On $50bn of Chinese goods a 5% tariff applies, then a 25% tariff on $3bn of imports"
    assert [each.amount_usd for each in reader.find_figures(story_text(before))] == [
        Decimal(50 * 10**9),
        Decimal(3 * 10**9),
    ]


def test_several_sums_of_goods_are_read_where_there_is_no_rate(reader: FigureReader) -> None:
    sentence = "US tariffs on $50bn of Chinese goods and on $7bn of Peruvian goods"
    assert [each.amount_usd for each in reader.find_figures(story_text(sentence))] == [
        Decimal(50 * 10**9),
        Decimal(7 * 10**9),
    ]


@pytest.mark.parametrize(
    ("sentence", "products"),
    [
        ("A 25% tariff on steel, and copper exports rise", ["steel"]),
        ("Duties on copper and 25% on steel, as was said", ["steel"]),
        ("A 25% tariff on steel & copper", ["steel & copper"]),
        ("A 25% steel & copper tariff", ["steel & copper"]),
        ("A 25% steel and copper tariff", ["steel and copper"]),
        ("A 25% tariff on steel and copper and wine", ["steel and copper"]),
        ("A 25% tariff on steel/copper", ["steel/copper"]),
        ("A 25% tariff on foreign copper & steel", ["copper & steel"]),
        ("A 25% tariff on steel from the makers of copper", ["steel"]),
        ("A 25% steel import tariff", ["steel"]),
        ("A 25% steel product tariff", ["steel"]),
        ("Cars face a 25% tariff", [None]),
        ("A tariff of 25% and imported cars", ["cars"]),
        ("Tariffs of 25%, as well as 10% on copper", [None, "copper"]),
        ("A copper duty of 25% on the most expensive wine", ["wine"]),
        ("A 25% tariff on steel and copper from Peru", ["steel and copper"]),
        ("Duties on steel and copper of 25%", ["steel and copper"]),
    ],
)
def test_goods_that_a_duty_is_on_are_quoted(
    reader: FigureReader, sentence: str, products: list[str | None]
) -> None:
    assert [each.product for each in reader.find_figures(story_text(sentence))] == products


@pytest.mark.parametrize(
    ("sentence", "percents"),
    [
        ("A tariff of 4,000%", ["4000"]),
        ("A tariff of 4,001%", []),
        ("A tariff from 10% to 4,001%", []),
        ("A tariff cut to zero from 20%", ["0"]),
        ("A tariff is down from 20%", [None]),
        ("A 25% rise in tariffs", []),
        ("A tariff of 25% of its own", ["25"]),
        ("A tariff down to 25%", ["25"]),
        ("A tariff is down 25%", []),
        ("Prices are up 3% on a 25% tariff", ["25"]),
        ("Tariffs and prices of 25%", []),
        ("Tariffs: prices of 25%", []),
        ("Tariffs, the economy, and so on", []),
    ],
)
def test_a_percentage_is_a_duty_if_the_words_around_it_say_so(
    reader: FigureReader, sentence: str, percents: list[str | None]
) -> None:
    found = [each.to_percent for each in reader.find_figures(story_text(sentence))]
    assert found == [None if each is None else Decimal(each) for each in percents]


def test_ten_sentences_and_six_hundred_characters_of_each_are_read(reader: FigureReader) -> None:
    many = [f"A tariff of {number}% on steel." for number in (1, 2)]
    calm = "Rain fell on the fields. " * 9
    assert [each.to_percent for each in reader.find_figures(story_text("", calm + many[0]))] == [
        Decimal(1)
    ]
    assert reader.find_figures(story_text("Tariff", f"{calm}{calm[:25]}{many[0]}")) == ()
    for length, found in ((586, 1), (590, 0)):
        assert len(reader.find_figures(story_text(f"{'x' * length} tariff of 7%"))) == found


def test_a_figure_that_is_part_of_another_is_left_out(reader: FigureReader) -> None:
    fuller = "US raises its tariff on Chinese steel from 10% to 25%."
    assert len(reader.find_figures(story_text("Tariff of 25%", fuller))) == 1
    assert (
        len(reader.find_figures(story_text(fuller, "A tariff of 25%. A tariff of 25% on steel.")))
        == 1
    )
    assert len(reader.find_figures(story_text(fuller, "A tariff of 25% on copper."))) == 2
    assert len(reader.find_figures(story_text(fuller, "A tariff of 10%."))) == 2
    assert len(reader.find_figures(story_text("Tariff of 25%", "Tariff of 25%"))) == 1


@pytest.mark.parametrize(
    "reaction",
    [
        *("attacks", "condemns", "rejects", "criticizes", "protests", "slams", "fears", "opposes"),
        *("turns down", "hits out at", "braces for", "prepares for", "welcomes", "shrugs off"),
        *("lashes out at", "is stunned by", "challenges", "seeks relief from", "warns of", "calls"),
    ],
)
@pytest.mark.parametrize(
    ("duty", "imposer"),
    [("Chile's proposed 25% tariff", "CL"), ("a 25% tariff threat from Chile", "CL")],
)
def test_a_party_that_reacts_to_a_duty_does_not_charge_it(
    reader: FigureReader, reaction: str, duty: str, imposer: str
) -> None:
    [found] = reader.find_figures(story_text(f"Peru {reaction} {duty}"))
    assert found.imposer == imposer


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Duties of 25% imposed by the EU", [("EU", None)]),
        ("A 25% tariff imposed on Peru by the EU", [("EU", "PE")]),
        ("Chile faces the 25% tariffs that Peru imposed", [("PE", "CL")]),
        ("Peru urges Chile to drop its 25% tariff", [("CL", "PE")]),
        ("Peru seeks talks with Chile over a 25% wine tariff", [("CL", "PE")]),
        ("Peru blasts Chile's decision to impose a 25% tariff", [("CL", None)]),
        ("Chile warns Peru of a 25% tariff", [("CL", "PE")]),
        ("Peru decries Chile's plan for a 25% tariff", [("CL", None)]),
        ("Peru rejects a Chilean threat of a 25% tariff", [("CL", None)]),
        ("Peru moves to end the dispute with a 25% tariff", [("PE", None)]),
        ("US to hit Peru with tariffs of 10% on copper, 25% on wine", [("US", "PE"), ("US", "PE")]),
        ("Chile hits Peru and Fiji with a 25% tariff", [("CL", "PE"), ("CL", "FJ")]),
        (
            "Chile puts a 25% tariff on goods from Peru, Fiji and Kenya",
            [("CL", c) for c in ("PE", "FJ", "KE")],
        ),
        ("Chile puts a 25% tariff on goods from Peru, Fiji says", [("CL", "PE")]),
        ("Chile puts a 25% tariff on wine, Fiji says", [("CL", None)]),
        ("Chile puts a 25% tariff on cars not made in Peru", [("CL", None)]),
        ("Trump's 25% tariff on Iran's trading partners", [("US", None)]),
        ("Trump's Peru tariff of 25% begins", [("US", "PE")]),
        (
            "Peru cuts tariffs on Chilean wine from 25% to 5%, Chile its tariffs from 30% to 10%",
            [("PE", "CL"), ("CL", "PE")],
        ),
        ("Peru's 25% tariff deal divides growers", [(None, None)]),
        ("Peru calls its deal with 25% tariffs a success", [(None, None)]),
        ("Peru tightens steel tariff quotas, to impose a 25% surcharge", [("PE", None)]),
        ("Peruvian firms raise prices on a 25% tariff", [(None, None)]),
        ("Peru's tariff rate falls to 25% under its deal with the US", [("US", "PE")]),
        ("Commerce sets dumping margins of 12 to 25 percent on Peruvian wine", [("US", "PE")] * 2),
        ("Chinese wine pays a 25% duty in Chile", [("CL", "CN")]),
        ("EU weighs its options as Trump hits the bloc with a 25% tariff", [("US", "EU")]),
    ],
)
def test_imposer_and_partner_are_read_from_grammar(
    reader: FigureReader, sentence: str, expected: list[Roles]
) -> None:
    found = reader.find_figures(story_text(sentence))
    assert [(figure.imposer, figure.partner) for figure in found] == expected


@pytest.mark.parametrize(
    ("sentence", "old", "new"),
    [
        ("Peru scraps its 25% tariff on wine", "25", "0"),
        ("A court strikes down Peru's 25% tariff", None, "25"),
        ("Tribunal strikes down the 25% tariff", None, "25"),
        ("Peru's 25% tariff was struck down", None, "25"),
        ("Peru drops its plan for a 25% tariff", None, "25"),
        ("Growers await the end of Peru's 25% tariff", None, "25"),
        ("Peru cuts its 25% tariff on wine to 10%", "25", "10"),
        ("Peru's 25% duty on wine will rise to 30%", "25", "30"),
        ("Peru doubles its 25% tariff on wine", "25", "50"),
        ("Peru doubles its tariff on wine to 50%", "25", "50"),
        ("Peru's 25% tariff on wine is set to double", "25", "50"),
        ("Peru halves its 50% tariff on wine", "50", "25"),
        ("Peru cuts its tariff on wine from 25% to zero", "25", "0"),
        ("Peru slashes tariffs to zero from 25%", "25", "0"),
        ("Peru grants zero tariffs on wine", None, "0"),
    ],
)
def test_a_rate_that_ends_is_an_old_rate(
    reader: FigureReader, sentence: str, old: str | None, new: str | None
) -> None:
    [found] = reader.find_figures(story_text(sentence))
    assert (found.from_percent, found.to_percent) == tuple(
        None if each is None else Decimal(each) for each in (old, new)
    )


def test_each_duty_of_a_sentence_has_its_own_goods(reader: FigureReader) -> None:
    found = reader.find_figures(
        story_text("Steel duty of 25%, copper duty of 10%, wine duty of 5%")
    )
    assert [figure.product for figure in found] == ["Steel", "copper", "wine"]
