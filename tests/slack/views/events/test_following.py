"""Slack accepts the list of followed events, and its buttons end a follow and turn the page."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.grammar import Verb, parse_command
from bot.commands.replies import FollowedEvents
from bot.news.story import Story
from bot.slack.views.events.following import render_following
from tests.slack.samples import PARTIES, stories, story
from tests.slack.views.accepted import as_text, check_accepted


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(stories, max_size=2), max_size=5), st.integers(1, 9))
def test_slack_accepts_any_followed_events(found: list[list[Story]], page: int) -> None:
    events = [(f"e{number}", each) for number, each in enumerate(found)]
    check_accepted(render_following(FollowedEvents(events, page, 9), PARTIES))


def test_each_event_has_a_button_that_ends_the_follow() -> None:
    events = [("s1", [story()]), ("gone", [])]
    message = render_following(FollowedEvents(events, 1, 1), PARTIES)
    values = [each["accessory"]["value"] for each in message.blocks[1:]]
    assert values == ["s1", "gone"]
    assert "no longer saved" in as_text(message)


def test_the_buttons_turn_the_page() -> None:
    message = render_following(FollowedEvents([("s1", [story()])], 2, 3), PARTIES)
    values = [each["value"] for each in message.blocks[-1]["elements"]]
    commands = [parse_command(each, PARTIES) for each in values]
    assert [(each.verb, each.page) for each in commands] == [
        (Verb.FOLLOWING, 1),
        (Verb.FOLLOWING, 3),
    ]
