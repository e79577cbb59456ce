"""`/tariff feeds`: everyone sees the health of feeds; only operators change them."""

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
from bot.slack.views.feeds import render_feed_refused
from tests.slack.fakes import FakeFeeds, slack_context
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


def context_with(*healths: Health) -> tuple[SlackContext, FakeFeeds]:
    feeds = FakeFeeds(*healths)
    return slack_context(AsyncWebClient("xoxb-unused"), feeds=feeds), feeds


async def ask(given: SlackContext, text: str, user: str = "U1") -> Message:
    return await answer(given, CommandRequest(text=text, team="T1", conversation="C1", user=user))


def valid_text(reply: Message) -> str:
    blocks = reply.payload()["blocks"]
    check_blocks(blocks)
    check_budget(blocks)
    return json.dumps(blocks, ensure_ascii=False)


async def test_failing_feeds_come_first_with_their_reason_before_figures_for_each_feed() -> None:
    given, _ = context_with(
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
    text = valid_text(await ask(given, "feeds all", user="U2"))
    assert "3 feeds: 1 ok, 2 failing" in text
    assert "arrived within 4 min of publication, 95% within 25 min" in text
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


async def test_only_failing_feeds_are_a_table_until_all_are_asked_for() -> None:
    given, _ = context_with(
        health("wire"),
        health("court", "failing", error="answered 503 Service Unavailable", failures=3),
        health("old", "stopped", error="gone for good (answered 410 Gone)", next_poll_at=None),
    )
    message = await ask(given, "feeds")
    valid_text(message)
    [table] = [block for block in message.blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert [row[:3] for row in rows] == [
        ["Feed", "State", "Cause"],
        ["The court (court)", "failing", "answered 503 Service Unavailable (3 in a row)"],
        ["The old (old)", "stopped", "gone for good (answered 410 Gone)"],
    ]
    assert message.instead is not None
    assert "The wire" not in valid_text(message.instead)
    buttons = [one for block in message.blocks for one in block.get("elements", ())]
    [every] = [one["value"] for one in buttons if one.get("value")]
    assert "The wire" in valid_text(await ask(given, every))


async def test_if_no_feed_fails_the_counts_are_enough() -> None:
    given, _ = context_with(health("wire"), health("court"))
    message = await ask(given, "feeds")
    assert "2 feeds: 2 ok, 0 failing" in valid_text(message)
    assert "The wire" not in valid_text(message)


async def test_a_thousand_feeds_fit_into_one_message_and_hostile_titles_stay_text() -> None:
    hostile = [health(f"h{n}", "failing", title="<!channel> *x*", error="a" * 900) for n in (1, 2)]
    given, _ = context_with(*hostile, *(health(f"feed{number}") for number in range(1000)))
    text = valid_text(await ask(given, "feeds all"))
    assert "<!channel>" not in text
    assert "1002 feeds" in text
    assert "more" in text
    failing = [health(f"h{n}", "failing", title="<!channel>", error="a" * 900) for n in range(200)]
    given, _ = context_with(*failing)
    message = await ask(given, "feeds")
    assert "more" in valid_text(message)
    assert message.instead is not None
    assert "<!channel>" not in valid_text(message.instead)


async def test_an_operator_adds_and_removes_a_feed() -> None:
    given, feeds = context_with()
    address = "https://new.example/rss?" + "q" * 1500
    assert "new_wire" in valid_text(await ask(given, f"feeds add {address}"))
    assert feeds.added == [address]
    assert "old_wire" in valid_text(await ask(given, "feeds remove old_wire"))
    assert feeds.removed == ["old_wire"]
    assert "It is polled now" in valid_text(await ask(given, "feeds resume gone_wire"))
    assert feeds.resumed == ["gone_wire"]


@pytest.mark.parametrize(
    "text", ["feeds add https://new.example/rss", "feeds remove wire", "feeds resume wire"]
)
async def test_only_operators_change_feeds(text: str) -> None:
    given, feeds = context_with()
    for user in ("U2", "", "u1", "U1,U2"):
        assert "TARIFFWIRE_OPERATORS" in valid_text(await ask(given, text, user=user))
    assert not feeds.added
    assert not feeds.removed
    assert not feeds.resumed


async def test_operators_see_how_to_resume_a_stopped_feed() -> None:
    gone = health("old_wire", "stopped", error="gone for good (answered 410 Gone)")
    given, _ = context_with(gone, health("wire"))
    assert "feeds resume ID` polls a stopped feed again, such as `old_wire`" in valid_text(
        await ask(given, "feeds")
    )
    assert "feeds resume" not in valid_text(await ask(given, "feeds", user="U2"))


async def test_a_refused_add_or_remove_is_explained() -> None:
    given, _ = context_with()
    said = valid_text(await ask(given, "feeds add https://new.example/page"))
    assert "the body is a web page, not a feed" in said
    for verb in ("remove", "resume"):
        assert "no such feed" in valid_text(await ask(given, f"feeds {verb} unknown"))


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
async def test_a_typo_is_answered_with_a_suggestion(text: str, offered: str) -> None:
    given, feeds = context_with()
    reply = await ask(given, text)
    rows = [b for b in reply.payload()["blocks"] if b["type"] == "actions"]
    assert offered in [each["value"] for row in rows for each in row["elements"]]
    assert not feeds.added


async def test_any_text_after_feeds_is_answered() -> None:
    given, _ = context_with()
    for text in ("<!channel>", "add <!channel>", "remove `*_~", "add " + "x" * 3000):
        assert "<!channel>" not in valid_text(await ask(given, f"feeds {text}"))


async def test_slack_accepts_the_health_of_feeds_with_any_text() -> None:
    given, _ = context_with(health("x", "failing", title=hostile_text(), error=hostile_text()))
    assert "⚠️" in valid_text(await ask(given, "feeds all"))
    message = await ask(given, "feeds")
    assert '"table"' in valid_text(message)
    assert message.instead is not None
    assert "⚠️" in valid_text(message.instead)


def hostile_text() -> str:
    return "<@U1> <http://a|b> &amp; *b* `c` @here \u202e" * 3


async def test_a_reason_shared_by_several_feeds_is_given_once() -> None:
    alike = [
        health(f"f{n}", "failing", error="its host name was not found (DNS)") for n in range(3)
    ]
    given, _ = context_with(*alike, health("other", "failing", error="answered 503"))
    assert "3 of them fail for the same reason: its host name was not found (DNS)." in valid_text(
        await ask(given, "feeds")
    )
    given, _ = context_with(alike[0], health("other", "failing", error="answered 503"))
    assert "fail alike" not in valid_text(await ask(given, "feeds"))


def test_a_setting_in_a_cure_is_shown_as_code() -> None:
    said = render_feed_refused(
        FeedError("https://new.example/", "is a private address", "TARIFFWIRE_A_B can allow it")
    )
    assert "`TARIFFWIRE_A_B` can allow it." in said.text
