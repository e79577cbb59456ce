"""Replies to `/tariff` commands: answers, suggestions, subscriptions, lists and errors."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.timing import Frequency
from bot.commands.grammar import parse_command
from bot.commands.request import CommandRequest
from bot.errors import StoreUnavailable
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import answer
from bot.values import Topic
from tests.slack.fakes import FakeStories, FakeSubscriptions, slack_context
from tests.slack.samples import HOSTILE, NOW, PARTIES, nasty_text, story


@pytest.fixture
def context() -> SlackContext:
    return slack_context(AsyncWebClient("xoxb-unused"))


def ask(text: str, **changes: Any) -> CommandRequest:
    given: dict[str, Any] = {"team": "T1", "conversation": "C1", "user": "U1"}
    return CommandRequest(text=text, **{**given, **changes})


def as_text(reply: Message) -> str:
    return json.dumps(reply.payload(), ensure_ascii=False)


def buttons(reply: Message) -> list[str]:
    rows = [b for b in reply.payload()["blocks"] if b["type"] == "actions"]
    return [e.get("value", "") for row in rows for e in row["elements"]]


async def test_a_rate_comes_with_the_other_direction_on_a_button(context: SlackContext) -> None:
    reply = await answer(context, ask("us china on 2025-05-20"))
    text = as_text(reply)
    for part in (
        "US additional duty on goods of China",
        "*30% to 55%*",
        "US goods into China: 10%",
    ):
        assert part in text
    assert "🇨🇳 on 🇺🇸" in " ".join(buttons(reply))
    assert not reply.in_channel


async def test_the_number_comes_before_warnings(context: SlackContext) -> None:
    reply = await answer(context, ask("us on canada on 2026-09-20"))
    title, number = reply.payload()["blocks"][:2]
    assert title["type"] == "header"
    first, remark = number["text"]["text"].split("\n", 1)
    assert "*10%*" in first
    assert "Section 338" in remark


async def test_a_misspelled_economy_gets_suggestions_as_buttons(context: SlackContext) -> None:
    reply = await answer(context, ask("us chinnx"))
    assert "us China" in buttons(reply)
    assert "“chinnx”" in as_text(reply)


async def test_a_misspelled_command_gets_a_suggestion_as_a_button(context: SlackContext) -> None:
    reply = await answer(context, ask("subcribe court-rulings"))
    assert "subscribe court-rulings" in buttons(reply)


async def test_the_reply_to_nonsense_names_the_help_command(context: SlackContext) -> None:
    assert "/tariff help" in as_text(await answer(context, ask("xyzzy plugh")))


@pytest.mark.parametrize("text", ["", "help", "?"])
async def test_help_shows_every_command(context: SlackContext, text: str) -> None:
    said = as_text(await answer(context, ask(text)))
    commands = ("subscribe", "unsubscribe", "list", "latest", "court-rulings", "feeds")
    questions = ("us china", "steel", "history", "vs", "from vietnam", "upcoming", "changes")
    for word in (*commands, *questions):
        assert word in said
    blocks = (await answer(context, ask(text))).blocks
    lines = [block for block in blocks if block["type"] == "section"][1:]
    groups = [line["text"]["text"] for line in lines if "accessory" not in line]
    assert groups == ["*Ask*", "*Watch*", "*News*", "*Admin*"]
    assert ["accessory" in line for line in lines] == [False, True, True, True] * 4


async def test_a_subscription_is_saved_and_confirmed_to_the_whole_channel(
    context: SlackContext,
) -> None:
    reply = await answer(context, ask("subscribe court-rulings china daily"))
    assert reply.in_channel
    assert "<@U1> subscribed" in as_text(reply)
    assert isinstance(context.service.stores.subscriptions, FakeSubscriptions)
    (kept,) = context.service.stores.subscriptions.kept
    assert (kept.team, kept.conversation, kept.created_by) == ("T1", "C1", "U1")
    assert kept.criteria == Criteria(
        topics=frozenset({Topic.COURT_RULING}), economies=(EconomyFilter(first="CN"),)
    )
    assert kept.timing.frequency is Frequency.DAILY


async def test_subscribing_twice_changes_nothing_and_says_so(context: SlackContext) -> None:
    await answer(context, ask("subscribe tariffs"))
    reply = await answer(context, ask("subscribe tariffs"))
    assert "Already" in as_text(reply)
    assert not reply.in_channel


async def test_subscribing_again_ends_a_pause_and_says_so(context: SlackContext) -> None:
    resumed: list[bool] = []
    context = slack_context(context.client, on_due=lambda: resumed.append(True))
    await answer(context, ask("subscribe tariffs"))
    subscriptions = context.service.stores.subscriptions
    assert isinstance(subscriptions, FakeSubscriptions)
    assert not resumed
    [kept] = subscriptions.kept
    subscriptions.kept = [kept.model_copy(update={"paused_at": NOW, "paused_reason": "x"})]
    reply = await answer(context, ask("subscribe tariffs"))
    assert "Already" in as_text(reply)
    assert "pause of the subscriptions here ended" in as_text(reply)
    assert reply.in_channel
    assert resumed == [True]


async def test_the_list_shows_the_remaining_subscriptions_after_an_unsubscribe(
    context: SlackContext,
) -> None:
    await answer(context, ask("subscribe tariffs china"))
    await answer(context, ask("subscribe talks"))
    assert "2 subscriptions here" in as_text(await answer(context, ask("list")))
    question = await answer(context, ask("unsubscribe talks"))
    assert "Unsubscribe this conversation?" in as_text(question)
    assert not question.in_channel
    store = context.service.stores.subscriptions
    assert isinstance(store, FakeSubscriptions)
    kept = store.kept[-1]
    command = parse_command("unsubscribe talks", PARTIES)
    confirmed = command.model_copy(update={"confirmed": (kept.id,)})
    gone = await answer(context, ask("unsubscribe talks"), confirmed)
    assert gone.in_channel
    listed = as_text(await answer(context, ask("list")))
    assert "*tariffs*, stories naming 🇨🇳 China" in listed
    assert "negotiation" not in listed


async def test_an_empty_list_says_how_to_subscribe(context: SlackContext) -> None:
    assert "subscribe tariffs" in as_text(await answer(context, ask("list")))


async def test_an_unsubscribe_without_effect_is_answered_privately(
    context: SlackContext,
) -> None:
    reply = await answer(context, ask("unsubscribe talks"))
    assert "Nothing changed" in as_text(reply)
    assert not reply.in_channel


async def test_in_a_private_channel_the_reply_says_to_invite_the_bot(context: SlackContext) -> None:
    reply = await answer(context, ask("subscribe talks", needs_invitation=True))
    assert "/invite" in as_text(reply)


async def test_the_latest_stories_can_be_filtered() -> None:
    talks = story(id="s2", title="Talks resume", topics=(Topic.NEGOTIATION,))
    context = slack_context(AsyncWebClient("xoxb-unused"), stories=FakeStories(story(), talks))
    every = as_text(await answer(context, ask("latest")))
    assert "Talks resume" in every
    assert "cut tariffs" in every
    only = as_text(await answer(context, ask("latest tariffs")))
    assert "Talks resume" not in only


async def test_upcoming_and_past_changes_are_listed(context: SlackContext) -> None:
    assert "Duty changes, next 60 days" in as_text(await answer(context, ask("upcoming")))
    changed = as_text(await answer(context, ask("changes since 2025-05-01 china")))
    assert "Duty changes, since 1 May 2025 (China)" in changed
    assert "3 May" in changed


@pytest.mark.parametrize(
    "text",
    [
        "x" * 3000,
        "us china " * 400,
        HOSTILE,
        "<!channel> <@U999> <https://evil.example|us> china",
        "\u202echina su\u202c",
        "subscribe <!everyone> `*_~",
        "latest <!here>",
        "unsubscribe @channel :tada:",
    ],
)
async def test_hostile_text_is_harmless(context: SlackContext, text: str) -> None:
    reply = await answer(context, ask(text))
    said = json.dumps(
        [reply.payload()["text"]]
        + [b["text"]["text"] for b in reply.payload()["blocks"] if b["type"] == "section"],
        ensure_ascii=False,
    )
    for part in ("<!", "<@U9", "\u202e", "|us>", "@channel", ":tada:", "in the log"):
        assert part not in said
    assert len(said) < limits.MESSAGE_CHARACTERS


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nasty_text)
async def test_any_text_gets_a_reply_that_slack_accepts(context: SlackContext, text: str) -> None:
    for line in (text, f"us {text}", f"subscribe {text}", f"latest {text}"):
        payload = (await answer(context, ask(line))).payload()
        check_blocks(payload["blocks"])
        check_budget(payload["blocks"])
        size = len(json.dumps(payload["blocks"], ensure_ascii=False)) + len(payload["text"])
        assert size <= limits.MESSAGE_CHARACTERS
        assert "in the log" not in payload["text"]


class _UnavailableSubscriptions:
    """A subscription store whose database is unavailable."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("postgresql database bot", "connection refused")

        return fail


async def test_a_command_reports_an_unavailable_database_without_a_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away: Any = _UnavailableSubscriptions()
    reply = await answer(
        slack_context(AsyncWebClient("xoxb-unused"), subscriptions=away), ask("list")
    )
    assert "cannot reach my database" in as_text(reply)
    assert "on my side" not in as_text(reply)
    assert caplog.records == []
