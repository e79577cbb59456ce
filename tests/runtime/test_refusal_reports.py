"""If Slack refuses the bot, operators learn it from `/readyz` and a webhook, not from Slack."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.alerts.notices import Notices
from bot.alerts.sending.workspace_gate import Recovery, Turn, WorkspaceGate
from bot.alerts.sending.workspace_refusal import first_refusal
from bot.errors import WorkspaceRefused
from bot.feeds.http.limits import FetchLimits
from bot.readiness import NotReady, Readiness
from bot.runtime.refusal_reports import RefusalReporter, open_webhook, probe_saved_refusal
from bot.store.workspace_refusals import WorkspaceRefusals
from tests.store.examples import NOON, TEAM
from tests.store.opened import Store

PUBLIC = FetchLimits(user_agent="Test/1")
LOOPBACK = PUBLIC.model_copy(update={"allowed_networks": (ip_network("127.0.0.0/8"),)})
REFUSAL = first_refusal("token_revoked", "install the app again", NOON)


class Hook:
    """A webhook server that records what the bot posts, and answers with `status`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.status = 200
        self.failures = 0
        """How many posts fail before those that get `status`."""
        self._more = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.Response:
        async with self._more:
            self.texts.append((await request.json())["text"])
            self._more.notify_all()
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})

    async def has_got(self, text: str) -> None:
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(lambda: text in self.texts)


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
async def url(hook: Hook) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/secret", hook.handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/secret"))


def _notices(store: Store) -> Notices:
    return Notices(store.outbox, TEAM, ("U1",), lambda: NOON, lambda: None)


async def test_both_ends_of_a_refusal_are_posted_and_one_message_is_queued(
    hook: Hook, url: str, store: Store
) -> None:
    readiness = Readiness()
    async with open_webhook(url, LOOPBACK) as webhook:
        reporter = RefusalReporter(readiness, _notices(store), webhook)
        reporter.refused(TEAM, REFUSAL)
        assert NotReady.POSTS_REFUSED in readiness.reasons
        assert webhook is not None
        await webhook.finish()
        recovery = Recovery(REFUSAL, NOON + timedelta(hours=1), messages=2)
        reporter.recovered(TEAM, recovery)
        assert NotReady.POSTS_REFUSED not in readiness.reasons
        await reporter.delivered(TEAM, recovery)
    assert ["token_revoked" in text for text in hook.texts] == [True, False]
    [notice] = await store.outbox.claim(NOON, 9, 60)
    assert notice.conversation == "U1"


async def test_a_refusal_by_another_workspace_names_it_and_the_bot_stays_ready(
    hook: Hook, url: str, store: Store
) -> None:
    readiness = Readiness()
    async with open_webhook(url, LOOPBACK) as webhook:
        reporter = RefusalReporter(readiness, _notices(store), webhook, home=TEAM)
        reporter.refused("T2", REFUSAL)
        assert readiness.reasons == ()
        reporter.refused(TEAM, REFUSAL)
        assert NotReady.POSTS_REFUSED in readiness.reasons
        reporter.recovered("T2", Recovery(REFUSAL, NOON))
        assert NotReady.POSTS_REFUSED in readiness.reasons
        await reporter.delivered("T2", Recovery(REFUSAL, NOON))
    assert ["workspace T2" in text for text in hook.texts] == [True, False, True]
    [notice] = await store.outbox.claim(NOON, 9, 60)
    assert (notice.team, "workspace T2" in notice.reason) == (TEAM, True)


async def test_the_bot_is_ready_again_when_the_operators_workspace_has_removed_the_app(
    store: Store,
) -> None:
    readiness, gate = Readiness(), WorkspaceGate()
    gate.report_to(RefusalReporter(readiness, _notices(store), None, home=TEAM))
    refused = WorkspaceRefused("Slack", "account_inactive", "install it")
    for team in (TEAM, "T2"):
        gate.refuse(Turn(team), refused, NOON)
    await gate.save()
    gate.forget("T2")
    assert list(readiness.reasons) == [NotReady.POSTS_REFUSED]
    # A later installation has no refusal that could end.
    gate.forget(TEAM)
    assert list(readiness.reasons) == []


