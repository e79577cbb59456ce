"""Replies to questions with words that were not read, on 30 November 2026."""

import json

import pytest

from bot.commands import replies
from bot.commands.rates.replies import RateAnswers, RateCalendar, RateCard
from bot.commands.request import CommandRequest
from bot.render.json import build_rate_json
from bot.slack.views.command_replies import render_reply
from tests.commands.typed import type_question
from tests.slack.fakes import ledger

PARTIES = ledger().parties


async def show(text: str) -> str:
    """The blocks of the message that answers the question."""
    reply = await type_question(text)
    message = render_reply(reply, CommandRequest(text, "T1", "C1", "U1"), PARTIES)
    return json.dumps(message.blocks, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notarized toys from china", "Not read: notarized."),
        ("notarized toys from china history", "Not read: notarized."),
        ("notarized shoes from vietnam or thailand", "Not read: notarized."),
        ("notarized toys, watches from china", "Not read: notarized."),
        ("duty on zorbs, toys from china please", "Not read: zorbs."),
        ("toys from china via hong kong", "Shipment through Hong Kong changes no duty"),
    ],
)
async def test_every_answer_shows_the_words_that_were_not_read(text: str, said: str) -> None:
    shown = await show(text)
    assert said in shown
    assert "Not understood in the product" not in shown


async def test_an_answer_to_a_question_that_was_read_says_nothing() -> None:
    assert "Not read" not in await show("toys from china")


async def test_json_has_the_words_that_were_not_read() -> None:
    text = "notarized toys from china via hong kong"
    reply = await type_question(text)
    assert isinstance(reply, RateAnswers)
    asked = build_rate_json(text, reply.query, reply.answers)["asked"]
    assert isinstance(asked, dict)
    assert (asked["unread"], asked["via"]) == (["notarized"], ["HK"])


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("100% on zorbs, is it true", ["100%", "upcoming", "cards"]),
        ("25% on bicycles", ["us on CN bicycles 25%", "us on MX bicycles 25%", "25%"]),
    ],
)
async def test_a_percentage_on_something_else_offers_no_other_duties(
    text: str, offered: list[str]
) -> None:
    reply = await type_question(text)
    assert isinstance(reply, replies.Clarification)
    commands = [command for _, command in reply.options]
    assert set(offered) <= set(commands)
    assert not any("section" in command for command in commands)


async def test_the_buttons_of_a_half_read_sentence_have_answers() -> None:
    reply = await type_question("does mexican avocado come in free if we forget to claim usmca")
    assert isinstance(reply, replies.Clarification)
    for _, command in reply.options:
        answer = await type_question(command)
        assert isinstance(answer, RateAnswers | RateCard | RateCalendar)


async def test_a_long_question_is_answered_like_a_short_one() -> None:
    text = "we would like to know which duty the united states charges now on toys from china " * 2
    reply = await type_question(text)
    assert isinstance(reply, RateAnswers)
    assert (reply.query.partner, reply.answers[0].partner) == ("CN", "CN")
