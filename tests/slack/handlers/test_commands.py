"""Every command is answered with something true and useful, whatever was typed."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.subscription import Frequency
from bot.commands.request import CommandRequest
from bot.errors import StoreUnavailable
from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import answer
from bot.values import Topic
from tests.slack.fakes import KeptStories, KeptSubscriptions, slack_context
from tests.slack.samples import HOSTILE, nasty_text, story


@pytest.fixture
def given_context() -> SlackContext:
    return slack_context(AsyncWebClient("xoxb-unused"))


def ask(text: str, **changes: Any) -> CommandRequest:
    given: dict[str, Any] = {"team": "T1", "conversation": "C1", "user": "U1"}
    return CommandRequest(text=text, **{**given, **changes})


def shown(reply: Message) -> str:
    return json.dumps(reply.payload(), ensure_ascii=False)


def buttons(reply: Message) -> list[str]:
    rows = [b for b in reply.payload()["blocks"] if b["type"] == "actions"]
    return [e.get("value", "") for row in rows for e in row["elements"]]


async def test_a_rate_comes_with_both_directions_basis_dates_and_sources(
    given_context: SlackContext,
) -> None:
    reply = await answer(given_context, ask("us china on 2025-05-20"))
    text = shown(reply)
    for part in (
        "United States on 🇨🇳 China: 30%",
        "China on 🇺🇸 United States: 10%",
        "IEEPA",
        "2025-05-14",
        "https://www.whitehouse.gov/",
        "MFN average",
        "Sources last checked ",
    ):
        assert part in text
    assert not reply.in_channel


async def test_one_direction_offers_the_other(given_context: SlackContext) -> None:
    reply = await answer(given_context, ask("us on china on 2025-05-20"))
    assert "China on United States" in buttons(reply)


async def test_what_is_uncertain_comes_first(given_context: SlackContext) -> None:
    reply = await answer(given_context, ask("us on china on 2031-01-01"))
    first = reply.payload()["blocks"][0]
    assert first["type"] == "section"
    assert first["text"]["text"].startswith("⚠️")


async def test_a_misspelt_economy_is_suggested_as_a_button(given_context: SlackContext) -> None:
    reply = await answer(given_context, ask("us chnia"))
    assert "us China" in buttons(reply)
    assert "“chnia”" in shown(reply)


async def test_a_misspelt_command_is_suggested_as_a_button(given_context: SlackContext) -> None:
    reply = await answer(given_context, ask("subcribe court-rulings"))
    assert "subscribe court-rulings" in buttons(reply)


async def test_nonsense_is_told_where_help_is(given_context: SlackContext) -> None:
    assert "/tariff help" in shown(await answer(given_context, ask("xyzzy plugh")))


@pytest.mark.parametrize("text", ["", "help", "?"])
async def test_help_shows_every_command(given_context: SlackContext, text: str) -> None:
    said = shown(await answer(given_context, ask(text)))
    commands = ("subscribe", "unsubscribe", "list", "latest", "court-rulings", "feeds")
    questions = ("us china", "steel", "history", "vs", "`/tariff china`", "upcoming", "changes")
    for word in (*commands, *questions):
        assert word in said


async def test_subscribing_is_seen_by_the_channel_and_kept(given_context: SlackContext) -> None:
    reply = await answer(given_context, ask("subscribe court-rulings china daily"))
    assert reply.in_channel
    assert "<@U1> subscribed" in shown(reply)
    assert isinstance(given_context.service.stores.subscriptions, KeptSubscriptions)
    (kept,) = given_context.service.stores.subscriptions.kept
    assert (kept.team, kept.conversation, kept.created_by) == ("T1", "C1", "U1")
    assert kept.topics == {Topic.COURT_RULING}
    assert kept.parties == {"CN"}
    assert kept.pace is Frequency.DAILY


async def test_subscribing_twice_changes_nothing_and_says_so(given_context: SlackContext) -> None:
    await answer(given_context, ask("subscribe tariffs"))
    reply = await answer(given_context, ask("subscribe tariffs"))
    assert "already" in shown(reply)
    assert not reply.in_channel


async def test_the_list_shows_what_the_confirmation_undoes(given_context: SlackContext) -> None:
    await answer(given_context, ask("subscribe tariffs china"))
    await answer(given_context, ask("subscribe talks"))
    assert "2 subscriptions here" in shown(await answer(given_context, ask("list")))
    gone = await answer(given_context, ask("unsubscribe talks"))
    assert gone.in_channel
    listed = shown(await answer(given_context, ask("list")))
    assert "*tariff* stories naming 🇨🇳 China" in listed
    assert "negotiation" not in listed


async def test_an_empty_list_says_how_to_begin(given_context: SlackContext) -> None:
    assert "subscribe tariffs" in shown(await answer(given_context, ask("list")))


async def test_ending_what_was_never_wanted_is_told_to_one_person(
    given_context: SlackContext,
) -> None:
    reply = await answer(given_context, ask("unsubscribe talks"))
    assert "Nothing changed" in shown(reply)
    assert not reply.in_channel


async def test_a_private_channel_is_told_to_invite_the_bot(given_context: SlackContext) -> None:
    reply = await answer(given_context, ask("subscribe talks", needs_invitation=True))
    assert "/invite" in shown(reply)


async def test_the_latest_stories_can_be_narrowed() -> None:
    talks = story(id="s2", title="Talks resume", topics=(Topic.NEGOTIATION,))
    given_context = slack_context(
        AsyncWebClient("xoxb-unused"), stories=KeptStories(story(), talks)
    )
    every = shown(await answer(given_context, ask("latest")))
    assert "Talks resume" in every
    assert "cut tariffs" in every
    only = shown(await answer(given_context, ask("latest tariffs")))
    assert "Talks resume" not in only


async def test_what_comes_and_what_changed_are_listed(given_context: SlackContext) -> None:
    assert "What comes next" in shown(await answer(given_context, ask("upcoming")))
    changed = shown(await answer(given_context, ask("changes since 2025-05-01 china")))
    assert "2025-05" in changed


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
async def test_hostile_text_is_harmless(given_context: SlackContext, text: str) -> None:
    reply = await answer(given_context, ask(text))
    said = json.dumps(
        [reply.payload()["text"]]
        + [b["text"]["text"] for b in reply.payload()["blocks"] if b["type"] == "section"],
        ensure_ascii=False,
    )
    for part in ("<!", "<@U9", "\u202e", "|us>", "@channel", ":tada:", "noted in the log"):
        assert part not in said
    assert len(said) < limits.MESSAGE_CHARACTERS


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nasty_text)
async def test_any_text_gets_a_reply_that_slack_takes(
    given_context: SlackContext, text: str
) -> None:
    for line in (text, f"us {text}", f"subscribe {text}", f"latest {text}"):
        payload = (await answer(given_context, ask(line))).payload()
        check_blocks(payload["blocks"])
        check_budget(payload["blocks"])
        size = len(json.dumps(payload["blocks"], ensure_ascii=False)) + len(payload["text"])
        assert size <= limits.MESSAGE_CHARACTERS
        assert "noted in the log" not in payload["text"]


class _Away:
    """Subscriptions in a database that is away."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("postgresql database bot", "connection refused")

        return fail


async def test_while_the_database_is_away_a_command_says_so_and_logs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away: Any = _Away()
    reply = await answer(
        slack_context(AsyncWebClient("xoxb-unused"), subscriptions=away), ask("list")
    )
    assert "cannot reach my database" in shown(reply)
    assert "on my side" not in shown(reply)
    assert caplog.records == []
