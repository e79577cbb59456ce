"""The command service on a real database, with the shipped ledger and a fixed clock."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.commands.answers import AnswerService
from bot.commands.grammar import Command, Verb, parse_command
from bot.commands.permissions import Permissions
from bot.commands.ports import CommandStores
from bot.commands.replies import ConfirmUnsubscribe
from bot.commands.request import CommandRequest, Reply
from bot.commands.service import CommandService
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.polling.poller import Poller
from bot.proposals.approval.decisions import Decisions
from bot.runtime.feed_registry import FeedRegistry
from tests.feeds.conftest import LIMITS, Clock, server
from tests.slack.fakes import FakePeople, book, ledger
from tests.slack.samples import PARTIES
from tests.store.conftest import address, store
from tests.store.opened import Store

__all__ = ["address", "server", "store"]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPERATOR, PERSON = "UOP", "U1"


@dataclass
class Commands:
    """The command service, and the stores on which it works."""

    service: CommandService
    store: Store

    async def type(self, text: str, user: str = PERSON, conversation: str = "C1") -> Reply:
        """The reply to text that a person types after `/tariff`."""
        return await self.service.handle(CommandRequest(text, "T1", conversation, user))

    async def confirm(self, text: str, user: str = PERSON, conversation: str = "C1") -> Reply:
        """The reply to an unsubscribe after the person has confirmed it."""
        reply = await self.type(text, user, conversation)
        return await self.confirm_reply(reply, user, conversation)

    async def confirm_reply(
        self, reply: Reply, user: str = PERSON, conversation: str = "C1"
    ) -> Reply:
        """The reply to the button under the question whether to unsubscribe."""
        if not isinstance(reply, ConfirmUnsubscribe):
            return reply
        request = CommandRequest("", "T1", conversation, user)
        command = parse_command(f"unsubscribe {reply.arguments}", PARTIES)
        ids = tuple(each.id for each in reply.subscriptions)
        return await self.service.execute(command.model_copy(update={"confirmed": ids}), request)

    @property
    def people(self) -> FakePeople:
        """What the platform knows about people."""
        found = self.service.stores.people
        assert isinstance(found, FakePeople)
        return found

    async def click(self, verb: Verb, text: str = "", user: str = PERSON) -> Reply:
        """The reply to the command of a button."""
        request = CommandRequest("", "T1", "C1", user)
        return await self.service.execute(Command(verb=verb, text=text), request)


@pytest.fixture
async def commands(store: Store, workers: ProcessPool) -> AsyncIterator[Commands]:
    poller = Poller(LIMITS, Clock(), chance=lambda: 0.5, workers=workers)
    stores = CommandStores(
        people=FakePeople(),
        subscriptions=store.subscriptions,
        mutes=store.mutes,
        outbox=store.outbox,
        stories=store.stories,
        alerts=store.alerts,
        follows=store.follows,
        feedback=store.feedback,
        reminders=store.reminders,
        quiet_weeks=store.watch,
        proposals=store.proposals,
        feeds=FeedRegistry([], store, poller),
        lines=store.lines,
    )
    decisions = Decisions(store.proposals, book(), ledger(), lambda: NOW)
    answers = AnswerService(ledger(), stories=store.stories)
    service = CommandService(stores, answers, decisions, Permissions({OPERATOR}), lambda: NOW)
    yield Commands(service, store)
    await poller.close()
