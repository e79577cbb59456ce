"""A person opens the Home tab in the local workspace and uses its menus and buttons."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.permissions import Permissions
from bot.local_slack.server import Workspace
from bot.proposals.approval.audit import ProposalRecord, State
from bot.slack.context import SlackContext
from bot.slack.views.entry.home import ASK, IMPOSER, PARTNER, PROPOSALS
from tests.slack.fakes import TODAY, FailingStore, FakeStories, ledger
from tests.slack.http_bot import running_bot
from tests.slack.samples import story


class HomeUser:
    """A person at the Home tab of the local workspace."""

    def __init__(self, workspace: Workspace, context: SlackContext) -> None:
        self.workspace, self.context = workspace, context

    async def open(self) -> dict[str, Any]:
        """Opens the Home tab and returns its view."""
        await self.workspace.pointer.open_home()
        async with asyncio.timeout(5):
            while not self.workspace.calls("views.publish"):  # noqa: ASYNC110 - no event to wait for
                await asyncio.sleep(0.01)
        await self.context.background.finish()
        assert self.workspace.team.views.home is not None
        return self.workspace.team.views.home

    async def click(self, action_id: str, **chosen: str) -> dict[str, Any] | None:
        """Clicks a button, with these options chosen in menus; returns the modal that it opens."""
        home = self.workspace.team.views.home
        assert home is not None
        every = [(block, each) for block in home["blocks"] for each in self._elements(block)]
        block = next(block for block, each in every if each["action_id"] == action_id)
        menus = {each["action_id"]: block["block_id"] for block, each in every}
        raw: dict[str, dict[str, str]] = {}
        for name, value in {IMPOSER: "US", **chosen}.items():
            raw.setdefault(menus[name], {})[name] = value
        result = await self.workspace.pointer.click_in_view(
            home["id"], block["block_id"], action_id, None, raw
        )
        assert result.ok, result.message
        await self.context.background.finish()
        return self.workspace.team.views.modal

    @staticmethod
    def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
        accessory = [block["accessory"]] if "accessory" in block else []
        elements = block.get("elements", []) if block["type"] == "actions" else []
        return [*accessory, *elements]


@pytest.fixture
async def home(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[HomeUser]:
    async with running_bot(workspace, client) as context:
        yield HomeUser(workspace, context)


def text_of(view: dict[str, Any] | None) -> str:
    assert view is not None
    return json.dumps(view, ensure_ascii=False)


async def test_the_home_tab_shows_what_comes_next_the_news_and_your_subscriptions(
    home: HomeUser,
) -> None:
    found = home.workspace.team.find_channel("trade-news")
    assert found is not None
    await home.workspace.keyboard.say("#trade-news", "/tariff subscribe tariffs china")
    await home.workspace.keyboard.say("@tariffwire", "/tariff subscribe talks")
    view = await home.open()
    for part in (
        f"stories naming 🇨🇳 China, posted at once\\nto <#{found.id}>",
        "*negotiations*, posted at once\\nto you",
        "40 feeds, 2 failing",
        "United States and China cut tariffs for 90 days",
        "Coming up",
        "China on US · 125% → 10%",
    ):
        assert part in text_of(view)
    assert "For operators" not in text_of(view)


async def test_the_menus_ask_for_a_rate_in_a_modal(home: HomeUser) -> None:
    await home.open()
    shown = text_of(await home.click(ASK, **{PARTNER: "VN"}))
    assert "Viet" in shown
    assert "modal" in shown
    other = text_of(await home.click(ASK, **{IMPOSER: "CN", PARTNER: "US"}))
    assert "China" in other
    same = text_of(await home.click(ASK, **{IMPOSER: "CN", PARTNER: "CN"}))
    assert "two different economies" in same


async def test_without_an_origin_the_form_for_a_product_opens(home: HomeUser) -> None:
    await home.open()
    modal = await home.click(ASK)
    assert modal is not None
    assert modal["title"]["text"] == "Check a product"


async def test_a_button_of_the_home_tab_shows_its_reply_in_a_modal(home: HomeUser) -> None:
    await home.open()
    assert "*Watch*" in text_of(await home.click("run_0"))
    assert "cut tariffs" in text_of(await home.click("run_2"))


async def test_a_slow_reply_fills_the_modal_later(home: HomeUser) -> None:
    class SlowStories(FakeStories):
        async def search(self, wanted: Any, limit: int, offset: int) -> Sequence[Any]:
            await asyncio.sleep(1.2)
            return await super().search(wanted, limit, offset)

    await home.open()
    stores = home.context.service.stores
    object.__setattr__(stores, "stories", SlowStories(story(title="Late news")))
    shown = text_of(await home.click("run_2"))
    assert "Late news" in shown
    assert len(home.workspace.calls("views.open")) == 1
    assert len(home.workspace.calls("views.update")) == 1


class _Decisions:
    def list_last_checks(self) -> dict[str, Any]:
        return {"US": TODAY - timedelta(days=58), "CN": TODAY}


class _Proposals:
    async def every(self, state: State | None = None) -> list[ProposalRecord]:
        return []

    async def unposted(self) -> list[str]:
        return []


def make_operator(home: HomeUser) -> None:
    """Makes the person an operator of a bot without waiting proposals."""
    service = home.context.service
    service.permissions = Permissions({home.workspace.person_id})
    decisions: Any = _Decisions()
    service.decisions = decisions
    object.__setattr__(service.stores, "proposals", _Proposals())


async def test_operators_see_the_feeds_the_age_of_the_rates_and_the_proposals(
    home: HomeUser,
) -> None:
    make_operator(home)
    view = text_of(await home.open())
    assert "2 of 40 failing" in view
    assert "oldest check 58 days ago (United States)" in view
    assert "0 waiting" in view
    for _ in range(2):
        assert "direct messages" in text_of(await home.click(PROPOSALS))
    [sent] = home.workspace.calls("chat.postMessage")
    assert sent.arguments["channel"] == home.workspace.person_id


async def test_the_reply_says_so_if_slack_refuses_the_proposals(home: HomeUser) -> None:
    make_operator(home)
    await home.open()
    home.workspace.fail_next("chat.postMessage", error="restricted_action")
    shown = text_of(await home.click(PROPOSALS))
    assert "Slack refused" in shown
    assert "/tariff proposals" in shown
    assert "our direct messages" in text_of(await home.click(PROPOSALS))
    assert len(home.workspace.calls("chat.postMessage")) == 2


async def test_a_home_tab_that_cannot_be_built_says_so(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with running_bot(workspace, client) as context:
        object.__setattr__(context.service.stores, "feeds", FailingStore())
        view = text_of(await HomeUser(workspace, context).open())
    assert "It is in the log as" in view
    assert "RuntimeError" not in view


async def test_other_people_cannot_have_the_proposals_sent(home: HomeUser) -> None:
    make_operator(home)
    await home.open()
    home.context.service.permissions = Permissions()
    assert "Only operators" in text_of(await home.click(PROPOSALS))
    assert home.workspace.calls("chat.postMessage") == []


async def test_every_economy_can_be_chosen_as_origin(home: HomeUser) -> None:
    view = await home.open()
    [menu] = [
        each
        for block in view["blocks"]
        for each in HomeUser._elements(block)
        if each["action_id"] == PARTNER
    ]
    values = [one["value"] for group in menu["option_groups"] for one in group["options"]]
    assert len(values) == len(set(values))
    assert set(values) == {one.code for one in ledger().parties if one.code != "WORLD"}
