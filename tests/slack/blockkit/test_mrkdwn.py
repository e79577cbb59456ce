"""Any text becomes Slack markup that is only shown, and that never acts as a mention."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.blockkit.mrkdwn import (
    bold,
    check_url,
    cut_markup,
    escape,
    format_moment,
    link,
    link_channel,
    mention_person,
)
from bot.text.single_line import to_single_line
from tests.slack.samples import HOSTILE, nasty_text


@given(nasty_text)
@example(HOSTILE)
def test_escaped_text_contains_no_active_markup(text: str) -> None:
    markup = escape(text, 10_000)
    assert not re.search(r"[<>*_~`\n\u202e\u200b\x00]", markup)
    assert re.sub(r"&(amp|lt|gt);", "", markup).count("&") == 0
    assert not re.search(r":[^\s:/\[\]\u2236]{1,100}:", markup)
    assert not re.search(r"@(here|channel|everyone)\b", markup, re.IGNORECASE)
    assert not markup.startswith(("&gt;", "•"))


@given(nasty_text, st.integers(1, 200))
def test_escaped_text_respects_its_limit_and_cuts_no_entity(text: str, limit: int) -> None:
    markup = escape(text, limit)
    assert len(markup) <= limit
    assert "&" not in re.sub(r"&(amp|lt|gt);", "", markup)


def test_a_truncated_word_mentions_no_one() -> None:
    assert escape("@hereafter @channelé", 6) == "\uff20here…"


def test_ordinary_text_is_unchanged() -> None:
    text = "Trump: 145% duties at 10:30, says U.S.-China deal 'done' (Section 301)"
    assert escape(text) == text


@given(nasty_text, nasty_text)
def test_a_link_is_one_link_or_plain_text(url: str, label: str) -> None:
    markup = link(url, label)
    assert not re.search(r"[<>]", markup) or re.fullmatch(r"<https?://[^|<>\s]+\|[^|<>]+>", markup)


def test_a_link_keeps_its_query() -> None:
    assert link("https://a.example/?x=1&y=2", "A | B") == "<https://a.example/?x=1&amp;y=2|A ¦ B>"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8080/feed", "https://a.example:8443/x:y", "http://[::1]:80/rss"],
)
def test_a_link_to_an_address_with_a_port_shows_the_address(address: str) -> None:
    markup = link(address, address)
    assert markup.partition("|")[2] == f"{address}>"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://bank.example@evil.example/",
        "https:///nohost",
        "//evil.example",
        "http://[bad/",
        "",
        "https://a.example/" + "a" * 3000,
    ],
)
def test_an_unsafe_address_does_not_become_a_link(url: str) -> None:
    assert check_url(url) is None
    assert link(url, "shown") == "shown"


def test_an_address_cannot_close_its_link_early() -> None:
    address = check_url("https://a.example/x|y> <!channel>")
    assert address == "https://a.example/x%7Cy%3E%20%3C!channel%3E"


@given(nasty_text)
def test_plain_text_is_one_visible_line(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f\u200b\u202e]", to_single_line(text))


@given(nasty_text.map(escape), st.integers(2, 100))
def test_markup_is_not_cut_within_an_entity(markup: str, limit: int) -> None:
    shown = cut_markup(markup, limit)
    assert len(shown) <= limit
    assert "&" not in re.sub(r"&(amp|lt|gt);", "", shown)


def test_a_time_is_shown_in_the_readers_zone_with_utc_as_fallback() -> None:
    when = datetime(2025, 5, 12, 7, 0, tzinfo=UTC)
    assert format_moment(when) == (
        "<!date^1747033200^{date_short_pretty} {time}|12 May 2025, 07:00 UTC>"
    )


def test_only_ids_become_mentions() -> None:
    assert mention_person("U123") == "<@U123>"
    assert mention_person("!channel") == link_channel("x>") == ""


def test_an_empty_text_is_not_made_bold() -> None:
    assert bold("  ") == ""
