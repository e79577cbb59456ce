"""Made-up sentences: numbers far from the word "tariff", and the goods nearest to a number."""

from decimal import Decimal

import pytest

from bot.news.figures.duties import FigureReader
from bot.news.story import Figure
from tests.news.examples import PARTIES, story_text

READER = FigureReader(PARTIES, ["steel", "copper", "wine", "electric vehicles", "cars"])
D5, D10, D25 = Decimal(5), Decimal(10), Decimal(25)
# Words without meaning that make a sentence longer.
FILLER = "and so on and on and on and on and on "


def figures(title: str) -> tuple[Figure, ...]:
    return READER.find_figures(story_text(title))


@pytest.mark.parametrize("length", [0, 80, 120, 300])
@pytest.mark.parametrize("start", ["", "As was said, "])
def test_an_amount_after_a_word_for_duties_is_read_in_a_sentence_of_any_length(
    start: str, length: int
) -> None:
    rest = (FILLER * 10)[:length].rstrip()
    [figure] = figures(f"{start}Tariffs on $200 billion of Chinese goods will stay, {rest}")
    assert (figure.amount_usd, figure.to_percent) == (Decimal(200_000_000_000), None)


@pytest.mark.parametrize(
    ("between", "read"), [("on ", True), ("x" * 35 + " on ", True), ("x" * 36 + " on ", False)]
)
def test_a_word_for_duties_far_before_an_amount_is_ignored(between: str, read: bool) -> None:
    found = figures(f"{FILLER * 3}, tariffs {between}$200 billion of Chinese goods")
    assert bool(found) is read


@pytest.mark.parametrize(
    ("after", "read"),
    [
        ("of Chinese goods face tariffs", True),
        ("of Chinese goods, on which there are tariffs", True),
        (f"of Chinese goods, {FILLER * 2} and then tariffs", True),
        (f"of Chinese goods, {FILLER * 3} and then tariffs", False),
        ("of Chinese debt face tariffs", False),
    ],
)
def test_an_amount_of_goods_is_read_if_duties_are_named_after_it(after: str, read: bool) -> None:
    assert bool(figures(f"Some $200 billion {after}")) is read


@pytest.mark.parametrize("before", [0, 100, 250, 480])
def test_the_quote_of_a_long_sentence_is_short_and_contains_the_number(before: int) -> None:
    words = FILLER * 14
    sentence = f"{words[:before]} the 25% tariff {words[: 480 - before]}"
    assert len(sentence) > 490
    [figure] = figures(sentence)
    assert "25%" in figure.quote
    assert figure.quote in sentence
    assert len(figure.quote) <= 300
    if before == 250:
        # The quote has the same length of text before the number and after it.
        at = figure.quote.index("25%")
        assert abs(at - (len(figure.quote) - at - 3)) <= 3
        assert len(figure.quote) > 290


@pytest.mark.parametrize("length", [299, 300])
def test_a_short_sentence_is_quoted_whole(length: int) -> None:
    sentence = "The 25% tariff " + (FILLER * 10)[: length - 16] + "x"
    [figure] = figures(sentence)
    assert figure.quote == sentence


@pytest.mark.parametrize(
    ("sentence", "product"),
    [
        # The goods before the number are nearer (4 letters) than those after it (14 letters).
        ("The tariff on electric vehicles is 25%, not that of steel.", "electric vehicles"),
        # The goods after the number are nearer (5 letters) than those before it (12 letters).
        ("The tariff on steel will be at 25%, of electric vehicles too.", "electric vehicles"),
        ("A levy on copper, and on steel a tariff of 25%", "steel"),
        ("A 25% tariff on steel and copper", "steel and copper"),
        ("A 25% tariff on wine next to that of foreign steel", "wine"),
        # Goods that are not the object of the duty do not count.
        ("A 25% tariff makes steel dear", None),
    ],
)
def test_the_goods_nearest_to_a_number_belong_to_it(sentence: str, product: str | None) -> None:
    assert [figure.product for figure in figures(sentence)] == [product]


@pytest.mark.parametrize(
    ("second", "percents"),
    [
        # A change ("from 5% to 10%") is a duty if the number before it in the sentence is one.
        ("and, as was said there later on, from 5% to 10%", [(None, D25), (D5, D10)]),
        # A single number is a duty only if goods follow it or it is part of a list.
        ("and, as was said there later on, it is 10%", [(None, D25)]),
        ("and, as was said there later on, 10% on wine", [(None, D25), (None, D10)]),
        ("and wine 10%", [(None, D25), (None, D10)]),
    ],
)
def test_a_number_after_a_duty_is_a_duty_in_certain_wordings(
    second: str, percents: list[tuple[Decimal | None, Decimal]]
) -> None:
    found = figures(f"The tariffs are these: 25% on cars, {second}.")
    assert [(each.from_percent, each.to_percent) for each in found] == percents


def test_a_number_next_to_one_that_is_not_a_duty_is_ignored() -> None:
    assert figures("Prices rose 3%, and some 10% as tariffs bit") == ()
