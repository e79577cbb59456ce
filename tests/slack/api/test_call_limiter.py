"""Web API calls wait for their turn; the server's answers change the pace and cause pauses."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.call_limiter import POST, CallLimiter, MethodLimits, method_key
from bot.slack.api.errors import code, retry_after_s, status
from tests.slack.api.fake_api import FakeApi, FakeTime

TOKEN = "xoxb-1"
OTHER_TOKEN = "xoxb-2"


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
async def api(clock: FakeTime) -> AsyncIterator[FakeApi]:
    fake = FakeApi(clock)
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.answer)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/api/"))
        yield fake


@pytest.fixture
def limiter(clock: FakeTime) -> CallLimiter:
    return CallLimiter(MethodLimits({POST: 2.0}, burst=1), clock, clock.sleep)


@pytest.fixture
async def session(limiter: CallLimiter) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(middlewares=(limiter,)) as opened:
        yield opened


@pytest.fixture
def client(api: FakeApi, session: aiohttp.ClientSession) -> AsyncWebClient:
    return _client(api, session, TOKEN)


def _client(api: FakeApi, session: aiohttp.ClientSession, token: str) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=api.url, session=session, retry_handlers=[])


async def post(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C1", text="news")


async def test_calls_are_made_at_the_configured_pace(api: FakeApi, client: AsyncWebClient) -> None:
    for _ in range(5):
        await post(client)
    # Gaps vary a little, because a call after a late call may start earlier to catch up.
    assert api.times() == pytest.approx([0, 0.375, 0.875, 1.375, 1.875])


async def test_calls_wait_in_their_order(clock: FakeTime, limiter: CallLimiter) -> None:
    taken: list[tuple[int, float]] = []

    async def take(number: int) -> None:
        await limiter.take_turn(method_key(TOKEN, POST), longest_s=5)
        taken.append((number, clock.now - 100))

    await asyncio.gather(*map(take, range(5)))
    assert [number for number, _ in taken] == list(range(5))
    assert [at for _, at in taken] == pytest.approx([0, 0.375, 0.875, 1.375, 1.875])


async def test_after_a_429_the_method_pauses_as_long_as_slack_asks(
    api: FakeApi, client: AsyncWebClient
) -> None:
    api.refuse("4")
    with pytest.raises(SlackApiError):
        await post(client)
    await post(client)
    assert api.times() == pytest.approx([0, 4])


async def test_a_429_without_retry_after_pauses_too(api: FakeApi, client: AsyncWebClient) -> None:
    api.refuse(None)
    with pytest.raises(SlackApiError):
        await post(client)
    await post(client)
    assert api.times() == pytest.approx([0, 5])


async def test_a_call_whose_turn_is_far_away_fails_like_a_429(
    api: FakeApi, client: AsyncWebClient
) -> None:
    api.refuse("60")
    with pytest.raises(SlackApiError):
        await post(client)
    with pytest.raises(SlackApiError) as early:
        await post(client)
    assert (code(early.value), status(early.value)) == ("ratelimited", 429)
    assert retry_after_s(early.value) == 60
    assert TOKEN not in str(early.value)
    assert len(api.calls) == 1


async def test_other_methods_and_workspaces_do_not_pause(
    api: FakeApi, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    api.refuse("60")
    with pytest.raises(SlackApiError):
        await client.conversations_history(channel="C1")
    await post(client)
    await client.conversations_replies(channel="C1", ts="1.0")
    await _client(api, session, OTHER_TOKEN).conversations_history(channel="C1")
    assert [at - 100 for at, _, _ in api.calls] == [0, 0, 0, 0]


async def test_an_outage_neither_ends_a_pause_nor_raises_the_pace(
    api: FakeApi, client: AsyncWebClient
) -> None:
    api.refuse("2")
    api.answers += [lambda: web.json_response({"ok": False}, status=503)] * 2
    for _ in range(3):
        with pytest.raises(SlackApiError):
            await post(client)
    await post(client)
    # After the pause, one call per second is made until the server answers one.
    assert api.times() == pytest.approx([0, 2, 3, 4])


async def test_requests_that_are_no_calls_are_not_limited(
    api: FakeApi, session: aiohttp.ClientSession
) -> None:
    for _ in range(30):
        async with session.post(api.url + "upload") as response:
            assert response.status == 200
    assert set(api.times("upload")) == {0}


async def test_a_turn_is_used_by_the_next_call_of_the_task(
    api: FakeApi, client: AsyncWebClient, limiter: CallLimiter
) -> None:
    for _ in range(3):
        assert await limiter.take_turn(method_key(TOKEN, POST)) == 0
        await post(client)
    assert api.times() == pytest.approx([0, 0.375, 0.875])
    await post(client)
    assert api.times()[-1] == pytest.approx(1.375)


async def test_a_turn_that_is_far_away_is_not_taken(
    api: FakeApi, clock: FakeTime, client: AsyncWebClient, limiter: CallLimiter
) -> None:
    api.refuse("60")
    with pytest.raises(SlackApiError):
        await post(client)
    key = method_key(TOKEN, POST)
    assert await limiter.take_turn(key, longest_s=10) == pytest.approx(60)
    clock.now += 55
    assert await limiter.take_turn(key, longest_s=10) == 0
    await post(client)
    assert api.times() == pytest.approx([0, 60])


async def test_many_that_wait_learn_how_far_away_their_turns_are(
    api: FakeApi, client: AsyncWebClient, limiter: CallLimiter
) -> None:
    key = method_key(TOKEN, POST)
    waits = await asyncio.gather(*(limiter.take_turn(key, longest_s=3) for _ in range(10)))
    assert waits[:6] == [0] * 6
    assert all(wait_s > 3 for wait_s in waits[7:])


async def test_a_reply_waits_for_one_of_the_messages_that_wait_and_goes_ahead_of_the_others(
    limiter: CallLimiter,
) -> None:
    key = method_key(TOKEN, POST)
    taken: list[str] = []

    async def take(name: str) -> None:
        turn = limiter.take_reply_turn(key) if name == "reply" else limiter.take_turn(key, 20)
        assert await turn == 0
        taken.append(name)

    messages = [asyncio.create_task(take(f"message {number}")) for number in range(20)]
    await asyncio.wait(messages, return_when=asyncio.FIRST_COMPLETED)
    await take("reply")
    await asyncio.gather(*messages)
    assert taken.index("reply") <= 2
    assert [name for name in taken if name != "reply"] == [f"message {each}" for each in range(20)]


async def test_a_reply_waits_while_the_method_pauses_and_a_message_is_put_off(
    api: FakeApi, client: AsyncWebClient, limiter: CallLimiter
) -> None:
    api.refuse("30")
    with pytest.raises(SlackApiError):
        await post(client)
    key = method_key(TOKEN, POST)
    assert await limiter.take_turn(key) == pytest.approx(30)
    assert await limiter.take_reply_turn(key) == 0
    await post(client)
    assert api.times() == pytest.approx([0, 30])


async def test_a_reply_does_not_wait_for_more_than_a_minute(
    api: FakeApi, client: AsyncWebClient, limiter: CallLimiter
) -> None:
    api.refuse("90")
    with pytest.raises(SlackApiError):
        await post(client)
    assert await limiter.take_reply_turn(method_key(TOKEN, POST)) == pytest.approx(90)


async def test_an_abandoned_wait_blocks_no_other(
    api: FakeApi, clock: FakeTime, client: AsyncWebClient
) -> None:
    await post(client)
    waiting = [asyncio.create_task(post(client)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await post(client)
    assert len(api.times()) == 2


async def test_the_pace_is_learned_from_a_server(clock: FakeTime) -> None:
    limits = MethodLimits({POST: 8.0}, burst=1)
    limiter = CallLimiter(limits, clock, clock.sleep)
    key = method_key(TOKEN, POST)
    calls: list[float] = []

    async def answer(request: web.Request) -> web.Response:
        recent = [at for at in calls if at > clock.now - 1]
        if len(recent) >= 4:
            return web.json_response({}, status=429, headers={"Retry-After": "1"})
        calls.append(clock.now)
        return web.json_response({"ok": True})

    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    async with TestServer(app) as server, aiohttp.ClientSession(middlewares=(limiter,)) as session:
        url = server.make_url(f"/api/{POST}")
        while clock.now < 160:
            await limiter.take_turn(key)
            async with session.post(url, headers={"Authorization": f"Bearer {TOKEN}"}):
                pass
    assert len([at for at in calls if at >= 130]) >= 30 * 4 * 0.85
