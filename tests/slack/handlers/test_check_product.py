"""A person fills in *Check a product* in the local workspace, over signed HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.request import CommandRequest, Reply, RequestLimit
from bot.local_slack.server import Workspace
from bot.parties import WORLD
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, format_query
from bot.slack.blockkit.blocks import actions, button
from bot.slack.context import SlackContext
from bot.slack.views.replies import CHECK_PRODUCT
from tests.slack.form_reader import FormReader
from tests.slack.http_bot import running_bot
from tests.slack.samples import PARTIES

FILLED = {"imposer": "US", "partner": "CN", "goods": "steel", "claim": "none"}


class FormUser(FormReader):
    """A person who fills in the form."""

    async def open(self) -> dict[str, Any]:
        """Opens the form with the global shortcut."""
        assert (await self.workspace.pointer.use_shortcut("check_product")).ok
        await self.context.background.finish()
        return self.modal

    async def open_from_button(self, question: str) -> dict[str, Any]:
        """Opens the form with a button whose value is this question."""
        row = actions(button("Check a product", CHECK_PRODUCT, question))
        posted = await self.context.client.chat_postMessage(
            channel="#general", text="x", blocks=list(row)
        )
        [block] = posted["message"]["blocks"]
        clicked = await self.workspace.pointer.click(
            posted["channel"], posted["ts"], block["block_id"], CHECK_PRODUCT, question, {}
        )
        assert clicked.ok
        await self.context.background.finish()
        return self.modal

    def held(self) -> dict[str, str]:
        """The values that the form shows."""
        found = {}
        for block in self.modal["blocks"]:
            element = block["element"]
            option = element.get("initial_option") or {}
            value = option.get("value") or element.get("initial_value")
            found[block["block_id"]] = value or element.get("initial_date") or ""
        return found


@pytest.fixture
async def user(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[FormUser]:
    async with running_bot(workspace, client) as context:
        yield FormUser(workspace, context)


async def test_the_answer_replaces_the_form_and_says_how_to_share_it(user: FormUser) -> None:
    await user.open()
    assert (await user.submit(**FILLED, day="2026-09-20", value="9,000")).ok
    assert user.modal["title"]["text"] == "Check a product"
    assert "steel" in user.text.lower()
    assert "type `/tariff on 2026-09-20 United States on China steel value 9000`" in user.text


async def test_a_form_counts_as_a_request(workspace: Workspace, client: AsyncWebClient) -> None:
    async with running_bot(workspace, client, limit=RequestLimit(1)) as context:
        user = FormUser(workspace, context)
        for text in ("steel", "more than 1 requests in a minute"):
            await user.open()
            await user.submit(**FILLED, day="2026-09-20")
            assert text in user.text.lower()


class FakeAnswerLog:
    def __init__(self) -> None:
        self.kept: list[tuple[str, CommandRequest]] = []

    async def keep(self, question: str, reply: Reply, request: CommandRequest) -> None:
        self.kept.append((question, request))


async def test_the_answer_is_kept_with_the_person(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    log = FakeAnswerLog()
    async with running_bot(workspace, client, answer_log=log) as context:
        user = FormUser(workspace, context)
        await user.open()
        await user.submit(**FILLED, day="2026-09-20")
    ((question, request),) = log.kept
    assert question == "on 2026-09-20 United States on China steel"
    team, person = workspace.team.identity.team_id, workspace.team.identity.person_id
    assert (request.team, request.conversation, request.user) == (team, person, person)


def test_the_command_for_a_conversation_asks_the_same_question() -> None:
    today = date(2026, 11, 30)
    for party in PARTIES:
        if party.code in (WORLD, "US"):
            continue
        asked = format_query(
            RateQuery(kind=QueryKind.PAIR, imposer="US", partner=party.code, product="steel")
        )
        typed = PARTIES.spell_flags(asked)
        assert party.name in typed
        assert parse_query(typed, PARTIES, today) == parse_query(asked, PARTIES, today)


async def test_the_answer_leads_back_to_the_form(user: FormUser) -> None:
    await user.open()
    filled = {**FILLED, "partner": "MX", "claim": "usmca", "day": "2026-09-20", "value": "12.50"}
    await user.submit(**filled)
    assert (await user.submit()).ok
    assert user.held() == filled


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"goods": "xyzzy"}, "goods", "HS code"),
        ({"goods": "stel"}, "goods", "Did you mean steel?"),
        ({"goods": "9903.01"}, "goods", "HS code"),
        ({"goods": "7777.77"}, "goods", "Check the code"),
        ({"goods": "   "}, "goods", "Enter goods"),
        ({"goods": "\u202eleets\u200b"}, "goods", "HS code"),
        ({"partner": "US"}, "partner", "another economy"),
        ({"claim": "usmca"}, "claim", "Canada and Mexico"),
        ({"imposer": "CN", "partner": "US", "claim": "column 2"}, "claim", "United States"),
        ({"value": "a lot"}, "value", "US dollars"),
        ({"value": "-1"}, "value", "US dollars"),
        ({"value": "0"}, "value", "US dollars"),
        ({"value": "1e9"}, "value", "US dollars"),
        ({"value": "9" * 13}, "value", "US dollars"),
        ({"day": "1800-01-01"}, "day", "Choose a day"),
        ({"day": "2026-13-45"}, "day", "Choose a day"),
    ],
)
async def test_an_error_is_shown_at_its_field_with_the_cure(
    user: FormUser, changes: dict[str, str], field: str, words: str
) -> None:
    await user.open()
    refused = await user.submit(**{**FILLED, **changes})
    assert list(refused.errors) == [field]
    assert words in refused.errors[field]


async def test_all_wrong_fields_are_reported_at_once(user: FormUser) -> None:
    await user.open()
    refused = await user.submit(imposer="US", partner="US", goods="xyzzy", claim="usmca", value="x")
    assert set(refused.errors) == {"partner", "goods", "claim", "value"}


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("us on china steel", {"imposer": "US", "partner": "CN", "goods": "steel"}),
        (
            "us mexico 8703.23 usmca on 2026-09-20 value 9000",
            {"partner": "MX", "goods": "8703.23", "claim": "usmca", "day": "2026-09-20"},
        ),
        ("us russia shoes column 2", {"partner": "RU", "goods": "shoes", "claim": "column 2"}),
        ("china on us soybeans", {"imposer": "CN", "partner": "US", "goods": "soybeans"}),
        ("us china", {"imposer": "US", "partner": "CN", "goods": ""}),
        ("xyzzy plugh", {"imposer": "US", "partner": "", "goods": ""}),
        ("", {"imposer": "US", "partner": "", "goods": ""}),
    ],
)
async def test_the_question_of_a_button_fills_in_the_form(
    user: FormUser, question: str, held: dict[str, str]
) -> None:
    await user.open_from_button(question)
    assert held.items() <= user.held().items()


def delay_answers(context: SlackContext) -> None:
    """Makes answers later than the form can wait, as a slow live source would."""
    answers = context.service.answers
    answer = answers.answer

    async def answer_late(asked: Any) -> Any:
        await asyncio.sleep(1.7)
        return await answer(asked)

    answers.answer = answer_late  # type: ignore[method-assign]


async def test_a_slow_answer_replaces_the_form_later(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        user = FormUser(workspace, context)
        await user.open()
        delay_answers(context)
        assert (await user.submit(**FILLED)).ok
        assert "To share it" in user.text
        assert len(workspace.calls("views.update")) == 1


async def test_a_late_answer_to_a_closed_form_is_logged(
    workspace: Workspace, client: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(workspace, client) as context:
        user = FormUser(workspace, context)
        await user.open()
        delay_answers(context)
        workspace.fail_next("views.update", error="not_found")
        assert (await user.submit(**FILLED)).ok
    [line] = [one for one in caplog.records if one.name.startswith("bot.slack")]
    assert line.getMessage() == "a modal was not shown: not_found"


async def test_the_form_is_valid_for_any_prefilled_text(user: FormUser) -> None:
    for question in ("us china " + "w" * 400, "us china <!channel> *x* \u202e steel"):
        assert (await user.open_from_button(question))["callback_id"] == "check_product_form"


async def test_an_expired_trigger_is_logged(
    workspace: Workspace, client: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(workspace, client) as context:
        workspace.fail_next("views.open", error="expired_trigger_id")
        assert (await workspace.pointer.use_shortcut("check_product")).ok
        await context.background.finish()
    assert "a modal was not shown: expired_trigger_id" in caplog.text
