"""`/tariff feeds`: everybody sees how the feeds are doing, operators change which there are."""

import json
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.request import CommandRequest
from bot.errors import FeedError
from bot.feeds.health import Health
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import answer
from bot.slack.views.feeds import feed_refused
from tests.slack.fakes import KeptFeeds, slack_context
from tests.slack.samples import NOW


def health(feed_id: str, status: str = "ok", **more: Any) -> Health:
    given: dict[str, Any] = {
        "id": feed_id,
        "title": f"The {feed_id}",
        "url": f"https://{feed_id}.example/rss",
        "enabled": True,
        "status": status,
        "next_poll_at": NOW + timedelta(minutes=4),
        "interval_s": 300.0,
    }
    return Health(**{**given, **more})


def with_feeds(*healths: Health) -> tuple[SlackContext, KeptFeeds]:
    feeds = KeptFeeds(*healths)
    return slack_context(AsyncWebClient("xoxb-unused"), feeds=feeds), feeds


async def ask(given: SlackContext, text: str, user: str = "U1") -> Message:
    return await answer(given, CommandRequest(text=text, team="T1", conversation="C1", user=user))


def shown(reply: Message) -> str:
    blocks = reply.payload()["blocks"]
    check_blocks(blocks)
    check_budget(blocks)
    return json.dumps(blocks, ensure_ascii=False)


async def test_failing_feeds_come_first_with_their_reason_then_numbers_for_each() -> None:
    given, _ = with_feeds(
        health(
            "wire",
            pushed=True,
            lag_median_s=120.0,
            lag_p95_s=900.0,
            last_entry_at=NOW - timedelta(hours=5),
        ),
        health("court", "failing", error="answered 503 Service Unavailable", failures=3),
        health("old", "stopped", error="gone for good (answered 410 Gone)", next_poll_at=None),
        health("off", "off", enabled=False),
    )
    text = shown(await ask(given, "feeds", user="U2"))
    assert "3 feeds: 1 well, 2 failing" in text
    assert "median 4 min, 95% within 25 min" in text
    assert text.index("court") < text.index("503") < text.index("The wire")
    assert "(3 in a row)" in text
    for fact in (
        "every 5 min",
        "lag 2 min (95%: 15 min)",
        "last new entry 5 h ago",
        "pushed by its hub",
        "in 4 min",
    ):
        assert fact in text
    assert "The off" not in text
    assert "feeds add" not in text


async def test_a_thousand_feeds_fit_into_one_message_and_hostile_titles_stay_text() -> None:
    hostile = [health(f"h{n}", "failing", title="<!channel> *x*", error="a" * 900) for n in (1, 2)]
    given, _ = with_feeds(*hostile, *(health(f"feed{number}") for number in range(1000)))
    text = shown(await ask(given, "feeds"))
    assert "<!channel>" not in text
    assert "1002 feeds" in text
    assert "more" in text


async def test_an_operator_adds_and_removes_a_feed() -> None:
    given, feeds = with_feeds()
    address = "https://new.example/rss?" + "q" * 1500
    assert "new_wire" in shown(await ask(given, f"feeds add {address}"))
    assert feeds.added == [address]
    assert "old_wire" in shown(await ask(given, "feeds remove old_wire"))
    assert feeds.removed == ["old_wire"]
    assert "asked again at once" in shown(await ask(given, "feeds resume gone_wire"))
    assert feeds.resumed == ["gone_wire"]


@pytest.mark.parametrize(
    "text", ["feeds add https://new.example/rss", "feeds remove wire", "feeds resume wire"]
)
async def test_nobody_else_changes_feeds(text: str) -> None:
    given, feeds = with_feeds()
    for user in ("U2", "", "u1", "U1,U2"):
        assert "TARIFFWIRE_OPERATORS" in shown(await ask(given, text, user=user))
    assert not feeds.added
    assert not feeds.removed
    assert not feeds.resumed


async def test_operators_are_told_how_a_stopped_feed_is_resumed() -> None:
    gone = health("old_wire", "stopped", error="gone for good (answered 410 Gone)")
    given, _ = with_feeds(gone, health("wire"))
    assert "feeds resume ID` asks one again that has stopped, such as `old_wire`" in shown(
        await ask(given, "feeds")
    )
    assert "feeds resume" not in shown(await ask(given, "feeds", user="U2"))


async def test_what_cannot_be_added_or_removed_is_explained() -> None:
    given, _ = with_feeds()
    said = shown(await ask(given, "feeds add https://new.example/page"))
    assert "a web page came instead of a feed" in said
    for verb in ("remove", "resume"):
        assert "no such feed" in shown(await ask(given, f"feeds {verb} unknown"))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("feeds ad https://new.example/", "feeds add https://new.example/"),
        ("feeds add", "feeds"),
        ("feeds remove a b", "feeds"),
        ("feeds resme a", "feeds resume a"),
        ("feeds dance", "feeds"),
        ("feds", "feeds"),
    ],
)
async def test_a_slip_is_answered_with_a_suggestion(text: str, offered: str) -> None:
    given, feeds = with_feeds()
    reply = await ask(given, text)
    rows = [b for b in reply.payload()["blocks"] if b["type"] == "actions"]
    assert offered in [each["value"] for row in rows for each in row["elements"]]
    assert not feeds.added


async def test_whatever_is_typed_after_feeds_is_answered() -> None:
    given, _ = with_feeds()
    for text in ("<!channel>", "add <!channel>", "remove `*_~", "add " + "x" * 3000):
        assert "<!channel>" not in shown(await ask(given, f"feeds {text}"))


async def test_health_of_any_text_is_a_message_that_slack_takes() -> None:
    given, _ = with_feeds(health("x", "failing", title=nasty(), error=nasty()))
    assert "⚠️" in shown(await ask(given, "feeds"))


def nasty() -> str:
    return "<@U1> <http://a|b> &amp; *b* `c` @here \u202e" * 3


async def test_a_reason_that_feeds_share_is_said_once_for_all() -> None:
    alike = [health(f"f{n}", "failing", error="its name was not found (DNS)") for n in range(3)]
    given, _ = with_feeds(*alike, health("other", "failing", error="answered 503"))
    assert "3 of them fail for the same reason: its name was not found (DNS)." in shown(
        await ask(given, "feeds")
    )
    given, _ = with_feeds(alike[0], health("other", "failing", error="answered 503"))
    assert "fail alike" not in shown(await ask(given, "feeds"))


def test_a_setting_that_a_cure_names_can_be_copied() -> None:
    said = feed_refused(
        FeedError("https://new.example/", "is a private address", "TARIFFWIRE_A_B can allow it")
    )
    assert "`TARIFFWIRE_A_B` can allow it." in said.text
