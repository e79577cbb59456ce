"""Alerts and lists show the facts of a story, and Slack accepts them for any story."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.replies import LatestStories
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.news.story import Figure, Story
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message
from bot.slack.views.alerts import (
    WhyValue,
    format_figure,
    format_percent,
    render_alert,
    render_digest,
    render_follow_up,
    render_latest,
    render_mute_choices,
    render_why,
)
from bot.values import Topic
from tests.slack.samples import HOSTILE, NOW, PARTIES, nasty_text, stories, story


def as_text(message: Message) -> str:
    return json.dumps(message.payload(), ensure_ascii=False)


def check_accepted(message: Message) -> None:
    """Raises an error unless Slack would accept the message."""
    payload = message.payload()
    check_blocks(payload["blocks"])
    check_budget(payload["blocks"])
    size = len(json.dumps(payload["blocks"], ensure_ascii=False)) + len(payload["text"])
    assert size <= limits.MESSAGE_CHARACTERS
    assert payload["text"].strip()


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    rows = [b for b in message.payload()["blocks"] if b["type"] == "actions"]
    return {e["action_id"]: e for row in rows for e in row["elements"]}


@settings(max_examples=60, deadline=None)
@given(stories, nasty_text, st.booleans())
def test_slack_accepts_an_alert_of_any_story(found: Story, reason: str, again: bool) -> None:
    check_accepted(render_alert(found, PARTIES, reason, may_repeat=again))
    check_accepted(render_why(found, reason))


@settings(max_examples=20, deadline=None)
@given(st.lists(stories, max_size=3), st.integers(1, 60), nasty_text)
def test_slack_accepts_lists_of_any_length(found: list[Story], times: int, reason: str) -> None:
    many = found * times
    for message in render_digest(many, PARTIES, reason):
        check_accepted(message)
    check_accepted(render_latest(LatestStories(many, Topic.TARIFF), PARTIES))
    if many:
        check_accepted(render_follow_up(many, PARTIES, may_repeat=True))


def test_an_alert_contains_everything_that_a_reader_needs() -> None:
    text = as_text(render_alert(story(), PARTIES, "tariffs, naming CN"))
    for part in (
        "<https://news.example/a?x=1&amp;y=2|United States and China cut tariffs for 90 days>",
        "Duties on Chinese goods fall from 145% to 30%.",
        "tariffs · negotiations",
        "🇺🇸 United States · 🇨🇳 China",
        "🇺🇸 United States on 🇨🇳 China: *145% → 30%*",
        "Example Wire, <!date^",
        "Why: tariffs, naming CN",
    ):
        assert part in text


def test_an_alert_has_its_four_buttons() -> None:
    found = buttons(render_alert(story(), PARTIES, "because"))
    assert list(found) == ["alert_open", "alert_follow", "alert_mute", "alert_why"]
    assert found["alert_open"]["url"] == "https://news.example/a?x=1&y=2"
    assert found["alert_follow"]["value"] == "s1"
    value = WhyValue.model_validate_json(found["alert_why"]["value"])
    assert (value.story, value.reason) == ("s1", "because")


def test_a_story_without_a_safe_link_has_no_open_button() -> None:
    found = buttons(render_alert(story(link="javascript:alert(1)"), PARTIES, ""))
    assert "alert_open" not in found


def test_hostile_text_is_not_active_markup() -> None:
    message = render_alert(story(title=HOSTILE, summary=HOSTILE, source=HOSTILE), PARTIES, HOSTILE)
    # Button values are left out here, because Slack never shows them.
    text = re.sub(r'"value": "(\\.|[^"\\])*"', "", as_text(message))
    for part in (
        "<!channel>",
        "<@U123>",
        "<https://evil",
        "<https://evil",
        ":tada:",
        "@here",
        "*bold*",
        "`code`",
    ):
        assert part not in text


def test_slack_is_asked_not_to_parse_links_and_mentions_in_texts() -> None:
    texts = [
        block["text"]
        for block in render_alert(story(), PARTIES, "r").payload()["blocks"]
        if block["type"] == "section"
    ]
    assert all(text["verbatim"] for text in texts)


def test_an_alert_that_may_be_a_repeat_says_so() -> None:
    assert "(may repeat)" in as_text(render_alert(story(), PARTIES, "r", may_repeat=True))
    assert "(may repeat)" in as_text(render_follow_up([story()], PARTIES, may_repeat=True))
    assert "(may repeat)" in as_text(render_digest([story()], PARTIES, "r", may_repeat=True)[0])
    assert "(may repeat)" not in as_text(render_alert(story(), PARTIES, "r"))


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


def test_why_shows_words_rule_subscription_and_feed() -> None:
    text = as_text(render_why(story(), "tariffs, naming CN"))
    for part in ("“cut tariffs”", "tariff.word", "tariffs, naming CN", "“Example Wire”"):
        assert part in text


def test_the_mute_menu_offers_event_day_and_unsubscribe() -> None:
    found = buttons(render_mute_choices("e1"))
    assert found["mute_event"]["value"] == "e1"
    assert set(found) == {"mute_event", "mute_day", "mute_unsubscribe"}


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        ({"from_percent": "145", "to_percent": "30.0"}, "*145% → 30%*"),
        ({"to_percent": "12.50", "product": "steel"}, "steel: *12.5%*"),
        ({"from_percent": "100"}, "*from 100%*"),
        ({"amount_usd": "50000000000"}, "*US$ 50 billion*"),
        ({"amount_usd": "1250000"}, "*US$ 1.25 million*"),
        ({"imposer": "US", "to_percent": "10"}, "by 🇺🇸 United States: *10%*"),
        ({"partner": "XX", "to_percent": "10"}, "on XX: *10%*"),
        ({}, ""),
    ],
)
def test_a_figure_is_written_in_plain_words(figure: dict[str, Any], line: str) -> None:
    assert format_figure(Figure(**figure), PARTIES) == line


def test_a_percentage_keeps_exactly_its_digits() -> None:
    assert format_percent(Decimal(100)) == "100%"
    assert format_percent(Decimal("0.00")) == "0%"
    assert format_percent(Decimal("2.875")) == "2.875%"
