"""A person uses the shortcuts of a message in the local workspace, over signed HTTP."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.answers import AnswerService
from bot.commands.message_reading import MessageService
from bot.commands.request import RequestLimit
from bot.local_slack.server import Workspace
from bot.slack.context import SlackContext
from bot.slack.views.entry.message_reading import render_message_reading
from tests.slack.fakes import ledger, reader
from tests.slack.http_bot import running_bot
from tests.slack.samples import HOSTILE, NOW
from tests.slack.views.accepted import check_accepted

THREAT = "Trump threatens 200% tariff on French wine"


class ShortcutUser:
    """A person who uses shortcuts on messages."""

    def __init__(self, workspace: Workspace, context: SlackContext) -> None:
        self.workspace, self.context = workspace, context

    async def use(self, callback_id: str, text: str, **more: Any) -> str:
        """Uses a shortcut on a new message; returns the ephemeral answer as JSON."""
        team, channel = self.workspace.team, self.workspace.team.find_channel("general")
        assert channel is not None
        message = team.make_person_message({"text": text, **more})
        await team.post(channel, message)
        news: list[dict[str, Any]] = []
        with team.live.listen(news.append):
            result = await self.workspace.pointer.use_shortcut(
                callback_id, channel.id, message["ts"]
            )
            assert result.ok, result.message
            await self.context.background.finish()
        [answer] = [one["message"] for one in news if one["type"] == "message"]
        assert answer["only_you"]
        return json.dumps(answer, ensure_ascii=False)


@pytest.fixture
async def user(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[ShortcutUser]:
    async with running_bot(workspace, client) as context:
        yield ShortcutUser(workspace, context)


async def test_shortcuts_count_as_requests(workspace: Workspace, client: AsyncWebClient) -> None:
    async with running_bot(workspace, client, limit=RequestLimit(1)) as context:
        user = ShortcutUser(workspace, context)
        assert "Yes: tariffs." in await user.use("about_tariffs", THREAT)
        assert "more than 1 requests in a minute" in await user.use("about_tariffs", THREAT)


async def test_a_message_about_tariffs_is_explained_with_buttons_for_its_rates(
    user: ShortcutUser,
) -> None:
    answer = await user.use("about_tariffs", THREAT)
    for part in ("Yes: tariffs.", "Matched: “", "France", "wine: *200%*", "Status: threatened"):
        assert part in answer
    assert "Rate now: United States on France, wine" in answer
    assert "Check a product" in answer


@pytest.mark.parametrize("text", ["Lunch at noon?", "The grid pays a feed-in tariff", "a" * 40_000])
async def test_another_message_is_plainly_called_so(user: ShortcutUser, text: str) -> None:
    assert "No. I found nothing about tariffs" in await user.use("about_tariffs", text)


async def test_rate_now_answers_for_the_pair_of_the_message(user: ShortcutUser) -> None:
    answer = await user.use("rate_now", "US to impose 25% tariff on steel from Canada")
    assert "Canada" in answer
    assert "steel" in answer.lower()


async def test_rate_now_answers_a_question_in_a_message(user: ShortcutUser) -> None:
    answer = await user.use("rate_now", "what is the us tariff on steel from china")
    assert "China" in answer


async def test_rate_now_offers_the_form_if_the_message_names_no_pair(user: ShortcutUser) -> None:
    answer = await user.use("rate_now", "Lunch at noon?")
    assert "names no importing country and origin" in answer
    assert "Check a product" in answer


@pytest.mark.parametrize("shortcut", ["about_tariffs", "rate_now"])
async def test_a_message_without_text_is_reported(user: ShortcutUser, shortcut: str) -> None:
    assert "has no text that I can read" in await user.use(shortcut, "")


async def test_the_preview_of_a_link_is_read_too(user: ShortcutUser) -> None:
    preview = [{"title": THREAT, "text": "The president said so on Friday."}]
    answer = await user.use("about_tariffs", "<https://news.example/a>", attachments=preview)
    assert "Yes: tariffs." in answer


@pytest.mark.parametrize("shortcut", ["about_tariffs", "rate_now"])
async def test_hostile_text_is_harmless(user: ShortcutUser, shortcut: str) -> None:
    for text in (HOSTILE, f"{THREAT} {HOSTILE}", f"\u202e{THREAT}\u202c", f"{THREAT} " * 900):
        answer = await user.use(shortcut, text)
        for part in ("<!channel", "<@U123", "\u202e", "in the log"):
            assert part not in answer


async def test_a_deleted_message_has_no_shortcuts(user: ShortcutUser) -> None:
    channel = user.workspace.team.find_channel("general")
    assert channel is not None
    result = await user.workspace.pointer.use_shortcut("rate_now", channel.id, "1.2")
    assert result.error == "message_not_found"


async def test_the_reading_of_a_long_message_fits_into_a_reply() -> None:
    service = MessageService(reader(), AnswerService(ledger()))
    for text in (
        f"{THREAT}. " * 1000,
        " ".join(one.name for one in ledger().parties) + ": US raises tariffs",
    ):
        reading = await service.read(text[:40_000], NOW)
        assert reading.understood.parties
        assert len(reading.rates) <= 3
        check_accepted(render_message_reading(reading, ledger().parties))
