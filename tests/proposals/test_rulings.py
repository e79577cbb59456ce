"""A story that reports a court ruling about a law with duties in the ledger becomes a proposal."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.news.state import EventState, EventStatus
from bot.news.story import Story
from bot.proposals.model import Proposal
from bot.proposals.rulings import propose_ruling
from bot.rates.ledger import Ledger
from bot.values import Topic
from tests.news.examples import reported

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
STRUCK_DOWN = "Trade court strikes down US tariffs under Section 301"


def in_court(
    title: str,
    status: EventStatus | None = EventStatus.UNLAWFUL,
    text: str = "",
    **more: object,
) -> Story:
    given = {
        "published": NOW,
        "seen_at": NOW,
        "topics": (Topic.TARIFF, Topic.COURT_RULING),
        "state": EventState(status=status),
        **more,
    }
    return reported(title, text).model_copy(update=given)


def made(story: Story, ledger: Ledger) -> Proposal:
    proposal = propose_ruling(story, ledger)
    assert proposal is not None
    return proposal


def test_a_ruling_lists_the_duties_of_its_law_that_are_in_force(ledger: Ledger) -> None:
    proposal = made(in_court(STRUCK_DOWN), ledger)
    assert (proposal.imposer, proposal.basis) == ("US", "Section 301")
    assert proposal.ruling is EventStatus.UNLAWFUL
    assert proposal.new_percent is None
    assert "us-cn-301-forced-labor" in proposal.choices
    assert "us-232-steel" not in proposal.choices
    assert proposal.said_by[0].quote == STRUCK_DOWN


def test_two_outlets_report_one_ruling_and_its_stay_is_another(ledger: Ledger) -> None:
    first = made(in_court(STRUCK_DOWN), ledger)
    again = made(in_court("Judges void the US tariffs of Section 301"), ledger)
    stayed = made(
        in_court("Ruling on US Section 301 tariffs put on hold", EventStatus.STAYED), ledger
    )
    assert first.id == again.id != stayed.id


def test_the_same_ruling_by_a_higher_court_months_later_is_another_proposal(ledger: Ledger) -> None:
    first = made(in_court(STRUCK_DOWN), ledger)
    later = NOW + timedelta(days=90)
    higher = made(
        in_court("Supreme Court strikes down US tariffs under Section 301", published=later), ledger
    )
    assert first.id != higher.id


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(in_court(STRUCK_DOWN, None), id="no ruling"),
        pytest.param(in_court(STRUCK_DOWN, EventStatus.THREATENED), id="no ruling, but a threat"),
        pytest.param(in_court(STRUCK_DOWN, topics=(Topic.TARIFF,)), id="not about a court"),
        pytest.param(in_court("Trade court strikes down US tariffs"), id="no law"),
        pytest.param(
            in_court("Court strikes down US tariffs under Section 301 and Section 232"),
            id="two laws",
        ),
        pytest.param(
            in_court("Court strikes down US tariffs under Section 122"), id="no duty of it in force"
        ),
        pytest.param(
            in_court(STRUCK_DOWN, published=NOW - timedelta(days=365)), id="checked since"
        ),
    ],
)
def test_other_stories_make_no_proposal(story: Story, ledger: Ledger) -> None:
    assert propose_ruling(story, ledger) is None
