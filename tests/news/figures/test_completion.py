"""A duty gets the parties and the old rate that other sentences of its story name."""

from decimal import Decimal

import pytest

from bot.news.figures.duties import FigureReader
from tests.news.examples import PARTIES, story_text

READER = FigureReader(PARTIES, ["steel", "copper", "cars", "wine"])

Row = tuple[str | None, str | None, str | None, str | None]


def read(title: str, text: str) -> list[Row]:
    """Imposer, partner, old rate and new rate of each figure."""
    return [
        (figure.imposer, figure.partner, _text(figure.from_percent), _text(figure.to_percent))
        for figure in READER.find_figures(story_text(title, text))
    ]


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


@pytest.mark.parametrize(
    ("title", "text", "rows"),
    [
        # The only imposer of the story.
        ("Peru's tariffs worry growers", "The duty of 12% is new.", [("PE", None, None, "12")]),
        (
            "Peru's tariffs answer those of Chile",
            "The duty of 12% is new. Chile's tariffs remain.",
            [(None, None, None, "12")],
        ),
        # The United States, if no other imposer is named.
        ("Trump backs down", "A tariff of 12% is off the table.", [("US", None, None, "12")]),
        ("US shares fall", "A tariff of 12% is off the table.", [(None, None, None, "12")]),
        ("Tariffs hurt the US", "A tariff of 12% is new.", [(None, None, None, "12")]),
        # The only partner of the story's duties.
        (
            "Trump delays tariffs on Peru",
            "The president had threatened a duty of 12%.",
            [("US", "PE", None, "12")],
        ),
        (
            "Trump delays tariffs on Peru and Chile",
            "The president had threatened a duty of 12%.",
            [("US", None, None, "12")],
        ),
        (
            "Trump delays tariffs on Peru",
            "The duty of 12% is on countries that buy its oil.",
            [("US", None, None, "12")],
        ),
        ("Trump and Peru talk", "He put 12% tariffs on copper.", [("US", None, None, "12")]),
        # The only other party of a story about a duty of the United States.
        ("Trump extends talks with Peru after 12% tariff threat", "", [("US", "PE", None, "12")]),
        ("Peruvian shares fall on Trump's 12% tariff", "", [("US", None, None, "12")]),
        ("Peru is spared from Trump's 12% tariff", "", [("US", None, None, "12")]),
        ("Peru watches as Chile raises its tariff to 12%", "", [("CL", None, None, "12")]),
        ("EU and Germany await Trump's 12% tariff", "", [("US", "EU", None, "12")]),
        # Each of two parties that charge each other.
        (
            "Peru puts a 12% tariff on cars from Chile",
            "Chile raises its own tariff to 14%.",
            [("PE", "CL", None, "12"), ("CL", "PE", None, "14")],
        ),
        (
            "Peru sets a 12% tariff under its deal with Chile",
            "Chile would lower its wine duties to 14%.",
            [("PE", "CL", None, "12"), ("CL", "PE", None, "14")],
        ),
    ],
)
def test_missing_parties_come_from_the_rest_of_the_story(
    title: str, text: str, rows: list[Row]
) -> None:
    assert read(title, text) == rows


@pytest.mark.parametrize(
    ("title", "text", "rows"),
    [
        (
            "US cuts tariff on Peru to 12%",
            "Peru had faced a duty of 30%.",
            [("US", "PE", "30", "12")],
        ),
        (
            "US cuts tariff on Peru to 12%",
            "The previous duty of 30% hurt growers.",
            [("US", "PE", "30", "12")],
        ),
        (
            "US cuts tariffs on Peruvian goods",
            "The president had threatened a duty of 30%.",
            [("US", "PE", "30", None)],
        ),
        (
            "US delays tariffs on Peruvian goods",
            "The president had threatened a duty of 30%.",
            [("US", "PE", None, "30")],
        ),
        (
            "US drops tariff threat against Peru",
            "The president had threatened a duty of 30%.",
            [("US", "PE", None, "30")],
        ),
    ],
)
def test_a_former_rate_is_the_old_rate_of_the_new_one(
    title: str, text: str, rows: list[Row]
) -> None:
    assert read(title, text) == rows
