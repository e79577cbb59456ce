"""Sample stories, deliveries and parties, and hostile text."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.feeds.model import FeedKind
from bot.news.story import Evidence, Figure, Story
from bot.values import Topic
from tests.shipped import PARTIES as PARTIES

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)

HOSTILE = (
    "<!channel> *bold* _it_ ~gone~ `code` <@U123> & <https://evil.example|click> "
    ":tada: @here \u202etxet\u202c \u200b> quote"
)

_MEAN_PIECES = [
    *("<", ">", "&", "&amp;", "|", "*", "_", "~", "`", ":tada:", "@here", "<!here>", "\n", "> "),
    *("\u202e", "\u200b", "\ud800", "\x00", "•", "é", "🇨🇳", " ", "word", "&" * 700, "w" * 700),
]

nasty_text = st.one_of(
    st.text(max_size=50),
    st.lists(st.sampled_from(_MEAN_PIECES), max_size=40).map("".join),
)


def story(**changes: Any) -> Story:
    """A story about a 10% tariff, with the given fields replaced."""
    given: dict[str, Any] = {
        "id": "s1",
        "feed_id": "wire",
        "entry_key": "k1",
        "source": "Example Wire",
        "kind": FeedKind.WIRE,
        "title": "United States and China cut tariffs for 90 days",
        "link": "https://news.example/a?x=1&y=2",
        "summary": "Duties on Chinese goods fall from 145% to 30%.",
        "published": NOW,
        "seen_at": NOW,
        "topics": (Topic.TARIFF, Topic.NEGOTIATION),
        "parties": ("US", "CN"),
        "figures": (
            Figure(
                imposer="US", partner="CN", from_percent=Decimal(145), to_percent=Decimal("30.0")
            ),
        ),
        "evidence": (
            Evidence(topic=Topic.TARIFF, rule="tariff.word", words="cut tariffs", where="title"),
        ),
        "event_id": "s1",
    }
    return Story(**{**given, **changes})


def delivery(**changes: Any) -> Delivery:
    """A queued alert for a channel, with the given fields replaced."""
    given: dict[str, Any] = {
        "id": "d1",
        "kind": DeliveryKind.ALERT,
        "team": "T1",
        "conversation": "C1",
        "story_ids": ("s1",),
        "event_id": "s1",
        "reason": "tariffs, naming CN",
        "attempts": 1,
        "due_at": NOW,
    }
    return Delivery(**{**given, **changes})


figures = st.builds(
    Figure,
    imposer=st.sampled_from([None, "US", "XX"]),
    partner=st.sampled_from([None, "CN"]),
    product=st.none() | nasty_text,
    from_percent=st.none() | st.decimals(0, 1000, places=2),
    to_percent=st.none() | st.decimals(0, 1000, places=2),
    amount_usd=st.none() | st.decimals(0, 10**13, places=0),
)

stories = st.builds(
    story,
    id=st.text("0123456789abcdef", min_size=1, max_size=64),
    title=nasty_text,
    summary=nasty_text,
    source=nasty_text,
    link=st.one_of(nasty_text, st.just("https://news.example/" + "a" * 4000)),
    topics=st.lists(st.sampled_from(Topic), unique=True).map(tuple),
    parties=st.lists(st.sampled_from(["US", "CN", "EU", "XX"]), max_size=40).map(tuple),
    figures=st.lists(figures, max_size=30).map(tuple),
    evidence=st.lists(
        st.builds(
            Evidence,
            topic=st.sampled_from(Topic),
            rule=nasty_text,
            words=nasty_text,
            where=st.just("title"),
        ),
        max_size=20,
    ).map(tuple),
)
