"""Mentions, channels and links in typed text become Slack's markup."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.local_slack.page.mentions import encode_markup, parse_command
from bot.local_slack.state.records import Channel, Person

PEOPLE = (Person("UBOT", "tariffwire", "tariffwire", is_bot=True), Person("UYOU", "you", "You"))
CHANNELS = (Channel("C1", "general", "public", 0), Channel("C2", "trade-news", "public", 0))


def typed(text: str) -> str:
    return encode_markup(text, PEOPLE, CHANNELS)


def test_names_become_mentions() -> None:
    assert typed("@tariffwire, see #trade-news") == "<@UBOT>, see <#C2|trade-news>"
    assert typed("<@UBOT> hello") == "<@UBOT> hello"
    assert (
        typed("mail me@you.example or #trade-newsroom") == "mail me@you.example or #trade-newsroom"
    )


def test_addresses_become_links_without_punctuation() -> None:
    assert typed("see https://a.example/x?a=1&b=#general.") == (
        "see <https://a.example/x?a=1&amp;b=#general>."
    )


def test_typed_markup_is_escaped() -> None:
    assert typed("<!channel> <b> & <javascript:x|y>") == (
        "&lt;!channel&gt; &lt;b&gt; &amp; &lt;javascript:x|y&gt;"
    )


PIECES = st.sampled_from(["https://a.example/", "<", ">", "&", "&lt;", "@you", "<@U1>", ".", " "])


@given(st.lists(PIECES | st.text(max_size=5)).map("".join))
def test_decoding_returns_the_typed_text(text: str) -> None:
    read = re.sub(r"<(https?://[^<>]*)>", r"\1", encode_markup(text, (), ()))
    assert read.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_a_line_with_a_slash_is_a_command() -> None:
    assert parse_command("/tariff  us china ") == ("/tariff", "us china")
    assert parse_command("/tariff") == ("/tariff", "")
    assert parse_command("not /tariff") is None
