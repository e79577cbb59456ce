from datetime import UTC, datetime

import pytest

from bot.alerts.subscriptions.criteria import Criteria
from bot.commands import replies
from bot.commands.answers import AnswerService
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.lines.replies import RemovedLines
from bot.commands.rates.replies import RateAnswers
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


@pytest.mark.parametrize(
    ("place", "cure"), [("C1", "/tariff my channel upload"), ("U1", "/tariff my upload")]
)
def test_the_list_shows_which_subscription_sends_nothing_without_lines(
    place: str, cure: str
) -> None:
    mine = subscription(place, criteria=Criteria(only_my_lines=True))
    for silent in ((), (mine.id,)):
        reply = replies.SubscriptionList([mine], True, NOW, silent=silent)
        shown = str(render_reply(reply, CommandRequest("list", "T1", place, "U1"), PARTIES).blocks)
        assert "only stories that touch your lines" in shown
        assert ("Sends nothing until a list of lines is imported" in shown) is bool(silent)
        assert (cure in shown) is bool(silent)


def test_the_removal_of_a_list_warns_about_subscriptions_to_its_lines() -> None:
    request = CommandRequest("", "T1", "C1", "U1")
    for confirmed in (False, True):
        wanted = LinesRequest(act=LinesAct.REMOVE, for_channel=True, is_confirmed=confirmed)
        for silenced, words in ((0, ""), (1, "A subscription to"), (2, "2 subscriptions to")):
            message = render_reply(RemovedLines(5, wanted, silenced), request, PARTIES)
            assert ("only my lines" in message.text) is bool(silenced)
            assert words in message.text


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
    reply = RateAnswers(query, answers, now.date(), spells=spells)
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