async def test_with_several_workers_one_reports_and_none_counts_the_messages(
    hook: Hook, url: str, store: Store
) -> None:
    gates = [WorkspaceGate(saved=WorkspaceRefusals(store.database)) for _ in range(2)]
    refused = WorkspaceRefused("Slack", "token_revoked", "install it")
    later = NOON + timedelta(minutes=5)
    async with open_webhook(url, LOOPBACK) as webhook:
        for number, gate in enumerate(gates):
            readiness = Readiness()
            gate.report_to(RefusalReporter(readiness, _notices(store), webhook, has_workers=True))
            gate.refuse(Turn(TEAM), refused, NOON + timedelta(seconds=number))
            await gate.save()
            assert readiness.reasons == (NotReady.POSTS_REFUSED,)
        for gate in gates:
            await gate.look(later)
            async with gate.turn(TEAM) as turn:
                gate.accept(turn, later)
            await gate.report_delivered(later)
    assert ["refuses all" in text for text in hook.texts] == [True, False]
    [notice] = await store.outbox.claim(NOON, 9, 60)
    assert "The queued messages were delivered" in notice.reason


async def test_a_process_that_sends_nothing_is_ready_again_when_workers_have_recovered(
    store: Store,
) -> None:
    readiness, saved = Readiness(), WorkspaceRefusals(store.database)
    async with probe_saved_refusal(readiness, saved, TEAM):
        assert await readiness.look() == ()
        await saved.put(TEAM, REFUSAL)
        assert await readiness.look() == (NotReady.POSTS_REFUSED,)
        await saved.put("T2", REFUSAL)
        await saved.delete(TEAM)
        assert await readiness.look() == ()


@pytest.mark.parametrize("status", [302, 500])
async def test_a_webhook_that_fails_is_logged_once_without_its_address(
    hook: Hook, url: str, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    hook.status = status
    async with open_webhook(url, LOOPBACK) as webhook:
        assert webhook is not None
        for text in "abc":
            webhook.post(text)
            await webhook.finish()
    assert hook.texts == ["a", "b", "c"]
    [record] = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert str(status) in record.getMessage()
    assert "secret" not in record.getMessage()


async def test_a_report_that_fails_is_posted_again_before_the_next_one(
    hook: Hook, url: str
) -> None:
    hook.failures = 2
    async with open_webhook(url, LOOPBACK, waits_s=(0, 0, 0)) as webhook:
        assert webhook is not None
        webhook.post("a")
        webhook.post("b")
        await hook.has_got("b")
    assert hook.texts == ["a", "a", "a", "b"]


async def test_a_report_is_given_up_after_some_tries(hook: Hook, url: str) -> None:
    hook.failures = 3
    async with open_webhook(url, LOOPBACK, waits_s=(0, 0)) as webhook:
        assert webhook is not None
        webhook.post("a")
        webhook.post("b")
        await hook.has_got("b")
    assert hook.texts == ["a", "a", "a", "b"]


async def test_a_stop_does_not_wait_for_the_next_try(hook: Hook, url: str) -> None:
    hook.status = 500
    async with asyncio.timeout(30), open_webhook(url, LOOPBACK, waits_s=(3600,)) as webhook:
        assert webhook is not None
        webhook.post("a")
        await hook.has_got("a")
    assert hook.texts[-1] == "a"


async def test_an_address_outside_the_allowed_networks_is_not_contacted(
    hook: Hook, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_webhook(url, PUBLIC) as webhook:
        assert webhook is not None
        webhook.post("a")
    assert hook.texts == []
    assert "loopback" in caplog.text


async def test_without_an_address_there_is_no_webhook() -> None:
    async with open_webhook("", PUBLIC) as webhook:
        assert webhook is None
