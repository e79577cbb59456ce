from datetime import UTC, datetime

from bot.commands import replies
from bot.commands.answers import AnswerService
from bot.commands.request import CommandRequest
from bot.rates.answer.build import answer_query
from bot.rates.calendar.spells import list_spells
from bot.slack.views.command_replies import render_reply
from tests.slack.fakes import ledger
from tests.slack.samples import NOW, PARTIES
from tests.slack.views.accepted import check_accepted
from tests.store.examples import NOON, subscription


def test_the_list_shows_why_a_subscription_is_paused() -> None:
    paused = subscription(paused_at=NOON, paused_reason="is_archived: the channel is archived")
    for each, shown in ((paused, True), (subscription(), False)):
        reply = replies.SubscriptionList([each], True, NOW)
        request = CommandRequest("list", "T1", "C1", "U1")
        message = render_reply(reply, request, PARTIES)
        assert ("the channel is archived" in str(message.blocks)) is shown


def test_a_clarification_has_a_button_for_each_reading() -> None:
    options = (("3 Apr 2025", "us china on 2025-04-03"), ("4 Mar 2025", "us china on 2025-03-04"))
    reply = replies.Clarification("Which day do you mean by <3/4>?", options)
    message = render_reply(reply, CommandRequest("", "T1", "C1", "U1"), PARTIES)
    [row] = [block for block in message.blocks if block["type"] == "actions"]
    assert [(one["text"]["text"], one["value"]) for one in row["elements"]] == list(options)
    assert "<3/4>" not in message.text


def test_an_answer_begins_with_the_days_of_the_percentage_asked_for() -> None:
    service, now = AnswerService(ledger()), datetime(2026, 11, 30, 12, tzinfo=UTC)
    query = service.parse("when did the 145% tariff end", now).query
    answers = answer_query(query, service.ledger, now.date())
    spells = list_spells(query, answers, service.ledger, now.date())
    reply = replies.RateAnswers(query, answers, now.date(), spells=spells)
    message = render_reply(reply, CommandRequest("", "T1", "C1", "U1"), PARTIES)
    assert "13 May 2025" in str(message.blocks[0])
    assert "14 May 2025" in str(message.blocks[0])
    assert "Now: *12.5%" in str(message.blocks[2])
    assert not any(block["type"] in ("table", "data_visualization") for block in message.blocks)
    check_accepted(message)


def test_a_question_that_was_not_understood_states_what_is_covered() -> None:
    for about_rates in (True, False):
        reply = replies.NotUnderstood("x", "unknown", ("us china",), about_rates)
        message = render_reply(reply, CommandRequest("", "T1", "C1", "U1"), PARTIES)
        assert ("Not covered" in str(message.blocks)) is about_rates
