"""Digests and lists contain every story, and Slack accepts them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.grammar import Verb, parse_command
from bot.commands.replies import LatestStories
from bot.news.story import Story
from bot.slack.views.story_lists import render_digest, render_latest
from bot.values import Topic
from tests.slack.samples import NOW, PARTIES, nasty_text, stories, story
from tests.slack.views.accepted import as_text, check_accepted


@settings(max_examples=20, deadline=None)
@given(st.lists(stories, max_size=3), st.integers(1, 60), nasty_text)
def test_slack_accepts_lists_of_any_length(found: list[Story], times: int, reason: str) -> None:
    many = found * times
    for message in render_digest(many, PARTIES, reason):
        check_accepted(message)
    check_accepted(render_latest(LatestStories(many, frozenset({Topic.TARIFF})), PARTIES))


@given(nasty_text, st.integers(1, 999))
def test_slack_accepts_any_search_of_stories(word: str, page: int) -> None:
    for found in ([], [story()]):
        reply = LatestStories(
            found, frozenset(Topic), frozenset({"CN", "EU"}), (word,), page, has_older=True
        )
        check_accepted(render_latest(reply, PARTIES))


def test_the_buttons_of_a_page_ask_for_the_pages_next_to_it() -> None:
    reply = LatestStories(
        [story()], frozenset({Topic.TARIFF}), frozenset({"IN"}), ("steel",), 2, has_older=True
    )
    message = render_latest(reply, PARTIES)
    values = [one["value"] for one in message.blocks[-1]["elements"]]
    commands = [parse_command(value, PARTIES) for value in values]
    assert [one.page for one in commands] == [1, 3]
    for one in commands:
        assert (one.verb, one.topics, one.parties, one.words) == (
            Verb.LATEST,
            frozenset({Topic.TARIFF}),
            frozenset({"IN"}),
            ("steel",),
        )


def test_a_digest_that_may_be_a_repeat_says_so() -> None:
    assert "(may repeat)" in as_text(render_digest([story()], PARTIES, "r", may_repeat=True)[0])
    assert "(may repeat)" not in as_text(render_digest([story()], PARTIES, "r")[0])


@pytest.mark.parametrize("again", [False, True])
def test_a_digest_contains_every_story(again: bool) -> None:
    many = [story(id=f"s{n}", event_id=f"s{n}", title=f"Story {n} " + "x" * 400) for n in range(60)]
    messages = render_digest(many, PARTIES, "your daily digest", may_repeat=again)
    assert "60 trade stories" in messages[0].text
    places = [
        next(place for place, each in enumerate(messages) if f"|Story {n} " in as_text(each))
        for n in range(60)
    ]
    assert places == sorted(places)
    assert set(places) == set(range(len(messages)))
    assert sum(as_text(each).count("|Story ") for each in messages) == 60


def test_a_digest_groups_the_stories_of_an_event() -> None:
    late = story(id="stay", event_id="s1", title="Stay", published=NOW + timedelta(hours=2))
    other = story(id="o", event_id="o", title="Other", published=NOW + timedelta(hours=1))
    (message,) = render_digest([story(), other, late], PARTIES, "your daily digest")
    reported = [block["text"]["text"] for block in message.payload()["blocks"][1:4]]
    assert [line.split("|")[1].split(">")[0] for line in reported] == [
        story().title,
        "Stay",
        "Other",
    ]
    assert [line.startswith("↳") for line in reported] == [False, True, False]
