"""Slack's payloads become requests of the command service."""

from typing import Any

import pytest

from bot.slack.handlers.payloads import (
    Click,
    read_conversation,
    read_person,
    read_slash_command,
    read_typed_message,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("feeds add <https://new.example/a|new.example>", "feeds add https://new.example/a"),
        ("feeds add <https://new.example/a?x=1&y=2>", "feeds add https://new.example/a?x=1&y=2"),
        ("us <china", "us <china"),
        ("us china <@U1> <!channel> <#C1|news>", "us china      "),
        (":flag-us: :flag-cn:", "🇺🇸 🇨🇳"),
        (":us:china :FLAG-GB:", "🇺🇸china 🇬🇧"),
        (":smile: :tada:", ":smile: :tada:"),
    ],
)
def test_markup_is_removed_from_a_command(text: str, plain: str) -> None:
    assert read_slash_command({"text": text}).text == plain


def test_a_slash_command_becomes_a_request() -> None:
    body = {"text": "list", "team_id": "T1", "channel_id": "C1", "user_id": "U1"}
    request = read_slash_command(body)
    assert (request.team, request.conversation, request.user) == ("T1", "C1", "U1")
    assert not request.needs_invitation
    assert read_slash_command({**body, "channel_name": "privategroup"}).needs_invitation


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<@UBOT> us china", " us china"),
        ("us china", "us china"),
        ("<@UBOT> canola &amp; peas &lt;3", " canola & peas <3"),
        (
            "<@UBOT> feeds add <https://a.example/?x=1&amp;y=2>",
            " feeds add https://a.example/?x=1&y=2",
        ),
    ],
)
def test_the_name_of_the_bot_is_removed_from_a_mention(text: str, plain: str) -> None:
    event = {"text": text, "channel": "C1", "user": "U1", "team": "T1"}
    request = read_typed_message({"event": event})
    assert request.text == plain
    assert (request.team, request.conversation, request.user) == ("T1", "C1", "U1")


def test_the_conversation_is_the_channel_or_in_a_direct_message_the_person() -> None:
    assert read_conversation({"channel_id": "C1", "user_id": "U1"}) == "C1"
    assert read_conversation({"channel_id": "D1", "user_id": "U1"}) == "U1"
    assert read_conversation({"channel": {"id": "G1"}, "user": {"id": "U1"}}) == "G1"


def test_an_empty_payload_is_harmless() -> None:
    nothing: dict[str, Any] = {}
    assert read_slash_command(nothing).text == read_typed_message(nothing).text == ""
    assert Click(nothing, nothing).value == ""
    assert Click(nothing, nothing).request(":flag-us: china").text == "🇺🇸 china"
    assert read_person(nothing).id == "?"
