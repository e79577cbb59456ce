"""Answers in Slack are kept if the setting is on, and are given even if they cannot be kept."""

import json
import logging

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.commands.answers import AnswerService
from bot.commands.request import CommandRequest
from bot.runtime.answer_log import StoredAnswerLog
from bot.slack.handlers.commands import answer
from bot.store import tables
from tests.commands.conftest import NOW
from tests.slack.fakes import ledger, slack_context
from tests.slack.views.accepted import as_text
from tests.store.opened import Store


def ask(text: str) -> CommandRequest:
    return CommandRequest(text, "T1", "C1", "U7")


@pytest.fixture
def log(store: Store) -> StoredAnswerLog:
    return StoredAnswerLog(store.answers, lambda: NOW)


@pytest.mark.parametrize("text", ["us china", "table us china", "upcoming", "section 232", "cards"])
async def test_an_answer_is_kept_with_person_place_and_time(
    text: str, log: StoredAnswerLog, store: Store
) -> None:
    context = slack_context(
        AsyncWebClient("xoxb-unused"), answers=AnswerService(ledger()), answer_log=log
    )
    await answer(context, ask(text))
    (row,) = await store.database.rows(select(tables.answers))
    assert (row.team, row.conversation, row.user, row.at) == ("T1", "C1", "U7", NOW)
    assert row.question == text.removeprefix("table ")
    assert json.loads(row.data)["asked"]["text"] == row.question


@pytest.mark.parametrize("text", ["help", "latest", "list", "gibberish qqq"])
async def test_other_replies_are_not_kept(text: str, log: StoredAnswerLog, store: Store) -> None:
    context = slack_context(AsyncWebClient("xoxb-unused"), answer_log=log)
    await answer(context, ask(text))
    assert not await store.database.rows(select(tables.answers))


async def test_an_answer_that_cannot_be_kept_is_given(
    log: StoredAnswerLog,
    store: Store,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await store.database.close()
    context = slack_context(AsyncWebClient("xoxb-unused"), answer_log=log)
    with caplog.at_level(logging.WARNING):
        message = await answer(context, ask("us china"))
    assert "on goods of China" in as_text(message)
    assert "an answer was not kept" in caplog.text
