"""A story that reports a decided rate becomes a proposal if the ledger lacks the rate."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.news.story import Story
from bot.proposals.extract import extract_proposals
from tests.news.examples import reported
from tests.shipped import ledger

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def today(title: str, text: str = "") -> Story:
    story = reported(title, text)
    return story.model_copy(update={"published": NOW, "seen_at": NOW, "link": "https://w.example"})


def test_a_story_with_a_new_figure_makes_a_proposal() -> None:
    story = today(
        "US raises tariffs on Chinese goods to 40%",
        "The United States raises its tariff on goods from China from 12.5% to 40% on 1 December.",
    )
    [proposal] = extract_proposals(story, ledger())
    assert proposal.old_percent == Decimal("12.5")
    assert proposal.new_percent == Decimal(40)
    assert proposal.effective_on == date(2026, 12, 1)
    [witness] = proposal.said_by
    assert (witness.source, witness.link) == ("Wire", "https://w.example")
    assert "40%" in witness.quote


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("US charges a 12.5% tariff on Chinese goods", ""),
        ("US charges a 25% tariff on Chinese goods", ""),
        ("Importers of steel pay more since the US raised tariffs on Chinese goods to 25%", ""),
        ("US threatens to raise tariffs on Chinese goods to 40%", ""),
        ("US readies a 40% tariff on Chinese goods", ""),
        ("Trump says he will put a 40% tariff on Chinese goods", ""),
        ("Trump threatens China", "The US puts a 40% tariff on Chinese goods."),
        ("Tariffs of 40% on Chinese goods begin", ""),
        ("US puts tariffs on $300 billion of Chinese goods", ""),
        ("US raises tariffs on Chinese goods by 40%", ""),
        ("US raises tariffs on Chinese goods to up to 40%", ""),
        ("US raises tariffs on Chinese goods to as much as 40%", ""),
        ("US raises tariffs on Chinese goods to at least 40%", ""),
        ("US raises tariffs on Chinese goods to between 30% and 40%", ""),
        ("US raises tariffs on Chinese goods, charging 30% to 40%", ""),
        ("US sets tariffs of 30-40% on Chinese goods", ""),
        ("US court strikes down 40% tariff on Chinese goods", ""),
        ("US lifts its 12.5% tariff on Chinese goods", ""),
        ("US raises tariffs on Chinese goods to 4000%", ""),
        ("Brazil raises tariffs on Norwegian fish to 12%", ""),
        ("Ministers meet", ""),
    ],
)
def test_other_stories_make_no_proposal(title: str, text: str) -> None:
    assert extract_proposals(today(title, text), ledger()) == ()


@pytest.mark.parametrize(
    ("title", "old"),
    [
        ("US raises tariffs on Chinese goods to 25%", "12.5"),
        ("US cuts Section 232 tariff on Chinese steel to 25%", "75"),
    ],
)
def test_a_change_to_the_rate_of_another_duty_makes_a_proposal(title: str, old: str) -> None:
    [proposal] = extract_proposals(today(title), ledger())
    assert (proposal.old_percent, proposal.new_percent) == (Decimal(old), Decimal(25))


def test_a_legal_basis_of_another_party_is_not_attributed_to_the_imposer() -> None:
    reported = today("Canada charges 25% on US steel in answer to Section 232 tariffs")
    assert extract_proposals(reported, ledger()) == ()


def test_an_old_story_makes_no_proposal() -> None:
    assert extract_proposals(reported("US raises tariffs on Chinese goods to 47%"), ledger()) == ()
