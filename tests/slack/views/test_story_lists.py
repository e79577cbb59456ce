"""Slack accepts lists of stories, and their buttons turn the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.grammar import Verb, parse_command
from bot.commands.replies import LatestStories
from bot.news.state import EventState, EventStatus
from bot.news.story import Story
from bot.slack.views.story_lists import render_latest
from bot.values import Topic
from tests.slack.samples import PARTIES, nasty_text, stories, story
from tests.slack.views.accepted import check_accepted


@settings(max_examples=20, deadline=None)
@given(st.lists(stories, max_size=3), st.integers(1, 60))
def test_slack_accepts_lists_of_any_length(found: list[Story], times: int) -> None:
    many = found * times
    check_accepted(render_latest(LatestStories(many, frozenset({Topic.TARIFF})), PARTIES))


@given(nasty_text, st.integers(1, 999))
def test_slack_accepts_any_search_of_stories(word: str, page: int) -> None:
    for found in ([], [story()]):
        reply = LatestStories(
            found, frozenset(Topic), (frozenset({"CN", "EU"}),), (word,), page, has_older=True
        )
        check_accepted(render_latest(reply, PARTIES))


@pytest.mark.parametrize(
    ("status", "label", "is_bold"),
    [
        (EventStatus.THREATENED, "THREATENED", False),
        (EventStatus.TALKS, "TALKS", False),
        (None, "", False),
        (EventStatus.IN_FORCE, "IN FORCE", True),
        (EventStatus.DEAL, "DEAL", True),
    ],
)
def test_a_listed_story_has_its_status_and_only_the_rate_of_a_decision_is_bold(
    status: EventStatus | None, label: str, is_bold: bool
) -> None:
    reply = LatestStories([story(state=EventState(status=status))], frozenset())
    text = render_latest(reply, PARTIES).blocks[1]["text"]["text"]
    assert label in text
    assert ("*145% → 30%*" in text) is is_bold
    assert "145% → 30%" in text


def test_the_buttons_of_a_page_ask_for_the_pages_next_to_it() -> None:
    groups = (frozenset({"IN", "US"}), frozenset({"JP"}))
    reply = LatestStories(
        [story()], frozenset({Topic.TARIFF}), groups, ("steel",), 2, has_older=True
    )
    message = render_latest(reply, PARTIES)
    values = [one["value"] for one in message.blocks[-1]["elements"]]
    commands = [parse_command(value, PARTIES) for value in values]
    assert [one.page for one in commands] == [1, 3]
    for one in commands:
        assert (one.verb, one.topics, one.economies, one.words) == (
            Verb.LATEST,
            frozenset({Topic.TARIFF}),
            groups,
            ("steel",),
        )


def test_a_page_after_the_last_is_not_called_empty_so_far() -> None:
    reply = LatestStories((), frozenset(), (), (), 9, has_older=False)
    assert render_latest(reply, PARTIES).text == "No stories on page 9."
    first = LatestStories((), frozenset(), (), (), 1, has_older=False)
    assert render_latest(first, PARTIES).text == "No stories yet."
