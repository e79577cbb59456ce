"""A delivery is rendered from the stories of its event, by its kind."""

from datetime import timedelta
from typing import Any

import pytest

from bot.alerts.delivery import DeliveryKind
from bot.news.state import CollectionEffect, EventState, EventStatus, Relation
from bot.slack.blockkit.blocks import Message
from bot.slack.views.delivery import compose_messages
from tests.slack.samples import NOW, PARTIES, delivery, story
from tests.slack.views.accepted import as_text

RULING = story(figures=(), state=EventState(status=EventStatus.UNLAWFUL))
STAY = story(
    id="s2",
    title="Appeals court stays the ruling",
    published=NOW + timedelta(hours=20),
    figures=(),
    relation=Relation.DEVELOPMENT,
    state=EventState(status=EventStatus.STAYED, collection=CollectionEffect.COLLECTED),
)


def compose(thread_ts: str | None = None, **changes: Any) -> Message:
    [message] = compose_messages(delivery(**changes), (RULING, STAY), PARTIES, thread_ts)
    return message


@pytest.mark.parametrize("kind", [DeliveryKind.ALERT, DeliveryKind.UPDATE])
def test_an_alert_and_its_edit_show_the_present_state_of_the_event(kind: DeliveryKind) -> None:
    text = as_text(compose(kind=kind))
    assert "*RULING STAYED 13 May 2025* · duties still collected" in text
    assert RULING.title in text


def test_a_reply_in_the_thread_shows_only_what_is_new() -> None:
    text = as_text(compose("1.2", kind=DeliveryKind.FOLLOW_UP, story_ids=("s2",)))
    assert "New: RULING STAYED 13 May 2025" in text
    assert RULING.title not in text
    assert "alert_unfollow" not in text


def test_a_follower_gets_the_development_with_the_name_of_its_event() -> None:
    text = as_text(compose(kind=DeliveryKind.FOLLOW_UP, story_ids=("s2",), for_follower=True))
    assert "New: RULING STAYED 13 May 2025" in text
    assert RULING.title in text
    assert "alert_unfollow" in text


def test_a_development_without_its_alert_becomes_the_alert() -> None:
    text = as_text(compose(kind=DeliveryKind.FOLLOW_UP, story_ids=("s2",)))
    assert "alert_follow" in text
    assert "*RULING STAYED 13 May 2025*" in text
