"""Duties that a sentence states without a word for duties, and other percentages."""

from decimal import Decimal

import pytest

from bot.news.figures.duties import FigureReader
from tests.news.examples import PARTIES, story_text

READER = FigureReader(PARTIES, ["steel", "copper", "cars", "wine", "milk"])

Row = tuple[str | None, str | None, int | None, int | None]


def read(title: str, text: str = "") -> list[Row]:
    """Imposer, partner, old rate and new rate of each figure."""
    return [
        (figure.imposer, figure.partner, _number(figure.from_percent), _number(figure.to_percent))
        for figure in READER.find_figures(story_text(title, text))
    ]


def _number(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent)


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        # A government charges it.
        ("Peru puts 12% on Chilean wine", [("PE", "CL", None, 12)]),
        ("Peru imposes 12% on milk and 14% on wine", [("PE", None, None, n) for n in (12, 14)]),
        ("Peru puts 12% on $3bn of Chilean goods", [("PE", "CL", None, 12)]),
        (
            "Peru answers with 12% on American wine, 14% on cars",
            [("PE", "US", None, 12)] * 1 + [("PE", "US", None, 14)],
        ),
        (
            "Peru matches Chile's 12% with 14% of its own",
            [("CL", "PE", None, 12), ("PE", "CL", None, 14)],
        ),
        ("Trump offers Peru 12%", [("US", "PE", None, 12)]),
        ("Chilean wine hit with 12% in Peru", [("PE", "CL", None, 12)]),
        ("Section 232 probe ends with 12% on copper", [("US", None, None, 12)]),
        # A government's rate.
        ("Trump's 12% on Peru begins", [("US", "PE", None, 12)]),
        (
            "Peru imposes 12% on Chile's wine after Chile's 14%",
            [("PE", "CL", None, 12), ("CL", "PE", None, 14)],
        ),
        ("Peru stunned by 12 per cent rate from Washington", [("US", "PE", None, 12)]),
        ("US raises rate on Peruvian goods to 12% from 10", [("US", "PE", 10, 12)]),
        ("Chile raises fee on Peruvian goods to 12%", [("CL", "PE", None, 12)]),
        ("Chile finds 12% dumping on Peruvian milk", [("CL", "PE", None, 12)]),
        # A list of countries.
        (
            "Trump letters: 12% for Peru, 14% for Chile",
            [("US", "PE", None, 12), ("US", "CL", None, 14)],
        ),
        (
            "New US rates: 12% on Peru, 14% on Chile",
            [("US", "PE", None, 12), ("US", "CL", None, 14)],
        ),
        (
            "Section 232: cars at 12%, copper at 14%",
            [("US", None, None, 12), ("US", None, None, 14)],
        ),
        # A term of a deal.
        ("Peru's rate cut to 12% in exchange for purchases", [(None, "PE", None, 12)]),
        ("US and Peru strike pact at 12%", [("US", "PE", None, 12)]),
        ("Peru's dairy walls, at 12% on milk, anger Trump", [("PE", None, None, 12)]),
    ],
)
def test_a_duty_without_a_word_for_duties_is_read(sentence: str, rows: list[Row]) -> None:
    assert read(sentence) == rows


@pytest.mark.parametrize(
    "sentence",
    [
        "Trump puts 50% odds on a deal with Peru",
        "Peru grows 8%, Chile 2%",
        "Bank raises rate on loans for Peru to 12%",
        "Chile's central bank keeps rate for exporters at 12%",
        "Peru charges foreign buyers 12% on homes",
        "Peru's 7% growth beats that of Chile",
        "Peruvian firm puts 12% on Chilean wine",
        "Peru puts 19% VAT on Chilean wine",
        "Peru votes 51% for Chile's candidate",
        "Peru takes 12% stake in Chilean copper",
    ],
)
def test_another_percentage_is_no_duty(sentence: str) -> None:
    assert read(sentence) == []
    assert read("Ministers meet", sentence) == []


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        # A court decides on the duty of its own country.
        ("EU judges annul 12% duty on Peruvian wine", [("EU", "PE", None, 12)]),
        ("Judge in Lima quashes 12% duty on wine", [("PE", None, None, 12)]),
        ("Peru's top court cancels 12% duty on wine", [("PE", None, None, 12)]),
        ("Trade court voids 12% duty on Peru", [("US", "PE", None, 12)]),
        ("US trade judges void 12% Peru levy", [("US", "PE", None, 12)]),
        ("Duty on Peruvian wine in Chile now 12%", [("CL", "PE", None, 12)]),
        # A capital that stands for its government.
        ("Chile hits out at Lima's 12% duty on Chilean wine", [("PE", "CL", None, 12)]),
        ("Chile bristles at 12% levy from Lima", [("PE", None, None, 12)]),
        ("President floats 12% tariff on wine", [("US", None, None, 12)]),
        # The one who is blamed.
        ("Chile scolds Peru over 12% wine duty", [("PE", "CL", None, 12)]),
        ("Chilean growers protest 12% Peruvian levy", [("PE", "CL", None, 12)]),
        ("Trump cuts Peru's duty to 12%", [("US", "PE", None, 12)]),
        # Each of two parties.
        ("US and Peru each drop duties to 12%", [("US", "PE", None, 12), ("PE", "US", None, 12)]),
        (
            "US duty on Peruvian wine is 12%, Peru's on American 14%",
            [("US", "PE", None, 12), ("PE", "US", None, 14)],
        ),
        # An old rate that a verb implies, and a duty that ends.
        ("Peru trebles wine duty to 12%", [("PE", None, 4, 12)]),
        ("Peru halves wine duty to 12%", [("PE", None, 24, 12)]),
        ("Peru lifts 12% duty on wine", [("PE", None, 12, 0)]),
        ("Peru withdraws planned 12% duty on wine", [("PE", None, None, 12)]),
        # A range gives its ends.
        (
            "Peru sets duties of 12 to 14 percent on Chile",
            [("PE", "CL", None, 12), ("PE", "CL", None, 14)],
        ),
        ("Peru sets duties of up to 12% on Chile", [("PE", "CL", None, 12)]),
        ("VAT at 12% is not a tariff, Peru says", []),
    ],
)
def test_parties_and_rates_of_decisions(sentence: str, rows: list[Row]) -> None:
    assert read(sentence) == rows


def test_a_rate_of_the_past_is_the_old_rate() -> None:
    assert read("Trump's 12% for Peru", "The rate was 30% in August.") == [("US", "PE", 30, 12)]
