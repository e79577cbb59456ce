from typing import Any

import pytest

from bot.alerts.subscriptions.criteria import MatchedEconomy, MatchReason
from bot.alerts.subscriptions.timing import Timing
from bot.commands.subscriptions.grammar import parse_subscription
from bot.slack.views.subscriptions.describe import (
    describe_criteria,
    describe_match,
    describe_timing,
)
from bot.values import Topic
from tests.slack.samples import PARTIES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("all", "*all topics*"),
        ("tariffs us china", "*tariffs*, stories naming 🇺🇸 United States with 🇨🇳 China"),
        ("us on china", "*all topics*, stories naming 🇺🇸 United States on 🇨🇳 China"),
        ("japan, steel, cars", "*all topics*, stories naming 🇯🇵 Japan and on steel or cars"),
        (
            'talks with "deal" without "fish" decided official breaking',
            "*negotiations*, stories with “deal” and without “fish”, decisions only, "
            "official sources only, breaking only",
        ),
        ("talks my lines", "*negotiations*, only stories that touch your lines"),
    ],
)
def test_criteria_in_words(text: str, shown: str) -> None:
    criteria = parse_subscription(text, PARTIES).criteria
    assert criteria is not None
    assert describe_criteria(criteria, PARTIES) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "posted at once"),
        ({"frequency": "hourly"}, "one digest an hour"),
        (
            {"frequency": "daily", "hour": 8, "zone": "Asia/Tokyo", "weekdays_only": True},
            "one digest a day at 8:00 (Asia/Tokyo), weekdays only",
        ),
        ({"frequency": "weekly", "weekday": 4}, "one digest a week on Friday"),
        (
            {"quiet_from": 22, "quiet_to": 7, "zone": "Asia/Tokyo", "breaking_passes": False},
            "posted at once, quiet 22:00–7:00 (Asia/Tokyo), also for breaking news",
        ),
        ({"quiet_from": 7, "quiet_to": 7}, "posted at once"),
    ],
)
def test_timing_in_words(fields: dict[str, Any], shown: str) -> None:
    assert describe_timing(Timing.model_validate(fields)) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "tariffs"),
        ({"touches_lines": True}, "tariffs, in stories that touch your lines"),
        (
            {"touches_lines": True, "economies": (MatchedEconomy(code="JP"),)},
            "tariffs, in stories that name Japan and that touch your lines",
        ),
    ],
)
def test_why_a_story_matches_in_words(fields: dict[str, Any], shown: str) -> None:
    reason = MatchReason.model_validate({"topics": (Topic.TARIFF,), **fields})
    assert describe_match(reason, PARTIES) == shown
