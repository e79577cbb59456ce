"""Messages in the local workspace say which lines of the conversation's list they touch."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.commands.lines.service import LineListService
from bot.commands.lines.touching import TouchFinder
from bot.commands.permissions import Permissions
from bot.lines.difference import ImportMode
from bot.lines.model import ListOwner
from bot.lines.validation import ImportedRow
from bot.local_slack.server import Workspace
from bot.news.story import Story
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.slack.api.sender import SlackSender
from bot.slack.views.events.touched import SHOW_TOUCHED
from bot.slack.views.proposals import REJECT, UNDO
from bot.store.upgrade import upgrade
from tests.proposals.approval import test_decisions
from tests.slack.fakes import FakeOutbox, book, ledger, slack_context
from tests.slack.handlers.test_buttons import PageUser, as_text, page_user_of
from tests.slack.handlers.test_proposals import proposal_of
from tests.slack.samples import NOW, PARTIES, delivery, story
from tests.store.opened import Store, open_store

ROWS = (
    ImportedRow(1, "8507.60.00", "China", "cells <!channel>"),
    ImportedRow(2, "7208.39.00", "Germany", "plates"),
)


def _now() -> datetime:
    return test_decisions.NOW


@dataclass
class Reader:
    """A person in a channel of the local workspace, with a bot that keeps line lists."""

    page_user: PageUser
    store: Store
    lines: LineListService
    touches: TouchFinder
    outbox: FakeOutbox

    async def import_rows(self, place: str, *rows: ImportedRow) -> None:
        owner = ListOwner(self.page_user.team, place)
        proposed = await self.lines.propose_import(owner, rows or ROWS, ImportMode.REPLACE)
        await self.lines.save_import(proposed)

    async def post(self, conversation: str = "", *stories: Story, **fields: Any) -> dict[str, Any]:
        """Posts an alert; returns its message."""
        place = conversation or self.page_user.channel
        queued = delivery(conversation=place, team=self.page_user.team, **fields)
        about = stories or (story(),)
        self.outbox.delivery, self.outbox.own = queued, about
        receipt = await self._sender().send(queued, about, None)
        return await self.read(place, receipt.ts)

    async def update(self, posted: dict[str, Any], *stories: Story) -> dict[str, Any]:
        """Edits the alert of `post` as an update does; returns its message."""
        assert self.outbox.delivery is not None
        edit: Delivery = self.outbox.delivery.model_copy(update={"kind": DeliveryKind.UPDATE})
        await self._sender().send(edit, stories, posted["ts"])
        return await self.read(self.page_user.channel, posted["ts"])

    async def read(self, conversation: str, ts: str) -> dict[str, Any]:
        client = self.page_user.context.client
        channel = conversation
        if conversation.startswith("U"):
            channel = (await client.conversations_open(users=conversation))["channel"]["id"]
        answer = await client.conversations_history(channel=channel)
        return next(each for each in answer["messages"] if each["ts"] == ts)

    async def show(self, message: dict[str, Any]) -> str:
        """What the button of a message shows."""
        block = next(
            each
            for each in message["blocks"]
            if each.get("accessory", {}).get("action_id") == SHOW_TOUCHED
        )
        replies = await self.page_user.press(message, block, block["accessory"])
        assert all(each["ephemeral"] for each in replies)
        return as_text(replies)

    def _sender(self) -> SlackSender:
        client, decisions = self.page_user.context.client, self.page_user.context.service.decisions
        return SlackSender(client, PARTIES, proposals=decisions, touches=self.touches)


@pytest.fixture
async def reader(
    workspace: Workspace, client: AsyncWebClient, tmp_path: Path
) -> AsyncIterator[Reader]:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    store, outbox = open_store(address), FakeOutbox()
    decisions = Decisions(store.proposals, book(), ledger(), _now)
    lines = LineListService(store.lines, ledger, lambda: NOW)
    team = workspace.team.identity.team_id
    touches = TouchFinder(store.lines, lines.duties, decisions, team)
    given = slack_context(
        client,
        workspace.signing_secret,
        touches=touches,
        outbox=outbox,
        decisions=decisions,
        proposals=store.proposals,
        permissions=Permissions({workspace.team.identity.person_id}),
    )
    async with page_user_of(workspace, given) as opened:
        yield Reader(opened, store, lines, touches, outbox)
    await store.database.close()


async def test_an_alert_says_which_lines_it_touches_and_its_button_shows_them(
    reader: Reader,
) -> None:
    await reader.import_rows(reader.page_user.channel)
    alert = await reader.post()
    assert "Touches *1 of your 2 lines*" in as_text([alert])
    shown = await reader.show(alert)
    assert "8507.60.00 China (cells" in shown
    assert "7208.39.00" not in shown
    assert "<!channel>" not in shown


async def test_an_update_says_what_the_newer_stories_touch(reader: Reader) -> None:
    await reader.import_rows(reader.page_user.channel)
    alert = await reader.post()
    later = story(id="s2", figures=(story().figures[0].model_copy(update={"partner": "DE"}),))
    assert "2 of your 2 lines" in as_text([await reader.update(alert, story(), later)])


async def test_without_a_list_messages_say_nothing_about_lines(reader: Reader) -> None:
    assert "your" not in as_text([await reader.post()])
    await reader.import_rows(reader.page_user.channel, ROWS[1])
    assert "Touches" not in as_text([await reader.post(id="d2")])


async def test_the_list_of_another_conversation_never_shows(reader: Reader) -> None:
    user = reader.page_user
    await reader.import_rows(user.person)
    assert "Touches" not in as_text([await reader.post()])
    direct = await reader.post(user.person, id="d2")
    assert "Touches *1 of your 2 lines*" in as_text([direct])
    # The button is pressed in the channel, as if the message had been copied there.
    await reader.import_rows(user.channel, ROWS[0])
    alert = await reader.post(id="d3")
    reader.outbox.delivery = delivery(id="d3", team=user.team, conversation=user.person)
    assert "no longer saved" in await reader.show(alert)


async def test_a_proposal_says_which_lines_it_would_change_until_it_is_decided(
    reader: Reader,
) -> None:
    user, proposal = reader.page_user, proposal_of()
    await reader.import_rows(user.channel)
    inbox = ProposalInbox(reader.store.proposals, user.team, [user.channel], _now, lambda: None)
    await inbox.offer([proposal])
    about: dict[str, Any] = {"kind": DeliveryKind.PROPOSAL, "event_id": proposal.id}
    asked = await reader.post(**about)
    assert "Touches *1 of your 2 lines*" in as_text([asked])
    assert "from 1 Dec 2026" in await reader.show(asked)
    await user.click(asked, REJECT)
    decided = await reader.read(user.channel, asked["ts"])
    assert "Touches" not in as_text([decided])
    await user.click(decided, UNDO)
    assert "Touches *1 of your 2 lines*" in as_text([await reader.read(user.channel, asked["ts"])])


async def test_upcoming_says_which_lines_change(reader: Reader) -> None:
    await reader.import_rows(reader.page_user.channel)
    [said] = await reader.page_user.say("/tariff upcoming")
    assert "of your 2 lines" in as_text([said])
    assert "China (cells" in await reader.show(said)
    [japan] = await reader.page_user.say("/tariff upcoming japan")
    assert "Touches" not in as_text([japan])
